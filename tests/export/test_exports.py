"""A run's measurements as a table, its moving picture, and the command that writes them."""

import csv
import io
import math
import os
import stat
from dataclasses import replace
from pathlib import Path

from mnist_sum_tui.export.animation import svg
from mnist_sum_tui.export.csv import COLUMNS, to_csv
from mnist_sum_tui.export.recording import RECORDED
from mnist_sum_tui.runs.events import EpochDone, Progress, Samples, Started
from mnist_sum_tui.runs.journal import read_events
from tests.conftest import Cli, is_one_line
from tests.export.test_report import EVENTS
from tests.tui.pages.test_runs import make


def rows_of(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode(), newline="")))


def test_each_measurement_is_a_row() -> None:
    rows = rows_of(to_csv(EVENTS))
    measured = [event for event in EVENTS if event.kind in ("progress", "epoch", "finished")]
    assert [row["event"] for row in rows] == [event.kind for event in measured]
    assert tuple(rows[0]) == COLUMNS
    for row, event in zip(rows, measured, strict=True):
        assert (int(row["step"]), float(row["elapsed"])) == (event.step, event.elapsed)
        if isinstance(event, Progress):
            assert float(row["sum_loss"]) == event.sum_loss
            assert row["val_sum_loss"] == ""
        if isinstance(event, EpochDone):
            assert float(row["val_sum_accuracy"]) == event.val_sum_accuracy
            assert row["best"] == "True"
    assert float(rows[-1]["sum_accuracy"]) == 0.98741
    assert not {"message", "path", "run"} & set(COLUMNS), "text of a file would be a formula to a spreadsheet"


def test_what_is_missing_or_no_number() -> None:
    progress = next(event for event in EVENTS if isinstance(event, Progress))
    (row,) = rows_of(to_csv([replace(progress, digit_loss=math.nan, sum_loss=math.inf, remaining=None)]))
    assert (row["digit_loss"], row["sum_loss"], row["remaining"]) == ("NaN", "Infinity", "")
    assert to_csv([]).decode() == ",".join(COLUMNS) + "\r\n"


def test_the_command(cli: Cli, tmp_path: Path) -> None:
    runs, target = tmp_path / "runs", tmp_path / "run\x1b[31m.csv"
    make(runs, "20260101-120100-compact", EVENTS)
    done = cli("runs", "export", "latest", "--csv", str(target), "--runs-dir", str(runs))
    assert (done.returncode, done.stderr) == (0, "")
    assert r"run\x1b[31m.csv: a spreadsheet" in done.stdout
    assert target.read_bytes() == to_csv(EVENTS)
    is_one_line(cli("runs", "export", "latest", "--runs-dir", str(runs)), 2, "--csv FILE", "--svg FILE")
    is_one_line(cli("runs", "--runs-dir", str(runs), "export", "gone", "--csv", str(target)), 2, "gone")


def test_a_report_is_asked_another_name_where_its_own_is_too_long(cli: Cli, tmp_path: Path) -> None:
    make(tmp_path / "runs", "x" * 251, EVENTS)
    is_one_line(cli("runs", "report"), 2, "x.html cannot be used (File name too long): name another file with -o")


def test_the_moving_picture_of_any_run(cli: Cli, tmp_path: Path) -> None:
    events, target = list(read_events(RECORDED.metrics_file)), tmp_path / "run.svg"
    runs = make(tmp_path / "runs", "20260101-120100-swift", events, model="swift", epochs=3, lr=5.0).path.parent
    done = cli("runs", "export", "latest", "--svg", str(target), "--runs-dir", str(runs))
    assert (done.returncode, done.stderr) == (0, "")
    command = "mnist-sum train --model swift --recipe standard --epochs 3 --lr 5 --seed 0"
    assert target.read_text(encoding="utf-8") == svg(events, command)
    assert f">{command}</text>" in svg(events, command), "whoever repeats it gets this training"
    assert ">mnist-sum train --model-file ...</text>" in svg(events, f"mnist-sum train --model-file {'x' * 99}.py")
    make(runs, "20260101-120200-short", events[:2])
    short = cli("runs", "export", "20260101-120200", "--svg", str(tmp_path / "no.svg"), "--runs-dir", str(runs))
    is_one_line(short, 1, "20260101-120200-short: the training is too short for a moving picture, or the rest of it is")
    make(runs, "20260101-120300-late", events[1:])
    late = cli("runs", "export", "20260101-120300", "--svg", str(tmp_path / "no.svg"), "--runs-dir", str(runs))
    is_one_line(late, 1, "20260101-120300-late: the beginning of the training is missing in", "; choose another run")
    make(runs, "20260101-120400-moved", events, data_dir=str(tmp_path / "gone"))
    moved = cli("runs", "export", "20260101-120400", "--svg", str(tmp_path / "no.svg"), "--runs-dir", str(runs))
    is_one_line(moved, 1, "20260101-120400-moved: the images of the training are not in", "gone")
    assert not (tmp_path / "no.svg").exists()


def test_the_moving_picture_of_a_strangers_run() -> None:
    events = list(read_events(RECORDED.metrics_file))
    few = dict.fromkeys(("indices", "labels", "numbers", "digits", "sums"), (1,))
    fewer = replace(next(event for event in events if isinstance(event, Samples)), step=2_000, **few)  # type: ignore[arg-type]
    assert svg([*events, fewer]) == svg(events), "other images than the first ones are left out"
    started, early, late = [event for event in events if isinstance(event, Started | Progress)][:3]
    assert isinstance(started, Started)
    one_step = replace(started, epochs=1, steps_per_epoch=1)
    assert "step 1 of 1" in svg([one_step, replace(early, step=0), replace(late, step=1)])


def test_only_a_new_file_or_a_regular_one_is_written(cli: Cli, tmp_path: Path) -> None:
    run = make(tmp_path / "runs", "20260101-120000-compact", EVENTS)
    options = ("--runs-dir", str(tmp_path / "runs"))
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "link").symlink_to(tmp_path / "elsewhere")
    for name, why in {
        str(tmp_path): "is a folder", ".": "is a folder", "": "is a folder", "x" * 300: "another name",
        str(tmp_path / "no" / "x"): "does not exist", str(tmp_path / "pipe"): "is not a regular file",
        str(tmp_path / "link"): "is not a regular file", "-": "not the standard output: give the name of a file",
    }.items():  # fmt: skip
        for command in (("export", run.id, "--csv"), ("export", run.id, "--svg"), ("report", run.id, "-o")):
            is_one_line(cli("runs", *command, name, *options), 2, why)
    assert stat.S_ISFIFO((tmp_path / "pipe").stat().st_mode)
    assert not (tmp_path / "elsewhere").exists()


def test_steps_that_do_not_rise_can_be_drawn() -> None:
    progress = next(event for event in EVENTS if isinstance(event, Progress))
    odd = [*EVENTS[:1], progress, progress, replace(progress, step=1), replace(progress, step=2**53 - 1), EVENTS[-1]]
    assert b"<svg" in svg(odd).encode()


def test_no_file_is_written_twice_and_none_of_a_run_is_replaced(cli: Cli, tmp_path: Path) -> None:
    run = make(tmp_path / "runs", "20260101-120000-compact", EVENTS)
    before = {path.name: path.read_bytes() for path in run.path.iterdir()}
    twice = ("--csv", str(tmp_path / "one"), "--svg", str(tmp_path / "runs" / ".." / "one"))
    is_one_line(cli("runs", "export", str(run.path), *twice), 2, "is named twice")
    for name in ("metrics.jsonl", "config.json", "last.safetensors", "note.txt"):
        target = str(run.path / name)
        for command in (("export", str(run.path), "--csv"), ("report", str(run.path), "-o")):
            is_one_line(cli("runs", *command, target), 2, "is a file of a run")
    assert {path.name: path.read_bytes() for path in run.path.iterdir()} == before
    assert not (tmp_path / "one").exists()
    (tmp_path / "config.json").mkdir()
    for other in (run.path / "report.html", run.path / "mine.csv", tmp_path / "note.txt"):
        assert cli("runs", "report", str(run.path), "-o", str(other)).returncode == 0


def test_all_is_written_or_nothing(cli: Cli, tmp_path: Path) -> None:
    runs, targets = tmp_path / "runs", [tmp_path / "run.csv", tmp_path / "run.svg"]
    both = ("--csv", str(targets[0]), "--svg", str(targets[1]), "--runs-dir", str(runs))
    make(runs, "20260101-120100-short", EVENTS[:2])
    is_one_line(cli("runs", "export", "latest", *both), 1, "too short")
    make(runs, "20260101-120200-empty", [])
    is_one_line(
        cli("runs", "export", "latest", *both[:2], *both[4:]),
        2,
        "nothing to export",
        "metrics.jsonl",
        "; choose another run",
    )
    board = cli("runs", "export", "latest", "--tensorboard", str(tmp_path / "board"), *both[4:])
    is_one_line(board, 2, "nothing to export", "metrics.jsonl", "; choose another run")
    assert [path.name for path in tmp_path.iterdir() if path != runs] == []
