"""GrowingTable: rows of numbers as an array to which rows are added. numpy only."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray


class GrowingTable:
    """A table of numbers. It may be read while another thread adds to it."""

    def __init__(self, columns: int, dtype: type[float | np.int64] = float) -> None:
        self._rows: NDArray[Any] = np.empty((256, columns), dtype)
        self._length = 0

    def add(self, *values: float | None) -> None:
        """Append a row; None becomes NaN."""
        self.extend([values])

    def extend(self, rows: Sequence[tuple[float | None, ...]] | NDArray[Any]) -> None:
        """Append several rows (N, columns); the array doubles when it is full, so adding is cheap."""
        if not len(rows):
            return
        end = self._length + len(rows)
        if end > len(self._rows):
            more = np.empty((end, self._rows.shape[1]), self._rows.dtype)
            self._rows = np.concatenate([self._rows[: self._length], more])
        self._rows[self._length : end] = rows
        self._length = end  # last, because of the other thread

    def column(self, index: int) -> NDArray[Any]:
        """A column, as a view."""
        length = self._length  # first, because of the other thread
        return self._rows[:length, index]

    def __len__(self) -> int:
        return self._length
