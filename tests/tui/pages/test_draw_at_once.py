"""Draw: what is on the pad is what is predicted, kept and brought back, whatever comes at the same moment."""

import pytest
from textual.widgets import Static

from mnist_sum_tui.tui.app import MnistSumApp
from mnist_sum_tui.tui.pages.draw import HINT, DrawPage
from mnist_sum_tui.tui.predictions.messages import Trouble, Working
from mnist_sum_tui.tui.widgets.draw_pad import DrawPad
from mnist_sum_tui.tui.widgets.gallery import Gallery
from tests.tui import fixed
from tests.tui.pages.test_draw import THREE, draw
from tests.tui.recorded import press


async def test_an_earlier_drawing_comes_back_although_the_pad_is_cleared_at_that_moment(app: MnistSumApp) -> None:
    """The cleared one was taken for it, and shown, while the blank pad was predicted."""
    async with fixed.on(app, DrawPage, (200, 60)) as (pilot, page):
        await draw(pilot, THREE)
        wanted = page.drawing
        await press(pilot, "c")
        await draw(pilot, THREE[:3])
        page.query_one(Gallery).action_open()
        page.action_clear()
        await pilot.pause()
        assert len(page.query_one(Gallery).items) == 2
        assert page.query_one(DrawPad).sheet is wanted
        assert page.drawing is wanted
        assert app.session.drawing is wanted


async def test_what_is_kept_is_the_whole_drawing(app: MnistSumApp) -> None:
    """A stroke that was not predicted yet was on the pad alone."""
    async with fixed.on(app, DrawPage, (200, 60)) as (pilot, page):
        await draw(pilot, THREE[:3])
        pad = page.query_one(DrawPad)
        pad.action_pen()
        pad.action_move(0, 1)
        whole = pad.sheet
        page.action_clear()
        await pilot.pause()
        page.query_one(Gallery).action_open()
        await pilot.pause()
        assert pad.sheet is whole
        assert page.drawing is whole


async def test_a_drawing_says_what_it_waits_for_where_its_answer_will_stand(
    app: MnistSumApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with fixed.on(app, DrawPage) as (pilot, page):
        hint, pad = page.query_one("#hint", Static), page.query_one(DrawPad)
        monkeypatch.setattr(page.predictions, "request", lambda *_: None)  # a worker that is busy
        page.post_message(Working("Loading PyTorch and the network ..."))
        await pilot.pause()
        assert str(hint.render()) == HINT, "nothing is drawn yet"
        pad.action_pen()
        await pilot.pause()
        assert str(hint.render()) == "Loading PyTorch and the network ... Then your drawing is read."
        page.post_message(Trouble("There is no network."))
        await pilot.pause()
        assert str(hint.render()) == HINT
