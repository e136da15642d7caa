"""Where a run is in its training: all that a checkpoint stores besides tensors and config, checked when it is read."""

import math
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Annotated, Any, Self, TypedDict, get_type_hints

from mnist_sum_tui.errors import UsageError
from mnist_sum_tui.runs.json_values import Check, Matching, Within, check_of
from mnist_sum_tui.runs.knob_turns import TURNED, Turn, turned


@dataclass(slots=True)
class Totals:
    """Sums over the images of a step, or of all steps of an epoch; JSON stores the floats exactly."""

    digit_loss: float = 0.0
    """negative log-likelihood in nats, without label smoothing"""
    sum_loss: float = 0.0
    digit_right: float = 0.0
    """number of images whose digit is right"""
    sum_right: float = 0.0
    images: float = 0.0
    seconds: float = 0.0

    def add(self, more: "Totals") -> None:
        """Add those of a step."""
        self.digit_loss += more.digit_loss
        self.sum_loss += more.sum_loss
        self.digit_right += more.digit_right
        self.sum_right += more.sum_right
        self.images += more.images
        self.seconds += more.seconds

    def means(self) -> dict[str, float]:
        """Mean losses, accuracies and images/s, under the names that events use."""
        return {
            "digit_loss": self.digit_loss / self.images,
            "sum_loss": self.sum_loss / self.images,
            "digit_accuracy": self.digit_right / self.images,
            "sum_accuracy": self.sum_right / self.images,
            "images_per_second": self.images / self.seconds if self.seconds else 0.0,
        }


MAX_EPOCHS = 10_000
MAX_IMAGES = 1_000_000
MAX_SECONDS = 1e10
MAX_JOURNAL = 1 << 40
MAX_CHANGES = 1000
"""limits that no real run reaches; a file with more is refused"""
LEAST_IMAGES = 1000
"""of fewer images the accuracy says little"""
GUESSING = 0.12
"""an accuracy that guessing can reach: always answering digit 1 is right for 11.35 % of the test images"""
NEW = ("images", "changes", "turns")
"""fields that a checkpoint of an earlier version lacks"""

Step = Annotated[int, Within(0, MAX_EPOCHS * MAX_IMAGES)]
Epochs = Annotated[int, Within(1, MAX_EPOCHS)]
Seconds = Annotated[float, Within(0, MAX_SECONDS)]
LossSum = Annotated[float, Within(0, sys.float_info.max)]
ImageCount = Annotated[float, Within(0, MAX_IMAGES)]


class SumsInFile(TypedDict, total=False):
    """A Totals as a checkpoint stores it; empty at the start of an epoch."""

    digit_loss: LossSum
    sum_loss: LossSum
    digit_right: ImageCount
    sum_right: ImageCount
    images: ImageCount
    seconds: Seconds


class Identity(TypedDict):
    """What identifies the images of a split."""

    count: Annotated[int, Within(1, MAX_IMAGES)]
    sha256: Annotated[str, Matching("[0-9a-f]{64}")]


class ImagesInFile(TypedDict, total=False):
    """The images of a run."""

    train: Identity
    test: Identity


class ChangeInFile(TypedDict):
    """A Change as a checkpoint stores it."""

    step: Step
    epochs: Epochs


class TurnInFile(TypedDict):
    """A Turn as a checkpoint stores it."""

    step: Step
    setting: Annotated[str, Matching("|".join(TURNED))]
    value: str


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

    epoch: Annotated[int, Within(1, MAX_EPOCHS + 1)] = 1
    """the current epoch, counted from 1; one more than the last epoch when the run is complete"""
    batch: Annotated[int, Within(0, MAX_IMAGES)] = 0
    """how many batches of that epoch are done"""
    step: Step = 0
    """how many optimizer steps of the run are done"""
    elapsed: Seconds = 0.0
    """seconds of training"""
    sums: Annotated[Mapping[str, float], SumsInFile] = field(default_factory=dict)
    """the epoch's Totals: digit_loss, sum_loss, digit_right, sum_right, images, seconds"""
    best_epoch: Epochs | None = None
    best_accuracy: Annotated[float, Within(-1, 1)] = -1.0
    best_loss: Annotated[float, Within(0, math.inf, may_be_nan=True)] = math.inf
    """infinite before the first best epoch, NaN after a divergence"""
    journal_bytes: Annotated[int, Within(0, MAX_JOURNAL)] = 0
    """the length of metrics.jsonl at this position"""
    images: Annotated[Mapping[str, Mapping[str, Any]], ImagesInFile] = field(default_factory=dict)
    """of `train` and `test`: `count`, and `sha256` of images and labels; empty in a checkpoint of version 0.1.0"""
    changes: Annotated[tuple[Change, ...], tuple[ChangeInFile, ...]] = ()
    """the run's first length, at step 0, and its changes in order; empty in a checkpoint of version 0.1.0"""
    turns: Annotated[tuple[Turn, ...], tuple[TurnInFile, ...]] = ()
    """the settings that were changed while it trained, in the order in which they were turned"""

    @property
    def reached_epoch(self) -> int:
        """The epoch that the weights come from: the current one, or the one just done; 0 before the first step."""
        return self.epoch if self.batch else self.epoch - 1

    @property
    def is_early(self) -> bool:
        """Whether it has hardly learned: in the first epoch most of its images so far were misread, or there were only
        few; or the best epoch is no better than guessing.
        """
        images, right = (self.sums.get(name, 0.0) for name in ("images", "digit_right"))
        is_first = self.epoch == 1 and (images < LEAST_IMAGES or right < images / 2)
        return is_first or 0 <= self.best_accuracy <= GUESSING

    @property
    def held(self) -> tuple[Turn, ...]:
        """The changes with which the last step was made, one of each setting; epochs that were added count, too."""
        lengths = [Turn(change.step, "epochs", str(change.epochs)) for change in self.changes[1:]]
        return tuple(turned([*self.turns, *lengths], self.step - 1).values())

    def words(self, *, is_running: bool) -> str:
        """How far the weights are trained: `epoch 3`, `stopped in epoch 1, step 81`, or `still training, step 81`."""
        if not self.batch:
            return f"epoch {self.epoch - 1}"
        where = f"{'still training' if is_running else f'stopped in epoch {self.epoch}'}, step {self.step:,}"
        images = self.sums.get("images", 0.0)
        is_guess = images >= LEAST_IMAGES and self.sums.get("digit_right", 0.0) / images <= GUESSING
        return f"{where}, no better than guessing" if is_guess else where

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """The position that was saved.

        Raises:
            ValueError: a field is unknown, missing, of the wrong type or out of range.
        """
        for name in sorted(_checks().keys() - set(NEW) - values.keys()):
            raise ValueError(f"its {name!r} is missing")
        found = {}
        for name, value in values.items():
            try:
                found[name] = _checks()[name](value)
            except (KeyError, ValueError):
                raise ValueError(f"its {name!r} is unknown or invalid") from None
        _check_together(found)
        changes = tuple(Change(**change) for change in found.get("changes", ()))
        return cls(**{**found, "changes": changes, "turns": _turns(found.get("turns", ()))})


def with_length(lengths: tuple[Change, ...], step: int, epochs: int) -> tuple[Change, ...]:
    """The lengths of a run, of which there is at least one, after it is given another number of epochs at a step."""
    if lengths[-1].epochs == epochs:
        return lengths
    kept = tuple(change for change in lengths if change.step < step)  # a change at this very step was never used
    return kept if kept and kept[-1].epochs == epochs else (*kept, Change(step, epochs))


@cache
def _checks() -> dict[str, Check]:
    return {name: check_of(hint) for name, hint in get_type_hints(Position, include_extras=True).items()}


def _check_together(values: Mapping[str, Any]) -> None:
    """Check what depends on several values.

    Raises:
        ValueError: two of them contradict each other.
    """
    sums, steps = values["sums"], [change["step"] for change in values.get("changes", ())]
    images = sums.get("images", 0)
    if (values["batch"] > 0) != (images > 0):
        raise ValueError("its batch and its sums contradict each other")
    if max(sums.get("digit_right", 0), sums.get("sum_right", 0)) > images:
        raise ValueError("its sums have more right answers than images")
    if steps != sorted(set(steps)) or steps[:1] not in ([], [0]) or len(steps) > MAX_CHANGES:
        raise ValueError("its changes are too many, or not in order from step 0 on")


def _turns(found: Iterable[Mapping[str, Any]]) -> tuple[Turn, ...]:
    try:
        turns = tuple(Turn.of(**turn) for turn in found)
    except UsageError:
        raise ValueError("its 'turns' have a value that no knob has") from None
    if len(turns) > MAX_CHANGES:
        raise ValueError("its turns are too many")
    return turns
