"""Story: what a recorded training tells, in what order, and when a picture of some seconds shows it."""

import math
from collections.abc import Sequence

import numpy as np

from mnist_sum_tui.charts.axes import Floats
from mnist_sum_tui.charts.series import HEADS
from mnist_sum_tui.errors import DataError
from mnist_sum_tui.export.recording import thinned
from mnist_sum_tui.runs.events import EpochDone, Event, Finished, Progress, Samples, Started

LEAD, PLAY, PAUSE, HOLD = 1.2, 13.0, 0.6, 4.2
"""seconds before the first step, of the training, until the test, and of the end"""
TESTED = LEAD + PLAY + PAUSE
SECONDS = TESTED + HOLD
READS, GUESSES, ADDS = 0.8, 0.2, 0.9
"""accuracies: most digits are read; the sum is hardly better than always the same answer, 0.1; the sum is found"""


class Story:
    """A training's events by their kind, and when each is seen.

    Raises:
        DataError: the events have no training to show.
    """

    def __init__(self, events: Sequence[Event]) -> None:
        kept = thinned(events)
        self.started = next(event for event in kept if isinstance(event, Started))
        self.progress = [event for event in kept if isinstance(event, Progress) and math.isfinite(event.loss)]
        self.samples = [event for event in kept if isinstance(event, Samples)]
        self.epochs = [event for event in kept if isinstance(event, EpochDone)]
        if len(self.progress) < 2:
            raise DataError("the training recorded there is too short to show: record more steps of it")
        self.steps = max(self.started.total_steps, self.progress[-1].step)
        self.raw: dict[str, Floats] = {
            head: np.array([getattr(event, f"{head}_accuracy") for event in self.progress]) for head in HEADS
        }
        """accuracy at each Progress"""
        self.smooth = {head: _calmed(values) for head, values in self.raw.items()}
        """with less noise, and no later than what was measured: a trailing mean would lag where the sum is found"""
        ends = [event for event in kept if isinstance(event, Finished) and event.digit_accuracy is not None]
        self.test = ends[-1] if ends else None
        """the end of a training that was tested"""

    def share(self, step: int) -> float:
        """How far to the right a step lies, 0..1: by the log of the steps, because most is learned in the first 100."""
        return math.log(max(step, 1)) / math.log(self.steps)

    def second(self, step: int) -> float:
        """When a step is seen."""
        return LEAD + PLAY * self.share(step)

    def captions(self) -> list[tuple[float, int | None, str]]:
        """Second, step if it is one of the training, and what is said from then on; each only where it is so."""
        found: list[tuple[float, int | None, str]] = [
            (0.0, None, "In: an image and a number. Out: the digit and their sum.")
        ]
        reads, adds = self._first("digit", READS), self._first("sum", ADDS)
        if reads is not None and self.smooth["sum"][reads] < GUESSES:
            step = self.progress[reads].step
            found.append((self.second(step), step, "It reads most digits. The sum is still a guess."))
        if adds is not None:
            step = self.progress[adds].step
            found.append((self.second(step), step, "Now it adds, too: learned from examples alone."))
        if self.test is not None:
            words = f"The test: {(self.test.pairs or 0) // 10:,} new images, each with all ten numbers."
            found.append((TESTED, None, words))
        return found

    def _first(self, head: str, accuracy: float) -> int | None:
        """The place of the first Progress at which the smoothed accuracy is reached."""
        there = np.flatnonzero(self.smooth[head] >= accuracy)
        return int(there[0]) if len(there) else None


def _calmed(values: Floats) -> Floats:
    """Each value with half of the mean of its neighbours."""
    padded = np.pad(values, 1, mode="edge")
    return np.asarray(padded[:-2] / 4 + values / 2 + padded[2:] / 4)
