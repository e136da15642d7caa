"""The map of the digits: images as dots, close together if they look alike to the network. Pure; numpy only."""

from dataclasses import dataclass
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from mnist_sum_tui.charts.axes import Floats
from mnist_sum_tui.charts.braille import characters, pack
from mnist_sum_tui.glyphs import current

Cell = tuple[int, int]
"""column and row"""
OUTLIERS = 0.2
"""percent of the points beyond each edge of the map; they are drawn at the edge"""
LETTERS = 6
"""one cell in so many shows its digit instead of dots"""
FEW, MOST = 0.15, 0.5
"""if at most the share FEW of the cells has a wrong digit, each of them is marked; else only those where most digits
are wrong; and none if more than the share MOST of all digits is wrong, because marks would then hide the map"""
WRONG, NOTHING = 10, -1
"""the roles of a mark, and of an empty cell; those of dots and letters are the true digits 0..9"""


@dataclass(frozen=True, slots=True, eq=False)
class DigitMap:
    """The test images as points."""

    points: Floats
    """(N, 2), to the right and upwards"""
    labels: NDArray[np.int64]
    """(N,), the true digits"""
    digits: NDArray[np.int64]
    """(N,), the digits that the network reads"""

    @property
    def share_wrong(self) -> float:
        """The share of the digits that the network misreads, 0..1."""
        return float((self.labels != self.digits).mean())

    def dots(self, columns: int, rows: int) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """The column and the row of dots of each point, on a map of so many cells."""
        low, high = np.percentile(self.points, (OUTLIERS, 100 - OUTLIERS), axis=0)
        shares = np.clip((self.points - low) / np.maximum(high - low, 1e-12), 0, 1)
        across, down = current().dot_size
        x, y = shares[:, 0] * (columns * across - 1), (1 - shares[:, 1]) * (rows * down - 1)
        return np.rint(x).astype(np.intp), np.rint(y).astype(np.intp)

    def nearest(self, cell: Cell, columns: int, rows: int) -> int:
        """The index of an image whose point is in the cell, or of the nearest one."""
        x, y = self.dots(columns, rows)
        across, down = current().dot_size
        distances = ((x + 0.5) / across - cell[0] - 0.5) ** 2 + (2 * ((y + 0.5) / down - cell[1] - 0.5)) ** 2
        is_elsewhere = (x // across != cell[0]) | (y // down != cell[1])
        return int((distances + 1e6 * is_elsewhere).argmin())

    def drawn(self, columns: int, rows: int) -> list[list[tuple[str, int]]]:
        """The map's lines as spans of text and role: the most frequent digit of the cell, WRONG or NOTHING."""
        glyphs = current()
        x, y = self.dots(columns, rows)
        across, down = glyphs.dot_size
        dots = np.zeros((rows * down, columns * across), bool)
        dots[y, x] = True
        counts = np.zeros((rows, columns, 11), np.intp)
        np.add.at(counts, (y // down, x // across, self.labels), 1)
        is_wrong = self.labels != self.digits
        np.add.at(counts, (y[is_wrong] // down, x[is_wrong] // across, WRONG), 1)
        total, roles = counts[..., :WRONG].sum(2), counts[..., :WRONG].argmax(2)
        codes = characters(pack(dots, glyphs), glyphs)
        is_letter = (np.arange(columns) + 3 * np.arange(rows)[:, None]) % LETTERS == 0
        codes = np.where(is_letter & (total > 0), ord("0") + roles, codes)
        has_wrong = counts[..., WRONG] > 0
        is_few = has_wrong.sum() <= FEW * (total > 0).sum()
        is_marked = has_wrong if is_few else (counts[..., WRONG] > total / 2) & (self.share_wrong <= MOST)
        codes[is_marked], roles[is_marked], roles[total == 0] = ord(glyphs.wrong), WRONG, NOTHING
        lines = []
        for line in zip(codes.tolist(), roles.tolist(), strict=True):
            stretches = groupby(zip(*line, strict=True), lambda cell: cell[1])
            lines.append([("".join(chr(code) for code, _ in cells), role) for role, cells in stretches])
        return lines
