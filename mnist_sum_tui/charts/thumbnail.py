"""Small pictures of digits: the middle of an image, averaged down to few pixels, as characters or half-blocks."""

import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.uint8]
"""0 paper and 255 ink; (28, 28) where nothing else is said"""
EDGE = 3
"""pixels of the 28 that are left out on each side; MNIST's digits lie in the middle 20, a little off centre at most"""


def shrink(image: Image, columns: int, rows: int) -> Image:
    """The middle of a (28, 28) image as (rows, columns) pixels: the means of what lies under them, at full contrast."""
    middle = image[EDGE:-EDGE, EDGE:-EDGE].astype(float)
    small: NDArray[np.float64] = _weights(rows, middle.shape[0]) @ middle @ _weights(columns, middle.shape[1]).T
    peak = small.max()
    shown: Image = np.rint(small * (255 / peak if peak > 0 else 1)).astype(np.uint8)
    return shown


def _weights(out: int, into: int) -> NDArray[np.float64]:
    """How much of each old pixel lies in each new one; rows add up to 1."""
    edges = np.linspace(0, into, out + 1)
    old = np.arange(into)
    overlap = np.minimum(edges[1:, None], old + 1) - np.maximum(edges[:-1, None], old)
    return np.asarray(np.maximum(overlap, 0) * (out / into))
