"""The predictions for every test image beside every number, and how to step through them. numpy only."""

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from mnist_sum_tui.tui.predictions.weights import Weights

if TYPE_CHECKING:
    from mnist_sum_tui.inference.evaluate import EvalReport, Mistake

NUMBERS = np.arange(10)
LASTING_SECONDS = 30.0
"""how long a result with the weights of a training in progress is used for stepping through"""

Pair = tuple[int, int]
"""an image's place in the test file, and a number 0..9"""


@dataclass(frozen=True, slots=True, eq=False)
class TestSetResult:
    """All predictions of one set of weights; rows are images, columns are the ten numbers."""

    weights: Weights
    source: str
    """whose weights they are, and how far trained"""
    made: float
    """when, by time.monotonic()"""
    labels: NDArray[np.int64]
    """(N,), the true digits"""
    digits: NDArray[np.int64]
    """(N,), the predicted digits"""
    sums: NDArray[np.int64]
    """(N, 10), the predicted sums"""
    sureness: NDArray[np.float32]
    """(N, 10), the smaller of the two heads' highest probabilities"""
    report: "EvalReport"
    mistakes: "tuple[Mistake, ...]"
    """every image whose digit is wrong, surest first"""

    def serves_for(self, weights: Weights, source: str) -> bool:
        """Whether nothing better is to be had of these weights; of a training in progress, whose source changes with
        each step, for LASTING_SECONDS.
        """
        if weights != self.weights:
            return False
        return time.monotonic() - self.made < LASTING_SECONDS if weights.path is None else source == self.source

    @property
    def wrong(self) -> NDArray[np.bool_]:
        """(N, 10), where the digit or the sum is wrong."""
        is_wrong: NDArray[np.bool_] = self.sums != self.labels[:, None] + NUMBERS
        is_wrong |= (self.digits != self.labels)[:, None]
        return is_wrong

    @property
    def disagreeing(self) -> NDArray[np.bool_]:
        """(N, 10), where the predicted sum is not the predicted digit plus the number."""
        is_odd: NDArray[np.bool_] = self.sums != self.digits[:, None] + NUMBERS
        return is_odd


def next_pair(hits: NDArray[np.bool_], index: int, number: int) -> Pair | None:
    """The first hit after image `index` with the same number, going round; else with any number; None without any."""
    rows = np.flatnonzero(hits[:, number])
    if not len(rows):
        rows = np.flatnonzero(hits.any(axis=1))
    if not len(rows):
        return None
    row = int(rows[np.searchsorted(rows, index, side="right") % len(rows)])
    return row, number if hits[row, number] else int(hits[row].argmax())


def less_certain(sureness: NDArray[np.float32], index: int, number: int, fresh: bool) -> Pair:
    """The least certain image for this number; on a walk (not `fresh`), the next one after image `index`."""
    order = sureness[:, number].argsort(kind="stable")
    place = -1 if fresh else int((order == index).nonzero()[0][0])
    return int(order[(place + 1) % len(order)]), number
