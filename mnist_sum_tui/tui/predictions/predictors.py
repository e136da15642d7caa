"""Predictors: the networks that the worker keeps in memory, from checkpoints and from the training in progress."""

import contextlib
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mnist_sum_tui.errors import UsageError
from mnist_sum_tui.runs.run import Run
from mnist_sum_tui.training.control import Control
from mnist_sum_tui.tui.predictions import load
from mnist_sum_tui.tui.predictions.messages import Working
from mnist_sum_tui.tui.predictions.requests import Reply
from mnist_sum_tui.tui.predictions.weights import Weights
from mnist_sum_tui.tui.session.session import Session

if TYPE_CHECKING:
    from mnist_sum_tui.inference.predict import Predictor

FIRST_STEP_SECONDS = 20.0
"""how long a request waits for the first step of a training"""
FRESH_SECONDS = 0.8
"""how long copied weights of a training count as the newest; a copy for each stroke would slow the training down"""
KEPT = 3
"""how many predictors are kept in memory; the largest network has 25 MB of weights"""


class TrainingEndedError(UsageError):
    """The training in progress has ended, so that its weights are only in its run's files."""


@dataclass(frozen=True, slots=True)
class NewestWeights:
    """A predictor with weights of the training in progress."""

    control: Control
    step: int
    taken: float
    """when the weights were taken, by time.monotonic()"""
    predictor: "Predictor"


class Predictors:
    """Makes predictors, and keeps the last few; a wait for weights ends when `is_closing()` is true."""

    def __init__(self, session: Session, is_closing: Callable[[], bool]) -> None:
        self._session = session
        self._is_closing = is_closing
        self._kept: dict[object, Predictor] = {}
        self._newest: NewestWeights | None = None

    @property
    def has_any(self) -> bool:
        """Whether one was made; the first takes seconds where torch is loaded, too, or the machine is busy."""
        return bool(self._kept) or self._newest is not None

    def of(self, weights: Weights, reply: Reply) -> "Predictor":
        """The predictor with these weights.

        Raises:
            TrainingEndedError: the training in progress has ended, perhaps while this waited for its weights.
            UsageError: it has not made its first step, or is only being tested now.
            CheckpointError: the file is missing, damaged, or of another network.
        """
        if weights.path is None:
            return self._newest_predictor(weights, reply)
        changed = None
        with contextlib.suppress(OSError):  # loading it says what is wrong
            found = weights.path.stat()
            changed = found.st_mtime_ns, found.st_ino  # some disks keep whole seconds
        key = weights, weights.is_newest, Run(weights.path.parent).is_running, changed  # a predictor's name tells both
        if key not in self._kept:
            while len(self._kept) >= KEPT:
                del self._kept[next(iter(self._kept))]
            self._kept[key] = load.load_file(weights)
        return self._kept[key]

    def _newest_predictor(self, weights: Weights, reply: Reply) -> "Predictor":
        """A predictor with weights of the training in progress; each call also asks for newer ones, for the next."""
        control, config = self._session.control, self._session.config
        if control is None or config is None:
            raise TrainingEndedError("the training has just ended: its best and last weights are there now")
        newest = self._newest if self._newest is not None and self._newest.control is control else None
        if newest is not None and time.monotonic() - newest.taken < FRESH_SECONDS:
            return newest.predictor
        control.want_weights()
        if control.weights is None:
            awaited = "end of the test" if self._session.is_testing else "first step of the training"
            reply(Working(f"Waiting for the {awaited} ..."))
        found = control.wait_for_weights(
            FIRST_STEP_SECONDS, lambda: self._is_closing() or self._session.control is not control
        )
        if found is None:
            if self._session.control is not control:
                raise TrainingEndedError("the training has ended before its first step")
            state = "is still being tested" if self._session.is_testing else "has not made its first step yet"
            raise UsageError(f"the training {state}: try again in a moment")
        step, tensors = found
        if newest is None or newest.step != step:
            predictor = load.load_newest(config, tensors, f"{weights.owner}, step {step:,}")
        else:
            predictor = newest.predictor
        self._newest = NewestWeights(control, step, time.monotonic(), predictor)
        return predictor
