"""When a training ends by itself before its last epoch: no more gain, the target is reached, or the time is used up.

A loss that is not a number ends it too, but not here: step.py notices, and loop.py ends the run.
"""

import math
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import replace

from mnist_sum_tui.config import TrainConfig
from mnist_sum_tui.formatting import duration, plural
from mnist_sum_tui.runs.accuracies import accuracies, in_percent
from mnist_sum_tui.runs.events import ALL_DONE, Changed, EpochDone, Event
from mnist_sum_tui.runs.knob_turns import Turn
from mnist_sum_tui.runs.position import Change
from mnist_sum_tui.training.batches import Batches
from mnist_sum_tui.training.control import Control
from mnist_sum_tui.training.state import RunState

FIRST_FIT_SECONDS = 3.0
"""seconds of steps after which their speed is known well enough to say how many epochs fit in the time, or half of the
time if that is less"""
LEAST_SHARE = 0.1
"""the number of epochs is changed if it is wrong by this share of those to come: with ten left, each counts"""


class Ending:
    """Watches a run, and lowers its number of epochs when it should end; that is recorded with the reason."""

    def __init__(self, state: RunState, batches: Batches, control: Control, before: Iterable[Event]) -> None:
        """`before` are the events of earlier processes of the run: epochs that are done, and changes."""
        self._state, self._batches, self._control = state, batches, control
        events = list(before)
        changed = [event for event in events if isinstance(event, Changed) and event.setting == "epochs"]
        self._own = {Change(event.at, int(event.value)): event.why for event in changed if event.why}
        """the numbers of epochs that the run has set by itself, and why"""
        turned = {Change(event.at, int(event.value)) for event in changed}
        asked = [change.step for change in state.knobs.lengths if change not in turned]  # when it was begun or resumed
        begun = max(asked, default=0) // batches.steps_per_epoch
        done = [event for event in events if isinstance(event, EpochDone)]
        earlier = [epoch for epoch in done if epoch.epoch <= begun]
        """the epochs before the user last resumed the run with another number of them: they are no reason to end"""
        self._done = [epoch for epoch in done if epoch.epoch > begun]
        """those since then; of the epochs of this process only those that got better, and the last one"""
        self._since = earlier[-1].elapsed if earlier else 0.0
        self._has_had_target = any(has_target(state.config, epoch) for epoch in earlier)
        self._is_fitted = False

    @property
    def why(self) -> str:
        """Why the run ends when its last epoch is over."""
        return self._own.get(self._state.knobs.lengths[-1], ALL_DONE)

    def why_of(self, turn: Turn) -> str:
        """Why the run makes a change by itself; empty if it does not."""
        return self._own.get(Change(turn.step, int(turn.value)), "") if turn.setting == "epochs" else ""

    def begin(self) -> None:
        """End a resumed run if there is a reason to; what it was shortened for may not hold by its present settings."""
        if not self._reason() and self.why not in (ALL_DONE, self._fits, self._too_long):
            self._control.turn(Turn(self._state.step, "epochs", str(self._most)), gives_way=True)
        self._look()

    def note_speed(self) -> None:
        """As soon as the speed of the steps is known, give the run as many epochs as fit in the time."""
        half = 30 * self._state.config.max_minutes
        if half and self._state.forecast.steps.seconds > min(FIRST_FIT_SECONDS, half) and not self._is_fitted:
            self._fit()

    def note_epoch(self, done: EpochDone) -> None:
        """Take in an epoch that is done, and end the run if there is a reason to; else fit it to the time again."""
        self._done = [*gains(self._state.config, self._done), done]
        self._look()
        if self._is_fitted and not self._reason():
            self._fit()

    def _look(self) -> None:
        """Let the run end as soon as it can, if there is a reason to."""
        if (why := self._reason()) and self._state.epoch <= self._state.config.epochs:
            self._turn(self._state.fewest_epochs, why)

    def _reason(self) -> str:
        """As `reason`, but a target that was reached before the user asked for another number of epochs is none."""
        config = self._state.config
        return reason(replace(config, target=0.0) if self._has_had_target else config, self._done)

    @property
    def _fits(self) -> str:
        return f"as many epochs as fit in {self._state.config.max_minutes:g} min"

    @property
    def _too_long(self) -> str:
        return f"one epoch is the least, although it takes longer than {self._state.config.max_minutes:g} min"

    @property
    def _most(self) -> int:
        """The number of epochs that the user has set last."""
        lengths = self._state.knobs.lengths
        return next((length.epochs for length in reversed(lengths) if length not in self._own), lengths[0].epochs)

    def _fit(self) -> None:
        """Set the number of epochs to what fits in the time, at most what the user has set; not for a small change."""
        state, self._is_fitted = self._state, True
        left = 60 * state.config.max_minutes - (state.clock.seconds - self._since)
        more = bisect_right(range(state.fewest_epochs + 1, self._most + 1), left, key=self._seconds_to)
        epochs, present = state.fewest_epochs + more, state.config.epochs
        is_late = 2 * state.step > self._batches.total_steps  # then the rate is near 0, too late for more epochs
        is_set_now = state.knobs.lengths[-1].step == state.step  # by the user, who would not see it
        is_worth_it = abs(epochs - present) >= LEAST_SHARE * (present - state.fewest_epochs)
        if epochs != present and is_worth_it and not is_set_now and not (is_late and epochs > present):
            is_least = not self._done and epochs == state.fewest_epochs and self._seconds_to(epochs) > left
            self._turn(epochs, self._too_long if is_least else self._fits)

    def _seconds_to(self, epochs: int) -> float:
        """How long a run of so many epochs still takes, with its validations; 0 before the first step."""
        state = self._state
        steps = epochs * self._batches.steps_per_epoch - state.step
        return state.forecast.remaining(steps, epochs - state.epoch + 1) or 0.0

    def _turn(self, epochs: int, why: str) -> None:
        """Ask for a number of epochs from the next step on, and remember that the run does so itself."""
        step = self._state.step
        self._own[Change(step, epochs)] = why
        self._control.turn(Turn(step, "epochs", str(epochs)), gives_way=True)


def has_target(config: TrainConfig, done: EpochDone) -> bool:
    """Whether both heads have the target's accuracy after an epoch; False without a target or a validation."""
    found = accuracies(done)
    return bool(config.target and found and in_percent(min(found)) >= config.target)


def gains(config: TrainConfig, done: Sequence[EpochDone]) -> list[EpochDone]:
    """The epochs that were better than all before by what counts as a gain: `reason` needs these and the last one."""
    best, better = -math.inf, list[EpochDone]()
    for epoch in done:
        accuracy = sum(accuracies(epoch) or (-math.inf,)) / 2
        if accuracy > best and in_percent(accuracy - best) >= config.min_gain:
            best = accuracy
            better.append(epoch)
    return better


def reason(config: TrainConfig, done: Sequence[EpochDone]) -> str:
    """Why a run should end after these epochs, as a sentence; empty if it should go on."""
    last = next((epoch for epoch in reversed(done) if accuracies(epoch) is not None), None)
    if last is None:
        return ""
    if has_target(config, last):
        return f"the validation has {config.target:g} % for digit and sum, after {duration(last.elapsed)} of training"
    gained = gains(config, done)[-1].epoch
    if config.patience and last.epoch - gained >= config.patience:
        least = config.min_gain
        by = f" by {least:g} point{'s' * (least != 1)}" if least else ""  # else it may have got better
        return f"the validation has not got better{by} for {plural(last.epoch - gained, 'epoch')}"
    return ""
