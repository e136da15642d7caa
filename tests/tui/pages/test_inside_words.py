"""The words about the layers on page Inside: which patches the filters lie on, and how much a place sees."""

import numpy as np
import pytest

from mnist_sum_tui.config import TrainConfig
from mnist_sum_tui.inference.layer_views import Axis, LayerView, look_inside
from mnist_sum_tui.machine.hardware import choose
from mnist_sum_tui.models import build
from mnist_sum_tui.tui.pages.inside_words import layer_words, patches_words


@pytest.mark.parametrize(
    ("model", "part"),
    [
        ("swift", "laid on every second 5x5 patch of the inner 23x23 of the image, without its rim. A place"),
        ("compact", "laid on every 5x5 patch of the image. A place"),
    ],
)
def test_the_words_say_which_patches_of_the_image_the_first_filters_lie_on(model: str, part: str) -> None:
    views = look_inside(build(model), np.zeros((28, 28), np.uint8), 7, choose(TrainConfig()))
    assert part in layer_words(views[0], 7, is_dark=True)
    pooled = next(layer_words(view, 7, is_dark=True) for view in views if "pooling" in view.kind)
    assert pooled.startswith("Max pooling 2x2, then batch norm and ReLU: smaller maps. Of each square the strongest")
    assert "one that was empty may light up" in pooled, "it need not be the map above it"
    assert "Empty: 0 or less" in layer_words(views[0], 7, is_dark=True)


@pytest.mark.parametrize(("step", "words"), [(3, "every third 5x5 patch"), (4, "every 4th 5x5 patch")])
def test_the_words_say_how_far_apart_the_patches_are(step: int, words: str) -> None:
    view = LayerView("conv1", "convolution 5x5", np.ones((4, 8, 8), np.float32), field=(Axis(0, step, 5),) * 2)
    assert patches_words(view) == f"{words} of the image"


@pytest.mark.parametrize(
    ("side", "rows", "columns", "words"),
    [
        (8, Axis(0, 1, 9), Axis(0, 1, 9), "a 9x9 patch"),
        (8, Axis(0, 1, 11), Axis(0, 1, 3), "an 11x3 patch"),
        (8, Axis(-7, 1, 40), Axis(0, 1, 18), "a 28x18 patch"),
        (3, Axis(-4, 1, 34), Axis(-9, 4, 40), "all"),
        (5, Axis(-6, 4, 24), Axis(-6, 4, 24), "18x18 to 24x24 pixels"),  # conv4 of `compact`: the rest is padding
        (3, Axis(-6, 4, 32), Axis(-6, 4, 32), "26x26 to 28x28 pixels"),  # its conv5
    ],
)
def test_the_words_say_how_much_of_the_image_a_place_of_a_later_layer_sees(
    side: int, rows: Axis, columns: Axis, words: str
) -> None:
    maps, kernels = np.ones((4, side, side), np.float32), np.ones((4, 3, 3), np.float32)
    view = LayerView("conv2", "convolution", maps, kernels, field=(rows, columns))
    assert f"each place sees {words} of the image." in layer_words(view, 7, is_dark=True)
