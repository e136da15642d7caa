"""The columns of a table of runs, in the dashboard and on the command line."""

import csv
import gc
import json
import re
import weakref
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from mnist_sum_tui.cli.layout import console
from mnist_sum_tui.cli.run_tables import print_runs
from mnist_sum_tui.glyphs import BRAILLE
from mnist_sum_tui.printable import cells
from mnist_sum_tui.runs.columns import (
    COLUMNS,
    GAP,
    LEAST_NAME,
    NOTE,
    arranged,
    chosen,
    compute,
    named,
    that_fit,
    without_middle,
)
from mnist_sum_tui.runs.events import Changed, EpochDone, Paused, Resumed
from mnist_sum_tui.runs.find import list_runs
from mnist_sum_tui.runs.seed_groups import folded
from mnist_sum_tui.runs.summary import summarise
from tests.conftest import Cli
from tests.runs.test_filters import summary
from tests.tui import recorded
from tests.tui.pages.test_runs import make, make_three


def test_every_column_sorts_both_ways(tmp_path: Path) -> None:
    found = [summarise(run) for run in make_three(tmp_path)]
    for column in COLUMNS:
        ordered, turned = arranged(found, column), arranged(found, column, is_turned=True)
        assert sorted(run.run.id for run in ordered) == sorted(run.run.id for run in turned)
        keys = [column.key(run) for run in ordered]
        assert keys == sorted(keys, reverse=column.is_falling)
        assert [column.key(run) for run in turned] == sorted(keys, reverse=not column.is_falling)
    assert [named("epochs").text(run) for run in found] == ["5/5", "5/5", "1/5"]


def test_the_parameters_are_a_column_for_those_who_ask(tmp_path: Path, cli: Cli) -> None:
    begun = replace(recorded.started(), parameters=218_673)
    make(tmp_path / "runs", "a", [])
    make(tmp_path / "runs", "b", [begun])
    make(tmp_path / "runs", "c", [replace(begun, parameters=73_961)])
    lines = cli("runs", "--columns", "run,parameters", "--sort", "parameters", "--each").stdout.splitlines()
    assert [line.split() for line in lines[1:4]] == [["b", "218,673"], ["c", "73,961"], ["a", "-"]]
    assert lines[1].index("218,673") == lines[2].index("73,961") - 1, "right-aligned"
    listed = cli("runs", "--json", "--sort", "parameters").stdout.splitlines()
    told = [json.loads(line)["parameters"] for line in listed]
    assert told == [218_673, 73_961, None]


def test_the_changes_during_training_are_a_column_and_go_into_a_spreadsheet(tmp_path: Path, cli: Cli) -> None:
    turn = Changed(step=200, epoch=1, elapsed=5.0, setting="lr", value="x0.5", before="x1", at=200)
    turned = [replace(turn, at=at, step=min(at, 300)) for at in (200, 300, 4_000)]
    make(tmp_path / "runs", "a", [])
    make(tmp_path / "runs", "b", [*recorded.training(450), *turned])
    lines = cli("runs", "--columns", "run,changes", "--sort", "changes", "--each").stdout.splitlines()
    assert [line.split()[:3] for line in lines[1:3]] == [["b", "200:lr=x0.5,", "300:lr=x0.5,"], ["a", "-"]]
    cli("runs", "--csv", str(tmp_path / "all.csv"))
    rows = {row["run"]: row["changes"] for row in csv.DictReader((tmp_path / "all.csv").read_text().splitlines())}
    assert rows == {"a": "", "b": "200:lr=x0.5, 300:lr=x0.5, 4000:lr=x0.5 (planned)"}


def test_runs_are_sorted_by_their_creation_and_notes_by_their_letters(tmp_path: Path) -> None:
    found = [summarise(make(tmp_path, name, [])) for name in ("old", "new")]
    assert [run.run.id for run in arranged(found, named("run"))] == ["new", "old"]
    noted = [replace(run, note=note) for run, note in zip(found, ("a", "B"), strict=True)]
    assert [run.note for run in arranged(noted, named("note"))] == ["a", "B"]


def test_of_a_run_that_is_read_again_the_table_keeps_no_earlier_reading(tmp_path: Path) -> None:
    run = make_three(tmp_path)[0]
    readings = [summarise(run) for _ in range(3)]
    for reading in readings:
        compute(reading)
    earlier = [weakref.ref(reading) for reading in readings[:-1]]
    del reading, readings[:-1]
    gc.collect()
    assert [reference() for reference in earlier] == [None, None], "each has all epochs"


def test_numbers_are_sorted_as_numbers() -> None:
    found = [summary(str(size), batch_size=size) for size in (128, 64, 1000)]
    assert [run.run.id for run in arranged(found, named("batch-size"))] == ["64", "128", "1000"]


def test_a_column_that_is_named_twice_is_shown_once() -> None:
    assert chosen("sum, run,sum") == (named("sum"), named("run"))


def test_a_cell_has_each_value_of_a_setting_once_and_a_note_of_thirty_letters_whole() -> None:
    (fold,) = folded([summary("a", batch_size=64), summary("b", seed=1, batch_size=64)])
    assert [named(title).text(fold) for title in ("batch-size", "seed")] == ["64", "0, 1"]
    notes = ["n" * NOTE, "n" * (NOTE + 1)]
    assert [len(named("note").text(replace(summary(), note=note)).rstrip("n")) for note in notes] == [0, NOTE]
    wide = named("note").text(replace(summary(), note="\N{CJK UNIFIED IDEOGRAPH-5B57}" * NOTE))
    assert NOTE - 1 <= cells(wide) <= NOTE, "otherwise it would leave the other columns no room"


def test_a_run_that_holds_nothing_out_has_a_curve_too(tmp_path: Path) -> None:
    events = [
        replace(event, val_digit_accuracy=None, val_sum_accuracy=None) if isinstance(event, EpochDone) else event
        for event in recorded.training(2150)
    ]
    run = summarise(make(tmp_path, "20260101-120100-compact", events))
    (curve,) = (column.text(run) for column in COLUMNS if column.title == "curve")
    assert len(curve) == 5
    assert set(curve) <= set(BRAILLE.sparks)


def test_a_run_that_waits_is_paused_and_not_running(tmp_path: Path) -> None:
    at: Any = {"step": 200, "epoch": 1, "elapsed": 5.0}
    events = [*recorded.training(200), Paused(**at)]
    waiting, going = make(tmp_path, "waiting", events), make(tmp_path, "going", [*events, Resumed(**at)])
    (state,) = (column for column in COLUMNS if column.title == "state")
    assert state.text(summarise(waiting)) == "… cut off", "its process is gone"
    with waiting.lock(), going.lock():
        assert state.text(summarise(waiting)) == "‖ paused"
        assert state.text(summarise(going)) == "● running"


def test_a_mean_below_1_is_not_called_100() -> None:
    column = next(column for column in COLUMNS if column.title == "sum")
    found = [folded([summary("a", total=total), summary("b", seed=1, total=1.0)]) for total in (0.9999, 1.0)]
    assert [column.text(fold) for (fold,) in found] == ["99.99 +-0.01", "100.00 +-0.00"]


def test_columns_that_do_not_fit_are_left_out_whole(tmp_path: Path) -> None:
    found = [summarise(run) for run in make_three(tmp_path)]
    wide, narrow = that_fit(found, 200), that_fit(found, 80)
    assert tuple(wide) == COLUMNS[:-1], "no run has a note"
    assert [column.title for column in narrow] == ["run", "state", "epochs", "digit", "sum"]
    assert [column.title for column in that_fit(found, 20)] == ["run", "digit", "sum"], "never less"
    noted = [replace(found[0], note="class 7b, the first run of the year"), *found[1:]]
    assert that_fit(noted, 80).keys() == narrow.keys(), "a note that does not fit takes no other column away"


def test_the_table_says_of_each_run_what_the_command_says(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    at: Any = {"step": 200, "epoch": 1, "elapsed": 5.0}
    waiting = make(tmp_path, "waiting", [*recorded.training(200), Paused(**at)])
    make(tmp_path, "begun", [recorded.started()])
    make(tmp_path, "damaged", []).config_file.write_text("{")
    make_three(tmp_path)
    with waiting.lock():
        found = [summarise(run) for run in list_runs(tmp_path)]
        print_runs(console(), found)
    titles, *rows = [re.split(r"  +", line) for line in capsys.readouterr().out.splitlines()[: len(found) + 1]]
    shown = {column.title: column for column in COLUMNS}
    assert set(titles) < set(shown)
    for run, row in zip(found, rows, strict=True):
        texts = [shown[title].text(run) for title in titles[1:]]
        texts[titles.index("state") - 1] = texts[titles.index("state") - 1].partition(" ")[2]
        assert texts == row[1:]


def test_a_table_is_never_wider_than_its_place(tmp_path: Path) -> None:
    found = [summarise(run) for run in make_three(tmp_path)]
    widths = {width: sum(room + GAP for room in that_fit(found, width).values()) for width in range(41, 201)}
    assert [width for width, taken in widths.items() if taken > width] == []
    assert widths[200] == sum(room + GAP for room in that_fit(found, widths[200]).values()), "as wide as it may be"


def test_a_long_name_takes_no_figure_away(tmp_path: Path) -> None:
    runs = [*make_three(tmp_path), make(tmp_path, "20260101-120400-compact-" + "long" * 15, [])]
    found = [summarise(run) for run in runs]
    for width in (41, 80, 120):
        shown = that_fit(found, width)
        assert {"run", "digit", "sum"} <= {column.title for column in shown}
        assert sum(room + GAP for room in shown.values()) <= width
    assert that_fit(found, 200)[COLUMNS[0]] == 2 + len(runs[-1].id), "the whole name, where there is room"
    assert that_fit(found, 1)[COLUMNS[0]] == LEAST_NAME


@pytest.mark.parametrize(
    ("room", "shown"), [(11, "compact-run"), (10, "compa\u2026-run"), (5, "co\u2026un"), (1, "\u2026")]
)
def test_a_name_without_room_keeps_its_beginning_and_its_end(room: int, shown: str) -> None:
    assert without_middle("compact-run", room) == shown
