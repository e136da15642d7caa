"""Whether a run can be trained further, and a preview of it: how many epochs, how long, at which learning rate."""

import os
from collections.abc import Iterable
from dataclasses import dataclass

from mnist_sum_tui.config import TrainConfig, settings
from mnist_sum_tui.export.recording import RECORDED
from mnist_sum_tui.formatting import about, capped, plural, small
from mnist_sum_tui.runs.events import Changed, Checkpointed, EpochDone, Event, Finished, Started
from mnist_sum_tui.runs.knob_turns import turned
from mnist_sum_tui.runs.position import Change, with_length
from mnist_sum_tui.runs.resumable import MORE_EPOCHS, has_completed, lost_checkpoint
from mnist_sum_tui.runs.run import Run
from mnist_sum_tui.training.diverged import turns_of, went_wrong
from mnist_sum_tui.training.schedule import rate_at

MOST_RATES = 500
"""how many learning rates are compared to find the highest"""


def obstacle(run: Run, config: TrainConfig | None, is_training: bool, trouble: str = "") -> str:
    """Why the run cannot be resumed now, in one line; empty if it can.

    `is_training`: another run trains here. `trouble`: why there is no config.
    """
    if run == RECORDED:
        return "This run came with the program and stays as it is: n begins one of your own"
    if not os.path.exists(run.path):
        return f"Run {run.id} no longer exists"
    if config is None:
        return f"Run {run.id} is damaged and cannot be resumed: {trouble}"
    if is_training:
        return "A training is in progress: stop it first (s on page Train), then resume this one"
    if run.is_running:
        return f"Run {run.id} is being trained by another process: wait for it, or stop it"
    return capped(lost_checkpoint(run))


def changes(events: Iterable[Event]) -> tuple[Change, ...]:
    """The numbers of epochs that a run has had, in the form of its checkpoint, from its starts and its changes."""
    found: tuple[Change, ...] = ()
    for event in events:
        if isinstance(event, Started):
            found = _with(found, event.step, event.epochs)
        elif isinstance(event, Changed) and event.setting == "epochs":
            found = _with(found, event.at, int(event.value))
    return found


def _with(found: tuple[Change, ...], step: int, epochs: int) -> tuple[Change, ...]:
    """The changes with one more, as a checkpoint notes it; without it, if that many epochs hold there anyway."""
    if [change.epochs for change in found if change.step <= step][-1:] == [epochs]:
        return found
    return with_length(found or (Change(0, epochs),), step, epochs)


@dataclass(frozen=True, slots=True)
class Continuation:
    """How a run goes on if it is resumed, with more epochs or without."""

    run: Run
    config: TrainConfig
    steps_per_epoch: int
    """0 for a run that has not begun"""
    lengths: tuple[Change, ...]
    """the numbers of epochs that it has had"""
    step: int
    """the step of the newest checkpoint, where the run goes on"""
    epoch_seconds: float | None
    """mean seconds per epoch so far; None if no epoch is done"""
    factor: float
    """the factor on the learning rate that was set during training"""
    warning: str
    """what went wrong so far, and what to try; empty if nothing did"""
    is_tested: bool
    """whether it came to its end; a run that was killed in its final test did not"""

    @classmethod
    def of(cls, run: Run, config: TrainConfig, events: Iterable[Event]) -> "Continuation":
        """Make it from the run's events in their order: all that a summary needs, and what the coach said."""
        found = list(events)
        starts = [event for event in found if isinstance(event, Started)]
        epochs = [event for event in found if isinstance(event, EpochDone)]
        # A resumption drops what the journal has behind its checkpoint, also that this was written.
        step = max((event.step for event in found if isinstance(event, Checkpointed | Started)), default=0)
        turns = turns_of(found)
        rate = turned(turns, step).get("lr")
        ends = [event for event in found if isinstance(event, Finished)]
        return cls(
            run=run,
            config=config,
            steps_per_epoch=starts[-1].steps_per_epoch if starts else 0,
            lengths=changes(found),
            step=step,
            epoch_seconds=epochs[-1].elapsed / epochs[-1].epoch if epochs else None,
            factor=rate.number if rate else 1.0,
            warning=went_wrong(ends[-1], config, found) if ends else "",
            is_tested=bool(found) and has_completed(found[-1]),
        )

    @property
    def is_trained(self) -> bool:
        """Whether all epochs of the run are trained."""
        return self.steps_per_epoch > 0 and self.step >= self.config.epochs * self.steps_per_epoch

    @property
    def is_complete(self) -> bool:
        """Whether nothing is left of the run, so that it can only be given more epochs."""
        return self.is_trained and self.is_tested

    @property
    def is_shortened(self) -> bool:
        """Whether it was given fewer epochs than its learning rate was planned for; then added ones get the rest."""
        planned = [change.epochs for change in self.lengths if change.step < self.step]
        return bool(planned) and self.step < planned[-1] * self.steps_per_epoch

    @property
    def usual(self) -> int:
        """How many more epochs are suggested."""
        return MORE_EPOCHS if self.is_complete else 0

    @property
    def most(self) -> int:
        """How many more epochs the run can have at most."""
        limit = settings()["epochs"].range
        assert limit is not None
        return int(limit.high) - self.config.epochs

    def rates(self, more: int) -> tuple[float, float, float]:
        """The learning rate at the next step, the highest from there on, and the last one."""
        epochs = self.config.epochs + more
        noted = _with(self.lengths, self.step, epochs) if more else self.lengths
        total = epochs * self.steps_per_epoch
        left = range(self.step, total)
        steps = [*left[:: max(1, len(left) // MOST_RATES)], total - 1]
        found = [self.factor * rate_at(self.config, noted, self.steps_per_epoch, step) for step in steps]
        return found[0], max(found), found[-1]

    def words(self, more: int) -> str:
        """Two or three lines: which epochs would be trained, how long, and at which learning rate."""
        if not self.steps_per_epoch:
            return "It has not made a step yet: it begins with its first epoch."
        epochs = self.config.epochs + more
        first = self.step // self.steps_per_epoch + 1
        if self.is_complete and not more:
            return f"All {plural(epochs, 'epoch')} are done: say how many more."
        if self.is_trained and not more:
            return f"All {plural(epochs, 'epoch')} are trained: only the test is left."
        left = (epochs * self.steps_per_epoch - self.step) / self.steps_per_epoch
        time = f", {about(left * self.epoch_seconds)} if it is as quick as before" if self.epoch_seconds else ""
        which = f"It trains epochs {first} to {epochs}" if first < epochs else f"It trains epoch {first}"
        return f"{which}{time}.\n{self._rate_words(more)}"

    def _halved(self, highest: float) -> str:
        """A warning if the rate has been halved so often that a further cycle changes little."""
        if highest > self.factor * self.config.lr / 3:
            return ""
        return " It was halved before: better add many epochs at once, or start a new run with more."

    def _rate_words(self, more: int) -> str:
        if self.config.schedule == "constant":
            return f"The learning rate stays {small(self.factor * self.config.lr)}."
        rates = self.rates(more)
        now, highest, last = (small(rate, 2) for rate in rates)
        end = last if rates[2] > rates[1] / 100 else "almost 0"
        if self.is_trained and not self.is_shortened:
            return (
                f"{'It forms' if more == 1 else 'They form'} a cycle with half the peak rate of the one before: "
                f"the learning rate rises to {highest} and falls to {end} again.{self._halved(rates[1])}"
            )
        rise = f"rises from {now} to {highest} and falls" if rates[1] > rates[0] else f"falls from {now}"
        does = "take" if self.is_trained else "stretch"
        start = f"The added epochs {does} the rest of the cycle: the" if more else "The"
        return f"{start} learning rate {rise} to {end}."
