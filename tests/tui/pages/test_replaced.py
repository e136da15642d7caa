"""What was chosen in a list that is replaced at that moment: by an answer of another network, or of other images."""

from dataclasses import replace
from pathlib import Path

import torch

from mnist_sum_tui.inference.infer import Outputs
from mnist_sum_tui.tui.app import MnistSumApp
from mnist_sum_tui.tui.pages.inside import InsidePage
from mnist_sum_tui.tui.pages.inspect import InspectPage
from mnist_sum_tui.tui.pages.mistakes import MistakesPage
from mnist_sum_tui.tui.predictions import load
from mnist_sum_tui.tui.predictions.messages import TestSetEvaluated
from mnist_sum_tui.tui.predictions.requests import LookInside
from mnist_sum_tui.tui.predictions.weights import Weights
from mnist_sum_tui.tui.widgets.gallery import Gallery
from mnist_sum_tui.tui.widgets.maps import Maps
from mnist_sum_tui.tui.widgets.slider import Slider
from tests.tui import fixed
from tests.tui.recorded import settle


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


async def test_an_image_that_is_opened_as_a_network_of_fewer_images_is_evaluated(app: MnistSumApp) -> None:
    """It is not among those: an IndexError ended the dashboard."""
    few, every = fixed.images().take(torch.arange(100)), fixed.outputs()
    assert every.scores is not None
    outputs = Outputs(every.digits[:100], every.sums[:100], every.scores[:100], every.confidence)
    other = load.sum_up([outputs], few, fixed.CHOICES[1], "other, epoch 3")
    async with fixed.on(app, MistakesPage) as (pilot, page):
        gallery = page.query_one(Gallery)
        assert gallery.items[0].key >= 100
        page.post_message(TestSetEvaluated(other, few.images.numpy(), fixed.CHOICES))
        gallery.action_open()
        await settle(pilot)
        assert app.screen is page


async def test_the_stop_that_is_clicked_as_a_training_saves_other_weights(app: MnistSumApp) -> None:
    """By its place it was another one by then."""
    async with fixed.on(app, InspectPage, (120, 36)) as (pilot, page):
        slider, first = page.query_one(Slider), Weights("epoch 0", fixed.RUN, Path("epoch 0.safetensors"))
        page.post_message(fixed.predicted(0, choices=(first, *fixed.CHOICES)))
        slider._go(2)
        await pilot.pause()
        assert app.session.weights == fixed.CHOICES[2]
        slider.post_message(Slider.Moved("epoch 9"))
        await pilot.pause()
        assert app.session.weights == fixed.CHOICES[2], "one that is gone is not chosen"
