"""A digit is found in photos of many kinds, as on a page with nothing else."""

import functools

import numpy as np
import pytest

from mnist_sum_tui.data.dataset import load
from mnist_sum_tui.data.picture import Preparation, steps
from tests.photos import KINDS, photo

TURNED_FAR = ("lined page on a table", "squared page on a table", "grey note on a white desk")
NOT_ALWAYS = ("pencil in a strong shadow", "shadow of a phone")
"""where a digit is found in most photos, but not in all"""


def _found(kind: str, at: int) -> Preparation:
    return steps(photo(kind, load("train").images[at].numpy(), np.random.default_rng(at)))


@functools.cache
def _clean(at: int) -> Preparation:
    """The same digit at the same place, on a page with nothing else."""
    return _found("nothing else", at)


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind not in (*NOT_ALWAYS, "nothing else")])
def test_the_digit_is_found_in_a_photo(kind: str) -> None:
    near, like = (40, 30) if kind in TURNED_FAR else (20, 25)
    for at in range(4):
        found, clean = _found(kind, at), _clean(at)
        assert found.box[2:] == pytest.approx(clean.box[2:], abs=near), at
        assert np.abs(found.image.astype(int) - clean.image).mean() < like, "some are turned"
        assert found.ink.is_dark == (kind != "chalk, uneven light")
