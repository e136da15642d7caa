"""On Runs, a key or a click means the row or column where it was made, whatever comes at the same moment."""

import pytest
from rich.style import Style
from textual.events import Click, Key
from textual.widgets import DataTable

from mnist_sum_tui.runs.columns import named
from mnist_sum_tui.runs.run import Run
from mnist_sum_tui.tui.app import MnistSumApp
from mnist_sum_tui.tui.pages.runs import RunsPage
from mnist_sum_tui.tui.widgets.run_table import RunTable
from tests.tui import fixed


@pytest.mark.parametrize("key", ["down", "end"])
async def test_enter_opens_its_run_although_the_cursor_goes_on(
    key: str, app: MnistSumApp, made: list[Run], monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[Run] = []
    monkeypatch.setattr(MnistSumApp, "on_open_run", lambda _, message: opened.append(message.run))
    async with fixed.on(app, RunsPage, (120, 36)) as (pilot, page):
        for typed in ("enter", key):
            app.post_message(Key(typed, None))
        await pilot.pause()
        await pilot.pause()
        table = page.query_one(RunTable)
        assert table.row_id != made[-1].id
        assert opened == [made[-1]]


async def test_a_column_that_is_clicked_as_it_goes_sorts_nothing(app: MnistSumApp, made: list[Run]) -> None:
    """In its place another one was sorted by, or there was none, and the dashboard ended."""
    assert made
    async with fixed.on(app, RunsPage, (200, 36)) as (pilot, page):
        table = page.query_one(RunTable)
        order, clicked = table.order, list(enumerate(table.ordered_columns))
        run, epochs, last = clicked[0], clicked[1], clicked[-1]
        for place, column in (last, epochs, run):
            table.post_message(DataTable.HeaderSelected(table, column.key, place, column.label))
        table.columns_wanted = (named("run"), named("sum"))
        await pilot.pause()
        assert table.order == (order[0], not order[1]), "only the first column is still there"


async def test_a_click_on_a_column_that_is_gone_by_then_does_nothing(app: MnistSumApp, made: list[Run]) -> None:
    assert made
    async with fixed.on(app, RunsPage, (200, 36)) as (pilot, page):
        table = page.query_one(RunTable)
        order, last = table.order, Style.from_meta({"row": -1, "column": len(table.ordered_columns) - 1})
        table.columns_wanted = (named("run"), named("sum"))
        table.post_message(Click(table, 5, 0, 0, 0, 1, False, False, False, style=last))
        await pilot.pause()
        assert table.order == order
