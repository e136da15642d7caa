"""The pair of accuracies, digit and sum, that an event reports; and whether they are better than guessing."""

from mnist_sum_tui.runs.events import EpochDone, Finished, Validated

GUESSING = 0.12
"""an accuracy that guessing can reach: always answering digit 1 is right for 11.35 % of the test images"""


def accuracies(event: EpochDone | Validated | Finished | None) -> tuple[float, float] | None:
    """The accuracies of digit and sum, 0..1 (for an epoch, those of its validation); None if they were not measured."""
    if event is None:
        return None
    prefix = "val_" if isinstance(event, EpochDone) else ""
    digit, total = (getattr(event, f"{prefix}{head}_accuracy") for head in ("digit", "sum"))
    return None if digit is None or total is None else (digit, total)


def has_learned(done: Finished) -> bool:
    """Whether the digit is better than a guess, so that the network is of use; true if there was no test."""
    return done.digit_accuracy is None or done.digit_accuracy > GUESSING
