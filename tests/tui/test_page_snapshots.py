"""Pictures of Inspect, Draw, Mistakes, Runs and Inside, with fixed answers; the README shows these very files.

`pytest tests/tui/test_page_snapshots.py --snapshot-update` makes them anew; look at each before keeping it.
"""

from typing import Any

import pytest
from textual.pilot import Pilot

from mnist_sum_tui.tui.app import MnistSumApp
from mnist_sum_tui.tui.pages.draw import DrawPage
from tests.tui import fixed
from tests.tui.pages.test_draw import draw
from tests.tui.recorded import press
from tests.tui.shown import SHOWN

pytestmark = pytest.mark.usefixtures("without_form")
SIZES = pytest.mark.parametrize("size", [(80, 24), (120, 36), (200, 60)], ids=lambda size: f"{size[0]}x{size[1]}")
Size = tuple[int, int]


@SIZES
def test_inspect(size: Size, snap_compare: Any, app: MnistSumApp) -> None:
    async def show(pilot: Pilot[int]) -> None:
        await fixed.open_page(pilot, "inspect")
        await press(pilot, "w", "w")

    assert snap_compare(app, terminal_size=size, run_before=show)


@SIZES
def test_draw(size: Size, snap_compare: Any, app: MnistSumApp) -> None:
    async def show(pilot: Pilot[int]) -> None:
        page = await fixed.opened(pilot, DrawPage)
        await draw(pilot)
        page.milliseconds = 4.0  # what it took is another thing each time
        page.number = 5
        await pilot.pause()

    assert snap_compare(app, terminal_size=size, run_before=show)


@SIZES
def test_mistakes(size: Size, snap_compare: Any, app: MnistSumApp) -> None:
    assert snap_compare(app, terminal_size=size, run_before=SHOWN["mistakes"])


@SIZES
def test_inside(size: Size, snap_compare: Any, app: MnistSumApp) -> None:
    async def show(pilot: Pilot[int]) -> None:
        await fixed.open_page(pilot, "inside")
        await press(pilot, "w", "b", "3")

    assert snap_compare(app, terminal_size=size, run_before=show)


@SIZES
@pytest.mark.parametrize("name", ["health", "means", "map", "quiz"])
def test_one_of_what_is_shown(name: str, size: Size, snap_compare: Any, app: MnistSumApp) -> None:
    assert snap_compare(app, terminal_size=size, run_before=SHOWN[name])


@SIZES
def test_runs(size: Size, snap_compare: Any, app: MnistSumApp) -> None:
    assert snap_compare(app, terminal_size=size, run_before=SHOWN["runs"])


def test_inspect_in_a_light_theme(snap_compare: Any, app: MnistSumApp) -> None:
    async def show(pilot: Pilot[int]) -> None:
        pilot.app.theme = "textual-light"
        await fixed.open_page(pilot, "inspect")
        await press(pilot, "b", "5", "right", "right")

    assert snap_compare(app, terminal_size=(120, 36), run_before=show)
