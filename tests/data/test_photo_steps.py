"""Pictures that are read wrongly if one step is left out that tells a digit from what else a photo shows."""

import numpy as np
import pytest
from PIL import Image

from mnist_sum_tui.data.dataset import load
from mnist_sum_tui.data.picture import steps
from tests.data.test_picture import drawn
from tests.photos import lined, on_a_table, photo, plain, written


@pytest.mark.parametrize(("image", "seed"), [(1, 0), (24, 4)])
def test_the_lines_of_a_page_on_a_table_may_be_upright(image: int, seed: int) -> None:
    """They reach the edge of the picture, which shows that they are lines, once the page is continued to it."""
    rng = np.random.default_rng(seed)
    ink = written(load("train").images[image].numpy(), rng)
    page = np.rot90(on_a_table(rng, lined(rng, ink, 85, both_ways=False))).astype(np.uint8)
    clean = steps(np.rot90(plain(ink)).astype(np.uint8))
    assert steps(page).box[2:] == pytest.approx(clean.box[2:], abs=40), "it is turned"


def test_the_shadow_of_a_phone_may_end_on_the_digit() -> None:
    """Its corner is as wide as a stroke."""
    image = load("train").images[5].numpy()
    found, clean = (
        steps(photo(kind, image, np.random.default_rng(5))) for kind in ("shadow of a phone", "nothing else")
    )
    assert found.box == pytest.approx(clean.box, abs=40)


def test_a_large_digit_that_is_cut_off_is_no_shadow() -> None:
    large = 255 - np.pad(np.asarray(Image.fromarray(load("train").images[10].numpy()).resize((560, 560))), 60)
    page = large[np.flatnonzero((large < 128).any(1))[0] + 40 :]
    found = steps(page)
    assert (found.box[1], found.ink.is_cleared) == (0, False)


def test_a_digit_close_to_the_edge_is_not_cut_off_by_it() -> None:
    page = drawn(1000, 1000, (300, 4), 400)
    box = steps(page).box
    page[800:820, 800:820] = 0
    found = steps(page)
    assert (found.box, found.ink.is_cleared) == (box, True)
