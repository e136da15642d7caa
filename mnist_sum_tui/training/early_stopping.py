"""When a training ends by itself before its last epoch: no more gain, the target is reached, or the time is used up.

A loss that is not a number ends it too, but not here: step.py notices, and loop.py ends the run.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import replace

from mnist_sum_tui.config import TrainConfig
from mnist_sum_tui.formatting import duration, plural
from mnist_sum_tui.runs.accuracies import accuracies
from mnist_sum_tui.runs.events import ALL_DONE, EpochDone
from mnist_sum_tui.runs.knob_turns import Turn
from mnist_sum_tui.training.batches import Batches
from mnist_sum_tui.training.control import Control
from mnist_sum_tui.training.state import RunState

FIRST_FIT_SECONDS = 3.0
"""seconds of training after which the speed is known well enough to say how many epochs fit in the time"""


class Ending:
    """Watches a run, and lowers its number of epochs when it should end; that is recorded like any other change."""

    def __init__(self, state: RunState, batches: Batches, control: Control, done: Iterable[EpochDone]) -> None:
        """`done` are the epochs that earlier processes of the run have done."""
        self._state, self._batches, self._control = state, batches, control
        self._done = list(done)
        self._most = state.config.epochs
        self._is_fitted = False
        self.why = ALL_DONE
        """why the run ends when its last epoch is over"""

    def note_speed(self) -> None:
        """As soon as the speed of the steps is known, give the run as many epochs as fit in the time."""
        if self._state.config.max_minutes and not self._is_fitted and self._seconds > FIRST_FIT_SECONDS:
            self._fit()

    def note_epoch(self, done: EpochDone) -> None:
        """Take in an epoch that is done, and end the run if there is a reason to."""
        self._done.append(done)
        self.look()

    def look(self) -> None:
        """End the run if there is a reason to, even right after it was resumed; else fit it to the time again."""
        state = self._state
        before, since = self._divided()
        was_reached = any(has_target(state.config, done) for done in before)
        why = reason(replace(state.config, target=0.0) if was_reached else state.config, since)
        if why and state.epoch <= state.config.epochs:
            self.why = why
            self._control.turn(Turn(state.step, "epochs", str(state.epoch - 1)))
        elif state.config.max_minutes and self._is_fitted:
            self._fit()

    def _divided(self) -> tuple[list[EpochDone], list[EpochDone]]:
        """The epochs done before the user last set their number, and since; those before are no reason to end."""
        turned = {turn.step for turn in self._state.knobs.turns if turn.setting == "epochs"}
        asked = [change.step for change in self._state.knobs.lengths if change.step not in turned]
        begun = max(asked, default=0) // self._batches.steps_per_epoch
        return [done for done in self._done if done.epoch <= begun], [done for done in self._done if done.epoch > begun]

    @property
    def _seconds(self) -> float:
        """The time of training since the user last set the number of epochs, which the limit of time counts."""
        before, _ = self._divided()
        return self._state.clock.seconds - (before[-1].elapsed if before else 0.0)

    def _fit(self) -> None:
        state, self._is_fitted = self._state, True
        begun = max(state.epoch if state.batch else state.epoch - 1, 1)
        left = 60 * state.config.max_minutes - self._seconds
        epochs = begun
        while epochs < self._most and self._seconds_to(epochs + 1) <= left:
            epochs += 1
        is_late = 2 * state.step > self._batches.total_steps  # then the rate is near 0, too late for more epochs
        if epochs != state.config.epochs and not (is_late and epochs > state.config.epochs):
            self.why = f"as many epochs as fit in {state.config.max_minutes:g} min"
            self._control.turn(Turn(state.step, "epochs", str(epochs)))

    def _seconds_to(self, epochs: int) -> float:
        state = self._state
        steps = epochs * self._batches.steps_per_epoch - state.step
        return state.forecast.remaining(steps, epochs - state.epoch + 1) or 0.0


def has_target(config: TrainConfig, done: EpochDone) -> bool:
    """Whether both heads have the target's accuracy after an epoch; False without a target or a validation."""
    found = accuracies(done)
    return bool(config.target and found and 100 * min(found) >= config.target)


def reason(config: TrainConfig, done: Sequence[EpochDone]) -> str:
    """Why a run should end after these epochs, as a sentence; empty if it should go on."""
    measured = [(epoch, found) for epoch in done if (found := accuracies(epoch)) is not None]
    if not measured:
        return ""
    last, found = measured[-1]
    if has_target(config, last):
        return f"the validation has {config.target:g} % for digit and sum, after {duration(last.elapsed)} of training"
    best, gained = -math.inf, 0
    for epoch, found in measured:
        accuracy = 50 * sum(found)
        if accuracy > best and accuracy >= best + config.min_gain:
            best, gained = accuracy, epoch.epoch
    if config.patience and last.epoch - gained >= config.patience:
        return f"the validation has not got better for {plural(last.epoch - gained, 'epoch')}"
    return ""
