"""The timeline of the animation: at which second each event of a training is shown, and the captions."""

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from mnist_sum_tui.charts.axes import Floats
from mnist_sum_tui.charts.series import HEADS
from mnist_sum_tui.errors import DataError
from mnist_sum_tui.export.recording import thinned
from mnist_sum_tui.runs.events import EpochDone, Event, Finished, Progress, Samples, Started

LEAD, PLAY, PAUSE, HOLD = 1.2, 13.0, 0.6, 4.2
"""seconds before the first step, for the training, until the test result, and for the end"""
TESTED = LEAD + PLAY + PAUSE
SECONDS = TESTED + HOLD
READS, GUESSES, ADDS = 0.8, 0.2, 0.9
"""accuracies at which captions appear: the digit's above READS, the sum's still below GUESSES, the sum's above ADDS"""
UNTESTED = {"stopped": "Stopped after", "failed": "Failed after", "diverged": "The loss was no longer a number after"}
"""how a training ended that has no test, by the reason of its Finished"""


class Story:
    """The events of a training by kind, and the second at which each is shown.

    Raises:
        DataError: the events do not start with Started, or have fewer than two Progress.
    """

    def __init__(self, events: Sequence[Event]) -> None:
        kept = thinned(events)
        self.progress = [event for event in kept if isinstance(event, Progress) and math.isfinite(event.loss)]
        answers = [event for event in kept if isinstance(event, Samples)]
        self.samples = [event for event in answers if event.indices == answers[0].indices]
        """the answers for the first sample images; a strange file may have others later"""
        self.epochs = [event for event in kept if isinstance(event, EpochDone)]
        if len(self.progress) < 2:
            raise DataError(
                "the training is too short for a moving picture, or the rest of it is missing in metrics.jsonl"
            )
        self.started = _started(events, self.progress[-1].epoch)
        """the last start, with the number of epochs that the run came to"""
        self.steps = max(self.started.total_steps, self.progress[-1].step, 2)  # of one step the logarithm is 0
        self.raw: dict[str, Floats] = {
            head: np.array([getattr(event, f"{head}_accuracy") for event in self.progress]) for head in HEADS
        }
        """accuracy at each Progress"""
        self.smooth = {head: _calmed(values) for head, values in self.raw.items()}
        """smoothed accuracies; averaged over both neighbours, because a trailing mean would lag behind the rise"""
        last = next(event for event in reversed(events) if isinstance(event, Started | Finished))
        self.end = last if isinstance(last, Finished) else None
        """the last end; None if the run was resumed after it, or has none"""
        self.test = self.end if self.end is not None and self.end.digit_accuracy is not None else None
        """the last end, if it has a test result"""

    def share(self, step: int) -> float:
        """Position of a step on the x axis, 0..1; logarithmic, because most is learned in the first 100 steps."""
        return math.log(max(step, 1)) / math.log(self.steps)

    def second(self, step: int) -> float:
        """The second at which a step is shown."""
        return LEAD + PLAY * self.share(step)

    @property
    def has_learned(self) -> bool:
        """Whether it reads and adds at its end, by its smoothed training accuracies."""
        return bool(self.smooth["digit"][-1] >= READS and self.smooth["sum"][-1] >= ADDS)

    def captions(self) -> list[tuple[float, int | None, str]]:
        """Captions as (second, training step or None, text); one is left out if the data do not agree with it."""
        found: list[tuple[float, int | None, str]] = [
            (0.0, None, "In: an image and a number. Out: the digit and their sum.")
        ]
        reads, adds = self.first("digit", READS), self.first("sum", ADDS)
        if reads is not None and self.smooth["sum"][reads] < GUESSES:
            step = self.progress[reads].step
            found.append((self.second(step), step, "It reads most digits. The sum is still a guess."))
        if adds is not None:
            step = self.progress[adds].step
            found.append((self.second(step), step, "Now it adds, too. It learned this from examples alone."))
        guesses = " It still guesses." if self.smooth["digit"][-1] < GUESSES else ""
        if self.test is not None:
            words = f"The test: {(self.test.pairs or 0) // 10:,} new images, each with all ten numbers.{guesses}"
            found.append((TESTED, None, words))
        else:
            step = self.progress[-1].step if self.end is None else self.end.step
            ended = UNTESTED.get("" if self.end is None else self.end.reason, "Recorded up to")
            words = f"{ended} step {step:,} of {self.started.total_steps:,}.{guesses}"
            found.append((self.second(step), None, words))
        return found

    def first(self, head: str, accuracy: float) -> int | None:
        """Index of the first Progress with at least this smoothed accuracy; None if there is none."""
        there = np.flatnonzero(self.smooth[head] >= accuracy)
        return int(there[0]) if len(there) else None


def _started(events: Sequence[Event], begun: int) -> Started:
    """The last Started, with the last number of epochs that was set; it is at least `begun`, which none takes back."""
    started = next(event for event in events if isinstance(event, Started))
    for event in events:
        started = event if isinstance(event, Started) else started.after(event)
    return replace(started, epochs=max(started.epochs, begun))


def _calmed(values: Floats) -> Floats:
    """Each value averaged with its neighbours, with weights 1/4, 1/2, 1/4."""
    padded = np.pad(values, 1, mode="edge")
    return np.asarray(padded[:-2] / 4 + values / 2 + padded[2:] / 4)
