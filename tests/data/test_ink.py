"""The ink that is found, whatever the paper, the light and the grain."""

import numpy as np
import pytest

from mnist_sum_tui.data.picture import prepare, steps
from tests.data.test_picture import drawn


@pytest.mark.parametrize("deviation", [3, 5, 15])
@pytest.mark.parametrize("is_bright", [False, True])
def test_grain_does_not_make_the_digit_smaller(deviation: int, is_bright: bool) -> None:
    noise = np.random.default_rng(0).normal(20, deviation, (200, 300))
    page = np.clip(drawn() * 0.8 + noise, 0, 255).astype(np.uint8)
    found = steps(255 - page if is_bright else page)
    assert found.has_grain
    assert found.box == steps(drawn()).box
    assert np.abs(found.image.astype(int) - prepare(drawn())).mean() < 6


def test_ink_at_the_border_is_no_grain() -> None:
    page = drawn()[15:82, 25:62]
    page[0] = page[:20, 0] = page[60, 30] = 0  # the pixel alone is ink, because the paper is clean
    found = steps(page)
    assert not found.has_grain
    assert found.ink[60, 30] == 1


def test_a_line_one_pixel_wide_stays_on_the_grainiest_paper() -> None:
    page = np.full((200, 300), 230.0)
    page[50:150, 150] = 20
    noise = np.random.default_rng(0).normal(0, 30, page.shape)
    noise[50:150, 150] = 0
    found = steps(np.clip(page + noise, 0, 255).astype(np.uint8))
    assert found.threshold > 0.35
    assert np.count_nonzero(found.ink[50:150, 150]) > 60
