"""The predictions for every pair of a test image and a number, and how to step through them. numpy only."""

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from mnist_sum_tui.tui.predictions.weights import Weights
from mnist_sum_tui.verdict import Verdict, judge

if TYPE_CHECKING:
    from mnist_sum_tui.inference.evaluate import EvalReport, Mistake
    from mnist_sum_tui.inference.infer import Outputs
    from mnist_sum_tui.inference.predict import Prediction, Predictor

NUMBERS = np.arange(10)
LASTING_SECONDS = 30.0
"""how long an evaluation of a running training's weights is used for walks through the test images"""


class Step(NamedTuple):
    """One stop of a walk through the pairs of image and number."""

    image: int
    """its index in the test file"""
    number: int
    """0..9"""
    place: int
    """which stop of the walk this is, counted from 1"""
    total: int
    """how many stops the walk has"""


@dataclass(frozen=True, slots=True, eq=False)
class TestSetResult:
    """All predictions of one set of weights; rows are images, columns are the ten numbers."""

    weights: Weights
    source: str
    """the weights' owner, and how far they are trained"""
    made: float
    """when the evaluation was done, by time.monotonic()"""
    labels: NDArray[np.int64]
    """(N,), the true digits"""
    digits: NDArray[np.int64]
    """(N,), the predicted digits"""
    sums: NDArray[np.int64]
    """(N, 10), the predicted sums"""
    sureness: NDArray[np.float32]
    """(N, 10), the smaller of the two heads' highest probabilities"""
    digit_probabilities: NDArray[np.float32]
    """(N, 10), calibrated"""
    sum_probabilities: NDArray[np.float32]
    """(N, 10, 19), calibrated"""
    outputs: "Outputs"
    """the network's outputs, from which the predictions are made"""
    report: "EvalReport"
    tables: NDArray[np.float32]
    """(10, 10, 19), the mean of the sums' probabilities over the images of each true digit: digit, number, sum"""
    points: NDArray[np.float64]
    """(N, 2), the images on a map: the two directions in which the last features vary most"""
    mistakes: "tuple[Mistake, ...]"
    """every image whose digit is wrong, surest first"""
    predictor: "Predictor | None" = None
    """the predictor that was evaluated; None if only the values matter"""

    def serves_for(self, weights: Weights, source: str) -> bool:
        """Whether this result may still be used for these weights.

        The weights of a running training change with each step, so its result may be used for LASTING_SECONDS.
        """
        if weights != self.weights:
            return False
        return time.monotonic() - self.made < LASTING_SECONDS if weights.path is None else source == self.source

    def predictions(self, index: int) -> "tuple[Prediction, ...]":
        """The predictions for one test image with each of the ten numbers, by the weights of this result."""
        from mnist_sum_tui.inference.predict import from_outputs

        label = int(self.labels[index])
        return tuple(from_outputs(self.outputs, index, number, label) for number in range(10))

    def verdict(self, index: int, confidence: float) -> Verdict:
        """How far an answer for one test image can be trusted; `confidence` is its probability."""
        scores = self.outputs.scores
        return judge(confidence, None if scores is None else scores[index].item(), self.outputs.confidence.threshold)

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


def next_pair(hits: NDArray[np.bool_], index: int, number: int, by: int = 1) -> Step | None:
    """The first hit after image `index` (`by` = -1: before it) with the same number; the first follows the last.

    If that number has no hits, the first hit with any number; None if there are no hits at all.
    """
    rows = np.flatnonzero(hits[:, number])
    if not len(rows):
        rows = np.flatnonzero(hits.any(axis=1))
    if not len(rows):
        return None
    place = np.searchsorted(rows, index, side="right") if by > 0 else np.searchsorted(rows, index) - 1
    place %= len(rows)
    row = int(rows[place])
    found = number if hits[row, number] else int(hits[row].argmax())
    return Step(row, found, int(place) + 1, len(rows))


def less_certain(sureness: NDArray[np.float32], index: int, number: int, fresh: bool, by: int = 1) -> Step:
    """The least certain image for this number; on a walk (not `fresh`), the next one after image `index`."""
    order = sureness[:, number].argsort(kind="stable")
    place = 0 if fresh else (int((order == index).nonzero()[0][0]) + by) % len(order)
    return Step(int(order[place]), number, place + 1, len(order))
