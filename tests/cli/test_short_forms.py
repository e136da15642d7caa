"""What people type: `runs list`, `predict 3`, a number after the index, `runs show --json`, `-q`."""

import json
import re
from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from mnist_sum_tui.runs.events import Changed, EpochDone
from mnist_sum_tui.runs.journal import read_events, to_lines
from tests.altered import altered
from tests.cli.terminals import shown
from tests.cli.test_strangers_text import make_run
from tests.conftest import Cli, is_one_line
from tests.guide.test_json_names import explained
from tests.training.resuming import begun, config_of
from tests.tui import recorded
from tests.tui.pages.test_runs import make


def test_runs_list_is_runs(cli: Cli, tmp_path: Path) -> None:
    make_run(tmp_path / "runs", "20260101-120000-compact")
    for options in ([], ["--json"]):
        assert cli("runs", "list", *options).stdout == cli("runs", *options).stdout != ""
    other = make_run(tmp_path / "other", "20260102-120000-compact")
    assert other.id in cli("runs", "list", "--runs-dir", "other").stdout
    assert other.id in cli("runs", "--runs-dir", "other", "list").stdout


def test_evaluate_takes_a_run_as_predict_does(cli: Cli, small_data: str, tmp_path: Path) -> None:
    make_run(tmp_path / "runs", "20260101-120000-compact")
    for run in (["--run", "nope"], ["nope"]):
        is_one_line(cli("evaluate", *run, "--data-dir", small_data), 2, "nope")


def test_a_done_run_is_called_done(cli: Cli, tmp_path: Path) -> None:
    make_run(tmp_path / "runs", "20260101-120000-compact")
    for command in (["runs"], ["runs", "show"]):
        words = cli(*command).stdout.replace(",", " ").split()
        assert "done" in words
        assert "completed" not in words
    assert json.loads(cli("runs", "--json").stdout)["state"] == "completed", "as in the run's files"


def test_runs_show_names_settings_as_options(cli: Cli, tmp_path: Path) -> None:
    make_run(tmp_path / "runs", "20260101-120000-compact", all_data=True)
    words = " ".join(cli("runs", "show").stdout.partition("settings")[2].partition("folder")[0].split())
    for said in ("batch-size 128,", "all-data yes,", "data-dir built-in", "threads all,", "weight-decay 0.01,"):
        assert said in words
    assert "_" not in words


def test_runs_show_has_the_command_that_repeats_the_run_with_its_changes(cli: Cli, tmp_path: Path) -> None:
    turned = Changed(step=9, epoch=1, elapsed=0.2, at=300, setting="lr", before="x1", value="x0.5")
    make(tmp_path / "runs", "20260101-120000-compact", [*recorded.training(2150), turned])
    again = "mnist-sum train --model compact --recipe standard --epochs 5 --seed 0 --change 300:lr=x0.5"
    shown = cli("runs", "show").stdout
    assert shown.endswith(f"\n\n  again    {again}\n")
    assert [row[0] for row in shown.splitlines() if row.endswith("  *")] == ["5"], "the best of all, as the table says"
    assert json.loads(cli("runs", "show", "--json").stdout)["again"] == again


@pytest.mark.parametrize(("reason", "resumes"), [("stopped", True), ("diverged", False), ("completed", False)])
def test_runs_show_has_the_command_that_resumes_a_run_before_the_one_that_repeats_it(
    reason: str, resumes: bool, cli: Cli, tmp_path: Path
) -> None:
    run = make(
        tmp_path / "runs", "20260101-120000-compact", [*recorded.training(500), recorded.finished(reason=reason)]
    )
    for file_exists in (False, True):
        shown = cli("runs", "show").stdout
        assert (f"  resume    mnist-sum train --resume {run.id}\n  again " in shown) == (resumes and file_exists)
        run.resume_file.touch()


def test_a_change_whose_step_was_not_made_is_called_planned(cli: Cli, tmp_path: Path) -> None:
    """Steps count from 0, so a run of 2,150 steps has not made step 2,150; more epochs begin with it."""
    turned = Changed(step=0, epoch=1, elapsed=0.0, at=2149, setting="lr", before="x1", value="x0.5")
    longer = replace(turned, at=2150, setting="epochs", before="5", value="6")
    events = [turned, replace(turned, at=2150), longer, *recorded.training(2150), recorded.finished()]
    run, plain = make(tmp_path / "runs", "20260101-120000-compact", events), make_run(tmp_path / "runs", "plain")
    told = [line for line in cli("runs", "show", run.id).stdout.splitlines() if line.startswith("changed")]
    assert told == [
        "changed   learning rate x1 -> x0.5, after step 2,149",
        "changed   learning rate x1 -> x0.5, planned for step 2,150",
        "changed   epochs 5 -> 6, after step 2,150",
    ]
    shown = json.loads(cli("runs", "show", run.id, "--json").stdout)
    assert {*shown, *shown["changed"][0]} <= explained()
    assert [event["reached"] for event in shown["changed"]] == [True, False, True]
    assert "--change 2150:lr=x0.5" in shown["again"], "it counts in a run that is trained further"
    rows = cli("runs", "compare", run.id, plain.id).stdout
    assert "2149:lr=x0.5  " in rows
    assert "2150:lr=x0.5 (planned)" in rows
    assert "2150:epochs=6  " in rows


def test_runs_show_json(cli: Cli, tmp_path: Path) -> None:
    run = make_run(tmp_path / "runs", "20260101-120000-compact")
    done = cli("runs", "show", "--json")
    told = json.loads(done.stdout)
    assert len(done.stdout.splitlines()) == 1
    assert (told["run"], told["epochs_done"], told["test"]) == (run.id, 5, None)
    assert told["settings"]["model"] == "compact"
    epochs = [event.epoch for event in recorded.training(2150) if event.kind == "epoch"]
    assert [epoch["epoch"] for epoch in told["history"]] == epochs
    values = {
        "digit_accuracy": 0.9912,
        "sum_accuracy": 0.98741,
        "agreement": 0.99312,
        "pairs": 100_000,
        "best_epoch": 5,
    }
    run.report_file.write_text(json.dumps(values))
    assert json.loads(cli("runs", "show", "latest", "--json").stdout)["test"] == values
    run.report_file.write_text(json.dumps({**values, "agreement": 0.5}))
    assert json.loads(cli("runs", "show", "latest", "--json").stdout)["test"] is None
    again = f"mnist-sum evaluate {run.id} prints the result of its weights"
    assert f"report.json contradicts metrics.jsonl and is left out; {again}" in " ".join(
        cli("runs", "show").stdout.split()
    )


def test_compare_draws_the_curves_on_one_scale(cli: Cli, tmp_path: Path) -> None:
    good = make_run(tmp_path / "runs", "20260101-120000-compact")
    bad = make_run(tmp_path / "runs", "20260102-120000-compact", lr=1.0)
    worse = altered(read_events(bad.metrics_file), EpochDone, digit_loss=lambda event: event.digit_loss + 2)
    bad.metrics_file.write_bytes(to_lines(worse))
    rows = [line.split() for line in cli("runs", "compare", good.id, bad.id).stdout.splitlines()]
    a = next(row for row in rows if row[:4] == ["train.", "digit", "loss", "A"])[4]
    b = rows[rows.index(next(row for row in rows if row[:4] == ["train.", "digit", "loss", "A"])) + 1][1]
    assert set(a) == {"▁"}, "the lowest of both"
    assert set(b) <= {"▇", "█"}
    assert ["lr", "0.002", "1"] in rows


def test_compare_names_a_curve_where_the_first_run_has_none(cli: Cli, tmp_path: Path) -> None:
    blind = make_run(tmp_path / "runs", "20260101-120000-compact")
    seeing = make_run(tmp_path / "runs", "20260102-120000-compact", lr=1.0)
    without = {item.name: None for item in fields(EpochDone) if item.name.startswith("val_")}
    blind.metrics_file.write_bytes(to_lines(altered(read_events(blind.metrics_file), EpochDone, **without)))
    rows = [line.split()[:4] for line in cli("runs", "compare", blind.id, seeing.id).stdout.splitlines()]
    assert ["val.", "digit", "accuracy", "B"] in rows
    assert ["val.", "sum", "accuracy", "B"] in rows
    assert ["train.", "digit", "loss", "A"] in rows


def test_predict_takes_the_index_and_the_number(cli: Cli) -> None:
    wanted = json.loads(cli("predict", "idx", "3", "--number", "5", "--json").stdout)
    for words in (["3", "5"], ["idx", "3", "5"], ["3", "--number", "5"], ["idx", "3", "5", "--number", "5"]):
        assert json.loads(cli("predict", *words, "--json").stdout) == wanted
    assert "number" in json.loads(cli("predict", "3", "--json").stdout)
    is_one_line(cli("predict", "3", "10"), 2, "number must be 0 to 9, not 10")
    assert json.loads(cli("predict", "--threshold", "0.5", "3", "--json").stdout)["threshold"] == 0.5, "options first"
    is_one_line(cli("predict", "--threshold", "0.5", "no.png"), 2, "no.png does not exist")
    is_one_line(cli("predict", "3", "5", "--number", "4"), 2, "given twice")
    is_one_line(cli("predict", "three"), 2, "'three' is neither the number of a test image nor a picture")


def test_predict_takes_a_picture(cli: Cli, tmp_path: Path) -> None:
    pixels = np.full((40, 40), 255, np.uint8)
    pixels[8:32, 18:22] = 0
    Image.fromarray(pixels).save(tmp_path / "one.png")
    (tmp_path / "one").write_bytes((tmp_path / "one.png").read_bytes())
    wanted = json.loads(cli("predict", "image", "one.png", "5", "--json").stdout)
    assert wanted["file"] == "one.png"
    assert json.loads(cli("predict", "one.png", "5", "--json").stdout) == wanted
    assert json.loads(cli("predict", "one", "5", "--json").stdout)["digit"] == wanted["digit"]
    is_one_line(cli("predict", "two.png"), 2, "error: two.png does not exist; give the path of a picture")
    (tmp_path / "p.v2").write_bytes((tmp_path / "one.png").read_bytes())
    for file in ("one", "p.v2"):
        for words in (["--json", file], ["--json", "image", file], ["--number", "5", "--json", file]):
            assert json.loads(cli("predict", *words).stdout)["digit"] == wanted["digit"], words


def test_an_options_value_does_not_decide_what_is_predicted(cli: Cli) -> None:
    for option, value in (("--run", "v1.old/x-v1.x"), ("--runs-dir", "./old.runs"), ("--data-dir", "no.where")):
        for words in ([option, value], [f"{option}={value}"]):
            said = cli("predict", *words, "3", "--json")
            assert "3 does not exist" not in said.stderr
            assert "INDEX" not in said.stderr
    assert json.loads(cli("predict", "--runs-dir", "./old.runs", "3", "--json").stdout)["index"] == 3
    is_one_line(cli("predict", "--json", "three"), 2, "'three' is neither the number of a test image nor a picture")
    is_one_line(cli("predict", "--json"), 2, "Missing argument 'INDEX'")
    is_one_line(cli("predict", "--json", "-1"), 2, "No such option: -1")
    is_one_line(cli("predict", "--split", "no.png", "3"), 2, "unknown split")
    is_one_line(cli("predict", "--json", "-"), 2, "error: standard input is empty; give the path of a picture")


TRUE = {"TERM": "xterm-256color", "COLORTERM": "truecolor"}


@pytest.mark.parametrize(
    ("environment", "columns", "is_drawn"),
    [(TRUE, 120, True), (TRUE, 80, False), (TRUE, 50, False), ({**TRUE, "NO_COLOR": "1"}, 120, False),
     ({"TERM": "xterm-256color"}, 120, False)],
)  # fmt: skip
def test_predict_prints_half_blocks_beside_the_characters(
    environment: dict[str, str], columns: int, is_drawn: bool
) -> None:
    found = shown("predict", "3", "5", columns=columns, environment=environment)
    assert found.code == 0
    assert any("@@" in line for line in found.lines)
    beside = [line for line in found.lines if "@@" in line and "▀" in line]
    assert bool(beside) == is_drawn
    assert ("\x1b[38;2;" in found.raw) == is_drawn
    assert max(map(len, found.lines)) <= columns
    assert any("0 + 5 = 5  right" in line for line in found.lines)


@pytest.mark.parametrize("environment", [TRUE, {}], ids=["truecolor", "256"])
def test_the_picture_and_its_title_fit_a_screen(environment: dict[str, str], small_data: str, tmp_path: Path) -> None:
    found = shown("predict", "3", "5", columns=80, rows=24, environment=environment)
    assert "test image 3 (digit 0), number 5" in found.lines
    assert len(found.lines) < 24, "the last row has the shell's prompt"
    run = begun(config_of(small_data, model="swift"), tmp_path / "runs", 1)  # its answer is wrong
    found = shown("predict", "3", "5", "--run", str(run.path), columns=120, rows=24, environment=environment)
    assert "test image 3 (digit 0), number 5; correct: 0 + 5 = 5" in found.lines
    assert len(found.lines) < 24


def test_evaluate_says_how_many_wrong_digits_it_shows(cli: Cli, small_data: str, tmp_path: Path) -> None:
    begun(config_of(small_data, model="swift"), tmp_path / "runs", 3)
    words = cli("evaluate", "--data-dir", small_data).stdout
    assert re.search(r"^Wrong digits, 16 of \d\d shown, surest first$", words, re.MULTILINE)
    assert "All of them: page Mistakes of mnist-sum tui, once Enter on the page Runs has opened this run\n" in words
    (tmp_path / "runs").rename(tmp_path / "other")
    words = " ".join(cli("evaluate", "--data-dir", small_data, "--runs-dir", "other").stdout.split())
    asked = re.search("see one:? mnist-sum predict INDEX (--run .*?) --data-dir", words)
    assert asked is not None
    wanted = cli("predict", "3", "5", "--runs-dir", "other").stdout
    assert cli("predict", "3", "5", *asked[1].split()).stdout == wanted, "the same network"


def test_quiet_prints_one_line(cli: Cli, small_data: str) -> None:
    done = cli("train", "--recipe", "sprint", "--epochs", "1", "--data-dir", small_data, "-q", FORCE_COLOR="1")
    (line,) = done.stdout.splitlines()
    assert line.startswith("Test: ")
    assert "\x1b" not in line
    shares = [word for word in line.split() if word[0].isdigit()]
    assert [len(share.partition(".")[2]) for share in shares] == [2, 2, 2], "one precision"


def test_more_threads_than_the_machine_has_are_refused(cli: Cli, tmp_path: Path) -> None:
    is_one_line(cli("train", "--threads", "999"), 2, "error: --threads 999 is more than this machine's", "core")
    assert not list((tmp_path / "runs").glob("*")), "no run is left"
