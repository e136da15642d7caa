"""The events of a run: frozen dataclasses of plain numbers and strings; event_json.py writes and reads them.

Losses are in nats; accuracies and agreement are fractions of 1; times are in seconds.
"""

from dataclasses import dataclass, replace
from typing import Annotated

from mnist_sum_tui.errors import UsageError
from mnist_sum_tui.runs.event_base import Event as Event
from mnist_sum_tui.runs.health_event import Health as Health  # an event, too; it has no room here
from mnist_sum_tui.runs.json_values import Amount, Count, Digit, Loss, Matching, Number, Share, Within
from mnist_sum_tui.runs.knob_turns import TURNED, Turn
from mnist_sum_tui.runs.position import Epochs

BatchShare = Annotated[float, Within(0, 1, ("NaN",))]
"""an accuracy over training batches; NaN if the training diverged"""
ALL_DONE = "all epochs are done"
"""the message of a Finished after the last epoch; any other message says why the run ended earlier"""
SAMPLE_COUNT = 8
"""the images of a Samples event; fewer if fewer are held out"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Started(Event):
    """The first event of a run, and the first one after each resume."""

    kind = "started"

    run: str
    path: str
    model: str
    recipe: str
    parameters: Count
    epochs: Epochs
    batch_size: Number
    steps_per_epoch: Number
    train_images: Count
    validation_images: Count
    device: str
    precision: str
    threads: Count
    seed: Count
    resumed: bool
    images: tuple[Annotated[str, Matching("[0-9a-f]{64}")], ...] = ()
    """SHA-256 of the training images and of the test images, labels included; empty in a run of an earlier version"""

    @property
    def total_steps(self) -> int:
        """The number of steps in the whole run."""
        return self.steps_per_epoch * self.epochs

    def after(self, event: "Event") -> "Started":
        """The same event with the number of epochs that holds after `event`, which may have changed it."""
        if not isinstance(event, Changed) or event.setting != "epochs":
            return self
        return replace(self, epochs=int(event.value))


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
    """The network's current answers for a few fixed images; more often while `control` asks for them."""

    kind = "samples"

    indices: tuple[Count, ...]
    """the images' indices in the training file, 0..59,999"""
    labels: tuple[Digit, ...]
    numbers: tuple[Digit, ...]
    digits: tuple[Digit, ...]
    sums: tuple[Annotated[int, Within(0, 18)], ...]
    addition: tuple[Annotated[str, Matching("[0-9]{19}")], ...] = ()
    """the addition table of the first image: for each number the probability of each sum, in tenths, 9 for more; empty
    in a run of an earlier version"""

    def __post_init__(self) -> None:
        if len({len(self.indices), len(self.labels), len(self.numbers), len(self.digits), len(self.sums)}) > 1:
            raise ValueError("indices, labels, numbers, digits and sums must have the same length")


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpointed(Event):
    """A checkpoint has been written."""

    kind = "checkpoint"

    file: str
    reason: Annotated[str, Matching("epoch|timer|request|stop")]
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
class Changed(Event):
    """A setting was changed during training. The event is on the disk before the first step for which it holds."""

    kind = "changed"

    at: Count
    """the first step for which it holds, counted from 0; `step` or later"""
    setting: Annotated[str, Matching("|".join(TURNED))]
    before: str
    """the value that held until then, and the new one, as `--change` writes them: `x0.5` for the learning rate"""
    value: str
    why: str = ""
    """why the run has set its number of epochs by itself; empty for the user's changes"""

    def __post_init__(self) -> None:
        for name in ("before", "value"):
            try:  # the shortest form: a file may say `9.0` epochs
                object.__setattr__(self, name, Turn.of(self.at, self.setting, getattr(self, name)).value)
            except UsageError:
                raise ValueError(f"{name} is no value of {self.setting}") from None

    @property
    def turn(self) -> Turn:
        """The change as it was asked for."""
        return Turn(self.at, self.setting, self.value)

    def is_reached(self, steps: int) -> bool:
        """Whether a run of so many steps has come to it; a number of epochs counts at the end of the last one, too."""
        return self.at < steps + (self.setting == "epochs") or self.at <= self.step <= steps


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice(Event):
    """A message that the user should see and that does not stop the run."""

    kind = "notice"

    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Advice(Event):
    """A line of the coach: what is happening in the training, in plain words; sent when that changes."""

    kind = "advice"

    topic: Annotated[str, Matching("[a-z-]{1,20}")]
    """names the paragraph about it on the guide's page `coach`"""
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class System(Event):
    """The load of the machine in the last seconds, with the fields of `machine.figures.Figures`; None if not known."""

    kind = "system"

    cores: Number
    own: Share
    others: Share | None
    memory: Count | None
    temperature: Amount | None
    gpu: Share | None
    gpu_memory: Count | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Finished(Event):
    """The last event. The test result is that of the best epoch's weights; None if there was no test."""

    kind = "finished"

    reason: Annotated[str, Matching("completed|stopped|diverged|failed")]
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
    majority: Share = 0.0
    """the share of the test's most frequent label, if the digits are no better than always answering it; else 0"""
