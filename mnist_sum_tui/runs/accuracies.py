"""The pair of accuracies, digit and sum, that an event reports; whether they are guesses, or report.json has others."""

from collections.abc import Mapping

from mnist_sum_tui.runs.events import EpochDone, Finished, Validated
from mnist_sum_tui.runs.position import GUESSING


def accuracies(event: EpochDone | Validated | Finished | None) -> tuple[float, float] | None:
    """The accuracies of digit and sum, 0..1 (for an epoch, those of its validation); None if they were not measured."""
    if event is None:
        return None
    prefix = "val_" if isinstance(event, EpochDone) else ""
    digit, total = (getattr(event, f"{prefix}{head}_accuracy") for head in ("digit", "sum"))
    return None if digit is None or total is None else (digit, total)


def contradicts(report: Mapping[str, object], done: Finished | None) -> bool:
    """Whether report.json has another test result than the run's last event; what only one of them has does not count.

    Both were written from the same numbers, and JSON keeps floats exactly, so they differ only if one was replaced.
    """
    names = ("digit_accuracy", "sum_accuracy", "agreement", "pairs")
    return any(name in report and getattr(done, name, None) not in (None, report[name]) for name in names)


def in_percent(share: float) -> float:
    """A share of 1 in percent, to compare with what a user typed: 0.9934 is 99.34, and 100 * 0.9934 is less."""
    return round(100 * share, 9)


def has_learned(done: Finished) -> bool:
    """Whether the digit is better than a guess, so that the network is of use; true if there was no test."""
    return done.digit_accuracy is None or (done.digit_accuracy > GUESSING and not done.majority)
