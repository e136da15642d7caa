"""Inside: where the keys go when what had the focus is hidden."""

from textual.widgets import OptionList

from mnist_sum_tui.tui.app import MnistSumApp
from mnist_sum_tui.tui.pages.inside import InsidePage
from tests.tui import fixed
from tests.tui.recorded import press

WAYS = {"maps": ("enter",), "large map": ("enter", "enter"), "digit map": ("m",)}


async def test_the_keys_go_back_where_they_were_before_the_heat_map(app: MnistSumApp) -> None:
    async with fixed.on(app, InsidePage) as (pilot, page):
        layers = page.query_one(OptionList)
        for way, keys in WAYS.items():
            await press(pilot, *keys)
            before = page.focused
            assert before not in (None, layers), way
            await press(pilot, "h")
            assert page.focused is None, way
            await press(pilot, "escape")
            await pilot.pause()
            assert page.focused is before, way
            await press(pilot, *["escape"] * len(keys))
            assert page.focused is layers, way


async def test_the_keys_go_to_the_list_if_another_network_is_shown(app: MnistSumApp) -> None:
    async with fixed.on(app, InsidePage) as (pilot, page):
        layers, views = page.query_one(OptionList), page.views
        for way, keys in WAYS.items():
            await press(pilot, *keys)
            assert page.focused not in (None, layers), way
            page._show_layers(views[:3] + views[4:])
            await pilot.pause()
            await pilot.pause()
            assert page.focused is layers, way
            page._show_layers(views)
            await pilot.pause()
