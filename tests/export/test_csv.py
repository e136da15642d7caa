"""A run's measurements as a table, and the command that writes it."""

import csv
import io
import math
from dataclasses import replace
from pathlib import Path

from mnist_sum_tui.export.csv import COLUMNS, to_csv
from mnist_sum_tui.runs.events import EpochDone, Progress
from tests.conftest import Cli, is_one_line
from tests.tui import recorded
from tests.tui.pages.test_runs import make

EVENTS = [*recorded.training(2150), recorded.finished()]


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
    runs, target = tmp_path / "runs", tmp_path / "run.csv"
    make(runs, "20260101-120100-compact", EVENTS)
    target.write_text("old")
    done = cli("runs", "export", "latest", "--csv", str(target), "--runs-dir", str(runs))
    assert (done.returncode, done.stderr) == (0, "")
    assert "spreadsheet" in done.stdout
    assert target.read_bytes() == to_csv(EVENTS)
    is_one_line(cli("runs", "export", "latest", "--runs-dir", str(runs)), 2, "--csv FILE")
    is_one_line(
        cli("runs", "--runs-dir", str(runs), "export", "latest", "--csv", str(tmp_path)), 1, "cannot be written"
    )
    is_one_line(cli("runs", "--runs-dir", str(runs), "export", "gone", "--csv", str(target)), 2, "gone")
