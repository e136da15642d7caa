"""The events of a run: frozen dataclasses of plain numbers and strings, written to JSON and read back.

In JSON an event is one flat object: `event` (its kind), `step`, `epoch`, `elapsed`, and its own fields. JSON has no NaN
or infinity; they become the strings "NaN" and "Infinity", so that any JSON reader accepts the file. When an event is
read, each field is checked against its type and text is made printable, because a file may be untrusted.
Losses are in nats; accuracies and agreement are fractions of 1; times are in seconds.
"""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cache
from typing import Annotated, Any, ClassVar, get_type_hints

from mnist_sum_tui.runs.json_values import Amount, Check, Count, Loss, Number, OneOf, Share, Within, check_of

BatchShare = Annotated[float, Within(0, 1, ("NaN",))]
"""an accuracy over training batches; NaN if the training diverged"""
Digit = Annotated[int, Within(0, 9)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """The fields that every event has."""

    kind: ClassVar[str] = ""

    step: Count
    """optimizer steps done since the run began"""
    epoch: Number
    """the current epoch, counted from 1; for EpochDone the one that has just ended"""
    elapsed: Amount
    """seconds of training since the run began, without pauses and without the time between stop and resume"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Started(Event):
    """The first event of a run, and the first one after each resume."""

    kind = "started"

    run: str
    path: str
    model: str
    recipe: str
    parameters: Count
    epochs: Number
    batch_size: Number
    steps_per_epoch: Number
    train_images: Count
    validation_images: Count
    device: str
    precision: str
    threads: Count
    seed: Count
    resumed: bool

    @property
    def total_steps(self) -> int:
        """The number of steps in the whole run."""
        return self.steps_per_epoch * self.epochs


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress(Event):
    """Means over the training steps since the last Progress; accuracies count one random number per image."""

    kind = "progress"

    digit_loss: Loss
    sum_loss: Loss
    digit_accuracy: BatchShare
    sum_accuracy: BatchShare
    lr: Amount
    images_per_second: Amount
    remaining: Amount | None
    """estimated seconds to the end of the last epoch, by the speed since start or resume; None until it is known"""

    @property
    def loss(self) -> float:
        """The plain mean of both losses, without the training's loss weights and label smoothing."""
        return (self.digit_loss + self.sum_loss) / 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Validated(Event):
    """A validation on request, within an epoch, with all ten numbers for every validation image."""

    kind = "validated"

    digit_loss: Loss
    sum_loss: Loss
    digit_accuracy: Share
    sum_accuracy: Share
    agreement: Share


@dataclass(frozen=True, slots=True, kw_only=True)
class EpochDone(Event):
    """Means over an epoch's training batches, and the validation after it (None if no images are held out)."""

    kind = "epoch"

    digit_loss: Loss
    sum_loss: Loss
    digit_accuracy: Share
    sum_accuracy: Share
    val_digit_loss: Loss | None
    val_sum_loss: Loss | None
    val_digit_accuracy: Share | None
    val_sum_accuracy: Share | None
    val_agreement: Share | None
    lr: Amount
    images_per_second: Amount
    remaining: Amount | None
    best: bool
    """whether this is the best epoch so far, by the mean of the two validation accuracies"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Samples(Event):
    """The network's current answers for a few fixed validation images; sent while `control` asks for them."""

    kind = "samples"

    indices: tuple[Count, ...]
    """the images' indices in the training file, 0..59,999"""
    labels: tuple[Digit, ...]
    numbers: tuple[Digit, ...]
    digits: tuple[Digit, ...]
    sums: tuple[Annotated[int, Within(0, 18)], ...]

    def __post_init__(self) -> None:
        if len({len(self.indices), len(self.labels), len(self.numbers), len(self.digits), len(self.sums)}) > 1:
            raise ValueError("indices, labels, numbers, digits and sums must have the same length")


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpointed(Event):
    """A checkpoint has been written."""

    kind = "checkpoint"

    file: str
    reason: Annotated[str, OneOf(("epoch", "timer", "request", "stop"))]
    seconds: Amount
    best: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Paused(Event):
    """Training is paused."""

    kind = "paused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Resumed(Event):
    """Training continues after a pause."""

    kind = "resumed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice(Event):
    """A message that the user should see and that does not stop the run."""

    kind = "notice"

    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Finished(Event):
    """The last event. The test result is that of the best epoch's weights; None if there was no test."""

    kind = "finished"

    reason: Annotated[str, OneOf(("completed", "stopped", "diverged", "failed"))]
    run: str
    path: str
    message: str
    best_epoch: Number | None
    digit_accuracy: Share | None
    sum_accuracy: Share | None
    agreement: Share | None
    digit_loss: Loss | None
    sum_loss: Loss | None
    pairs: Count | None


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
    """The event as a flat dict of JSON's types."""
    values = {item.name: getattr(event, item.name) for item in fields(event)}
    return {"event": event.kind, **{key: _plain(value) for key, value in values.items()}}


def to_json(event: Event) -> str:
    """The event as one line of strict JSON, without the newline."""
    return json.dumps(to_dict(event), ensure_ascii=False, allow_nan=False)


def from_dict(values: Mapping[str, Any]) -> Event:
    """The event that `to_dict` wrote; unknown fields, as of a later version, are ignored.

    Raises:
        ValueError: the kind is unknown, or a field is missing, of the wrong type or out of range.
    """
    kind = values.get("event")
    cls = KINDS.get(kind) if isinstance(kind, str) else None
    if cls is None:
        raise ValueError(f"unknown event {kind!r}")
    found = {}
    for name, check in _checks(cls.kind):
        try:
            found[name] = check(values[name])
        except (KeyError, ValueError):
            raise ValueError(f"{kind} event: {name} is missing, of the wrong type or out of range") from None
    return cls(**found)


@cache
def _checks(kind: str) -> tuple[tuple[str, Check], ...]:
    hints = get_type_hints(KINDS[kind], include_extras=True)
    return tuple((item.name, check_of(hints[item.name])) for item in fields(KINDS[kind]))


def _plain(value: Any) -> Any:
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else ("Infinity" if value > 0 else "-Infinity")
    return list(value) if isinstance(value, tuple) else value
