"""The page Mistakes while all images are evaluated again: by the key, while it trains, after it."""

import time

import pytest
from textual.widgets import Static

from mnist_sum_tui.tui.app import MnistSumApp
from mnist_sum_tui.tui.pages.inspect import InspectPage
from mnist_sum_tui.tui.pages.mistakes import MistakesPage
from mnist_sum_tui.tui.pages.weights_bar import GUESSES, NO_OTHERS
from mnist_sum_tui.tui.predictions.messages import TestSetEvaluated
from mnist_sum_tui.tui.session.session import Session
from mnist_sum_tui.tui.widgets.gallery import Gallery
from tests.tui import fixed
from tests.tui.recorded import press, until


@pytest.mark.parametrize("words", ["evaluating", NO_OTHERS, GUESSES])
async def test_images_stay_while_there_is_a_note(words: str, app: MnistSumApp) -> None:
    async with fixed.on(app, MistakesPage, (80, 24)) as (pilot, page):
        gallery = page.query_one(Gallery)
        before = gallery.size
        page.note(words)
        await pilot.pause()
        assert page.query_one("#note").region.height == 1
        assert gallery.size == before
        page.note()
        await pilot.pause()
        assert page.query_one("#result").region.height == 1
        assert gallery.size == before


def of_step(step: int, made: float = 0.0) -> TestSetEvaluated:
    """An evaluation of the weights of a step, while a training goes on; `made` is a time.monotonic."""
    source, choices = f"the training in progress, step {step}", (*fixed.CHOICES, fixed.NEWEST)
    return fixed.evaluated(choices, weights=fixed.NEWEST, source=source, made=made)


async def test_an_evaluation_that_would_come_too_early_is_refused_in_words(
    app: MnistSumApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with fixed.on(app, MistakesPage) as (pilot, page):
        worker = fixed.predictions_in(app)
        monkeypatch.setattr(Session, "is_training", True)
        for age, is_refused in ((0, True), (60, False)):
            page.on_test_set_evaluated(of_step(age, made=time.monotonic() - age))
            worker.requests.clear()
            await press(pilot, "r")
            assert bool(worker.requests) is not is_refused
            words = "While it trains, all images are read every 30 seconds at most."
            assert (str(page.query_one("#note", Static).render()) == words) is is_refused


async def test_weights_that_were_evaluated_already_are_told(app: MnistSumApp) -> None:
    async with fixed.on(app, MistakesPage) as (pilot, page):
        note = page.query_one("#note", Static)
        assert not note.display, "nobody has asked again"
        await press(pilot, "r")
        assert str(note.render()) == "These weights are evaluated already: nothing has changed."
        await press(pilot, "f1", "f4")
        assert not note.display


async def test_after_the_training_its_best_weights_are_evaluated(
    app: MnistSumApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with fixed.on(app, MistakesPage) as (pilot, page):
        worker = fixed.predictions_in(app)
        page.on_test_set_evaluated(of_step(98))
        monkeypatch.setattr(Session, "is_training", True)
        worker.requests.clear()
        page.keep_state()
        await pilot.pause()
        assert not worker.requests
        assert "step 98" in str(page.query_one("#result", Static).render())
        monkeypatch.setattr(Session, "is_training", False)
        page.keep_state()
        await pilot.pause()
        assert "epoch 3" in str(page.query_one("#result", Static).render())
        count = len(worker.requests)
        page.keep_state()
        assert len(worker.requests) == count, "once is enough"


async def test_an_image_that_is_opened_as_another_evaluation_comes_is_the_one_that_was_shown(app: MnistSumApp) -> None:
    """By its place in the gallery it was another one, or there were fewer by then, and the dashboard ended."""
    async with fixed.on(app, MistakesPage) as (pilot, page):
        gallery = page.query_one(Gallery)
        await pilot.press("end")
        page.post_message(fixed.evaluated(fixed.CHOICES, mistakes=fixed.result().mistakes[:2]))
        last = fixed.result().mistakes[-1].index
        gallery.action_open()  # before that is taken in
        await until(pilot, lambda: isinstance(app.screen, InspectPage) and app.screen.index == last)


async def test_another_list_begins_with_its_first_row_though_the_wheel_has_scrolled_the_one_before(
    app: MnistSumApp,
) -> None:
    async with fixed.on(app, MistakesPage) as (pilot, page):
        gallery = page.query_one(Gallery)
        gallery.scroll_to(0, gallery.tile.height, animate=False)  # as the wheel, which chooses nothing
        await pilot.pause()
        assert gallery.scroll_y > 0 == gallery.chosen
        page.on_test_set_evaluated(fixed.evaluated(fixed.CHOICES, made=1.0))
        await pilot.pause()
        assert gallery.scroll_y == 0, "the first image is the chosen one"
