"""A map made large: what is framed is what is meant, and it stays within its room."""

from collections.abc import AsyncIterator

import numpy as np
import pytest
from textual.app import App, ComposeResult
from textual.pilot import Pilot

from mnist_sum_tui.glyphs import BRAILLE
from mnist_sum_tui.inference.layer_views import Axis, LayerView
from mnist_sum_tui.tui.widgets.large_map import LargeMap

UPPER_LEFT, LOWER_RIGHT = BRAILLE.frame[0], BRAILLE.frame[3]


class Alone(App[None]):
    CSS = "LargeMap { padding: 0 1; }"

    def compose(self) -> ComposeResult:
        yield LargeMap()


@pytest.fixture(params=[(144, 30)], ids=str)
async def pilot(request: pytest.FixtureRequest) -> AsyncIterator[Pilot[None]]:
    async with Alone().run_test(size=request.param) as pilot:
        yield pilot


def shown(pilot: Pilot[None], maps: tuple[int, ...] = (2, 14, 14)) -> LargeMap:
    """A large map of a layer whose filters see 5 x 3 pixels."""
    closer, kernels = pilot.app.query_one(LargeMap), np.zeros((maps[0], 5, 5), np.float32)
    values = np.zeros(maps, np.float32)
    values[1, 2, 3], values[1, 0, 0] = 1, -2
    closer.image = np.zeros((28, 28), np.uint8)
    closer.look_at(LayerView("conv1", "convolution 5x5", values, kernels, (Axis(0, 2, 5), Axis(0, 2, 3))), 1)
    return closer


def corners(closer: LargeMap, corner: str) -> list[tuple[int, int]]:
    """Column and row of the corners of the frames, from left to right."""
    rows = enumerate(str(closer.render()).split("\n"))
    return sorted((column, row) for row, line in rows for column, c in enumerate(line) if c == corner)


async def test_it_begins_where_the_map_is_brightest_and_stays_on_the_map(pilot: Pilot[None]) -> None:
    closer = shown(pilot, (2, 10, 19))
    assert closer.place == (2, 3)
    closer.action_move(99, 99)
    assert closer.place == (9, 18)
    closer.action_move(-1, -2)
    assert closer.place == (7, 17)
    closer.action_move(-99, -99)
    assert closer.place == (0, 0)


@pytest.mark.parametrize("place", [(0, 0), (5, 9), (13, 13)])
async def test_a_click_into_the_frame_means_the_framed_place(place: tuple[int, int], pilot: Pilot[None]) -> None:
    closer = shown(pilot)
    closer.place = place
    ((left, top), (column, row)), ((right, bottom), (last, end)) = (
        corners(closer, c) for c in (UPPER_LEFT, LOWER_RIGHT)
    )
    assert (row, end) == (place[0] * 2, place[0] * 2 + 3), "4 pixels of the screen, in two lines"
    assert last - column == 4 + 1
    rows, columns = closer.patch.rows, closer.patch.columns
    assert rows.stop - rows.start == min(5, 28 - 2 * place[0])
    assert columns.stop - columns.start == min(3, 28 - 2 * place[1])
    assert (left, right) == (2 * columns.start, 2 * columns.stop + 1), "each pixel of the image is two columns wide"
    assert (top, bottom) == (rows.start, rows.stop + 1)
    for x, y in ((column + 1, row + 1), (last - 1, end - 1)):
        closer.place = (7, 7)
        await pilot.click(LargeMap, offset=(1 + x, y))
        assert closer.place == place


@pytest.mark.parametrize(("pilot", "lines", "has_filter"), [
    ((144, 30), 30, True), ((138, 30), 30, False), ((138, 29), 16, True),
    ((137, 30), 16, True), ((80, 30), 16, True), ((62, 16), 16, False),
], indirect=["pilot"])  # fmt: skip
async def test_it_is_as_large_as_its_room(pilot: Pilot[None], lines: int, has_filter: bool) -> None:
    closer = shown(pilot)
    drawn = closer.render().split("\n")
    assert len(drawn) == lines <= closer.content_size.height
    assert max(line.cell_length for line in drawn) <= closer.content_size.width
    assert ("filter" in str(closer.render())) == has_filter


async def test_a_filter_is_shown_only_beside_the_image_that_it_is_laid_on(pilot: Pilot[None]) -> None:
    closer, maps = shown(pilot), np.ones((2, 14, 14), np.float32)
    assert closer.view is not None
    later = LayerView("conv2", "convolution 5x5", maps, closer.view.kernels, (Axis(0, 2, 9),) * 2)
    assert not closer.can_follow(later)
    closer.look_at(later, 1)
    assert "filter" not in str(closer.render())


async def test_a_map_of_nothing_is_dark(pilot: Pilot[None]) -> None:
    closer = shown(pilot)
    closer.look_at(LayerView("conv1", "convolution 5x5", np.zeros((2, 14, 14), np.float32)), 0)
    assert not {*str(closer.render())} & {*"█▀▄"}
