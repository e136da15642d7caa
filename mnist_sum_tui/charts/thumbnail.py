"""Small pictures of digits and feature maps as grey values, for drawing in a terminal. numpy only."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from mnist_sum_tui.sizes import SUMS

Image = NDArray[np.uint8]
"""0 is background and 255 ink"""
EDGE = 3
"""pixels that are left out on each side of 28; MNIST's digits fill about the middle 20"""


def shrink(image: Image, columns: int, rows: int) -> Image:
    """The middle of an image (28, 28) averaged to (rows, columns), with contrast raised to the full range."""
    small = resize(image[EDGE:-EDGE, EDGE:-EDGE], columns, rows)
    peak = small.max()
    shown: Image = np.rint(small * (255 / peak if peak > 0 else 1)).astype(np.uint8)
    return shown


def resize(image: NDArray[Any], columns: int, rows: int) -> NDArray[np.float64]:
    """An image (H, W), or several (N, H, W), averaged to (rows, columns); a whole factor repeats each pixel."""
    *_, height, width = image.shape
    small: NDArray[np.float64] = _weights(rows, height) @ image.astype(float) @ _weights(columns, width).T
    return small


def means(image: Image, down: int, across: int) -> Image:
    """The image with one pixel, their mean, for down x across of them."""
    rows, columns = image.shape[0] // down, image.shape[1] // across
    smaller: Image = image.reshape(rows, down, columns, across).mean(axis=(1, 3)).astype(np.uint8)
    return smaller


def enlarged(image: Image, by: int) -> Image:
    """The image with each pixel repeated `by` x `by` times."""
    return image.repeat(by, 0).repeat(by, 1)


def _weights(out: int, into: int) -> NDArray[np.float64]:
    """How much of each old pixel lies in each new one, (out, into); rows add up to 1."""
    edges = np.linspace(0, into, out + 1)
    old = np.arange(into)
    overlap = np.minimum(edges[1:, None], old + 1) - np.maximum(edges[:-1, None], old)
    return np.asarray(np.maximum(overlap, 0) * (out / into))


def feature_pictures(maps: NDArray[np.float32], kernels: NDArray[np.float32] | None, side: int) -> list[Image]:
    """Maps (M, H, W) as pictures of about `side` rows: 0 and less is dark, the layer's highest value is bright.

    A single map is drawn in proportion to its values. Several share one scale, of which most reach only a small part,
    so the square root of that part is drawn: its order stays, and weak values are seen, too.

    Kernels (M, k, k), if given and no higher than the maps are drawn, stand to the right of them: 0 is middle grey, the
    largest weight white or black.
    """
    peak, height, width = max(float(maps.max()), 1e-12), *scaled(maps.shape[1:], side)
    shares = np.clip(resize(maps, width, height) / peak, 0, 1)
    pictures = list(as_grey(np.sqrt(shares) if len(maps) > 1 else shares))
    if kernels is None or kernels.shape[1] > height:
        return pictures
    factor = max(1, height // 2 // kernels.shape[1])
    seen = as_signed(kernels).repeat(factor, 1).repeat(factor, 2)
    return [
        np.hstack([each, np.zeros((height, 1), np.uint8), np.pad(kernel, ((0, height - len(kernel)), (0, 0)))])
        for each, kernel in zip(pictures, seen, strict=True)
    ]


def score_columns(scores: NDArray[np.float32], cell: int, rows: int) -> Image:
    """Scores (K,) as columns (rows, K * cell): bright ones up from a faint line at 0, darker ones down from it."""
    high, low = max(float(scores.max()), 0.0), min(float(scores.min()), 0.0)
    height = rows / max(high - low, 1e-12)
    levels = (high - (np.arange(rows) + 0.5) / height)[:, None]
    shares = np.where((levels > 0) & (levels <= scores), 1.0, np.where((scores <= levels) & (levels < 0), 0.45, 0.0))
    line = min(int(high * height), rows - 1)
    shares[line] = np.maximum(shares[line], 0.35)
    picture = as_grey(shares).repeat(cell, 1)
    if cell > 1:
        picture[:, cell - 1 :: cell] = 0  # a gap between the columns
    return picture


def scaled(shape: tuple[int, ...], side: int) -> tuple[int, int]:
    """Rows and columns of a map's picture: `side` rows, or, if it is enlarged, the largest multiple that fits."""
    height, width = shape
    rows = side // height * height if side >= height else side
    return rows, max(1, round(width * rows / height))


def as_maps(values: NDArray[np.float32]) -> NDArray[np.float32]:
    """Maps (M, H, W) as they are; values (M,) as one map with rows of ten, of 19 for sums, or about as wide as high."""
    if values.ndim == 3:
        return values
    columns = SUMS if len(values) == SUMS else 10 if len(values) <= 30 else 2 ** round(np.log2(len(values)) / 2 + 0.25)
    rows = -(-len(values) // columns)
    return np.pad(values, (0, rows * columns - len(values))).reshape(1, rows, columns)


def as_signed(values: NDArray[np.float32]) -> Image:
    """Positive and negative values as grey values: 0 is middle grey, the value furthest from 0 white or black."""
    return as_grey(0.5 + values / max(float(np.abs(values).max()), 1e-12) / 2)


def as_grey(shares: NDArray[Any]) -> Image:
    """Shares 0..1 as grey values 0..255; values outside are clipped."""
    grey: Image = np.rint(np.clip(shares, 0, 1) * 255).astype(np.uint8)
    return grey
