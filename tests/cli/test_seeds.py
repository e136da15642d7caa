"""`mnist-sum train --seeds`: several runs with different seeds, and their mean."""

import json
import re
import statistics
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from mnist_sum_tui.cli import progress
from mnist_sum_tui.cli.again import there
from mnist_sum_tui.cli.seeds import train_seeds
from mnist_sum_tui.cli.sweep import ENDED
from mnist_sum_tui.config import TrainConfig
from mnist_sum_tui.machine.ranks import VARIABLES
from mnist_sum_tui.models import parameter_count, skeleton
from mnist_sum_tui.runs import find
from mnist_sum_tui.runs.run import Run
from mnist_sum_tui.training.loop import train
from tests.conftest import Cli, is_one_line
from tests.guide.test_json_names import explained
from tests.tui import recorded
from tests.tui.pages.test_runs import make

SPRINT = ("train", "--recipe", "sprint", "--epochs", "1")


def events(text: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in text.splitlines()]


def test_seeds_give_the_same_results_as_single_runs_and_report_the_mean(cli: Cli, small_data: str) -> None:
    result = cli(*SPRINT, "--data-dir", small_data, "--seed", "3", "--seeds", "2", "--json")
    assert result.returncode == 0, result.stderr
    *runs, last = events(result.stdout)
    finished = [event for event in runs if event["event"] == "finished"]
    assert [event["seed"] for event in runs if event["event"] == "started"] == [3, 4]
    assert last["event"] == "seeds"
    assert last.keys() <= explained()
    assert last["runs"] == [event["run"] for event in finished]
    for name in ("digit_accuracy", "sum_accuracy", "agreement"):
        values = [float(str(event[name])) for event in finished]
        assert last[name] == values
        assert last["mean"][name] == pytest.approx(statistics.mean(values))  # type: ignore[index]
        assert last["deviation"][name] == pytest.approx(statistics.stdev(values))  # type: ignore[index]
    alone = events(cli(*SPRINT, "--data-dir", small_data, "--seed", "4", "--json").stdout)[-1]
    assert alone["digit_loss"] == finished[1]["digit_loss"]


def test_seeds_print_a_line_each_and_a_table(cli: Cli, small_data: str) -> None:
    result = cli(*SPRINT, "--data-dir", small_data, "--seeds", "2", "--name", "ours")
    _, *lines = result.stdout.splitlines()  # how many there will be
    assert lines[0].startswith("seed 0: test ")
    assert lines[1].startswith("seed 1: ")
    assert "-ours-seed1  " in result.stdout
    assert lines[4].split() == ["run", "digit", "sum", "agreement", "time"]
    assert "mean of 2" in result.stdout
    assert "standard deviation" in result.stdout
    assert lines[-1].endswith(" of training in all")


def test_long_runs_with_seeds_show_progress_in_a_log(
    tmp_path: Path, small_data: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(progress, "BRIEF_PROGRESS_SECONDS", 0.0)
    config = TrainConfig.of("sprint", epochs=1, seed=5, data_dir=small_data)
    run = find.create(tmp_path / "runs", config)
    with progress.printer("brief", run, config) as out:
        for event in train(config, run):
            out.show(event)
    *before, last = capsys.readouterr().out.splitlines()
    assert before
    assert all(line.startswith("seed 5: step ") and line.endswith(" left") for line in before)
    assert last.endswith(" s in all"), "with calibration and test"


@pytest.mark.parametrize("as_json", [False, True])
@pytest.mark.parametrize("is_fresh", [False, True])
def test_a_stop_says_how_to_go_on_with_the_seeds_that_are_left(
    tmp_path: Path, small_data: str, capsys: pytest.CaptureFixture[str], as_json: bool, is_fresh: bool
) -> None:
    config = TrainConfig.of("sprint", epochs=1, seed=5, data_dir=small_data)
    codes = iter([130])
    code = train_seeds(config, 3, tmp_path, "", lambda *_: next(codes), json=as_json, is_fresh=is_fresh)
    assert code == 130
    words = capsys.readouterr().out
    how = "with --seed 6 --seeds 2" if is_fresh else "goes on with it, and with the seeds that are left"
    assert (f"the same command {how}" in words) is not as_json


def test_seeds_are_a_sweep_of_one_and_go_on_where_they_were(cli: Cli, small_data: str, tmp_path: Path) -> None:
    small = (*SPRINT, "--data-dir", small_data)
    assert cli(*small, "--seed", "1").returncode == 0
    result = cli(*small, "--seeds", "2")
    made = find.list_runs(tmp_path / "runs")
    assert len(made) == 2
    assert re.search(r"^seed 1: done before, in \d+-\d+-swift$", result.stdout, re.MULTILINE)
    assert result.stdout.startswith("2 trainings, with seeds 0 to 1; the time left is that of one\n")
    again = cli(*small, "--seeds", "2")
    assert again.stdout.count("done before") == 2
    assert again.stdout[again.stdout.index("Test accuracy") :] == result.stdout[result.stdout.index("Test accuracy") :]
    assert find.list_runs(tmp_path / "runs") == made
    assert "done before" not in cli(*small, "--seeds", "2", "--change", "3:lr=x0.5").stdout
    assert len(find.list_runs(tmp_path / "runs")) == 4


def test_a_completed_run_without_a_test_result_is_trained_again(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for lacking in ("digit_accuracy", "agreement"):
        ended = replace(recorded.finished(), **{lacking: None})  # type: ignore[arg-type]
        run = make(tmp_path, f"20260101-120000-{lacking}", [recorded.started(), ended], seed=5)
        assert run.read_config().epochs == recorded.EPOCHS
        code = train_seeds(run.read_config(), 2, tmp_path, "", lambda *_: 130, json=False)
        assert code == 130
        assert "done before" not in capsys.readouterr().out


@pytest.mark.parametrize("reason", ["completed", "stopped"])
def test_a_run_of_another_network_of_that_name_is_neither_kept_nor_resumed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], reason: str
) -> None:
    begun, ended = recorded.started(), recorded.finished(reason=reason)
    begun = replace(begun, parameters=parameter_count(skeleton(begun.model)))
    ours = make(tmp_path / "ours", "ours", [begun, ended])
    config, made = ours.read_config(), list[Run]()

    def train(_: TrainConfig, make_run: Callable[[], Run], __: bool) -> int:
        made.append(make_run())
        return 130

    old = make(tmp_path / "old", "old", [replace(begun, parameters=begun.parameters - 1), ended])
    train_seeds(config, 1, tmp_path / "old", "", train, json=False)
    words = f"seed 0: network compact has changed since {old.argument}: trained again"
    assert words in capsys.readouterr().out
    assert made[0] != old
    found = there(config, tmp_path / "ours", ENDED)
    assert found is not None, "of today's network"
    assert found.run == ours
    assert "changed" not in capsys.readouterr().out


def test_quiet_seeds_print_only_the_table(cli: Cli, small_data: str) -> None:
    result = cli(*SPRINT, "--data-dir", small_data, "--seeds", "2", "--quiet")
    assert result.stdout.split("\n")[1] == "Test accuracy by seed"
    assert "seed 0: " not in result.stdout


def test_seeds_are_refused_under_torchrun(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    for rank in ("0", "1"):
        values = {"rank": rank, "size": "2", "local_rank": rank, "local_size": "2"}
        for name, variable in VARIABLES.items():
            monkeypatch.setenv(variable, values[name])
        is_one_line(cli(*SPRINT, "--seeds", "2"), 2, "torchrun")


def test_bad_seeds_end_in_one_line(cli: Cli, tmp_path: Path) -> None:
    is_one_line(cli(*SPRINT, "--seeds", "2", "--seed", "4294967295"), 2, "smaller --seed")
    make(tmp_path / "runs", "20260101-120000-compact", [recorded.started(), recorded.finished()])
    is_one_line(cli("train", "--seeds", "2", "--resume", "latest"), 2, "--resume")


def test_a_name_that_fits_a_single_run_fits_seeds_too(cli: Cli, small_data: str, tmp_path: Path) -> None:
    result = cli(*SPRINT, "--data-dir", small_data, "--seeds", "2", "--seed", "4294967294", "--name", "x" * 60)
    assert result.returncode == 0, result.stderr
    ids = [run.id.split("-", 3)[3] for run in find.list_runs(tmp_path / "runs")]
    assert sorted(ids) == [f"{'x' * 60}-seed{seed}" for seed in (4294967294, 4294967295)]
    is_one_line(cli(*SPRINT, "--seeds", "2", "--name", "a/b"), 2, "name 'a/b' cannot be used")


def test_a_diverging_seed_ends_the_command(cli: Cli, small_data: str) -> None:
    diverging = ["--seeds", "3", "--model", "pictured", "--optimizer", "sgd", "--lr", "100", "--schedule", "constant"]
    result = cli(*SPRINT, "--data-dir", small_data, *diverging)
    is_one_line(result, 1, "no longer a number")
    assert "mean of" not in result.stdout
