"""The page Runs beside hundreds of runs: the first ones come at once, and nothing is done for all that concerns one."""

import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from mnist_sum_tui.charts.run_charts import MOST_RUNS
from mnist_sum_tui.runs.columns import named
from mnist_sum_tui.runs.run import Run
from mnist_sum_tui.runs.summary import Summary, summarise
from mnist_sum_tui.tui.app import MnistSumApp
from mnist_sum_tui.tui.pages.runs import AT_ONCE, RunsPage
from mnist_sum_tui.tui.widgets.run_table import RunTable
from tests.tui import fixed, recorded
from tests.tui.pages.test_runs import make
from tests.tui.recorded import settle
from tests.tui.shown import lines

COUNT = AT_ONCE + 5


@pytest.fixture
def made(tmp_path: Path) -> list[Run]:
    events = [event for event in recorded.training(430) if event.kind in ("started", "epoch")]
    return [make(tmp_path, f"20260101-{120000 + number}-compact", events) for number in range(COUNT)]


@pytest.mark.usefixtures("without_form")
async def test_the_first_runs_are_shown_while_the_others_are_read(
    app: MnistSumApp, made: list[Run], monkeypatch: pytest.MonkeyPatch
) -> None:
    held, reads_last = threading.Event(), threading.Event()

    def slowly(run: Run) -> Summary:
        if run == made[0]:  # the oldest comes last
            reads_last.set()
            held.wait(30)
        return summarise(run)

    monkeypatch.setattr("mnist_sum_tui.tui.pages.runs.summarise", slowly)
    async with app.run_test(size=(120, 36)) as pilot:
        await app.switch_mode("runs")
        table = app.screen.query_one(RunTable)
        await recorded.until(pilot, lambda: table.row_count)
        assert (table.row_count, table.best) == (AT_ONCE, None), "the best may be among the others"
        await pilot.press("down")
        held.set()
        await recorded.until(pilot, lambda: table.row_count == COUNT)
        assert table.best is not None
        assert table.row_id == made[-2].id, "the cursor stays on its run"
        await pilot.press(*["space"] * (MOST_RUNS + 1))
        newest = [run.id for run in reversed(made[-2 - MOST_RUNS : -2])]
        assert list(table.marked) == newest, "more cannot be told apart, so the first mark goes"
        held.clear()
        reads_last.clear()
        await pilot.press("ctrl+r")
        await recorded.until(pilot, reads_last.is_set)
        assert table.row_count == COUNT, "all stay while they are read again"
        held.set()


async def test_a_mark_and_a_second_look_change_nothing_else(
    app: MnistSumApp, made: list[Run], monkeypatch: pytest.MonkeyPatch
) -> None:
    async with fixed.on(app, RunsPage, (120, 36)) as (pilot, page):
        table, changed = page.query_one(RunTable), list[Any]()
        monkeypatch.setattr(table, "update_cell", lambda row, *_: changed.append(row))
        monkeypatch.setattr(table, "add_row", lambda *_, key: changed.append(key))
        await pilot.press("space")
        assert changed == [table.marked[0]]
        page.action_reload()
        await settle(pilot)
        assert changed == [table.marked[0]], "nothing new was read"


async def test_a_run_that_trains_changes_its_own_row_alone_unless_others_are_concerned(
    app: MnistSumApp, made: list[Run], monkeypatch: pytest.MonkeyPatch
) -> None:
    async with fixed.on(app, RunsPage, (160, 48)) as (pilot, page):
        table, filled = page.query_one(RunTable), list[str]()
        add_row = table.add_row

        def noted(*cells: Any, key: str) -> None:
            filled.append(key)
            add_row(*cells, key=key)

        monkeypatch.setattr(table, "add_row", noted)
        newer = replace(page.listed[2], elapsed=754.0)
        page._take_renewed([newer])
        await pilot.pause()
        assert "12:34" in lines(app)[4]
        assert not filled, "because that takes a second with thousands of runs"
        table.sort_by(named("time"))
        page._take_renewed([replace(newer, elapsed=0.5)])
        await pilot.pause()
        assert "12:34" not in "\n".join(lines(app))
        assert table.get_row_index(newer.run.id) == 0, "the shortest comes first"
        epoch = replace(newer.epochs[-1], val_digit_accuracy=0.999, val_sum_accuracy=0.999, best=True)
        page._take_renewed([replace(newer, elapsed=0.5, epochs=(*newer.epochs, epoch))])
        await pilot.pause()
        assert [line for line in lines(app) if ", best" in line] == [lines(app)[2]]


async def test_after_a_delete_the_cursor_is_on_the_run_that_takes_the_place(
    app: MnistSumApp, made: list[Run], monkeypatch: pytest.MonkeyPatch
) -> None:
    async with fixed.on(app, RunsPage, (120, 36)) as (pilot, page):
        table = page.query_one(RunTable)
        for keys, there, left in ((["down"] * 3, made[-5], COUNT - 1), (["end"], made[1], COUNT - 2)):
            with monkeypatch.context() as patched:
                patched.setattr(page, "action_reload", lambda: None)  # at once, and not when thousands are read again
                await pilot.press(*keys, "d", "y")
                await recorded.until(pilot, lambda: table.row_count == left)  # noqa: B023
                assert table.row_id == there.id
            page.action_reload()
            await settle(pilot)
            assert (table.row_count, table.row_id) == (left, there.id)


async def test_a_mark_stays_although_a_filter_hid_all_runs_on_the_way(app: MnistSumApp, made: list[Run]) -> None:
    async with fixed.on(app, RunsPage, (120, 36)) as (pilot, page):
        await pilot.press("end", "space")
        page.pattern = "model=swift"
        page.show_listed()
        await fixed.open_page(pilot, "inspect")
        await fixed.opened(pilot, RunsPage)
        await pilot.press("escape")
        assert page.query_one(RunTable).marked == (made[0].id,)


async def test_more_runs_than_fit_have_their_figures_whole_and_say_by_what_they_are_sorted(
    app: MnistSumApp, made: list[Run]
) -> None:
    async with fixed.on(app, RunsPage, (120, 36)) as (pilot, page):
        table = page.query_one(RunTable)
        table.sort_by(named("mean val."))
        await pilot.pause()
        assert " mean val. \u25bc " in lines(app)[1]
        assert table.size.height == page.query_one("#listing").size.height // 2
        for size in ((80, 24), (60, 20)):
            await pilot.resize_terminal(*size)
            await recorded.until(pilot, lambda: lines(app)[1].startswith(" run, by mean val. \u25bc "))
            await pilot.pause()
            assert table.show_vertical_scrollbar
            assert not table.show_horizontal_scrollbar, size
            assert table.virtual_size.width <= size[0] - 2
            assert table.size.height == page.query_one("#listing").size.height // 2, "the curves keep their half"
        await pilot.press("S")
        assert lines(app)[1].startswith(" run, by mean val. \u25b2 ")
