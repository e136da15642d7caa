"""The drawing of where a network looked: denser and brighter where a place matters more."""

import numpy as np
import pytest
from numpy.typing import NDArray

from mnist_sum_tui.charts.heat import coloured, less_sure, shaded, warmth
from mnist_sum_tui.glyphs import MARKERS, Glyphs, choose


def _heat() -> tuple[NDArray[np.float32], NDArray[np.uint8]]:
    """Heat in the upper left quarter, half as much right of it, against the answer below; ink left and below."""
    heat, image = np.zeros((28, 28), np.float32), np.zeros((28, 28), np.uint8)
    heat[:14, :14], heat[:14, 14:], heat[14:] = 0.4, 0.2, -0.3
    image[:, :14] = 255
    return heat, image


def test_the_strongest_place_is_1_and_what_speaks_against_the_answer_is_0() -> None:
    assert warmth(_heat()[0], 2, 2).tolist() == [[1.0, pytest.approx(0.5)], [0.0, 0.0]]
    assert not warmth(np.full((28, 28), np.nan), 4, 4).any()


@pytest.mark.parametrize("marker", MARKERS.values(), ids=MARKERS)
def test_shades_need_no_colour_and_ink_that_hardly_matters_is_a_dot(marker: Glyphs) -> None:
    choose(marker.name)
    upper, lower = shaded(*_heat(), 4, 2)
    none, _, half, _, full = tuple(marker.shades)
    assert upper == full * 2 + half * 2
    assert lower == marker.between * 2 + none * 2


def test_colours_are_orange_where_it_matters_and_dim_grey_where_ink_does_not() -> None:
    picture = coloured(*_heat(), 2, 2)
    assert picture.dtype == np.uint8
    assert picture.tolist() == [[[255, 150, 0], [128, 75, 0]], [[128, 128, 128], [0, 0, 0]]]


@pytest.mark.parametrize(
    ("before", "fall", "words"),
    [
        (0.9, 0.0, ""),
        (0.9, -3.0, ""),
        (0.999_999_9, 0.5, ""),
        (0.9, 2.1972246, "from 90.0 to 50.0 %"),
        (0.8998, 2.195, "from 89.9 to 50.0 %"),
        (0.99998, 0.3, "from 99.998 to 99.997 %"),
        (1.0, 20.7, "from 99.9 to 50.6 %"),
        (0.4, 60.0, "from 40.0 to 0.0 %"),
    ],
)
def test_how_sure_an_answer_is_before_and_after(before: float, fall: float, words: str) -> None:
    assert less_sure(before, fall) == words
