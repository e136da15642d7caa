"""The page Runs where the folder, or a run in it, may not be read."""

from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Static

from mnist_sum_tui.tui.app import MnistSumApp
from mnist_sum_tui.tui.pages.runs import RunsPage
from tests.runs.folders import lock_up
from tests.tui import fixed
from tests.tui.pages.test_runs import make_three
from tests.tui.recorded import settle


async def read_again(pilot: Pilot[int], page: RunsPage, selector: str) -> str:
    await pilot.press("ctrl+r")
    await settle(pilot)
    return str(page.query_one(selector, Static).render())


async def test_what_cannot_be_read_is_not_called_empty(
    app: MnistSumApp, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with fixed.on(app, RunsPage) as (pilot, page):
        words = await read_again(pilot, page, "#empty")
        assert words.startswith("No runs yet")
        assert words.endswith(f"they stay in the folder {tmp_path}.")
        with monkeypatch.context() as locked:
            lock_up(tmp_path, locked)
            words = await read_again(pilot, page, "#empty")
            assert words == f"{tmp_path} cannot be read (Permission denied): name another with --runs-dir"
        closed, *_ = make_three(tmp_path)
        with monkeypatch.context() as locked:
            lock_up(closed.path, locked)
            words = await read_again(pilot, page, "#why-best")
            assert f"1 folder cannot be read (Permission denied): {closed.id}" in words
        assert "cannot be read" not in await read_again(pilot, page, "#why-best")
