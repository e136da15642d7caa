"""The ink that is found, whatever the paper, the light and the grain."""

import numpy as np
import pytest
from numpy.typing import NDArray

from mnist_sum_tui.data.picture import prepare, steps
from tests.data.test_picture import drawn


@pytest.mark.parametrize("deviation", [3, 5, 15])
@pytest.mark.parametrize("is_bright", [False, True])
def test_grain_does_not_make_the_digit_smaller(deviation: int, is_bright: bool) -> None:
    noise = np.random.default_rng(0).normal(20, deviation, (200, 300))
    page = np.clip(drawn() * 0.8 + noise, 0, 255).astype(np.uint8)
    found = steps(255 - page if is_bright else page)
    assert found.ink.has_grain
    assert found.box == steps(drawn()).box
    assert np.abs(found.image.astype(int) - prepare(drawn())).mean() < 6


def test_ink_at_the_border_is_no_grain() -> None:
    page = drawn()[15:82, 25:62]
    page[0] = page[:20, 0] = page[60, 30] = 0  # the pixel alone is ink, because the paper is clean
    found = steps(page)
    assert not found.ink.has_grain
    assert found.ink.share[60, 30] == 1


def test_a_line_one_pixel_wide_stays_on_the_grainiest_paper() -> None:
    page = np.full((200, 300), 230.0)
    page[50:150, 150] = 20
    noise = np.random.default_rng(0).normal(0, 30, page.shape)
    noise[50:150, 150] = 0
    found = steps(np.clip(page + noise, 0, 255).astype(np.uint8))
    assert found.ink.threshold > 0.35
    assert np.count_nonzero(found.ink.share[50:150, 150]) > 60


def test_a_dot_on_the_grainiest_paper_is_found() -> None:
    """The mean of the pixels around it is that of the paper, so there would be no ink at all."""
    page = np.random.default_rng(0).integers(195, 256, (200, 300)).astype(np.uint8)
    page[20, 20] = 0
    assert steps(page).box == (20, 20, 1, 1)


def _near(page: NDArray[np.uint8]) -> float:
    """The mean difference of a prepared page from the clean one."""
    return float(np.abs(prepare(page).astype(int) - prepare(drawn())).mean())


def test_a_shadow_does_not_matter() -> None:
    assert _near((drawn() * np.linspace(1, 0.75, 300)).astype(np.uint8)) < 6


@pytest.mark.parametrize("dark", ["frame", "top"])
def test_the_paper_is_what_most_of_the_border_shows(dark: str) -> None:
    page = drawn()
    page[: 7 if dark == "top" else 1] = 0
    if dark == "frame":  # a line around the page, such as a scanner draws
        page[-1] = page[:, 0] = page[:, -1] = 0
    assert steps(page).ink.is_dark


def test_a_digit_that_fills_its_picture_is_still_dark_on_light() -> None:
    assert _near(drawn()[10:80, 30:75]) < 2


def test_the_weakest_ink_counts_on_clean_paper_and_the_strongest_on_the_grainiest() -> None:
    page = drawn()
    page[150, 150:200], page[160, 150:200] = 235, 243  # 8 and 5 % of full ink
    found = steps(page)
    assert found.ink.threshold == 0.06
    assert (found.ink.share[150, 160] > 0, found.ink.share[160, 160] > 0) == (True, False)
    noise = np.random.default_rng(0).uniform(-90, 90, page.shape)
    found = steps(np.clip(drawn() * 0.6 + 90 + noise, 0, 255).astype(np.uint8))
    assert found.ink.threshold == 0.4


def test_the_thin_stroke_of_a_large_picture_is_as_bright_as_mnists() -> None:
    page = np.full((2000, 2000), 255, np.uint8)
    page[300:1700, 990:993] = page[300:303, 500:1500] = 0
    assert prepare(page).max() > 200
