"""A grid of characters to draw a chart on; each cell has a role, which decides its colour. numpy only."""

import numpy as np
from numpy.typing import NDArray

from mnist_sum_tui.charts import braille
from mnist_sum_tui.charts.axes import Floats
from mnist_sum_tui.charts.braille import PATTERNS, Bins, Bools, Interval, characters, column_of, dot_rows, pack
from mnist_sum_tui.glyphs import ASCII, BRAILLE, current

BLANK = ord(" ")
SAMPLES = dict(zip(PATTERNS, BRAILLE.lines, strict=True))
"""the line patterns, and how the legend shows them"""


class Cells:
    """A grid of characters and roles. Later drawings cover earlier ones.

    `across` and `up` are the ranges of the x and y axis. Heights are values after the scale's `forward`.
    """

    def __init__(self, rows: int, columns: int, across: Interval, up: Interval) -> None:
        self.rows, self.columns, self.across, self.up = rows, columns, across, up
        self._glyphs = current()
        self._dots_across, self._dots_down = columns * self._glyphs.dot_size[0], rows * self._glyphs.dot_size[1]
        self._cells = np.full((rows, columns), BLANK, np.uint32)
        self._roles = np.zeros((rows, columns), np.intp)
        self._names = ["axis"]
        self._gaps = np.zeros((rows, columns), np.intp)
        """the pattern of the line in each cell, as its index in PATTERNS plus 1; 0 for no line"""
        self._signed = np.zeros((rows, columns), bool)
        """the cells with the text of a sign"""

    def band(self, role: str, x: Floats, heights: Floats) -> None:
        """Draw the envelope of the points: from the lowest to the highest in each column of dots."""
        bins = self._bins(x, heights)
        bits = pack(braille.band(bins.low, bins.high, self.up, self._dots_down), self._glyphs)
        is_fine = self._glyphs is BRAILLE  # larger dots would look like a curve
        self._paint(role, bits > 0, characters(bits, self._glyphs) if is_fine else ord(self._glyphs.envelope))

    def line(self, role: str, x: Floats, heights: Floats, pattern: str, is_behind: bool = False) -> None:
        """Draw a curve through the points; later curves cover it if it `is_behind`.

        A cell has one colour, so where two curves cross it shows only one of them: the one with the wider gaps, because
        the other shows in these gaps. Curves with equal gaps take turns. So neither vanishes.
        """
        bins = self._bins(x, heights)
        bits = pack(braille.line(bins.mean, self.up, self._dots_down, pattern), self._glyphs)
        gaps = 0 if is_behind else list(PATTERNS).index(pattern) + 1
        is_turn = (np.arange(self.rows)[:, None] + np.arange(self.columns) // 2) % 2 == 0
        where = (bits > 0) & ((self._gaps < max(gaps, 1)) | ((self._gaps == gaps) & is_turn))
        self._gaps[where] = gaps
        is_told_by_sign = pattern != "solid" and self._glyphs is ASCII  # in which gaps are hardly seen
        self._paint(role, where, ord(SAMPLES[pattern]) if is_told_by_sign else characters(bits, self._glyphs))

    def _bins(self, x: Floats, heights: Floats) -> Bins:
        """The bins of points of which infinite ones, as of 100 %, are at the edge, so that they leave a mean finite."""
        return Bins(x, np.clip(heights, *self.up), self.across, self._dots_across)

    def marks(self, role: str, symbol: str, x: Floats, heights: Floats) -> None:
        """Draw a character at each point whose height is not NaN."""
        known = ~np.isnan(heights)
        where = np.zeros(self._cells.shape, bool)
        rows = dot_rows(heights[known], self.up, self._dots_down) // self._glyphs.dot_size[1]
        where[rows, column_of(x[known], self.across, self.columns)] = True
        self._paint(role, where, ord(symbol))

    def column(self, role: str, symbol: str, x: float) -> None:
        """Draw a vertical line of characters at x, in empty cells only."""
        where = np.zeros(self._cells.shape, bool)
        where[:, column_of(np.array([x]), self.across, self.columns)] = True
        self._paint(role, where & (self._cells == BLANK), ord(symbol))

    def sign(self, role: str, x: float, text: str) -> None:
        """Write a text beside x where it hides no curve; if it must, as little as it can, in the upper half.

        It hides no other sign's text: without room for that it is left out.
        """
        column = int(column_of(np.array([x]), self.across, self.columns)[0])
        is_full = self._cells != BLANK
        is_curve = is_full & np.array([not name.endswith("-envelope") for name in self._names])[self._roles]
        found = list[tuple[int, int, int, int]]()
        for side, begin in enumerate((column + 1, column - len(text))):
            end = begin + len(text)
            if begin < 0 or end > self.columns:
                continue
            for row in np.flatnonzero(~self._signed[:, max(begin - 1, 0) : end + 1].any(axis=1)).tolist():
                hidden = int(np.count_nonzero(is_curve[row, begin:end]))
                if not hidden or row <= self.rows // 2:
                    found.append((hidden, int(np.count_nonzero(is_full[row, begin:end])), row, side))
        if found:
            _, _, row, side = min(found)
            begin = column - len(text) if side else column + 1
            self._signed[row, begin : begin + len(text)] = True
            self._write(role, row, begin, text)

    def middle(self, role: str, text: str) -> None:
        """Write a text in the middle, if there is room."""
        if len(text) <= self.columns:
            self._write(role, self.rows // 2, (self.columns - len(text)) // 2, text)

    def _write(self, role: str, row: int, begin: int, text: str) -> None:
        self._names.append(role)
        self._cells[row, begin : begin + len(text)] = [ord(letter) for letter in text]
        self._roles[row, begin : begin + len(text)] = len(self._names) - 1

    def lines(self) -> list[list[tuple[str, str]]]:
        """Each row as spans of text and role; neighbouring cells of the same role are one span."""
        cells = self._cells.astype("<u4")
        found = []
        for row, role, change in zip(cells, self._roles, self._roles[:, 1:] != self._roles[:, :-1], strict=True):
            text = row.tobytes().decode("utf-32-le")
            ends = [*(np.flatnonzero(change) + 1).tolist(), len(text)]
            found.append([(text[a:b], self._names[role[a]]) for a, b in zip([0, *ends], ends, strict=False)])
        return found

    def _paint(self, role: str, where: Bools, codes: NDArray[np.uint32] | int) -> None:
        self._names.append(role)
        np.copyto(self._cells, np.asarray(codes, np.uint32), where=where)
        self._roles[where] = len(self._names) - 1
