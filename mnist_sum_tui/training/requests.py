"""Serve the requests of a Control between two steps: save, validate, pause, go slowly, change a setting."""

import math
import time
from collections.abc import Callable, Iterator

from mnist_sum_tui.runs.events import Changed, Event, Notice, Paused, Resumed
from mnist_sum_tui.runs.knob_turns import Turn
from mnist_sum_tui.training.control import Control
from mnist_sum_tui.training.prepare import Training
from mnist_sum_tui.training.recorder import Recorder

SLOW_SECONDS = 1.0
"""the pause between two steps in slow motion"""


class Requests:
    """The requests to one run, in its leading process."""

    def __init__(
        self,
        training: Training,
        recorder: Recorder,
        control: Control,
        validated: Callable[[], Event],
        why: Callable[[Turn], str],
    ) -> None:
        """`validated` validates now, and returns the event with the result; `why` gives a Changed its `why`."""
        self._training, self._recorder, self._control = training, recorder, control
        self._validated, self._why = validated, why
        self.is_paused = False
        """whether a Paused event went out that no Resumed has followed yet"""
        self.is_stopping = False
        """whether one of the processes should stop"""
        self.progress_sent_at = time.perf_counter()
        """when the last Progress went out (perf_counter); -inf if every step sends one"""

    def serve(self) -> Iterator[Event]:
        """Serve all requests, also during a pause, and return when the next step is due."""
        state, control = self._training.state, self._control
        while True:
            if control.take("checkpoint"):
                yield self._recorder.save(self._training.learner, "request")
            if control.take("weights"):
                self._deliver_weights()
            if control.take("validate"):
                yield self._validated()
            if not control.paused:
                break
            if not self.is_paused:
                self.is_paused = True
                yield self._recorder.event(Paused)
            if control.take("step"):
                break
            state.clock.pause()
            control.wait(SLOW_SECONDS)
        if control.slow:
            state.clock.pause()
            control.dawdle(SLOW_SECONDS)
        yield from self._go_on()

    def renew_weights(self) -> None:
        """Copy the weights once more if they were ever asked for, because no request is served during a validation."""
        if self._control.weights is not None:
            self._deliver_weights()

    def _deliver_weights(self) -> None:
        self._control.deliver(self._training.state.step, self._training.learner.copy_weights())

    def _go_on(self) -> Iterator[Event]:
        """Let the clock run again, and report the end of a pause."""
        state, control = self._training.state, self._control
        is_single = self.is_paused and control.paused
        if not state.clock.is_running:
            state.clock.restart()
            self.progress_sent_at = time.perf_counter()
        if self.is_paused and not is_single:
            self.is_paused = False
            yield self._recorder.event(Resumed)
        if is_single or control.slow:
            self.progress_sent_at = -math.inf

    def agree(self) -> Iterator[Event]:
        """Agree with the other processes on a stop and on changes of settings, which are on the disk at once.

        It runs before each step, so several changes of a setting during a pause become one, at its end. config.json
        comes last: if it had a new number of epochs after a kill and the journal had not, the step would be unknown.
        """
        self.is_stopping, made = self._training.agree(self._control)
        for turn, before in made:
            values = {"at": turn.step, "setting": turn.setting, "before": before, "value": turn.value}
            yield self._recorder.event(Changed, **values, why=self._why(turn))
        if made:
            self._recorder.journal.sync()
        if (end := self._training.end_before(turn for turn, _ in made)) is not None:
            words = f"this run ends at step {end:,}: a change from there on counts only if it is trained further"
            yield self._recorder.event(Notice, message=words)
        self._recorder.note_length()
