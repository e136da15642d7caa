"""`mnist-sum runs list --filter --sort --columns --each`, and `mnist-sum runs note`."""

import csv
import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

from mnist_sum_tui.export.report import report
from mnist_sum_tui.formatting import byte_size
from mnist_sum_tui.runs import find, notes, own_files
from mnist_sum_tui.runs.events import Changed
from tests.conftest import Cli, is_one_line
from tests.tui import recorded
from tests.tui.pages.test_runs import make, make_three


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    make_three(tmp_path / "runs")
    return tmp_path / "runs"


def listed(cli: Cli, *options: str) -> list[str]:
    result = cli("runs", "list", "--json", *options)
    assert result.returncode == 0, result.stderr
    return [json.loads(line)["run"][16:] for line in result.stdout.splitlines()]


def test_a_list_is_filtered_and_sorted(cli: Cli, folder: Path) -> None:
    assert len(find.list_runs(folder)) == 3
    assert listed(cli) == ["compact-short", "pictured", "compact"]
    assert listed(cli, "--filter", "model=compact lr>1e-3 stopped") == ["compact-short"]
    assert listed(cli, "--filter", "model=compact", "--sort", "sum") == ["compact", "compact-short"]
    assert listed(cli, "--sort", "time") == ["compact-short", "compact", "pictured"]
    assert cli("runs", "--sort", "time").stdout == cli("runs", "list", "--sort", "time").stdout
    _, pictured, _ = every = find.list_runs(folder)
    (pictured.path / "last.safetensors").write_bytes(bytes(5_000_000))
    small = sum(own_files.size(run.path) for run in every if run != pictured)
    below = cli("runs", "list", "--filter", "model=compact").stdout.splitlines()[-1]
    assert below == f"on the disk: {byte_size(small)}", "without what the filter leaves out"
    assert "The filter seed=9 fits none of 3 runs" in cli("runs", "list", "--filter", "seed=9").stdout
    is_one_line(cli("runs", "list", "--filter", "nonsense="), 2, "write a state, part of")
    is_one_line(cli("runs", "list", "--sort", "beauty"), 2, "unknown column 'beauty'")


@pytest.fixture
def seeds(folder: Path) -> Path:
    """Three runs that differ by their seed alone, beside the three others."""
    for seed, total in enumerate((0.96, 0.97, 0.98), 1):
        done = replace(recorded.finished(), sum_accuracy=total)
        make(folder, f"20260102-12000{seed}-compact", [*recorded.training(2150), done], seed=seed, lr=0.004)
    return folder


def test_runs_that_differ_by_their_seed_alone_are_one_line(cli: Cli, seeds: Path) -> None:
    for command in (["runs"], ["runs", "list", "--sort", "run"]):
        lines = cli(*command).stdout.splitlines()
        rows = [line for line in lines if "2026010" in line]
        assert len(rows) == 4, lines
        assert rows[0].startswith("20260102-120003-compact n=3 ")
        assert "97.00 +-1.00" in rows[0]
        assert sum("+- standard deviation over seeds" in line for line in lines) == 1
        points = {tuple(found.start() for found in re.finditer(r"(?<!-)\b\d\d\.\d\d\b", row)) for row in rows}
        assert len(points) == 1, "the figures of single runs are below the means"
    assert "sum 97.00 % +-1.00" in cli("runs", "--plain").stdout
    assert "97.00 +-1.00" in cli("runs", "list", "--filter", "lr=0.004").stdout
    whole = cli("runs", "list", "--each").stdout
    assert whole.count("-compact ") == 4
    assert "n=" not in whole
    assert len(listed(cli)) == 6, "for a script each run is a line"


def test_columns_are_chosen_also_settings(cli: Cli, seeds: Path) -> None:
    result = cli("runs", "list", "--columns", "run, lr,seed,sum", "--sort", "lr")
    lines = result.stdout.splitlines()
    ends = {line.index(cell) + len(cell) for line, cell in ((lines[0], "seed"), (lines[4], "3, 2, 1"))}
    assert len(ends) == 1, "numbers are at the right"
    titles, *rows = (re.split("  +", line.strip()) for line in lines)
    assert titles == ["run", "lr", "seed", "sum"]
    assert [row[1] for row in rows[:4]] == ["0.002", "0.002", "0.002", "0.004"]
    assert rows[3] == ["20260102-120003-compact n=3", "0.004", "3, 2, 1", "97.00 +-1.00"]
    assert listed(cli, "--sort", "seed")[-3:] == ["compact"] * 3
    is_one_line(cli("runs", "list", "--columns", "run,beauty"), 2, "unknown column 'beauty'")
    is_one_line(cli("runs", "list", "--columns", "run,"), 2, "unknown column ''")
    is_one_line(cli("runs", "list", "--columns", "run", "--json"), 2, "leave out --columns or --json")


def test_the_runs_of_a_class_are_a_table_for_a_spreadsheet(cli: Cli, seeds: Path, tmp_path: Path) -> None:
    notes.write(find.by_name("20260101-120200", seeds), '=HYPERLINK("x")')
    table = tmp_path / "class.csv"
    assert "6 runs, for a spreadsheet" in cli("runs", "--csv", str(table)).stdout
    rows = list(csv.DictReader(table.read_text().splitlines()))
    assert [row["run"] for row in rows[:2]] == ["20260102-120003-compact", "20260102-120002-compact"], "no means"
    assert (rows[0]["sum_accuracy"], rows[0]["seed"], rows[0]["lr"], rows[0]["note"]) == ("0.98", "3", "0.004", "")
    assert next(row["note"] for row in rows if row["note"]) == '\'=HYPERLINK("x")', "which a spreadsheet would run"
    assert cli("runs", "list", "--filter", "lr=0.004", "--sort", "sum", "--csv", str(table)).returncode == 0
    assert [row["seed"] for row in csv.DictReader(table.read_text().splitlines())] == ["3", "2", "1"]
    is_one_line(cli("runs", "--csv", str(table), "--json"), 2, "leave out one of them")
    is_one_line(cli("runs", "--csv", str(table), "--columns", "run"), 2, "leave out --columns or --csv")
    is_one_line(cli("runs", "--csv", str(tmp_path)), 2, "is a folder")


def test_of_very_many_changes_of_settings_some_are_shown(cli: Cli, tmp_path: Path) -> None:
    events = [
        Changed(step=at, epoch=1, elapsed=0.2, at=at, setting="lr", before="x1", value=f"x{at}") for at in range(2, 23)
    ]
    for count in (20, 21):
        make(tmp_path / "runs", f"20260101-12000{count - 20}-compact", [*recorded.training(2150), *events[:count]])
        shown = cli("runs", "show").stdout
        assert len(re.findall(r"learning rate x\d+", shown)) == 20
        assert ("and 1 more; --json has all" in shown) is (count == 21)


def test_a_note_is_in_the_list_the_run_and_its_report(cli: Cli, folder: Path) -> None:
    result = cli("runs", "note", "20260101-120200", "wide <b>images</b>: 3/4 at 10:26, +-1 %")
    assert result.returncode == 0, result.stderr
    for arguments in (["list"], ["show", "20260101-120200"], ["show", "20260101-120200", "--json"], ["list", "--json"]):
        for plain in ("", "yes"):
            said = cli("runs", *arguments, MNIST_SUM_PLAIN=plain).stdout
            assert "wide <b>images</b>: 3/4 at 10:26, +-1 %" in said, "the user's own words, also for a screen reader"
    assert "wide &lt;b&gt;images&lt;/b&gt;" in report(find.by_name("20260101-120200", folder)).decode()
    assert "no note any more" in cli("runs", "note", "20260101-120200", "").stdout
    assert "note" not in cli("runs", "list").stdout
    is_one_line(cli("runs", "note", "latest", "x" * 201), 2, "at most 200 letters")
