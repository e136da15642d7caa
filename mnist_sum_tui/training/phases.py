"""The phase in which a training is, in one sentence: it learns to read, then to add, then the rare digits. No torch."""

from collections.abc import Mapping

from mnist_sum_tui.config import TrainConfig
from mnist_sum_tui.runs.accuracies import accuracies
from mnist_sum_tui.runs.events import Started
from mnist_sum_tui.training.coach_memory import ADDS, KNOWS, READS, Seen
from mnist_sum_tui.training.topics import DEAD, Said
from mnist_sum_tui.training.validations import within_chance

BEHIND = 0.05
"""the digit is behind if its accuracy is so far below that of the sum"""
SLOW_TO_ADD = ("original", "original-2fc", "pictured")
"""networks that have to find addition with ordinary layers"""


def phase(seen: Seen, said: Mapping[str, str], config: TrainConfig, started: Started | None) -> Said | None:
    """The phase and its sentence; None if what was said before still stands.

    `said` has the first sentence of each topic so far.
    """
    digit, total = seen.digit.value, seen.total.value
    if digit < ADDS and said.keys() & {"too-high", "ruined"}:  # nothing was learned since, so it still stands
        return None
    if total >= KNOWS and total - digit >= BEHIND:
        words = "the digit head has exchanged digits, or is behind (page Mistakes shows which)"
        return "exchanged", f"The sum is right more often than the digit: {words}"
    if digit < READS:  # if it has read before, it has become worse, which only a warning may explain
        words = "It learns to read digits; as long as the digit is a guess, the sum is one, too"
        return None if seen.has_read or DEAD in said else ("sees", words)
    if total < ADDS:
        words = "It reads most of the digits, but the sum still guesses: adding comes after reading"
        words += " (in small networks sooner)" if config.model in SLOW_TO_ADD else ""
        return None if "adds" in said else ("guesses", words)  # once told it stands
    if total < KNOWS:
        return _adds(seen, said)
    if "agrees" not in said:
        return "agrees", "The sum is right where the digit is: from here on both get better together"
    return _knows(seen, config, started.validation_images if started else 0)


def _adds(seen: Seen, said: Mapping[str, str]) -> Said | None:
    if "agrees" in said:  # it has become worse, too
        return None
    if "adds" in said:  # by an earlier process, which saw when, or before a dip
        return "adds", said["adds"]
    since = seen.adds_since or seen.step
    return "adds", f"Since about step {since:,} it learns to add: the sum is more than guessed"


def _knows(seen: Seen, config: TrainConfig, images: int) -> Said:
    """What is left to learn; `images` are those of a validation."""
    if seen.epochs and accuracies(seen.epochs[-1]) == (1.0, 1.0):
        return "too-easy", "Every validation image is right: these images are too easy to tell networks apart"
    still = "" if config.schedule == "constant" or seen.is_cool else " while the rate is still high"
    if gained := within_chance(seen.epochs, images, still):
        return "chance", gained
    if seen.is_cool:  # by the schedule, or because the user has turned it down
        return "cools", "The learning rate has fallen: smaller steps, and the last errors settle"
    return "knows", "Digit and sum are right most of the time; now the rare ones are learned"
