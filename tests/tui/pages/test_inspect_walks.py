"""Walks on the page Inspect: where one is, back again, and images that the training learns while one looks."""

import time
from dataclasses import replace

import numpy as np
import pytest
from textual.widgets import Static

from mnist_sum_tui.tui.app import MnistSumApp
from mnist_sum_tui.tui.pages.image_page import ImagePage
from mnist_sum_tui.tui.pages.inspect import InspectPage
from mnist_sum_tui.tui.predictions.messages import Working
from mnist_sum_tui.tui.predictions.requests import EvaluateTestSet, PredictImage
from mnist_sum_tui.tui.session.messages import OpenInInspect
from mnist_sum_tui.tui.widgets.answer import AnswerText
from tests.tui import fixed
from tests.tui.fixed import ODD
from tests.tui.pages.test_draw import draw
from tests.tui.pages.test_inspect import WRONG
from tests.tui.recorded import press, until

ODD_NUMBER = 4
"""the number with which the sums of ODD do not fit their digits"""
RIGHT = 0
"""an image whose predictions stand for those of weights that have learned it"""


def note_of(page: InspectPage) -> str:
    note = page.query_one("#note", Static)
    return str(note.render()) if note.display else ""


async def test_a_walk_before_the_first_answer_is_not_lost(app: MnistSumApp, monkeypatch: pytest.MonkeyPatch) -> None:
    """As `w` right after F2: the answer takes a moment."""
    monkeypatch.setattr(ImagePage, "on_image_predicted", lambda *_: None)
    async with app.run_test() as pilot:
        await pilot.press("f2")
        await until(pilot, lambda: isinstance(app.screen, InspectPage))
        page = app.screen
        assert isinstance(page, InspectPage)
        assert page.answer is None
        await pilot.press("w")
        await until(pilot, lambda: page.answer is not None)
        assert page.index == WRONG[0]
        assert note_of(page).startswith("With number 7: wrong image 1 of 12")


async def test_a_walk_goes_on_after_a_dialog_and_ends_with_another_choice(app: MnistSumApp) -> None:
    """While the test images are evaluated."""
    async with fixed.on(app, InspectPage) as (pilot, page):
        held, evaluated = fixed.hold(app, EvaluateTestSet), fixed.evaluated()
        await press(pilot, "w", "f9", "escape")
        await until(pilot, lambda: app.screen is page)
        held[-1].reply(evaluated)
        await until(pilot, lambda: note_of(page).startswith("With number 7: wrong image 1 of 12"))
        page._evaluated = None
        await press(pilot, "w", "f4", "f2")
        page.open_image(OpenInInspect(5, 3, evaluated, "From there"))
        held[-1].reply(evaluated)
        await pilot.pause()
        assert page.index == 5
        for number, verdict in ((ODD_NUMBER, "sum wrong, digit right"), (0, "right")):
            page.open_image(OpenInInspect(ODD[0], number, evaluated, "From there"))
            assert note_of(page) == f"From there: {verdict}"


async def test_a_walk_says_where_it_is_and_goes_back(app: MnistSumApp) -> None:
    async with fixed.on(app, InspectPage) as (pilot, page):
        for key, index, words in (
            ("w", WRONG[0], "With number 7: wrong image 1 of 12 (digit or sum)"),
            ("w", WRONG[1], "With number 7: wrong image 2 of 12 (digit or sum)"),
            ("W", WRONG[0], "With number 7: wrong image 1 of 12 (digit or sum)"),
            ("W", WRONG[-1], "With number 7: wrong image 12 of 12 (digit or sum)"),
        ):
            await press(pilot, key)
            assert (page.index, note_of(page)) == (index, words)
        await press(pilot, "right")
        assert note_of(page) == "", "the walk is over"
        app.session.drawing = np.full((56, 56), 255, np.uint8)
        await press(pilot, "d")
        assert app.session.drawing is None, "Inside shows the image that was found, too"
        assert (page.index, page.number) == (ODD[0], ODD_NUMBER)
        assert note_of(page) == "With any number: disagreeing image 1 of 3 (the sum is not digit + number)"
        assert page._found is not None
        assert page.answer is not None
        shown, now = page.answer.predictions[ODD_NUMBER], fixed.predictions(RIGHT)[ODD_NUMBER]
        found = replace(page._found, result=fixed.evaluated(weights=fixed.NEWEST, source="x, step 98").result)
        line = "Disagreeing image 1 of 3 at step 98, but agreeing by now (step 140)"
        assert found.line(70, shown, now, "x, step 140") == line


async def test_the_least_certain_one_has_its_figure(app: MnistSumApp) -> None:
    async with fixed.on(app, InspectPage) as (pilot, page):
        least = sorted(fixed.result().sureness[:, 7].tolist())
        for key, place in (("u", 1), ("u", 2), ("U", 1)):
            await press(pilot, key)
            assert fixed.result().sureness[page.index, 7] == least[place - 1]
            sure = f"{least[place - 1] * 100:.1f} %"
            assert note_of(page) == f"Least sure {place} of 1,000: its less sure answer has {sure}"
        await press(pilot, "u", "3", "u")
        assert note_of(page).startswith("Least sure 1 of 1,000"), "with another number another one is"


async def test_what_was_wrong_stays_so_until_the_next_key(app: MnistSumApp) -> None:
    """By the weights that were searched, though those of the training have learned the image by now."""
    then, later = (f"x, step {step}, not calibrated yet" for step in (98, 140))
    async with fixed.on(app, InspectPage) as (pilot, page):
        fixed.predictions_in(app).says = {
            PredictImage: lambda asked: fixed.live(asked.index, later, predictions=fixed.predictions(RIGHT)),
            EvaluateTestSet: lambda _: fixed.evaluated(weights=fixed.NEWEST, source=then, made=time.monotonic()),
        }
        page.show_index(0)
        await press(pilot, "w")
        assert note_of(page).startswith("With number 7: wrong image 1 of 12")
        page._due = 0.0
        page.keep_up()
        await pilot.pause()
        assert note_of(page) == "With number 7: wrong image 1 of 12 at step 98, but right by now (step 140)"
        assert page._found is not None
        now = fixed.predictions(RIGHT)[7]
        for width, line in (
            (70, "Wrong image 1 of 12 at step 98, but right by now (step 140)"),
            (40, "Wrong image 1 of 12, right by now"),
        ):
            assert page._found.line(width, fixed.predictions(WRONG[0])[7], now, later) == line
        said = page.query_one(AnswerText).said
        assert said == fixed.predictions(WRONG[0])[7], "those of step 98"
        assert "wrong at step 98" in str(page.query_one(AnswerText).render())
        assert str(page.query_one("#source", Static).render()) == then
        await press(pilot, "3")
        assert page.query_one(AnswerText).said == fixed.predictions(RIGHT)[3], "the newest"
        assert note_of(page) == ""


async def test_a_walk_waits_while_another_page_is_shown(app: MnistSumApp) -> None:
    """What it found took the drawing of the page Draw away, and the number."""
    async with fixed.on(app, InspectPage, (120, 36)) as (pilot, page):
        await press(pilot, "5")
        held = fixed.hold(app, EvaluateTestSet)
        await press(pilot, "w")
        await fixed.open_page(pilot, "draw")
        await draw(pilot)
        held[-1].reply(fixed.evaluated())
        await pilot.pause()
        assert app.session.drawing is not None
        assert (app.session.image, app.session.number) == (0, 5)
        await fixed.open_page(pilot, "inspect")
        assert page.index == WRONG[0], "it goes on"


async def test_a_second_answer_leaves_the_line_about_what_was_found(app: MnistSumApp) -> None:
    async with fixed.on(app, InspectPage, (120, 36)) as (pilot, page):
        held = fixed.hold(app, EvaluateTestSet)
        await press(pilot, "w", "w")
        for job in held:
            job.reply(Working("Evaluating"))
            job.reply(fixed.evaluated())
            await pilot.pause()
            assert note_of(page).startswith("With number 7: wrong image ")
