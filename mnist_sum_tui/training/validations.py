"""What the validations of a run's epochs say: overfitting, too large steps, or a gain that may be chance. No torch."""

from collections.abc import Sequence

from mnist_sum_tui.formatting import percent
from mnist_sum_tui.runs.accuracies import accuracies
from mnist_sum_tui.runs.chance import ERRORS_APART, standard_error
from mnist_sum_tui.runs.events import EpochDone, Started

FEW_IMAGES = 2_000
"""fewer training images are soon known by heart"""
FAR_BELOW = 0.05
"""if a validation accuracy is this far below that of training (0.05: five points), something is wrong"""
BY_HEART = 0.98
"""from this training accuracy on the training images may be known by heart"""


def _validated(epochs: Sequence[EpochDone]) -> list[tuple[int, float, float]]:
    """For each epoch with a validation: its number, mean training accuracy and mean validation accuracy."""
    return [
        (epoch.epoch, (epoch.digit_accuracy + epoch.sum_accuracy) / 2, sum(found) / 2)
        for epoch in epochs
        if (found := accuracies(epoch)) is not None
    ]


def that_count(epochs: Sequence[EpochDone]) -> list[EpochDone]:
    """The epochs that still count once another one follows: the first best one, and the last three.

    What is said below is the same with all epochs, but to look through thousands after each epoch takes longer than it.
    """
    best = max(range(len(epochs)), key=lambda row: sum(accuracies(epochs[row]) or (-1.0,)), default=0)
    return [epoch for row, epoch in enumerate(epochs) if row == best or row >= len(epochs) - 3]


def trouble(epochs: Sequence[EpochDone], started: Started | None) -> tuple[str, str] | None:
    """A topic and a sentence if the validations are worse than the training; else None."""
    held_out, trained = (started.validation_images, started.train_images) if started else (0, 0)
    if words := _overfitting(epochs, held_out):
        return "overfitting", words
    return _far_below(epochs, held_out, is_few=trained < FEW_IMAGES)


def _overfitting(epochs: Sequence[EpochDone], images: int) -> str:
    """That in three or more epochs since the best one training got better and validation worse; else empty.

    The validation must be worse by more than chance, because a plateau alone is not overfitting; and it must be below
    the training, because images that are changed for training are harder than those held out.
    """
    found = _validated(epochs)
    if len(found) < 4:
        return ""
    best = max(range(len(found)), key=lambda row: found[row][2])
    later = found[best + 1 :]
    is_training = len(later) >= 3 and later[-1][1] > max(found[best][1], later[-1][2])
    is_worse = all(found[best][2] - accuracy > standard_error(accuracy, images) for _, _, accuracy in later[-3:])
    words = f"Since epoch {found[best][0]} it gets better on its own images only: overfitting; try to augment, or stop"
    return words if is_training and is_worse else ""


def _far_below(epochs: Sequence[EpochDone], images: int, *, is_few: bool) -> tuple[str, str] | None:
    """That the last epoch's validation was far below its training accuracy, and why; None if it was not.

    Too large steps show at once, or as a fall. Few images are known by heart before the steps matter.
    """
    *before, (epoch, trained, accuracy) = _validated(epochs) or [(0, 0.0, 0.0)]
    chance = ERRORS_APART * standard_error(accuracy, images)
    if trained - accuracy <= max(FAR_BELOW, chance):
        return None
    words = f"The validation of epoch {epoch} is {100 * (trained - accuracy):.0f} points below its training"
    if not is_few and (not before or max(earlier for _, _, earlier in before) - accuracy > chance):
        return "unsettled", f"{words}: the steps are too large; turn the rate down"
    by_heart = f"{words}: it learns its images by heart; try to augment, or more images"
    return ("overfitting", by_heart) if is_few or trained >= BY_HEART else None


def fallen(epochs: Sequence[EpochDone]) -> str:
    """That the last epoch of a run is far below the best one, whose weights are tested; empty if it is not."""
    found = [(epoch, known) for epoch in epochs if (known := accuracies(epoch)) is not None]
    best = next(((epoch.epoch, sum(known)) for epoch, known in reversed(found) if epoch.best), None)
    if best is None or (best[1] - sum(found[-1][1])) / 2 <= FAR_BELOW:
        return ""
    last, (digit, total) = found[-1][0].epoch, map(percent, found[-1][1])
    return f"epoch {last} has only {digit} digit, {total} sum in validation: the test is of epoch {best[0]}"


def within_chance(epochs: Sequence[EpochDone], images: int, still: str = "") -> str:
    """What the last of three or more epochs gained over the best before, in words, if it may be chance; else empty.

    `still` is said behind the gain.
    """
    found = _validated(epochs)
    if len(found) < 3 or not images:
        return ""
    before, last = max(accuracy for _, _, accuracy in found[:-1]), found[-1][2]
    if abs(last - before) > standard_error(last, images):
        return ""
    if not (gained := round((last - before) * images)):
        return f"It gains no more{still}: epoch {found[-1][0]} is within one image of the best before"
    words = f"{abs(gained):,} of {images:,} images {'more' if gained > 0 else 'fewer'}"
    head = f"It gains {'little' if gained > 0 else 'no'} more{still}"
    return f"{head}: epoch {found[-1][0]} has {words} right than the best before, which may be chance"
