"""Answers that come late: those of weights or images that are not wanted any more change nothing that is."""

from dataclasses import replace

import numpy as np
import pytest

from mnist_sum_tui.data.picture import prepare
from mnist_sum_tui.tui.app import MnistSumApp
from mnist_sum_tui.tui.pages.draw import DrawPage
from mnist_sum_tui.tui.pages.inside import InsidePage
from mnist_sum_tui.tui.pages.inspect import InspectPage
from mnist_sum_tui.tui.pages.weights_bar import WeightsPage
from mnist_sum_tui.tui.predictions.requests import FindHeat, LookInside
from mnist_sum_tui.tui.widgets.draw_pad import DrawPad
from mnist_sum_tui.tui.widgets.gallery import Gallery
from mnist_sum_tui.tui.widgets.heat_pair import HeatPair
from mnist_sum_tui.tui.widgets.slider import Slider
from tests.tui import fixed
from tests.tui.pages.test_draw import THREE, draw
from tests.tui.recorded import press


@pytest.mark.usefixtures("without_form")
@pytest.mark.parametrize("name", ["inspect", "draw", "inside"])
async def test_an_answer_of_weights_that_are_not_wanted_any_more_moves_no_slider(name: str, app: MnistSumApp) -> None:
    async with app.run_test(size=(120, 36)) as pilot:
        await fixed.open_page(pilot, name)
        page, held = app.screen, fixed.hold(app)
        assert isinstance(page, WeightsPage)
        for keys, chosen in (("full_stop", "comma", "comma"), 0), (("full_stop", "comma"), 1):
            held.clear()
            await pilot.press(*keys)
            fixed.predictions_in(app).answer(held[0])
            await pilot.pause()
            assert page.query_one(Slider).chosen == chosen
            await pilot.press("full_stop")
            assert page.query_one(Slider).chosen == chosen + 1, "no press is lost"


async def test_inside_shows_what_was_asked_for_last_and_no_large_map_of_another_network(app: MnistSumApp) -> None:
    async with fixed.on(app, InsidePage, (120, 36)) as (pilot, page):
        before, number = page.views, page.number
        fixed.hold(app)
        await pilot.press("right")
        drawing = np.repeat(np.array([[255] * 9 + [0] * 2 + [255] * 9], np.uint8), 20, 0)
        for late in (LookInside(0, number), LookInside(1, number + 1), LookInside(1, number, drawing=drawing)):
            page.on_looked_inside(fixed.looked_inside(late))
            assert page.views is before
        page.on_looked_inside(fixed.looked_inside(LookInside(1, number)))
        assert page.views is not before
        await pilot.press("enter", "right", "enter")
        assert page.has_class("-large-map")
        page._show_layers(tuple(replace(view, maps=view.maps[:1]) for view in page.views))
        assert not page.has_class("-large-map")


async def test_the_heat_of_another_image_does_not_end_the_wait_for_that_of_the_present_one(app: MnistSumApp) -> None:
    async with fixed.on(app, InspectPage, (120, 36)) as (pilot, page):
        held = fixed.hold(app, FindHeat)
        await pilot.press("h", "right")
        of_first, of_second = held
        fixed.predictions_in(app).answer(of_first)
        await pilot.pause()
        page.show_answer()
        assert len(held) == 3, "asked for again, because a stroke may have come first"
        fixed.predictions_in(app).answer(of_second)
        await pilot.pause()
        assert page.query_one(HeatPair).found is None, "the third request is awaited"
        fixed.predictions_in(app).answer(held[2])
        await pilot.pause()
        page.show_answer()
        assert len(held) == 3


async def test_a_drawing_that_is_not_answered_yet_is_kept_as_it_is_and_without_an_answer(app: MnistSumApp) -> None:
    async with fixed.on(app, DrawPage, (200, 60)) as (pilot, page):
        await draw(pilot, THREE[:3])
        fixed.hold(app)
        await draw(pilot, THREE[3:])
        sheet = page.drawing
        await press(pilot, "c")
        (item,) = page.query_one(Gallery).items
        assert (item.image == prepare(sheet)).all()
        assert item.caption == ""
        page.query_one(DrawPad).show(np.full_like(sheet, 255))
        await pilot.press("c")
        assert len(page.query_one(Gallery).items) == 1, "a sheet without contrast is no drawing"
