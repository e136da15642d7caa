"""A question that is open stays in view, whatever was asked for just before it and comes later."""

import threading

import pytest
from textual.events import Key

from mnist_sum_tui.runs.journal import read_events
from mnist_sum_tui.runs.run import Run
from mnist_sum_tui.tui.app import MnistSumApp
from mnist_sum_tui.tui.pages.base import Page
from mnist_sum_tui.tui.pages.dialogs import DeleteRun, QuitScreen
from mnist_sum_tui.tui.pages.mistakes import MistakesPage
from mnist_sum_tui.tui.pages.runs import RunsPage
from tests.tui import fixed, recorded
from tests.tui.recorded import until


@pytest.mark.parametrize("kind", [RunsPage, MistakesPage])
async def test_q_after_enter_asks_where_it_is_pressed(kind: type[Page], app: MnistSumApp, made: list[Run]) -> None:
    """The page that Enter opens came over the question, which waited for the next visit."""
    async with fixed.on(app, kind, (120, 36)) as (pilot, page):
        recorded.begin(app)
        app.session.run = made[2]
        for key in ("enter", "q"):  # at once
            app.post_message(Key(key, None))
        await until(pilot, lambda: isinstance(app.screen, QuitScreen))
        await pilot.pause()
        assert isinstance(app.screen, QuitScreen)
        await pilot.press("escape")
        await until(pilot, lambda: app.screen is page)


async def test_a_run_that_is_read_for_long_is_opened_behind_a_question(
    app: MnistSumApp, made: list[Run], monkeypatch: pytest.MonkeyPatch
) -> None:
    is_free = threading.Event()
    slow = "mnist_sum_tui.tui.run_app.read_events"
    monkeypatch.setattr(slow, lambda *about: is_free.wait(20) and read_events(*about))
    async with fixed.on(app, RunsPage, (120, 36)) as (pilot, _):
        await pilot.press("enter", "d")
        is_free.set()
        await until(pilot, lambda: app.session.run == made[2])
        await pilot.pause()
        assert isinstance(app.screen, DeleteRun)
        await pilot.press("n", "f1")
        await until(pilot, lambda: app.screen is app.train_page)
        assert not app.train_page.is_form_shown
