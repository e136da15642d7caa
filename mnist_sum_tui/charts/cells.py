"""Cells: cells of characters, each with the role that gives it its colour. numpy only."""

import numpy as np
from numpy.typing import NDArray

from mnist_sum_tui.charts import braille
from mnist_sum_tui.charts.axes import Floats
from mnist_sum_tui.charts.braille import BLANK, Bins, Bools, Span, column_of, dot_rows, pack


class Cells:
    """Characters, and the number of each one's role, by cell. What is painted later covers what was there.

    `across` and `up` are the ends of the two axes; heights are values as the scale gives them.
    """

    def __init__(self, rows: int, columns: int, across: Span, up: Span) -> None:
        self.rows, self.columns, self.across, self.up = rows, columns, across, up
        self._cells = np.full((rows, columns), BLANK, np.uint32)
        self._roles = np.zeros((rows, columns), np.intp)
        self._names = ["axis"]
        self._drawn = np.zeros((rows, columns), np.uint32)

    def band(self, role: str, x: Floats, heights: Floats) -> None:
        """The envelope of the points."""
        bins = Bins(x, heights, self.across, self.columns * 2)
        bits = pack(braille.band(bins.low, bins.high, self.up, self.rows * 4))
        self._paint(role, bits > 0, BLANK + bits)

    def line(self, role: str, x: Floats, heights: Floats, pattern: str) -> None:
        """A curve through the points; where it meets an earlier one, the cell has the dots of both."""
        bins = Bins(x, heights, self.across, self.columns * 2)
        bits = pack(braille.line(bins.mean, self.up, self.rows * 4, pattern))
        self._drawn |= bits
        self._paint(role, bits > 0, BLANK + self._drawn)

    def marks(self, role: str, symbol: str, x: Floats, heights: Floats) -> None:
        """A character at each point that is a number."""
        known = ~np.isnan(heights)
        where = np.zeros(self._cells.shape, bool)
        rows = dot_rows(heights[known], self.up, self.rows * 4) // 4
        where[rows, column_of(x[known], self.across, self.columns)] = True
        self._paint(role, where, ord(symbol))

    def top(self, role: str, symbol: str, x: Floats) -> None:
        """A character at the upper edge at each place."""
        where = np.zeros(self._cells.shape, bool)
        where[0, column_of(x, self.across, self.columns)] = True
        self._paint(role, where, ord(symbol))

    def column(self, role: str, symbol: str, x: float) -> None:
        """A column of characters, behind everything."""
        where = np.zeros(self._cells.shape, bool)
        where[:, column_of(np.array([x]), self.across, self.columns)] = True
        self._paint(role, where & (self._cells == BLANK), ord(symbol))

    def lines(self) -> list[list[tuple[str, str]]]:
        """Each row as text and role, one span for each stretch of a role."""
        cells = np.where(self._cells == BLANK, ord(" "), self._cells).astype("<u4")
        found = []
        for row, role, change in zip(cells, self._roles, self._roles[:, 1:] != self._roles[:, :-1], strict=True):
            characters = row.tobytes().decode("utf-32-le")
            ends = [*(np.flatnonzero(change) + 1).tolist(), len(characters)]
            found.append([(characters[a:b], self._names[role[a]]) for a, b in zip([0, *ends], ends, strict=False)])
        return found

    def _paint(self, role: str, where: Bools, characters: NDArray[np.uint32] | int) -> None:
        self._names.append(role)
        np.copyto(self._cells, np.asarray(characters, np.uint32), where=where)
        self._roles[where] = len(self._names) - 1
