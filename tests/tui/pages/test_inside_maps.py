"""Inside: a map made large, its patch and its filter, and how large all maps of a layer are."""

import numpy as np
import pytest
from textual.color import Color
from textual.pilot import Pilot
from textual.widgets import OptionList

from mnist_sum_tui.charts.thumbnail import scaled
from mnist_sum_tui.glyphs import BRAILLE
from mnist_sum_tui.inference.layer_views import Axis, LayerView
from mnist_sum_tui.tui.app import MnistSumApp
from mnist_sum_tui.tui.pages.inside import InsidePage
from mnist_sum_tui.tui.widgets.key_footer import KeyFooter
from mnist_sum_tui.tui.widgets.large_map import LargeMap, framed
from mnist_sum_tui.tui.widgets.maps import LEAST, Maps, axis_labels, side_for
from tests.tui import fixed
from tests.tui.pages.test_inside import words
from tests.tui.recorded import press


def sixteen_maps(pilot: Pilot[int]) -> Maps:
    maps = pilot.app.screen.query_one(Maps)
    kernels = np.zeros((16, 5, 5), np.float32)
    axes = (Axis(0, 1, 5),) * 2
    maps.view = LayerView("conv1", "convolution 5x5", np.ones((16, 24, 24), np.float32), kernels, axes)
    return maps


@pytest.mark.parametrize("size", [(80, 24), (200, 60)])
async def test_a_place_of_a_large_map_shows_its_patch_and_its_filter(size: tuple[int, int], app: MnistSumApp) -> None:
    async with fixed.on(app, InsidePage, size) as (pilot, page):
        closer, maps = page.query_one(LargeMap), page.query_one(Maps)
        await press(pilot, "enter", "right", "enter")
        assert not maps.display
        assert page.answer is not None
        values = fixed.views(page.answer.image, 7, 7)[1].maps[1]
        assert values[closer.place] == values.max(), "first where it is brightest"
        closer.place = 9, 12
        await press(pilot, "down", "left")
        assert closer.place == (10, 11)
        patch = closer.patch
        assert (patch.rows, patch.columns) == (slice(9, 12), slice(10, 13))
        grey = page.answer.image / 255
        assert patch.kernel is not None
        by_hand = float((grey[patch.rows, patch.columns] * patch.kernel).sum())
        assert values[10, 11] == pytest.approx(max(by_hand, 0), abs=1e-5)
        assert f"row 11, column 12: {values[10, 11]:.2f}" in words(page)
        assert "rows 10 to 12, columns 11 to 13" in words(page)
        drawn = str(closer.render())
        assert drawn.count(BRAILLE.frame[0]) == 2, "around the patch, and around the place"
        assert "filter" in drawn
        closer.place = 1, 26
        await press(pilot, "up", "up", "right", "right")  # further than the edge
        assert closer.place == (0, 27)
        corner = str(closer.render()).splitlines()[0].rindex(BRAILLE.frame[0])  # of the cursor, in row 0 and column 27
        margin = closer.content_region.offset - closer.region.offset
        await pilot.click(LargeMap, offset=(corner + 1 + margin.x, 6 + margin.y))
        await pilot.pause()
        assert closer.place[1] == 27, "under the mouse"
        assert closer.place[0] in (5, 10), "half a line is a place, or a whole one"
        await pilot.click(LargeMap, offset=(1, 1))
        await pilot.pause()
        assert closer.place == (0, 0), "the nearest place"
        assert "esc Back to all maps" in str(page.query_one(KeyFooter).render())
        await press(pilot, "escape")
        assert maps.has_focus
        assert "esc Back to the list" in str(page.query_one(KeyFooter).render())
        assert maps.display
        assert maps.items[maps.chosen].key == 1
        await press(pilot, "escape")
        assert page.query_one(OptionList).has_focus


async def test_an_answer_just_after_another_layer_was_chosen_leaves_the_large_map(app: MnistSumApp) -> None:
    async with fixed.on(app, InsidePage, (120, 36)) as (pilot, page):
        await press(pilot, "enter", "right", "right", "enter")
        assert page.has_class("-large-map")
        page.query_one(OptionList).highlighted = 3  # its message is still on the way
        page.show_layer()  # as an answer does
        closer = page.query_one(LargeMap)
        assert closer.view is not None
        assert closer.view.name == "conv1"
        assert str(closer.render())
        assert not page.has_class("-large-map")
        await pilot.pause()
        assert words(page).startswith("Linear"), "the layer that was chosen"


def test_the_frame_lies_around_its_pixels() -> None:
    paper, ink = Color.parse("#000"), Color.parse("#fff")
    lines = [line.plain for line in framed(np.zeros((6, 6), np.uint8), slice(2, 4), slice(3, 5), 2, paper, ink)]
    upper_left, upper_right, lower_left, lower_right, _, _, side, flat, _ = list(BRAILLE.frame)
    assert lines[2] == " " * 6 + upper_left + flat * 4 + upper_right + " " * 2
    assert lines[3] == lines[4] == " " * 6 + side + " " * 4 + side + " " * 2
    assert lines[5] == " " * 6 + lower_left + flat * 4 + lower_right + " " * 2
    assert {*lines[:2], *lines[6:]} == {" " * 14}


async def test_three_maps_and_filters_stand_beside_each_other_on_a_wide_page(app: MnistSumApp) -> None:
    async with fixed.on(app, InsidePage, (120, 36)) as (pilot, _):
        maps = sixteen_maps(pilot)
        assert maps.items[0].image.shape == (LEAST, LEAST + 1 + 5)
        assert maps.across == 3


@pytest.mark.parametrize("size", [(120, 36), (120, 38)])
async def test_a_row_of_maps_that_is_not_whole_says_how_many_more_there_are(
    size: tuple[int, int], app: MnistSumApp
) -> None:
    async with fixed.on(app, InsidePage, size) as (pilot, _):
        maps = sixteen_maps(pilot)
        await pilot.pause()
        height = maps.scrollable_content_region.height
        whole = height // maps.tile.height
        at = min(whole * maps.tile.height, height - 1)
        shown = [maps.render_line(y).text.rstrip() for y in range(height)]
        assert f"… {16 - 3 * whole} more" in shown[at]
        assert not "".join(shown[at + 1 :]), "and nothing that is cut"
        assert shown[whole * maps.tile.height - 2].split()[-1] == str(3 * whole)
        assert not shown[maps.tile.height - 1], "so that a number does not touch the map below"
        await press(pilot, "enter", "end")
        shown = [maps.render_line(y).text.rstrip() for y in range(height)]
        assert shown[-1].split()[-1] == "▸16"
        assert not any("more" in line for line in shown)
        maps.styles.width = 2  # those of the scroll bar
        await press(pilot, "home")
        assert not "".join(maps.render_line(y).text for y in range(height)), "where there is no column"


async def test_the_square_of_a_map_is_seen_although_nothing_in_it_stands_out(app: MnistSumApp) -> None:
    async with fixed.on(app, InsidePage, (120, 36)) as (pilot, page):
        maps = page.query_one(Maps)
        maps.view = LayerView("conv2", "convolution", np.zeros((40, 3, 3), np.float32), None, (Axis(0, 1, 3),) * 2)
        await pilot.pause()
        rows, columns = maps.items[0].image.shape
        grounds = [[style.bgcolor for c, style, _ in maps.render_line(y) if style for _ in c] for y in range(rows)]
        beside = grounds[0][0]
        assert {*grounds[0][1 : 1 + columns]} != {beside}
        assert len({*grounds[0][1 : 1 + columns]}) == 1
        assert grounds[0][1 + columns] == beside, "the margin"
        assert {*grounds[rows // 2]} == {beside}, "half of the line of the last of an odd number of rows is no map"


async def test_a_layer_of_many_maps_is_paged_and_what_is_chosen_goes_along(app: MnistSumApp) -> None:
    async with fixed.on(app, InsidePage) as (pilot, page):
        maps = page.query_one(Maps)
        await press(pilot, "enter")
        maps.view = LayerView("conv6", "convolution 3x3", np.ones((1024, 3, 3), np.float32), None, (Axis(0, 1, 3),) * 2)
        await press(pilot, "right", "pagedown")
        whole = maps.across * (maps.scrollable_content_region.height // maps.tile.height)
        assert whole > 4
        assert maps.chosen == 1 + whole
        await press(pilot, "pagedown", "pageup", "pageup")
        assert maps.chosen == 1
        await press(pilot, "pageup")
        assert maps.chosen == 0
        await press(pilot, "end", "pagedown")
        assert maps.chosen == 1023
        assert maps.scroll_offset.y == maps.max_scroll_y


@pytest.mark.parametrize(
    ("count", "shape", "room", "side"),
    [
        (1, (10, 10), (60, 20), 30),
        (4, (28, 28), (200, 30), 28),
        (4, (28, 28), (59, 30), 26),
        (24, (24, 24), (52, 16), LEAST),
        (8, (3, 3), (112, 7), 12),
        (1, (1, 10), (53, 29), 5),
        (1, (1, 19), (53, 29), 2),
    ],
)
def test_pictures_are_as_large_as_all_of_them_fit(
    count: int, shape: tuple[int, int], room: tuple[int, int], side: int
) -> None:
    assert scaled(shape, side_for(count, shape, 0, *room))[0] == side


def test_the_scores_of_a_branch_are_labelled_and_other_values_are_not() -> None:
    scores = LayerView("0.digit", "linear", np.ones(10, np.float32))
    assert axis_labels(scores, 40)[0].split() == [*"0123456789"]
    assert axis_labels(LayerView("hidden", "linear", np.ones(64, np.float32)), 40) == ("1", "")
    assert axis_labels(LayerView("conv4", "convolution 3x3", np.ones((1, 10, 10), np.float32)), 40) == ("1", "")


async def test_digits_and_sums_are_labelled_and_all_seen(app: MnistSumApp) -> None:
    async with fixed.on(app, InsidePage) as (pilot, page):
        maps, layers = page.query_one(Maps), page.query_one(OptionList)
        for size in ((120, 36), (200, 60)):
            await pilot.resize_terminal(*size)
            for place, count, lit in ((4, 10, 7), (5, 10, 7), (6, 19, 14)):
                layers.highlighted = place
                await pilot.pause()
                (item,) = maps.items
                assert item.image.shape[1] < maps.content_size.width
                shown = [maps.render_line(y).text for y in range(maps.tile.height)]
                heads = next(line for line in shown if line.split()[:2] == ["0", "1"])
                numbers = [int(word) for word in heads[1:].split()]
                assert numbers[:10] == [*range(10)]
                assert numbers[-1] == count - 1
                cell = item.image.shape[1] // count
                bright = item.image.max(0).reshape(count, cell)
                assert np.flatnonzero(bright.max(1) == 255).tolist() == [lit]
                assert heads[1 + lit * cell : 1 + (lit + 1) * cell].strip() == str(lit), "below it"
            layers.highlighted = 5
            await pilot.pause()
            beside = "".join(maps.render_line(y).text[:1] for y in range(maps.tile.height - 1))
            assert beside.split() == [*"0123456789"]
            assert maps.items[0].image[2 * beside.index("7")].any(), "beside its row"
