"""Requests to a running training, which serves them after every step. Safe to call from any thread."""

import threading
from collections.abc import Callable, Iterable, Mapping
from time import monotonic
from typing import Any

from mnist_sum_tui.runs.knob_turns import Turn

AT_REST = 0.7
"""seconds without another change by hand after which it counts as made: a held key repeats sooner, also at first"""
ASKED = "as asked"
"""why a run stops that the user stops; it follows the word `stopped`"""


class Control:
    """Requests to a running `train`: stop, pause, go slowly, save, validate, change settings, copy weights, samples.

    A request stays until the trainer takes it, and is served during a pause, too. Asking twice counts once.
    """

    def __init__(self, *, samples: bool = False) -> None:
        self._changed = threading.Condition()
        self._stop = False
        self.why = ASKED
        """why the run stops, or would; the first `stop` says it"""
        self._paused = False
        self._requests: set[str] = set()
        self._turns: list[Turn] = []
        self._turning: list[Turn] = []
        """changes by hand that may still go on"""
        self._turned_by = 0.0
        """when these count as made (monotonic)"""
        self._weights: tuple[int, Mapping[str, Any]] | None = None
        self.samples = samples
        """whether to send Samples about once per second"""
        self.slow = False
        """whether to make one step per second"""

    @property
    def stopping(self) -> bool:
        """Whether the run should stop."""
        return self._stop

    @property
    def paused(self) -> bool:
        """Whether the run should pause; a stop ends a pause."""
        return self._paused and not self._stop

    def stop(self, why: str = ASKED) -> None:
        """Finish the step, save, and end with reason `stopped`; `why` goes into the last event's message."""
        with self._changed:
            self.why = self.why if self._stop else why
            self._stop = True
            self._turned_by = 0.0
            self._changed.notify_all()

    def pause(self) -> None:
        """Pause after this step."""
        with self._changed:
            self._paused = True
            self._changed.notify_all()

    def resume(self) -> None:
        """End the pause."""
        with self._changed:
            self._paused = False
            self._turned_by = 0.0
            self._requests.discard("step")  # it would end each wait of slow motion at once
            self._changed.notify_all()

    def single_step(self) -> None:
        """Make one step during a pause; without a pause it does nothing."""
        if self.paused:
            self._turned_by = 0.0
            self._ask("step")

    def turn(self, turn: Turn) -> None:
        """Change a setting from the turn's step on, or from the next step if that one is past."""
        with self._changed:
            self._turns = _with(self._turns, turn)
            self._changed.notify_all()

    def turn_by_hand(self, turn: Turn) -> bool:
        """As `turn`, but the training takes it only when no other followed for AT_REST seconds, or when it goes on.

        Returns whether it takes the place of one that was not taken yet, so that both are one change.
        """
        with self._changed:
            waiting = [other for other in self._turning if other.setting == turn.setting]
            self._turning, self._turned_by = _with(self._turning, turn), monotonic() + AT_REST
            return bool(waiting)

    def checkpoint(self) -> None:
        """Save after this step."""
        self._ask("checkpoint")

    def validate(self) -> None:
        """Validate after this step."""
        self._ask("validate")

    def want_weights(self) -> None:
        """Ask for a copy of the newest weights; `weights` has it after the next step."""
        self._ask("weights")

    @property
    def weights(self) -> tuple[int, Mapping[str, Any]] | None:
        """(step, state_dict) of the newest copy, on the CPU, which nobody writes to; None before the first copy."""
        return self._weights

    def wait_for_weights(self, seconds: float, give_up: Callable[[], bool]) -> tuple[int, Mapping[str, Any]] | None:
        """Wait for the first copy of the weights; None after `seconds`, or if `give_up()` is true after `wake`."""
        with self._changed:
            self._changed.wait_for(lambda: self._weights is not None or give_up(), seconds)
            return self._weights

    def wake(self) -> None:
        """Have `wait_for_weights` call its `give_up` now."""
        with self._changed:
            self._changed.notify_all()

    # The trainer's side.

    @property
    def is_calling(self) -> bool:
        """Whether there is any request to serve; after most steps there is none."""
        return bool(self._stop or self._paused or self.slow or self._requests or self._turns or self._turning)

    def take(self, request: str) -> bool:
        """Take a request (checkpoint, validate, weights or step); returns whether it was asked for."""
        if request not in self._requests:
            return False
        with self._changed:
            self._requests.discard(request)
        return True

    def take_turns(self) -> list[Turn]:
        """The changes of settings that were asked for since the last call, but not by a hand that may go on."""
        with self._changed:
            turns, self._turns = self._turns, []
            if monotonic() >= self._turned_by:
                turns, self._turning = [*turns, *self._turning], []
        return turns

    def deliver(self, step: int, weights: Mapping[str, Any]) -> None:
        """Hand out a copy of the weights."""
        with self._changed:
            self._weights = (step, weights)
            self._changed.notify_all()

    def wait(self, seconds: float) -> None:
        """During a pause, wait for a request, but no longer than `seconds`."""
        with self._changed:
            if self.paused and not self._requests:
                self._changed.wait(seconds)

    def dawdle(self, seconds: float) -> None:
        """In slow motion, wait so long between two steps, or until there is a request."""
        with self._changed:
            if self.slow and not (self._stop or self._paused or self._requests or self._turns):
                self._changed.wait(seconds)

    def _ask(self, request: str) -> None:
        with self._changed:
            self._requests.add(request)
            self._changed.notify_all()


def _with(waiting: Iterable[Turn], turn: Turn) -> list[Turn]:
    """A turn behind those that wait, of which it replaces that of the same setting and step."""
    return [*(other for other in waiting if (other.step, other.setting) != (turn.step, turn.setting)), turn]
