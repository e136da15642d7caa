"""A run's measurements as a table, its moving picture, and the command that writes them."""

import csv
import io
import math
import os
import stat
from dataclasses import replace
from pathlib import Path

from mnist_sum_tui.export.csv import COLUMNS, to_csv
from mnist_sum_tui.runs.events import EpochDone, Progress
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
    is_one_line(cli("runs", "export", "latest", "--runs-dir", str(runs)), 2, "--csv FILE", "--onnx FILE")
    is_one_line(cli("runs", "--runs-dir", str(runs), "export", "gone", "--csv", str(target)), 2, "gone")


def test_a_report_is_asked_another_name_where_its_own_is_too_long(cli: Cli, tmp_path: Path) -> None:
    make(tmp_path / "runs", "x" * 251, EVENTS)
    is_one_line(cli("runs", "report"), 2, "x.html cannot be used (File name too long): name another file with -o")


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
        for command in (("export", run.id, "--csv"), ("report", run.id, "-o")):
            is_one_line(cli("runs", *command, name, *options), 2, why)
    assert stat.S_ISFIFO((tmp_path / "pipe").stat().st_mode)
    assert not (tmp_path / "elsewhere").exists()


def test_no_file_is_written_twice_and_none_of_a_run_is_replaced(cli: Cli, tmp_path: Path) -> None:
    run = make(tmp_path / "runs", "20260101-120000-compact", EVENTS)
    before = {path.name: path.read_bytes() for path in run.path.iterdir()}
    twice = ("--csv", str(tmp_path / "one"), "--onnx", str(tmp_path / "runs" / ".." / "one"))
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


def test_of_a_run_without_events_nothing_is_written(cli: Cli, tmp_path: Path) -> None:
    runs = tmp_path / "runs"
    make(runs, "20260101-120200-empty", [])
    for kind in ("--csv", "--tensorboard"):
        done = cli("runs", "export", "latest", kind, str(tmp_path / "out"), "--runs-dir", str(runs))
        is_one_line(done, 2, "nothing to export", "metrics.jsonl", "; choose another run")
    assert [path.name for path in tmp_path.iterdir() if path != runs] == []
