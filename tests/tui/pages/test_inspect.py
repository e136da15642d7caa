"""The page Inspect with fixed answers: stepping, numbers, wrong ones, weights."""

import asyncio
import time
from dataclasses import replace

import pytest
from textual.pilot import Pilot
from textual.widgets import Input, Label, Static

from mnist_sum_tui.tui.app import MnistSumApp
from mnist_sum_tui.tui.pages.dialogs import GoTo
from mnist_sum_tui.tui.pages.image_page import SHARE
from mnist_sum_tui.tui.pages.inspect import InspectPage
from mnist_sum_tui.tui.pages.weights_bar import short_source
from mnist_sum_tui.tui.predictions.requests import EvaluateTestSet, PredictImage
from mnist_sum_tui.tui.session.messages import OpenInInspect
from mnist_sum_tui.tui.widgets.answer import AnswerText, answer_lines
from mnist_sum_tui.tui.widgets.digit import Digit
from mnist_sum_tui.tui.widgets.half_blocks import HalfBlocks
from mnist_sum_tui.tui.widgets.slider import Slider
from tests.tui import fixed, recorded
from tests.tui.recorded import drawn_on, press, until

WRONG = sorted(fixed.WRONG)


def text_of(page: InspectPage) -> str:
    said = page.query_one(AnswerText).said
    assert said is not None
    return answer_lines(said, 30).plain


async def test_arrows_step_and_go_round(app: MnistSumApp) -> None:
    async with fixed.on(app, InspectPage) as (pilot, page):
        await pilot.press("right", "right")
        assert page.index == 2
        await pilot.press("left", "left", "left")
        assert page.index == fixed.COUNT - 1
        assert page.query_one("#picture", Digit).image is not None


async def test_another_number_or_image_draws_what_it_changes_alone(
    app: MnistSumApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with fixed.on(app, InspectPage) as (pilot, page):
        drawn = recorded.drawn_on(page, monkeypatch)
        await pilot.press("up", "right")
        assert page.query_one(AnswerText) in drawn
        assert page not in drawn, "with all that is in it"


async def test_digits_and_arrows_choose_the_number(app: MnistSumApp) -> None:
    async with fixed.on(app, InspectPage) as (pilot, page):
        count = len(fixed.predictions_in(app).requests)
        for key, number in (("3", 3), ("up", 4), ("9", 9), ("up", 0), ("down", 9)):
            await pilot.press(key)
            assert page.number == number
        assert text_of(page).startswith(
            "7 + 9 = 16\n7? (not sure: sum below 90 %)\ndigit 99.0% sum 89.1%\n✓ right\n"
            "truth 7 + 9 = 16\nanswers agree: 7+9=16"
        )
        assert len(fixed.predictions_in(app).requests) == count  # one answer has all numbers


async def test_w_goes_from_wrong_one_to_wrong_one(app: MnistSumApp) -> None:
    async with fixed.on(app, InspectPage) as (pilot, page):
        found = []
        for _ in range(len(WRONG) + 1):
            await press(pilot, "w")
            found.append(page.index)
        assert found == [*WRONG, WRONG[0]]
        assert "✗ wrong" in text_of(page)
        assert sum(isinstance(request, EvaluateTestSet) for request in fixed.predictions_in(app).requests) == 1


async def test_g_asks_for_a_place_and_takes_no_other(app: MnistSumApp) -> None:
    async with fixed.on(app, InspectPage) as (pilot, page):
        await pilot.press("g", *"1000", "enter")
        assert isinstance(app.screen, GoTo)  # there are a thousand, from 0
        assert "0 to 999" in str(app.screen.query_one("#said", Label).render())
        app.screen.query_one(Input).value = "321"
        await pilot.press("enter")
        assert page.index == 321
        await pilot.press("g", "5", "escape")
        assert page.index == 321
        await press(pilot, "g", "0", "enter")
        assert page.index == 0


async def test_b_switches_to_half_blocks_and_r_goes_anywhere(app: MnistSumApp, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("random.randrange", lambda count: count - 3)
    async with fixed.on(app, InspectPage) as (pilot, page):
        picture = page.query_one("#picture", Digit)
        assert "@@" in str(picture.render())
        await press(pilot, "b", "r")
        assert isinstance(picture.render(), HalfBlocks)
        assert page.index == fixed.COUNT - 3


async def test_weights_slide_and_the_same_image_is_predicted_again(app: MnistSumApp) -> None:
    async with fixed.on(app, InspectPage) as (pilot, page):
        slider = page.query_one(Slider)
        assert slider.names == ("epoch 1", "best", "last")
        assert slider.chosen == 1
        await press(pilot, "comma")
        assert slider.chosen == 0
        last = fixed.predictions_in(app).requests[-1]
        assert isinstance(last, PredictImage)
        assert last.weights == fixed.CHOICES[0]
        await press(pilot, "comma", "full_stop", "full_stop", "full_stop")
        assert slider.chosen == 2
        await pilot.click(slider, offset=(1, 0))
        await pilot.pause()
        assert slider.chosen == 0


async def test_words_about_the_weights_leave_room_for_the_slider_beside_the_help(
    app: MnistSumApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And after it is closed they are all there again."""
    named = "20260101-120000-compact-with-a-name"
    monkeypatch.setattr(fixed, "SOURCE", f"newest good run {named}, epoch 3, not calibrated")
    monkeypatch.setattr(fixed, "CHOICES", tuple(replace(each, owner=named) for each in fixed.CHOICES))
    async with fixed.on(app, InspectPage, (120, 36)) as (pilot, page):
        source = page.query_one("#source", Static)
        for said in ("newest good run, epoch 3, not calibrated", fixed.SOURCE):
            await press(pilot, "question_mark")
            assert str(source.render()) == said
            assert f" {fixed.CHOICES[1].name}" in str(page.query_one(Slider).render())


@pytest.mark.parametrize(
    ("source", "room", "words"),
    [
        ("x, stopped in epoch 2, step 1,700, not calibrated", 49, "x, stopped in epoch 2, step 1,700, not calibrated"),
        ("x, stopped in epoch 2, step 1,700, not calibrated", 48, "x, stopped in epoch 2, not calibrated"),
        ("x, stopped in epoch 2, step 1,700, not calibrated", 36, "stopped in epoch 2, not calibrated"),
        ("kept before this moment: x, epoch 2, not calibrated", 50, "kept before this moment: epoch 2, not calibrated"),
        ("x, step 17, not calibrated yet", 29, "x, not calibrated yet"),
        ("x, stopped in epoch 2, step 1,700", 30, "x, stopped in epoch 2"),
    ],
)
def test_that_weights_are_not_calibrated_is_left_out_last(source: str, room: int, words: str) -> None:
    assert short_source(source, "x", room) == words


async def test_other_test_images_may_be_fewer(app: MnistSumApp) -> None:
    async with fixed.on(app, InspectPage) as (pilot, page):
        page.show_index(fixed.COUNT + 445)
        await pilot.pause()
        assert page.index == 445
        assert str(page.query_one("#which", Static).render()).startswith("#445")


async def test_another_page_opens_an_image(app: MnistSumApp) -> None:
    async with app.run_test() as pilot:
        app.post_message(OpenInInspect(445))
        await pilot.pause()
        await pilot.pause()
        page = app.screen
        assert isinstance(page, InspectPage)
        assert page.index == 445
        assert "5 + 7" not in text_of(page)  # it is a 6, predicted as 0
        assert str(page.query_one("#which", Static).render()).startswith("#445")


async def test_any_size_will_do_and_the_page_comes_to_rest(app: MnistSumApp, monkeypatch: pytest.MonkeyPatch) -> None:
    async with fixed.on(app, InspectPage) as (pilot, _):
        for name in ("inspect", "draw", "mistakes", "runs"):
            await fixed.open_page(pilot, name)
            for size in ((1, 1), (2, 40), (300, 3), (17, 9), (80, 24)):
                await pilot.resize_terminal(*size)
                await asyncio.sleep(0)
                await pilot.pause()
                await until_rest(pilot, monkeypatch)


async def until_rest(pilot: Pilot[int], monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait until nothing is drawn in a pause, which lasts a second at most; a slow machine has nine."""
    for _ in range(9):
        with monkeypatch.context() as patch:
            drawn = drawn_on(pilot.app.screen, patch)
            await pilot.pause()
        if not drawn:
            return
    pytest.fail(f"drawn again and again: {drawn} at {pilot.app.size}")


async def test_the_next_live_answer_waits_for_the_drawing_of_this_one_too(
    app: MnistSumApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with fixed.on(app, InspectPage) as (pilot, page):
        assert page.answer is not None
        monkeypatch.setattr(page, "show_answer", lambda: time.sleep(0.02))
        page._asked, page._due = begin, _ = time.monotonic(), 0.0
        page.take_answer(page.answer)
        await until(pilot, lambda: not page._asked)
        assert page._due - begin >= 0.02 / SHARE
