"""Draw curves as dots, two by four per cell in braille: binning, lines, envelopes. Pure functions; numpy only."""

from functools import cache

import numpy as np
from numpy.typing import NDArray

from mnist_sum_tui.charts.axes import Floats
from mnist_sum_tui.glyphs import Glyphs

Bools = NDArray[np.bool_]
Interval = tuple[float, float]
"""the lowest and the highest value of an axis"""

_BITS = {2: ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80)), 1: ((1,), (2,), (4,))}
"""the bit of each dot in a cell, by its number of dot columns: braille has two, blocks and ASCII have one"""
PATTERNS = {
    "solid": "#", "long": "############   ", "dashed": "####  ", "mixed": "######  #  ", "sparse": "##   ",
    "dotted": "#    ",
}  # fmt: skip
"""which dots along the line are drawn, again and again; ordered by rising share of gaps"""
LATTICES = ((1, 0.08), (2, 0.2), (3, 1.0))
"""how far apart the dots of an envelope are, in dots, if it fills at most this share of the chart"""


class Bins:
    """Mean, lowest and highest value in each column of dots; NaN if a column has none."""

    def __init__(self, x: Floats, y: Floats, across: Interval, columns: int) -> None:
        column = column_of(x, across, columns)
        starts = np.flatnonzero(np.diff(column, prepend=-1))
        here = column[starts]
        known = ~np.isnan(y)
        count = np.add.reduceat(known.astype(float), starts)
        with np.errstate(invalid="ignore", divide="ignore"):
            mean = np.add.reduceat(np.where(known, y, 0.0), starts) / np.where(count > 0, count, np.nan)
        self.mean, self.low, self.high = (np.full(columns, np.nan) for _ in range(3))
        self.mean[here] = mean
        self.low[here] = np.fmin.reduceat(y, starts)
        self.high[here] = np.fmax.reduceat(y, starts)
        gaps = np.ones(columns, bool)
        gaps[here] = False
        filled = np.flatnonzero(gaps & (np.arange(columns) > here[0]) & (np.arange(columns) < here[-1]))
        if len(filled):  # with fewer points than columns, join them by straight lines, except at NaN
            for values in (self.mean, self.low, self.high):
                values[filled] = np.interp(filled, here, values[here])


def column_of(x: Floats, across: Interval, columns: int) -> NDArray[np.intp]:
    """The column of dots, 0 to columns - 1, of each x."""
    low, high = across
    return np.clip((x - low) / (high - low) * columns, 0, columns - 1).astype(np.intp)


def dot_rows(heights: Floats, up: Interval, height: int) -> NDArray[np.intp]:
    """The row of dots of each height, counted from the top; heights beyond the axis go to its edge."""
    low, high = up
    share = np.clip((np.where(np.isnan(heights), 0.0, heights) - low) / (high - low), 0, 1)
    return np.rint((1 - share) * (height - 1)).astype(np.intp)


def line(heights: Floats, up: Interval, rows: int, pattern: str) -> Bools:
    """The dots (rows, columns) of a curve; each column reaches halfway to its neighbours, so there are no gaps.

    A pattern is counted along the line and not by columns, so that a steep rise does not vanish in a gap.
    """
    known = ~np.isnan(heights)
    at = dot_rows(heights, up, rows)
    before, after = at.copy(), at.copy()
    joined = known[1:] & known[:-1]
    before[1:] = np.where(joined, (at[1:] + at[:-1]) // 2, at[1:])
    after[:-1] = np.where(joined, (at[1:] + at[:-1] + 1) // 2, at[:-1])
    top = np.minimum(np.minimum(before, after), at)
    bottom = np.maximum(np.maximum(before, after), at)
    dots = _filled(top, bottom, rows, known)
    drawn = np.array([dot == "#" for dot in PATTERNS[pattern]])
    if not drawn.all():
        height = bottom - top
        length = np.where(known, np.hypot(1, height), 0)
        row, column = np.nonzero(dots)
        first = np.where(after >= before, top, bottom)[column]
        passed = np.abs(row - first) * (length / np.maximum(height, 1))[column]
        dots[row, column] = drawn[((np.cumsum(length) - length)[column] + passed).astype(int) % len(drawn)]
    return dots


def band(low: Floats, high: Floats, up: Interval, rows: int) -> Bools:
    """The dots of the area between two curves, as a lattice, and the ends of each column, so that thin spikes show.

    The larger its share of the chart, the fewer dots it has, so that the lines stand out.
    """
    top, bottom = dot_rows(high, up, rows), dot_rows(low, up, rows)
    known = ~np.isnan(high)
    inside = _filled(top, bottom, rows, known)
    share = np.count_nonzero(inside) / inside.size
    step = next(step for step, most in LATTICES if share <= most)
    lattice = np.zeros_like(inside)
    lattice[:: 2 * step, :: 2 * step] = lattice[step :: 2 * step, step :: 2 * step] = True
    inside &= lattice
    columns = np.flatnonzero(known)
    inside[top[columns], columns] = True
    inside[bottom[columns], columns] = True
    return inside


def pack(dots: Bools, glyphs: Glyphs) -> NDArray[np.uint32]:
    """Dots (rows * down, columns * across) as bits (rows, columns), where a cell is across x down dots."""
    across, down = glyphs.dot_size
    cells = dots.reshape(dots.shape[0] // down, down, dots.shape[1] // across, across).astype(np.uint32)
    bits = np.zeros((cells.shape[0], cells.shape[2]), np.uint32)
    for row, places in enumerate(_BITS[across][:down]):
        for column, bit in enumerate(places):
            bits |= cells[:, row, :, column] * np.uint32(bit)
    return bits


def characters(bits: NDArray[np.uint32], glyphs: Glyphs) -> NDArray[np.uint32]:
    """The code point of the character for the bits of each cell."""
    return _codes(glyphs.dots)[bits]


@cache
def _codes(dots: str) -> NDArray[np.uint32]:
    return np.array([ord(dot) for dot in dots], np.uint32)


def _filled(top: NDArray[np.intp], bottom: NDArray[np.intp], rows: int, where: Bools) -> Bools:
    at = np.arange(rows)[:, None]
    return (at >= top) & (at <= bottom) & where
