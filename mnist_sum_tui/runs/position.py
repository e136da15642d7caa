"""Where a run is in its training: all that a checkpoint stores besides tensors and config, checked when it is read."""

import re
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any, Self


@dataclass(slots=True)
class Totals:
    """Running totals over an epoch's images, from which means are computed. JSON stores the floats exactly."""

    digit_loss: float = 0.0
    sum_loss: float = 0.0
    digit_right: float = 0.0
    sum_right: float = 0.0
    images: float = 0.0
    seconds: float = 0.0

    def add(
        self,
        *,
        images: int,
        digit_loss: float,
        sum_loss: float,
        digit_right: float,
        sum_right: float,
        seconds: float,
    ) -> None:
        """Add a batch: its mean losses, its right answers, and the seconds that it took."""
        self.images += images
        self.digit_loss += digit_loss * images
        self.sum_loss += sum_loss * images
        self.digit_right += digit_right
        self.sum_right += sum_right
        self.seconds += seconds

    def means(self) -> dict[str, float]:
        """Mean losses, accuracies and images/s, under the names that events use."""
        return {
            "digit_loss": self.digit_loss / self.images,
            "sum_loss": self.sum_loss / self.images,
            "digit_accuracy": self.digit_right / self.images,
            "sum_accuracy": self.sum_right / self.images,
            "images_per_second": self.images / self.seconds if self.seconds else 0.0,
        }

    def to_dict(self) -> Mapping[str, float]:
        """Plain values, for a checkpoint."""
        return {name: getattr(self, name) for name in self.__slots__}


MAX_EPOCHS = 10_000
MAX_IMAGES = 1_000_000
MAX_SECONDS = 1e10
MAX_JOURNAL = 1 << 40
MAX_CHANGES = 1000
"""limits that no real run reaches; a file with more is refused"""


@dataclass(frozen=True, slots=True)
class Change:
    """A change of the run's length. The learning rate of later steps depends on it."""

    step: int
    """the first step for which it holds, counted from 0"""
    epochs: int
    """how many epochs the run has from then on"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """Where a run is in its training: all that is needed to resume it, besides the tensors and the config."""

    epoch: int = 1
    """the current epoch, counted from 1; one more than the last epoch when the run is complete"""
    batch: int = 0
    """how many batches of that epoch are done"""
    step: int = 0
    """how many optimizer steps of the run are done"""
    elapsed: float = 0.0
    """seconds of training"""
    sums: Mapping[str, float] = field(default_factory=dict)
    """the epoch's Totals: digit_loss, sum_loss, digit_right, sum_right, images, seconds"""
    best_epoch: int | None = None
    best_accuracy: float = -1.0
    best_loss: float = float("inf")
    journal_bytes: int = 0
    """the length of metrics.jsonl at this position"""
    images: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """of `train` and `test`: `count`, and `sha256` of images and labels; empty in a checkpoint of version 0.1.0"""
    changes: tuple[Change, ...] = ()
    """the run's first length, at step 0, and its changes in order; empty in a checkpoint of version 0.1.0"""

    @property
    def reached_epoch(self) -> int:
        """The epoch that the weights come from: the current one, or the one just done; 0 before the first step."""
        return self.epoch if self.batch else self.epoch - 1

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """The position that was saved.

        Raises:
            ValueError: a field is unknown, missing, of the wrong type or out of range.
        """
        missing = {item.name for item in fields(cls)} - set(_NEW) - values.keys()
        wrong = [name for name, value in values.items() if name not in _CHECKS or not _CHECKS[name](value)]
        for name in sorted(missing) + wrong:
            raise ValueError(f"its {name!r} is missing or invalid")
        if (values["batch"] > 0) != (values["sums"].get("images", 0) > 0):
            raise ValueError("its batch and its sums contradict each other")
        return cls(**{**values, "changes": tuple(Change(**change) for change in values.get("changes", ()))})

    def with_epochs(self, epochs: int, before: int) -> Self:
        """The position with a new length of the run, in epochs. `before` is the old length if no change is stored."""
        noted = self.changes or (Change(0, before),)
        if noted[-1].epochs == epochs:
            return replace(self, changes=noted)
        kept = tuple(change for change in noted if change.step < self.step)  # one at this step was never used
        if not kept or kept[-1].epochs != epochs:
            kept += (Change(self.step, epochs),)
        return replace(self, changes=kept)


Check = Callable[[Any], bool]


def _whole(least: int, most: int) -> Check:
    return lambda value: type(value) is int and least <= value <= most


def _number(least: float, most: float) -> Check:
    return lambda value: type(value) in (int, float) and least <= value <= most  # NaN is not


_epochs, _count, _step = _whole(1, MAX_EPOCHS), _whole(1, MAX_IMAGES), _whole(0, MAX_EPOCHS * MAX_IMAGES)
_SHA256 = re.compile("[0-9a-f]{64}")
_SUMS = {
    **dict.fromkeys(("digit_loss", "sum_loss"), _number(0, sys.float_info.max)),
    **dict.fromkeys(("digit_right", "sum_right", "images"), _number(0, MAX_IMAGES)),
    "seconds": _number(0, MAX_SECONDS),
}


def _are_sums(value: Any) -> bool:
    """Whether the value is a valid Totals, with no more right answers than images."""
    if not isinstance(value, dict) or not all(name in _SUMS and _SUMS[name](number) for name, number in value.items()):
        return False
    return bool(max(value.get("digit_right", 0), value.get("sum_right", 0)) <= value.get("images", 0))


def _are_images(value: Any) -> bool:
    """Whether the value has valid counts and hashes of the images."""
    return isinstance(value, dict) and all(
        name in ("train", "test")
        and isinstance(own, dict)
        and own.keys() == {"count", "sha256"}
        and _count(own["count"])
        and isinstance(own["sha256"], str)
        and _SHA256.fullmatch(own["sha256"]) is not None
        for name, own in value.items()
    )


def _are_changes(value: Any) -> bool:
    """Whether the value is a list of valid changes in order, the first at step 0."""
    if not isinstance(value, list | tuple) or len(value) > MAX_CHANGES or not all(map(_is_change, value)):
        return False
    steps = [change["step"] for change in value]
    return steps == sorted(set(steps)) and steps[:1] in ([], [0])


def _is_change(value: Any) -> bool:
    return (
        isinstance(value, dict)
        and value.keys() == {"step", "epochs"}
        and _step(value["step"])
        and _epochs(value["epochs"])
    )


_NEW = ("images", "changes")
"""fields that a checkpoint of version 0.1.0 lacks"""
_CHECKS: dict[str, Check] = {
    "epoch": _whole(1, MAX_EPOCHS + 1),
    "batch": _whole(0, MAX_IMAGES),
    "step": _step,
    "elapsed": _number(0, MAX_SECONDS),
    "sums": _are_sums,
    "best_epoch": lambda value: value is None or _epochs(value),
    "best_accuracy": _number(-1, 1),
    "best_loss": lambda value: type(value) in (int, float) and not value < 0,  # infinite at first, NaN after divergence
    "journal_bytes": _whole(0, MAX_JOURNAL),
    "images": _are_images,
    "changes": _are_changes,
}
