"""What the quiz asks for is answered to it, and not to the page below it, which goes on."""

import re

import pytest

from mnist_sum_tui.tui.app import MnistSumApp
from mnist_sum_tui.tui.pages.inside import InsidePage
from mnist_sum_tui.tui.pages.inspect import InspectPage
from mnist_sum_tui.tui.pages.mistakes import MistakesPage
from mnist_sum_tui.tui.pages.quiz import QuizScreen
from mnist_sum_tui.tui.predictions.requests import EvaluateTestSet, PredictImage
from tests.tui import fixed, recorded


async def test_an_evaluation_of_mistakes_waits_while_the_training_ends(app: MnistSumApp) -> None:
    """It took the quiz's place, which waited for ever."""
    async with fixed.on(app, MistakesPage, (120, 36)) as (pilot, page):
        recorded.begin(app)
        page.post_message(fixed.evaluated((fixed.NEWEST,), weights=fixed.NEWEST, source="it, step 5"))
        await pilot.pause()
        held = fixed.hold(app, EvaluateTestSet)
        app.action_quiz()
        await pilot.pause()
        app.session.end()
        page.keep_state()
        assert [job.reply for job in held] == [app.screen.post_message]
        await pilot.press("escape")
        await pilot.pause()
        assert held[-1].reply == page.post_message, "now it is asked for"


async def test_the_map_of_inside_waits_for_its_evaluation(app: MnistSumApp) -> None:
    async with fixed.on(app, InsidePage, (120, 36)) as (pilot, page):
        held = fixed.hold(app, EvaluateTestSet)
        app.action_quiz()
        await pilot.pause()
        page.action_map()
        await pilot.pause()
        page.keep_view_up()
        assert [job.reply for job in held] == [app.screen.post_message]
        await pilot.press("escape")
        await pilot.pause()
        assert held[-1].reply == page.post_message


async def test_an_image_of_inspect_waits_while_a_training_changes_the_answers(
    app: MnistSumApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with fixed.on(app, InspectPage, (120, 36)) as (pilot, page):
        recorded.begin(app)
        app.action_quiz()
        await pilot.pause()
        held = fixed.hold(app, PredictImage)
        monkeypatch.setattr(page, "_due", 0.0)
        page.keep_up()
        assert not held
        await pilot.press("escape")
        await pilot.pause()
        assert [job.reply for job in held] == [page.post_message]


async def test_a_quiz_that_is_left_early_says_the_score_so_far(app: MnistSumApp) -> None:
    async with fixed.on(app, InspectPage) as (pilot, page):
        for typed in ("", "00"):
            app.action_quiz()
            screen = app.screen
            assert isinstance(screen, QuizScreen)
            await recorded.until(pilot, lambda: screen.waiting)  # noqa: B023
            if typed:
                await recorded.press(pilot, *typed, "enter")
                await recorded.until(pilot, lambda: screen.answers)  # noqa: B023
            await pilot.press("escape")
            await recorded.until(pilot, lambda: app.screen is page)
            told = "".join(note.message for note in app._notifications)
            assert re.fullmatch(r"You 0 of 1 in [\d.]+ s; Network [01] of 1 in \d+ ms" if typed else "", told)
