"""What was chosen in a list that is replaced at that moment: by an answer of another network, or of other images."""

from dataclasses import replace

from mnist_sum_tui.tui.app import MnistSumApp
from mnist_sum_tui.tui.pages.inside import InsidePage
from mnist_sum_tui.tui.predictions.requests import LookInside
from mnist_sum_tui.tui.widgets.maps import Maps
from tests.tui import fixed


async def test_a_map_that_is_opened_as_a_smaller_network_answers(app: MnistSumApp) -> None:
    """It has no such map: an IndexError ended the dashboard."""
    async with fixed.on(app, InsidePage, (120, 36)) as (pilot, page):
        maps = page.query_one(Maps)
        maps.focus()
        await pilot.press("end")
        found = fixed.looked_inside(LookInside(page.index, page.number))
        small = [
            replace(view, maps=view.maps[:2], kernels=None) if view.maps.ndim == 3 else view for view in found.views
        ]
        page.post_message(replace(found, views=tuple(small)))
        maps.action_open()
        await pilot.pause()
        assert len(maps.items) == 2
        assert not page.has_class("-large-map")
