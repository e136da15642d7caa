"""The demo: captions for the recorded run in the package, and what to try next."""

from collections.abc import Sequence
from dataclasses import dataclass

from mnist_sum_tui.errors import DataError
from mnist_sum_tui.formatting import percent
from mnist_sum_tui.runs.events import EpochDone, Event, Finished, Progress
from mnist_sum_tui.runs.replay import Replay
from mnist_sum_tui.training.moving_average import Average

READS, GUESSES = 0.8, 0.2
"""from READS on it reads digits, as the demo says; while it still guesses the sum, that is below GUESSES"""
WAKES = 0.5
"""the accuracy of the sum from which on the demo says that it adds: while it still guesses it is below 0.2"""
SECONDS = 40.0
"""how long the demo plays"""
NEXT = ("mnist-sum train --recipe sprint", "mnist-sum tui", "mnist-sum predict 3")
"""the commands to try next"""
GO_ON = f"Go on with: {', '.join(NEXT)}"


@dataclass(frozen=True, slots=True)
class Caption:
    """A caption, which is shown from one moment of the run on."""

    row: int
    """the event's place in the replay"""
    step: int
    words: str
    """at most 78 characters, with the step before them if it is shown: they fit into a line of 80 columns"""


def captions(replay: Replay) -> list[Caption]:
    """The captions of a run, in order; a caption is left out if the run's data do not agree with it.

    Raises:
        DataError: the run is too short.
    """
    events = replay.at(replay.last).events
    shown = _shown(events)
    if len(shown) < 2:
        raise DataError("the training is too short, or the rest of it is missing in metrics.jsonl")
    found = [Caption(0, 0, "In: an image and a number. Out: digit and sum. Random at first, shown slowly.")]

    def say(step: int, words: str) -> None:
        found.append(Caption(replay.row_at_step(step), step, words))

    reads = next((at for at in shown if at[1] >= READS), None)
    if reads is not None and reads[2] < GUESSES:
        digit, total = (percent(share, 0) for share in reads[1:])
        say(reads[0], f"It read {digit} of training digits; the sum was still a guess: {total}.")
    if adds := next((at for at in shown if at[2] >= WAKES), None):
        say(adds[0], f"From examples alone it adds: {percent(adds[2], 0)} of the training sums are right.")
    if epoch := next((event for event in events if isinstance(event, EpochDone)), None):
        say(epoch.step, "It has seen each image once. What follows are the last few percent.")
    end = events[-1]
    if isinstance(end, Finished) and end.digit_accuracy is not None:
        digit, total = percent(end.digit_accuracy, 1), percent(end.sum_accuracy, 1)
        words = f"The test: of {(end.pairs or 0) // 10:,} new images {digit} are read, {total} of the sums right."
        found.append(Caption(replay.last, end.step, words))
    return found


def _shown(events: Sequence[Event]) -> list[tuple[int, float, float]]:
    """Step and both training accuracies at each Progress, smoothed as in the dashboard at that moment."""
    digit, total = Average(), Average()
    return [
        (event.step, digit.add(event.digit_accuracy), total.add(event.sum_accuracy))
        for event in events
        if isinstance(event, Progress)
    ]
