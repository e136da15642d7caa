"""When a training ends by itself: no more gain, the target is reached; or stops, because the time is used up.

A loss that is not a number ends it too, but not here: step.py notices, and loop.py ends the run.
"""

import math
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

BY_VALIDATION = "the validation has"
"""how the reasons begin for which a run ends before its last epoch"""


class Ending:
    """Watches a run, and lowers its number of epochs when it should end; that is recorded with the reason."""

    def __init__(self, state: RunState, batches: Batches, control: Control, before: Iterable[Event]) -> None:
        """`before` are the events of earlier processes of the run: epochs that are done, and changes."""
        self._state, self._control = state, control
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
        self._since = state.clock.seconds
        self._has_had_target = any(has_target(state.config, epoch) for epoch in earlier)

    @property
    def why(self) -> str:
        """Why the run ends when its last epoch is over."""
        return self._own.get(self._state.knobs.lengths[-1], ALL_DONE)

    def why_of(self, turn: Turn) -> str:
        """Why the run makes a change by itself; empty if it does not."""
        return self._own.get(Change(turn.step, int(turn.value)), "") if turn.setting == "epochs" else ""

    def begin(self) -> None:
        """End a resumed run if there is a reason to; what it was shortened for may not hold by its present settings."""
        if not self._reason() and self.why.startswith(BY_VALIDATION):
            self._control.turn(Turn(self._state.step, "epochs", str(self._most)))
        self._look()

    def note_time(self) -> None:
        """Stop the run, which then can go on later, when this process has trained for as long as it may."""
        minutes = self._state.config.max_minutes
        if minutes and self._state.clock.seconds - self._since >= 60 * minutes and not self._control.stopping:
            self._control.stop(f"after {minutes:g} min (--max-minutes)")

    def note_epoch(self, done: EpochDone) -> None:
        """Take in an epoch that is done, and end the run if there is a reason to."""
        self._done = [*gains(self._state.config, self._done), done]
        self._look()

    def _look(self) -> None:
        """Let the run end as soon as it can, if there is a reason to."""
        if (why := self._reason()) and self._state.epoch <= self._state.config.epochs:
            self._turn(self._state.fewest_epochs, why)

    def _reason(self) -> str:
        """As `reason`, but a target that was reached before the user asked for another number of epochs is none."""
        config = self._state.config
        return reason(replace(config, target=0.0) if self._has_had_target else config, self._done)

    @property
    def _most(self) -> int:
        """The number of epochs that the user has set last."""
        lengths = self._state.knobs.lengths
        return next((length.epochs for length in reversed(lengths) if length not in self._own), lengths[0].epochs)

    def _turn(self, epochs: int, why: str) -> None:
        """Ask for a number of epochs from the next step on, and remember that the run does so itself."""
        step = self._state.step
        self._own[Change(step, epochs)] = why
        self._control.turn(Turn(step, "epochs", str(epochs)))


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
        return f"{BY_VALIDATION} {config.target:g} % for digit and sum, after {duration(last.elapsed)} of training"
    gained = gains(config, done)[-1].epoch
    if config.patience and last.epoch - gained >= config.patience:
        least = config.min_gain
        by = f" by {least:g} point{'s' * (least != 1)}" if least else ""  # else it may have got better
        return f"{BY_VALIDATION} not got better{by} for {plural(last.epoch - gained, 'epoch')}"
    return ""
