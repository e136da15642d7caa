"""The demo: the recorded run of the package, what is said at which of its moments, and what to try next."""

from dataclasses import dataclass

from mnist_sum_tui.export.moving.story import ADDS, GUESSES, READS, Story
from mnist_sum_tui.formatting import percent
from mnist_sum_tui.runs.replay import Replay

SECONDS = 40.0
"""how long it plays"""
NEXT = ("mnist-sum train --recipe sprint", "mnist-sum tui", "mnist-sum predict idx 3")
"""what to go on with"""
GO_ON = f"Go on with: {', '.join(NEXT)}"


@dataclass(frozen=True, slots=True)
class Caption:
    """What is said from one moment of the run on."""

    row: int
    """the event's place in the replay"""
    step: int
    words: str
    """at most 78 characters, which fit into any terminal's line"""


def captions(replay: Replay) -> list[Caption]:
    """What is said of a run, in its order; each only if the run agrees with it.

    Raises:
        DataError: the run is too short.
    """
    story = Story(replay.at(replay.last).events)
    found = [Caption(0, 0, "In: an image and a number. Out: the digit and their sum. It begins at random.")]

    def say(step: int, words: str) -> None:
        found.append(Caption(replay.row_at_step(step), step, words))

    reads, adds = story.first("digit", READS), story.first("sum", ADDS)
    if reads is not None and story.smooth["sum"][reads] < GUESSES:
        digit, total = (percent(float(story.smooth[head][reads]), 0) for head in ("digit", "sum"))
        say(story.progress[reads].step, f"It reads most digits, {digit}. The sum is still guessing: {total}.")
    if adds is not None:
        total = percent(float(story.smooth["sum"][adds]), 0)
        say(story.progress[adds].step, f"Now it adds: {total}. Nobody told it how; it had examples alone.")
    if story.epochs:
        say(story.epochs[0].step, "It has seen each image once. What follows are the last few per cent.")
    if story.test is not None:
        digit, total = percent(story.test.digit_accuracy, 1), percent(story.test.sum_accuracy, 1)
        words = (
            f"The test: of {(story.test.pairs or 0) // 10:,} new images {digit} are read, {total} of the sums right."
        )
        found.append(Caption(replay.last, story.test.step, words))
    return found
