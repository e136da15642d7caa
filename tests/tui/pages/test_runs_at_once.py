"""On Runs, a key or a click means the row or column where it was made, whatever comes at the same moment."""

import pytest
from textual.events import Key

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
