"""Where it looked, on the pages Inspect, Inside and Draw: the heat of what is shown, by the weights of its answer."""

import re
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import pytest
from numpy.typing import NDArray
from textual.color import Color

from mnist_sum_tui.training.control import Control
from mnist_sum_tui.tui.app import MnistSumApp
from mnist_sum_tui.tui.pages.draw import DrawPage
from mnist_sum_tui.tui.pages.heat_page import HeatPage
from mnist_sum_tui.tui.pages.inspect import InspectPage
from mnist_sum_tui.tui.predictions.requests import EvaluateTestSet, FindHeat
from mnist_sum_tui.tui.widgets.heat_pair import (
    LEAST_NINE,
    HeatPair,
    fitted,
    heat_lines,
    mark_style,
    marks,
    strongest_words,
)
from tests.tui import fixed
from tests.tui.pages.test_draw import draw
from tests.tui.recorded import press
from tests.tui.shown import lines
from tests.tui.widgets.test_heat_pair import heat_found

if TYPE_CHECKING:
    from mnist_sum_tui.inference.predict import Predictor


def asked(app: MnistSumApp) -> list[FindHeat]:
    return [request for request in fixed.predictions_in(app).requests if isinstance(request, FindHeat)]


@pytest.mark.parametrize("size", [(80, 24), (120, 36), (200, 60)])
async def test_a_key_shows_the_heat_of_both_answers_and_hides_it(size: tuple[int, int], app: MnistSumApp) -> None:
    async with fixed.on(app, InspectPage, size) as (pilot, _):
        for name, key in (("inspect", "o"), ("inside", "o"), ("draw", "h")):
            await fixed.open_page(pilot, name)
            page = app.screen
            assert isinstance(page, HeatPage)
            pair = page.query_one(HeatPair)
            if name == "inspect" and size[0] < 200:  # there it is shown at all times
                assert "h Where it looked" in lines(app)[-1]
                assert size[0] == 80 or "b Picture style" in lines(app)[-1], "characters or grey pixels"
            is_always_there = size == (200, 60) and name != "draw"
            if not is_always_there:
                await press(pilot, key)
            if name == "draw":
                assert str(pair.render()) == "", "nothing is drawn yet"
                await draw(pilot)
            await pilot.pause()
            assert pair.region.width >= 40, name
            shown = str(pair.render())
            digit = 3 if name == "draw" else fixed.predictions(app.session.image)[7].digit
            assert f"digit {digit} " in shown
            assert f"sum {digit + 7}" in shown
            words = " ".join(shown.split())
            assert re.search(r"digit: 9s on the ink \(from ", words), name
            # what hid each place, and what a figure means
            assert words.startswith("A grey " if is_always_there else "Figures on ink, shades beside: less sure"), name
            assert ("the less sure the answer" in words) is is_always_there, name
            assert len(shown.splitlines()) <= pair.region.height, name
            await press(pilot, "escape")
            assert pair.display == is_always_there, name
            before = len(asked(app))
            if name != "draw" and not is_always_there:
                await press(pilot, "right", "w")
                assert len(asked(app)) == before, "nobody asks for what is not shown"


async def test_it_follows_image_number_and_walk(app: MnistSumApp) -> None:
    async with fixed.on(app, InspectPage, (120, 36)) as (pilot, _):
        await press(pilot, "h", "right", "4")
        assert asked(app)[-1].number == 4
        assert np.array_equal(asked(app)[-1].image, fixed.images().images[1].numpy())
        assert asked(app)[-1].predictor is fixed.NETWORK
        searched: Any = object()
        fixed.predictions_in(app).says = {EvaluateTestSet: lambda _: fixed.evaluated(predictor=searched)}
        await press(pilot, "w")
        assert asked(app)[-1].predictor is searched, "the weights that were searched"
        await press(pilot, "right")
        assert asked(app)[-1].predictor is fixed.NETWORK


async def test_on_draw_it_follows_the_strokes(app: MnistSumApp) -> None:
    async with fixed.on(app, DrawPage, (120, 36)) as (pilot, page):
        await press(pilot, "h")
        await draw(pilot)
        await pilot.pause()
        first = len(asked(app))
        await press(pilot, "space", "left", "left")
        assert len(asked(app)) > first
        found = page.query_one(HeatPair).found
        assert found is not None
        assert np.array_equal(found.request.image, asked(app)[-1].image)
        for _ in range(2):  # the second time there is nothing to clear
            assert page.query_one(HeatPair).display
            await press(pilot, "c")
            assert not page.query_one(HeatPair).display, "a new sheet begins without the figures"
            assert page.query_one("#pad").has_focus
            await press(pilot, "h")


async def test_while_it_trains_the_same_heat_is_not_sought_each_second(
    app: MnistSumApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mnist_sum_tui.tui.pages.image_page.TICK_SECONDS", 1e6)  # newer answers come when it says so
    async with fixed.on(app, InspectPage, (120, 36)) as (pilot, page):
        app.session.control, pair = Control(), page.query_one(HeatPair)
        page.take_answer(newer := fixed.live(0, "the training in progress, step 98"))
        await press(pilot, "h")
        assert len(asked(app)) == 1
        page._heat_due = time.monotonic() + 1000
        for at in 140, 141, 142:
            source, network = f"the training in progress, step {at}", cast("Predictor", object())
            newer = replace(newer, source=source, predictions=fixed.predictions(2), predictor=network)
            page.take_answer(newer)
        assert len(asked(app)) == 1
        assert pair.said == fixed.predictions(0)[7], "the map and its answer stay together"
        assert "sum 14 at step 98\n" in str(pair.render())
        await press(pilot, "4")
        assert len(asked(app)) == 2, "another number at once"
        page._heat_due = 0.0
        page.show_answer()
        assert len(asked(app)) == 3
        assert asked(app)[-1].predictor is newer.predictor
        page._heat_due = time.monotonic() + 1000
        page.take_answer(fixed.predicted(0))
        assert len(asked(app)) == 4, "weights of another time"
        page.take_answer(newer)
        assert len(asked(app)) == 5
        page._heat_due = time.monotonic() + 1000
        app.session.control = Control()
        page._heat_due = time.monotonic() + 1000
        page.show_answer()
        assert len(asked(app)) == 6, "another training"
        app.session.control = None
        page._heat_due = time.monotonic() + 1000
        page.show_answer()
        assert len(asked(app)) == 7, "the training has left other weights"


async def test_without_a_training_it_is_sought_once_for_the_same_answer(app: MnistSumApp) -> None:
    async with fixed.on(app, InspectPage, (120, 36)) as (pilot, page):
        await press(pilot, "h")
        assert len(asked(app)) == 1
        await press(pilot, "ctrl+p")
        await press(pilot, "escape")
        await pilot.pause()
        assert len(asked(app)) == 1, "the page comes back from the palette as it was"
        assert page.answer is not None
        page.answer.predictor = cast("Predictor", object())
        page.show_answer()
        assert len(asked(app)) == 2, "other weights in the same file"
        await press(pilot, "h", "right", "h")
        assert len(asked(app)) == 3


PAPER, INK, WARM = Color.parse("#000"), Color.parse("#fff"), Color.parse("#f80")


def drawn(image: NDArray[np.uint8], heat: NDArray[np.float32], columns: int) -> list[str]:
    return [line.plain for line in heat_lines(marks(image, heat, columns), (PAPER, INK, WARM, WARM))]


def test_ink_is_written_in_figures_and_the_rest_shaded() -> None:
    image, heat = np.zeros((28, 28), np.uint8), np.zeros((28, 28), np.float32)
    image[:, 14:] = 255
    heat[:14, 14:], heat[14:, 14:], heat[:14, :14], heat[14:, :14] = 3, 1, 1.9, -2
    assert drawn(image, heat, 28) == ["▒" * 14 + "9" * 14] * 7 + [" " * 14 + "3" * 14] * 7
    assert drawn(image, heat, 8) == [*["▒▒▒▒9999"] * 2, *["    3333"] * 2]
    heat[14:, 14:] = 0.7
    assert drawn(image, heat, 8) == [*["▒▒▒▒9999"] * 2, *["    \xb7\xb7\xb7\xb7"] * 2], "what hardly matters is a dot"


def test_the_digit_is_seen_below_the_figures() -> None:
    """Ink has a ground, the brighter, the more ink; beside it only the marks have a colour."""
    styles = [mark_style(0, grey, grey > 0, (PAPER, INK, WARM, WARM)) for grey in (0, 60, 255)]
    grounds = [0 if style.background is None else style.background.r for style in styles]
    assert grounds == sorted({*grounds})
    assert mark_style(9, 0, False, (PAPER, INK, WARM, WARM)).background is None
    own = Color.parse("ansi_yellow")
    assert mark_style(5, 255, True, (own, own, own, own)).reverse
    assert not mark_style(5, 0, False, (own, own, own, own)).reverse


def test_only_what_hiding_does_is_measured_so_that_weak_is_shown_weak() -> None:
    """A gradient has no unit, so its highest value is a 9 in any case."""
    image, weak = np.full((28, 28), 255, np.uint8), np.full((28, 28), 0.2, np.float32)
    for is_hiding, step in ((False, 9), (True, 2)):
        _, shown = fitted(heat_found(image, weak, is_hiding), (0.9, 0.9), 120, 36)
        assert {int(each.steps.max()) for each in shown} == {step}


def test_one_hot_pixel_is_a_nine_however_small_the_picture() -> None:
    image, heat = np.full((28, 28), 255, np.uint8), np.zeros((28, 28), np.float32)
    heat[7, 9], heat[20, 20] = 8, 4
    lines = drawn(image, heat, 10)
    assert (max("".join(lines).replace("\xb7", "")), lines[3][7]) == ("9", "4")


@pytest.mark.parametrize(
    ("most", "words"),
    [
        (0.0, "so weak that no place alone matters"),
        (0.3, "3s on the ink (from 95.0 to 93.4 %)"),
        (1.0, "9s on the ink (from 95.0 to 87.5 %)"),
        (8.0, "9s on the ink (from 95.0 to 0.6 %)"),
        (40.0, "9s on the ink (from 95.0 to 0.0 %)"),
    ],
)
def test_the_words_say_how_sure_it_is_then(most: float, words: str) -> None:
    heat = np.full((28, 28), most, np.float32)
    found = marks(np.full((28, 28), 255, np.uint8), heat, 28, LEAST_NINE)
    assert strongest_words(heat, found, 0.95) == words


def test_the_words_speak_of_a_mark_that_is_in_the_picture() -> None:
    image, heat = np.zeros((28, 28), np.uint8), np.zeros((28, 28), np.float32)
    image[:, 20:] = 255
    heat[:, 20:], heat[:, :4] = 4, 8
    assert strongest_words(heat, marks(image, heat, 28), 0.9) == "▓ beside the ink (from 90.0 to 0.3 %)"
    heat[:] = 0.15
    assert strongest_words(heat, marks(image, heat, 28), 1 - 1e-9) == "so weak that no place alone matters", (
        "no figure would differ"
    )
    assert (
        strongest_words(heat, marks(image * 0, heat, 28, LEAST_NINE), 0.9) == "so weak that no place alone matters"
    ), "a blank"
