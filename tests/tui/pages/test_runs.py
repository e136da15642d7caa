"""The page Runs: the table, its order, marks, and what its keys do."""

import threading
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
from textual.widgets import Static

from mnist_sum_tui.config import TrainConfig
from mnist_sum_tui.runs import find
from mnist_sum_tui.runs.columns import named
from mnist_sum_tui.runs.event_json import to_json
from mnist_sum_tui.runs.events import EpochDone, Event
from mnist_sum_tui.runs.journal import read_events
from mnist_sum_tui.runs.run import Run
from mnist_sum_tui.tui.app import MnistSumApp
from mnist_sum_tui.tui.pages.base import Page
from mnist_sum_tui.tui.pages.dialogs import Confirm
from mnist_sum_tui.tui.pages.experiments import Experiments
from mnist_sum_tui.tui.pages.runs import RunsPage
from mnist_sum_tui.tui.predictions.requests import EvaluateTestSet
from mnist_sum_tui.tui.widgets.chart import Chart
from mnist_sum_tui.tui.widgets.help_panel import page_keys
from mnist_sum_tui.tui.widgets.run_table import RunTable
from tests.tui import fixed, recorded
from tests.tui.recorded import settle


@cache
def line(event: Event) -> str:
    """Its line in the journal; the same events are written by most tests."""
    return to_json(event) + "\n"


def make(folder: Path, name: str, events: list[Event], **values: object) -> Run:
    """A run folder with those events, made at noon of the first of January 2026."""
    config = TrainConfig.of("standard", **{"model": "compact", **values})
    run = Run(folder / name)
    run.path.mkdir(parents=True)
    minute = len(list(folder.iterdir()))
    run.write_json(run.config_file, {"created": f"2026-01-01T12:{minute:02}:00+00:00", **config.to_dict()})
    run.metrics_file.write_text("".join(map(line, events)))
    return run


def make_three(folder: Path) -> list[Run]:
    whole = list(recorded.training(2150))
    worse = replace(recorded.finished(elapsed=99), digit_accuracy=0.97, sum_accuracy=0.95)
    return [
        make(folder, "20260101-120100-compact", [*whole, recorded.finished()], epochs=5),
        make(folder, "20260101-120200-pictured", [*recorded.training(2150, slower=2), worse], model="pictured"),
        make(folder, "20260101-120300-compact-short", [*recorded.training(700), recorded.finished(700, 17, "stopped")]),
    ]


def note_of(page: Page) -> str:
    return str(page.query_one("#note", Static).render())


async def test_no_runs_is_advice(app: MnistSumApp, tmp_path: Path) -> None:
    async with fixed.on(app, RunsPage) as (pilot, page):
        assert page.query_one("#empty").display
        assert not page.query_one(RunTable).display
        await pilot.press("r", "e", "d", "y", "space", "enter", "s")  # nothing to do is no error
        make(tmp_path, "20260101-120100-compact", [])
        page.action_reload()
        await recorded.until(pilot, lambda: page.query_one(RunTable).display)
        assert page.focused is page.query_one(RunTable), "so that the arrow keys move in it"


async def test_newest_first_and_sortable(app: MnistSumApp, made: list[Run]) -> None:
    async with fixed.on(app, RunsPage, (160, 36)) as (pilot, page):
        table = page.query_one(RunTable)
        assert table.row_count == 3
        assert table.current is not None
        assert table.current.run.id == made[2].id
        helped = {words for keys in page_keys(app.screen) for _, words in keys}
        assert {"First run", "Last run"} == helped & {"First run", "Last run", "Top", "Bottom", "Cursor left"}
        for key, row in (("end", 2), ("home", 0), ("down", 1)):
            await pilot.press(key)
            assert table.cursor_row == row
        columns, sums = list(table.shown), named("sum")
        table.sort_by(sums)
        await pilot.pause()
        assert table.row_id == made[1].id  # the cursor stays on its run
        heading = table.ordered_columns[columns.index(sums)]
        assert (str(heading.label), table.ordered_rows[0].key.value) == ("sum ▼", made[0].id), "the highest first"
        await pilot.press("S")
        assert table.order == (sums, True)
        assert str(heading.label) == "sum ▲"
        await pilot.press("s")
        assert table.order == (columns[columns.index(sums) + 1], False)


async def test_the_run_under_the_cursor_is_the_one_that_is_shown_there(
    app: MnistSumApp, made: list[Run], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where another program has just removed one of them, of which the table does not know yet."""
    monkeypatch.setattr(Experiments, "keep_state", lambda _: None)  # it looks just before
    async with fixed.on(app, RunsPage) as (pilot, page):
        table = page.query_one(RunTable)
        await pilot.press("down")
        made[0].delete()
        assert table.current is not None
        assert table.current.run.id == table.row_id == made[1].id
        await pilot.press("up")
        assert table.current.run.id == made[2].id


async def test_a_slow_curve_does_not_take_the_place_of_a_later_one(
    app: MnistSumApp, made: list[Run], monkeypatch: pytest.MonkeyPatch
) -> None:
    held = threading.Event()

    def slowly(path: Path, *kinds: str) -> Iterator[Event]:
        if path == made[1].metrics_file:
            held.wait(30)
        return read_events(path, *kinds)

    async with fixed.on(app, RunsPage) as (pilot, page):
        monkeypatch.setattr("mnist_sum_tui.tui.session.run_curves.read_events", slowly)
        await pilot.press("down", "down")
        held.set()
        await settle(pilot)
        assert [curve.name for curve in page.query_one(Chart).plot.curves] == ["01-01 12:01 compact"]


async def test_an_evaluation_that_another_page_has_replaced_is_asked_for_again(
    app: MnistSumApp, made: list[Run], monkeypatch: pytest.MonkeyPatch
) -> None:
    made[2].best_file.write_bytes(b"")
    async with fixed.on(app, RunsPage) as (pilot, page):
        worker = fixed.predictions_in(app)
        with monkeypatch.context() as patch:
            patch.setattr(worker, "request", lambda *_: None)
            await pilot.press("e")
        await fixed.open_page(pilot, "inspect")
        await fixed.opened(pilot, RunsPage)
        assert "digit 98.80 %" in note_of(page)
        evaluations = [request for request in worker.requests if isinstance(request, EvaluateTestSet)]
        await fixed.open_page(pilot, "inspect")
        await fixed.opened(pilot, RunsPage)
        later = [request for request in worker.requests if isinstance(request, EvaluateTestSet)]
        assert later == evaluations, "it has been answered"
        with monkeypatch.context() as patch:
            patch.setattr(worker, "request", lambda *_: None)
            await pilot.press("e", "d", "y")
            await recorded.until(pilot, lambda: not made[2].path.exists())
        await fixed.open_page(pilot, "inspect")
        await fixed.opened(pilot, RunsPage)
        later = [request for request in worker.requests if isinstance(request, EvaluateTestSet)]
        assert later == evaluations, "the run was deleted meanwhile"
        await pilot.press("e")
        assert f"{made[1].id} has no weights" in note_of(page)


async def test_marks_overlay_curves(app: MnistSumApp, made: list[Run]) -> None:
    async with fixed.on(app, RunsPage, (120, 36)) as (pilot, page):
        chart = page.query_one(Chart)
        assert len(chart.plot.curves) == 1
        await pilot.press("space", "space")
        await settle(pilot)
        assert [curve.name for curve in chart.plot.curves] == ["● 01-01 12:03 compact-short", "◆ 01-01 12:02 pictured"]
        await pilot.press("v", "x")
        assert chart.plot.title == "digit accuracy in training"
        assert chart.plot.x_kind == "step"
        await pilot.press("up", "space")
        await settle(pilot)
        assert len(chart.plot.curves) == 1


async def test_the_best_run_is_marked_and_the_page_says_by_what(app: MnistSumApp, tmp_path: Path) -> None:
    """By validation, though another run's test result, or that of one without validation, is higher; as in `runs`."""
    whole = list(recorded.training(2150))
    lucky = replace(recorded.finished(), digit_accuracy=0.9999, sum_accuracy=0.9999)
    unheld = [replace(e, val_digit_accuracy=None, val_sum_accuracy=None) for e in whole if isinstance(e, EpochDone)]
    best = make(tmp_path, "20260101-120100-compact", [*whole, recorded.finished()])
    make(tmp_path, "20260101-120200-compact-slow", [*recorded.training(2150, slower=2), lucky])
    make(tmp_path, "20260101-120300-compact-all", [*unheld, lucky])
    stopped = make(tmp_path, "20260101-120400-compact-stopped", list(recorded.training(700)))
    async with fixed.on(app, RunsPage, (120, 36)) as (pilot, page):
        table = page.query_one(RunTable)
        states = {row.value: str(table.get_cell(row, "state")) for row in table.rows}
        assert {name for name, state in states.items() if state.endswith(", best")} == {best.id}
        assert find.by_name("best", tmp_path) == best
        assert str(table.get_cell(stopped.id, "sum")).endswith("%*")
        assert not str(table.get_cell(best.id, "sum")).endswith("*")
        words = str(page.query_one("#why-best", Static).render())
        assert words.startswith("best: the highest mean validation accuracy on")
        assert "* on the validation images" in words
        table.columns_wanted, table.marked = tuple(table.shown)[:1], (best.id,)
        await pilot.pause()
        assert str(table.get_cell(best.id, "run")).endswith(", best"), "also beside a mark, without a column of states"
        table.columns_wanted, table.marked = (), ()
        page.pattern = "seed=0"
        better = make(tmp_path, "20260101-120500-compact-quick", list(recorded.training(2150, slower=0.9)), seed=1)
        page.action_reload()
        await recorded.until(pilot, lambda: table.best is not None and table.best.run == better)
        assert not any(str(table.get_cell(row, "state")).endswith("best") for row in table.rows), "it has no row"


async def test_delete_asks(app: MnistSumApp, made: list[Run]) -> None:
    async with fixed.on(app, RunsPage) as (pilot, page):
        await pilot.press("d")
        assert isinstance(app.screen, Confirm)
        await pilot.press("enter")  # the button that keeps it has the focus
        assert made[2].path.exists()
        with made[2].lock():
            await pilot.press("d")
            assert page.is_current, "a run that trains cannot be deleted, so nobody is asked"
            assert "is being trained" in note_of(page)
        await pilot.press("d", "n")
        assert note_of(page) == f"Nothing was deleted: {made[2].id} is still there"
        page.query_one(RunTable).marked = (made[2].id,)
        await pilot.press("d", "y")
        await settle(pilot)
        assert not made[2].path.exists()
        assert page.query_one(RunTable).row_count == 2
        assert page.query_one(RunTable).marked == (), "else the chart would follow the cursor no longer"
        assert "Deleted" in note_of(page)


async def test_a_damaged_run_is_listed(app: MnistSumApp, tmp_path: Path) -> None:
    run = make(tmp_path, "20260101-120100-compact", [])
    run.config_file.write_text("{")
    async with fixed.on(app, RunsPage) as (pilot, page):
        await pilot.press("r")
        assert "damaged" in note_of(page)
        await pilot.press("y")
