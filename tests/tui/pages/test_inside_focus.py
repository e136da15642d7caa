"""Inside: where the keys go when what had the focus is hidden."""

import pytest
from textual.widgets import OptionList

from mnist_sum_tui.tui.app import MnistSumApp
from mnist_sum_tui.tui.pages.inside import InsidePage
from tests.tui import fixed
from tests.tui.recorded import press

WAYS = {"maps": ("enter",), "large map": ("enter", "enter"), "digit map": ("m",)}


@pytest.mark.parametrize("way", WAYS)
async def test_the_keys_go_back_where_they_were_before_the_heat_map(way: str, app: MnistSumApp) -> None:
    async with fixed.on(app, InsidePage) as (pilot, page):
        await press(pilot, *WAYS[way])
        before = page.focused
        assert before not in (None, page.query_one(OptionList))
        await press(pilot, "h")
        assert page.focused is None
        await press(pilot, "escape")
        await pilot.pause()
        assert page.focused is before


@pytest.mark.parametrize("way", WAYS)
async def test_the_keys_go_to_the_list_if_another_network_is_shown(way: str, app: MnistSumApp) -> None:
    async with fixed.on(app, InsidePage) as (pilot, page):
        await press(pilot, *WAYS[way])
        page._show_layers(page.views[:3] + page.views[4:])
        await pilot.pause()
        await pilot.pause()
        assert page.focused is page.query_one(OptionList)
