from pathlib import Path

import pytest

from mnist_sum_tui.runs.events import Changed, Event
from mnist_sum_tui.runs.summary import summarise
from mnist_sum_tui.tui.widgets.run_details import details, in_columns, narrowed, shortened
from tests.tui import recorded
from tests.tui.pages.test_runs import make


def test_lines_that_are_not_shown_are_counted() -> None:
    lines = "setting\none\ntwo\nthree"
    assert shortened(lines, 4) == lines
    assert shortened(lines, 3) == "setting\none\n… 2 more"
    assert shortened(lines, 1) == shortened(lines, 0) == "… 4 more"


def test_columns_line_up_also_where_a_letter_is_two_cells_wide() -> None:
    assert in_columns([["run", "seed"], ["数", "1"], ["abcd", ""]]) == "run   seed\n数    1\nabcd"


def test_a_long_value_leaves_room_for_the_values_of_the_other_runs() -> None:
    rows = [["setting", "A", "B"], ["data-dir", "/home/ann/lesson-small", "built-in"]]
    assert narrowed(rows, 42) == rows
    assert narrowed(rows, 31) == [["setting", "A", "B"], ["data-dir", "/home/ann/\u2026", "built-in"]]
    assert narrowed([["setting", *"ABC"], ["lr", *["0.0123456789"] * 3]], 37)[1] == ["lr", *["0.01234\u2026"] * 3]


@pytest.mark.parametrize(("width", "count"), [(41, 5), (40, 4), (38, 4), (37, 3), (31, 3), (30, 2), (24, 2), (1, 1)])
def test_a_run_whose_values_do_not_fit_is_left_out_whole(width: int, count: int) -> None:
    rows = [["setting", *"ABCDE"], ["lr", *["0.002"] * 4, "0.01"]]
    heading, rates = narrowed(rows, width)
    sign = ["\u2026"] * (count < 5)
    assert heading == ["setting", *"ABCDE"[:count], *sign]
    assert rates == [*rows[1][: count + 1], *sign]
    assert len(in_columns([heading, rates]).splitlines()[0]) <= max(width, 17)


@pytest.mark.parametrize(("count", "shown", "more"), [(0, 0, 0), (1, 1, 0), (9, 4, 5)])
def test_what_was_changed_while_a_run_trained_stands_above_its_settings(
    count: int, shown: int, more: int, tmp_path: Path
) -> None:
    """In the words of `runs show`."""
    events: list[Event] = [recorded.started()]
    for step in range(19, 19 + count):
        turn = {"setting": "sum_weight", "before": "0.5", "value": "0.6"}
        events.append(Changed(step=step, epoch=1, elapsed=1.0, at=step, **turn))
    lines = details(summarise(make(tmp_path, "turned", events)), 40).splitlines()
    first = next(row for row, line in enumerate(lines) if line.startswith("model "))
    expected = [f"changed sum weight 0.5 -> 0.6, after step {step}" for step in range(19, 19 + shown)]
    expected += [f"\u2026 {more} more"] if more else []
    assert lines[first - len(expected) - 1 : first] == ["", *expected]
    assert "sum-weight       0.5" in lines


def test_of_a_run_that_is_over_it_is_not_said_that_an_epoch_is_still_to_come(tmp_path: Path) -> None:
    run = make(tmp_path, "stopped", [recorded.started()])
    assert "no epoch was done" in details(summarise(run), 40)
    with run.lock():
        assert "no epoch is done yet" in details(summarise(run), 40)


def test_of_a_damaged_run_it_is_said_why_it_is_that(tmp_path: Path) -> None:
    run = make(tmp_path, "damaged", [])
    run.config_file.write_text("{")
    assert "The run is damaged: config.json: " in details(summarise(run), 40)


def test_why_a_run_is_damaged_is_told_as_a_whole(tmp_path: Path) -> None:
    run = make(tmp_path, "damaged", [])
    run.write_json(run.config_file, {**run.read_config().to_dict(), "a_setting_of_a_later_version": 1})
    lines = details(summarise(run), 40).splitlines()
    assert summarise(run).trouble in " ".join(lines)
    assert max(map(len, lines)) <= 54 - 2, "the columns that pages.tcss gives them, within their margin"
