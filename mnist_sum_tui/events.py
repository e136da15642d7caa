"""What a run tells the world: frozen dataclasses of plain numbers and strings, written to JSON and read back.

In JSON each event is one flat object: `event` (its kind), `step`, `epoch`, `elapsed`, and its own fields. Numbers that
JSON does not have are the strings "NaN", "Infinity" and "-Infinity", so that any JSON reader takes the file.
Losses are in nats; accuracies and agreement are fractions of 1; times are in seconds.
"""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, ClassVar

_NON_FINITE = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """What every event carries."""

    kind: ClassVar[str] = ""

    step: int
    """optimizer steps done since the run began"""
    epoch: int
    """the epoch in work, counted from 1; for EpochDone and Validated the one just measured"""
    elapsed: float
    """seconds of training, over all of the run's processes, pauses left out"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Started(Event):
    """The first event of a run, and again of each process that resumes it."""

    kind = "started"

    run: str
    path: str
    model: str
    recipe: str
    parameters: int
    epochs: int
    batch_size: int
    steps_per_epoch: int
    train_images: int
    validation_images: int
    device: str
    precision: str
    threads: int
    seed: int
    resumed: bool

    @property
    def total_steps(self) -> int:
        """Steps in the whole run."""
        return self.steps_per_epoch * self.epochs


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress(Event):
    """Means over the steps since the last Progress; accuracies are of the training batches' own numbers."""

    kind = "progress"

    digit_loss: float
    sum_loss: float
    digit_accuracy: float
    sum_accuracy: float
    lr: float
    images_per_second: float
    remaining: float | None
    """seconds to the end of the last epoch, from this process's own speed; None until it is known"""

    @property
    def loss(self) -> float:
        """The mean of the two heads' negative log-likelihoods, however the training weighs and smooths them."""
        return (self.digit_loss + self.sum_loss) / 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Validated(Event):
    """A validation that was asked for between epochs. All ten numbers for every validation image."""

    kind = "validated"

    digit_loss: float
    sum_loss: float
    digit_accuracy: float
    sum_accuracy: float
    agreement: float


@dataclass(frozen=True, slots=True, kw_only=True)
class EpochDone(Event):
    """An epoch's means over its training batches, and the validation after it (None where nothing is held out)."""

    kind = "epoch"

    digit_loss: float
    sum_loss: float
    digit_accuracy: float
    sum_accuracy: float
    val_digit_loss: float | None
    val_sum_loss: float | None
    val_digit_accuracy: float | None
    val_sum_accuracy: float | None
    val_agreement: float | None
    lr: float
    images_per_second: float
    remaining: float | None
    best: bool
    """whether this is the best epoch so far, by the mean of the two validation accuracies"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Samples(Event):
    """What the network says now of a few fixed validation images; sent while `control` asks for it."""

    kind = "samples"

    indices: tuple[int, ...]
    """places in the training file, 0..59,999"""
    labels: tuple[int, ...]
    numbers: tuple[int, ...]
    digits: tuple[int, ...]
    sums: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpointed(Event):
    """A checkpoint is on disk, whole."""

    kind = "checkpoint"

    file: str
    reason: str
    """epoch, timer, request or stop"""
    seconds: float
    best: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Paused(Event):
    """Training waits; nothing is lost by leaving it so."""

    kind = "paused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Resumed(Event):
    """Training goes on after a pause."""

    kind = "resumed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice(Event):
    """Something the user should know of that stops nothing."""

    kind = "notice"

    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Finished(Event):
    """The last event. The test result is that of the best epoch's weights; None where the run did not get there."""

    kind = "finished"

    reason: str
    """completed, stopped, diverged or failed"""
    run: str
    path: str
    message: str
    best_epoch: int | None
    digit_accuracy: float | None
    sum_accuracy: float | None
    agreement: float | None
    digit_loss: float | None
    sum_loss: float | None
    pairs: int | None


KINDS: dict[str, type[Event]] = {
    cls.kind: cls
    for cls in (
        Started,
        Progress,
        Validated,
        EpochDone,
        Samples,
        Checkpointed,
        Paused,
        Resumed,
        Notice,
        Finished,
    )
}


def to_dict(event: Event) -> dict[str, Any]:
    """The event as a flat dict of what JSON can hold."""
    values = {item.name: getattr(event, item.name) for item in fields(event)}
    return {"event": event.kind, **{key: _plain(value) for key, value in values.items()}}


def to_json(event: Event) -> str:
    """The event as one line of strict JSON, without the newline."""
    return json.dumps(to_dict(event), ensure_ascii=False, allow_nan=False)


def from_dict(values: Mapping[str, Any]) -> Event:
    """The event that `to_dict` wrote; fields of a later version are passed over.

    Raises:
        ValueError: an unknown kind, or a field that is missing.
    """
    cls = KINDS.get(values.get("event", ""))
    if cls is None:
        raise ValueError(f"unknown event {values.get('event')!r}")
    known = {item.name for item in fields(cls)}
    try:
        return cls(**{key: _rich(value) for key, value in values.items() if key in known})
    except TypeError as error:
        raise ValueError(f"{cls.kind} event: {error}") from error


def _plain(value: Any) -> Any:
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else ("Infinity" if value > 0 else "-Infinity")
    return list(value) if isinstance(value, tuple) else value


def _rich(value: Any) -> Any:
    if isinstance(value, list):
        return tuple(value)
    return _NON_FINITE.get(value, value) if isinstance(value, str) else value
