"""The map of the digits on Inside."""

from dataclasses import replace

import numpy as np
import pytest

from mnist_sum_tui.charts.scatter import DigitMap
from mnist_sum_tui.glyphs import BRAILLE
from mnist_sum_tui.tui.app import MnistSumApp
from mnist_sum_tui.tui.pages.inside import InsidePage
from mnist_sum_tui.tui.pages.inside_words import map_words
from mnist_sum_tui.tui.pages.inspect import InspectPage
from mnist_sum_tui.tui.predictions.messages import LookedInside
from mnist_sum_tui.tui.predictions.requests import EvaluateTestSet, LookInside
from mnist_sum_tui.tui.widgets.digit import Digit
from mnist_sum_tui.tui.widgets.digit_map import MapOfDigits
from mnist_sum_tui.tui.widgets.key_footer import KeyFooter
from tests.tui import fixed
from tests.tui.fixed import WRONG
from tests.tui.pages.test_inside import words
from tests.tui.pages.test_network_views import show
from tests.tui.recorded import press, until


@pytest.mark.parametrize("size", [(80, 24), (200, 60)])
async def test_the_map_shows_the_image_under_its_cursor_and_opens_it(size: tuple[int, int], app: MnistSumApp) -> None:
    async with fixed.on(app, InsidePage, size) as (pilot, page):
        await press(pilot, "m")
        await pilot.pause()
        drawn = page.query_one(MapOfDigits)
        assert drawn.has_focus
        assert "Back to the list" in str(page.query_one(KeyFooter).render())
        assert drawn.shown is not None
        assert drawn.index == page.index == 0, "it begins with the image that was shown"
        x = fixed.outputs().digits.double().numpy()
        left, sizes, _ = np.linalg.svd(x - x.mean(0), full_matrices=False)
        assert np.allclose(np.abs(drawn.shown.points), np.abs(left[:, :2] * sizes[:2]), atol=1e-4)
        assert BRAILLE.wrong in str(drawn.render())
        await press(pilot, "left", "up", "left")
        await pilot.pause()
        index = drawn.index
        assert page.index == index != 0
        assert f"#{index:,}, a {fixed.images().labels[index]}" in words(page)
        await pilot.click(MapOfDigits, offset=(4, 5))
        await pilot.pause()
        assert drawn.cursor == (4, 5)
        picture = page.query_one("#under-cursor" if page.query_one("#under-cursor").display else "#goes-in", Digit)
        assert picture.region.area > 0
        assert picture.image is not None
        assert drawn.index is not None
        assert (picture.image == fixed.images().images[drawn.index].numpy()).all()
        await press(pilot, "w")
        assert f"#{drawn.index}, a " in words(page)
        assert page.index == drawn.index in WRONG
        assert drawn.cursor != (4, 5), "the cursor goes to the image that is named"
        page.action_goto()
        await pilot.press("7", "7", "enter")
        await until(pilot, lambda: "#77, a " in words(page))
        page.keep_view_up()
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, InspectPage) and app.screen.index == 77)


async def test_the_cursor_stays_where_it_was_moved_until_its_image_is_known(app: MnistSumApp) -> None:
    async with fixed.on(app, InsidePage) as (pilot, _):
        page = await show(pilot, "map")
        drawn = page.query_one(MapOfDigits)
        drawn.focus()
        fixed.hold(app)  # it is busy
        await pilot.press("left", "up", "left")
        cursor = drawn.cursor
        page.keep_view_up()  # with the answer of the image before
        assert drawn.cursor == cursor
        assert page.index == drawn.index != 0
        drawn.point_at(77)
        assert lit(drawn) == [drawn.cursor] == [place_of(77, drawn)]
        await pilot.resize_terminal(120, 36)
        await until(pilot, lambda: drawn.cursor == place_of(77, drawn) != cursor)
        for far, corner in ((-999, (0, 0)), (999, (drawn.content_size.width - 1, drawn.content_size.height - 1))):
            drawn.action_move(far, far)
            assert lit(drawn) == [drawn.cursor] == [corner]
        drawn.point_at(77)
        drawn.shown = DigitMap(*(np.arange(6.0).reshape(3, 2), *np.zeros((2, 3), np.int64)))  # of fewer images
        assert (drawn.index, drawn.cursor) == (2, place_of(2, drawn))
        drawn.shown, shown = None, drawn.shown
        drawn.point_at(1)  # before the map is known
        drawn.shown = shown
        assert (drawn.index, drawn.cursor) == (1, place_of(1, drawn))


def lit(drawn: MapOfDigits) -> list[tuple[int, int]]:
    """Column and row of what stands out as the cursor."""
    rows = enumerate(drawn.render().split("\n"))
    return [(span.start, row) for row, line in rows for span in line.spans if "reverse" in str(span.style)]


def place_of(index: int, drawn: MapOfDigits) -> tuple[int, int]:
    """The cell in which an image is drawn: one of braille has 2 x 4 dots."""
    assert drawn.shown is not None
    columns, rows = drawn.shown.dots(*drawn.content_size)
    return int(columns[index]) // 2, int(rows[index]) // 4


async def test_each_weights_have_their_map_turned_to_the_first(app: MnistSumApp) -> None:
    """The later network sees the same, mirrored and turned; on the screen nothing moves."""
    spun, last = fixed.result().points @ np.array([[0.0, 1.0], [1.0, 0.0]]), fixed.CHOICES[2]

    def look(request: LookInside) -> LookedInside:
        looked = fixed.looked_inside(request)
        return looked if request.weights != last else replace(looked, answer=replace(looked.answer, source="later"))

    async with fixed.on(app, InsidePage, (120, 36)) as (pilot, _):
        page = await show(pilot, "map")
        drawn = page.query_one(MapOfDigits)
        assert drawn.shown is not None
        before, held = drawn.shown.points, fixed.hold(app, EvaluateTestSet)
        fixed.predictions_in(app).says = {LookInside: look}
        await pilot.press("full_stop")
        await until(pilot, lambda: "This is still the map of" in words(page) and bool(held))
        assert drawn.shown.points is before, "until the map of these is known"
        held[0].reply(fixed.evaluated(weights=last, points=spun, source="later"))
        await until(pilot, lambda: drawn.shown is not None and drawn.shown.points is not before)
        assert "still" not in words(page)
        assert np.allclose(drawn.shown.points, before)
        assert isinstance(held[0].request, EvaluateTestSet)
        assert held[0].request.weights == last
        await pilot.press("comma")
        await until(pilot, lambda: drawn.shown is not None and drawn.shown.points is before)
        await pilot.press("full_stop")
        await until(pilot, lambda: drawn.shown is not None and drawn.shown.points is not before)
        assert len(held) == 1, "once each"


def test_a_map_whose_digits_are_mostly_misread_says_why_none_is_marked() -> None:
    labels = np.zeros(10, np.int64)
    for wrong, said in ((2, "✗: misread."), (9, "90 % are misread, too many to mark.")):
        shown = DigitMap(np.zeros((10, 2)), labels, (np.arange(10) < wrong).astype(np.int64))
        words = map_words(shown, 0, is_drawn=False, is_roomy=False)
        assert said in words
        assert "colours repeat" in words, "ten digits have five"
