"""How a page uses its room: at 200x60 at most a third of it is empty while it has something to show."""

from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from rich.cells import cell_len
from rich.segment import Segment
from textual.pilot import Pilot
from textual.widgets import OptionList

from mnist_sum_tui.tui.app import MnistSumApp
from mnist_sum_tui.tui.pages.runs import RunsPage
from mnist_sum_tui.tui.widgets.digit import Digit
from mnist_sum_tui.tui.widgets.health_table import Spreads
from mnist_sum_tui.tui.widgets.heat_pair import HeatPair
from mnist_sum_tui.tui.widgets.large_map import LargeMap
from tests.tui import fixed, recorded, shown
from tests.tui.pages.test_network_views import show as show_view
from tests.tui.pages.test_runs import make_three
from tests.tui.recorded import press

pytestmark = pytest.mark.usefixtures("without_form")
WIDE, HIGH = 12, 3
"""cells of the smallest blank area that is empty, and not the distance between two things"""


def cells_of(segment: Segment) -> list[tuple[str, object]]:
    """The text and the ground of each cell; a wide character fills its second cell with its own text."""
    ground = segment.style and (segment.style.color if segment.style.reverse else segment.style.bgcolor)
    return [(letter, ground) for letter in segment.text for _ in range(cell_len(letter))]


def empty_share(pilot: Pilot[int]) -> float:
    """The share of the screen's cells in blank areas of at least WIDE x HIGH cells.

    Blank is what has no sign and the ground of the page. Filled are charts, and galleries to their last row; of a
    picture that stands alone only the part from its first to its last ink, and of a bar only what is drawn of it.
    """
    screen = pilot.app.screen
    lines = [[cell for segment in strip for cell in cells_of(segment)] for strip in screen._compositor.render_strips()]
    grounds = Counter(ground for line in lines for _, ground in line)
    page = grounds.most_common(1)[0][0]
    filled = np.array([[text != " " or ground != page for text, ground in line] for line in lines])
    for widget in screen.query("Chart, Gallery, Heatmap, Digit, HeatPair, LargeMap"):
        region = widget.region
        part = filled[region.y : region.bottom, region.x : region.right]
        rows, columns = np.flatnonzero(part.any(1)), np.flatnonzero(part.any(0))
        if len(rows):
            is_picture = isinstance(widget, Digit | HeatPair | LargeMap)
            across = slice(columns[0], columns[-1] + 1) if is_picture else slice(None)
            part[rows[0] : rows[-1] + 1, across] = True
    empty = np.zeros_like(filled)
    areas = np.lib.stride_tricks.sliding_window_view(filled, (HIGH, WIDE))
    for y, x in np.argwhere(~areas.any((2, 3))):
        empty[y : y + HIGH, x : x + WIDE] = True
    return float(empty.mean())


@pytest.mark.parametrize("name", ["train", "inspect", "mistakes", "runs"])
async def test_a_third_at_most_is_empty(name: str, app: MnistSumApp) -> None:
    async with app.run_test(size=(200, 60)) as pilot:
        await shown.SHOWN[name](pilot)
        assert empty_share(pilot) < 1 / 3


async def test_so_it_is_on_draw_where_all_bars_end_at_one_column_and_where_it_looked(app: MnistSumApp) -> None:
    async with app.run_test(size=(200, 60)) as pilot:
        await shown.drawing(pilot)
        assert empty_share(pilot) < 1 / 3
        bars = [line.rstrip() for line in shown.lines(app) if line.rstrip().endswith("%")]
        assert len(bars) == 10 + 19 + 10, "of the digits, the sums and all ten numbers"
        assert {len(line) for line in bars} == {199}
        await press(pilot, "h")
        assert empty_share(pilot) < 1 / 3


async def test_so_it_is_at_each_layer_and_at_a_large_map(app: MnistSumApp) -> None:
    async with app.run_test(size=(200, 60)) as pilot:
        await shown.inside(pilot)
        assert empty_share(pilot) < 1 / 3
        await press(pilot, "enter", "down")
        assert app.screen.query_one(LargeMap).region
        assert empty_share(pilot) < 1 / 3
        await press(pilot, "escape")
        for layer in (1, 3, 4, 5, 6):  # 2 has four small maps, fewer than any real network
            app.screen.query_one(OptionList).highlighted = layer
            await pilot.pause()
            assert empty_share(pilot) < 1 / 3, layer


async def test_so_it_is_at_the_health_of_the_layers(app: MnistSumApp) -> None:
    for step in range(10, 500, 10):
        app.session.add(recorded.health(step))
    async with app.run_test(size=(200, 60)) as pilot:
        await show_view(pilot, "health")
        assert empty_share(pilot) < 1 / 3
        shapes = {item.image.shape for item in pilot.app.screen.query_one(Spreads).items}
        assert len(shapes) == 1
        assert min(shapes.pop()) >= 40, "as large as they can be"


async def test_so_it_is_at_the_form_where_there_are_runs(tmp_path: Path) -> None:
    make_three(tmp_path / "runs")
    async with recorded.new_app(tmp_path).run_test(size=(200, 60)) as pilot:
        await shown.form(pilot)
        parts = "Network compact", "What each recipe", "Latest runs", "sum accuracy in"
        await recorded.until(pilot, lambda: all(part in "\n".join(shown.lines(pilot.app)) for part in parts))
        assert empty_share(pilot) < 1 / 3


async def test_a_page_with_nothing_to_show_is_emptier(app: MnistSumApp) -> None:
    async with fixed.on(app, RunsPage, (200, 60)) as (pilot, _):
        assert empty_share(pilot) > 1 / 3
