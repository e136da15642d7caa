"""Thumbnails of digits: the middle of an image averaged down to a few pixels. numpy only."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.uint8]
"""0 is background and 255 ink"""
EDGE = 3
"""pixels that are left out on each side of 28; MNIST's digits fill the middle 20, give or take a few"""


def shrink(image: Image, columns: int, rows: int) -> Image:
    """The middle of an image (28, 28) averaged to (rows, columns), with contrast raised to the full range."""
    small = resize(image[EDGE:-EDGE, EDGE:-EDGE], columns, rows)
    peak = small.max()
    shown: Image = np.rint(small * (255 / peak if peak > 0 else 1)).astype(np.uint8)
    return shown


def resize(image_hw: NDArray[Any], columns: int, rows: int) -> NDArray[np.float64]:
    """An image averaged to (rows, columns); enlarged by a whole factor, each pixel is repeated."""
    height, width = image_hw.shape
    small: NDArray[np.float64] = _weights(rows, height) @ image_hw.astype(float) @ _weights(columns, width).T
    return small


def _weights(out: int, into: int) -> NDArray[np.float64]:
    """How much of each old pixel lies in each new one, (out, into); rows add up to 1."""
    edges = np.linspace(0, into, out + 1)
    old = np.arange(into)
    overlap = np.minimum(edges[1:, None], old + 1) - np.maximum(edges[:-1, None], old)
    return np.asarray(np.maximum(overlap, 0) * (out / into))
