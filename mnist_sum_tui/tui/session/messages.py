"""The messages of the dashboard; the app handles all of them."""

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual.message import Message

from mnist_sum_tui.config import TrainConfig
from mnist_sum_tui.runs.events import Event, Progress
from mnist_sum_tui.runs.run import Run

if TYPE_CHECKING:
    from mnist_sum_tui.tui.predictions.messages import TestSetEvaluated


@dataclass(eq=False)
class RunEvent(Message):
    """An event of the run, from the training thread."""

    event: Event

    def can_replace(self, message: Message) -> bool:
        """A Progress that is not handled yet is replaced by a newer one, unless it is NaN, which must be seen."""
        older = self.event  # Textual asks the older message whether the newer may take its place
        is_newer = isinstance(message, RunEvent) and isinstance(message.event, Progress)
        return is_newer and isinstance(older, Progress) and math.isfinite(older.loss)


@dataclass(eq=False)
class PastEvents(Message):
    """The earlier events of a resumed run, from the training thread, before its Started."""

    events: list[Event]


@dataclass(eq=False)
class Watched(Message):
    """Events of a run that another process trains, from the watching thread."""

    run: Run
    events: list[Event]
    """the new events, or all of them"""
    is_whole: bool
    """whether these are all events of the run, which replace the known ones"""
    is_alive: bool
    """whether a process trains the run"""


@dataclass(eq=False)
class TrainingEnded(Message):
    """The training thread has ended; `error` is the exception that ended it, if there was one."""

    error: BaseException | None = None


@dataclass(eq=False)
class StartTraining(Message):
    """Please train; `run` is a run to resume, or None for a new one, which may be given a name."""

    config: TrainConfig
    run: Run | None = None
    name: str = ""


@dataclass(eq=False)
class FindRate(Message):
    """Please find a learning rate for these settings."""

    config: TrainConfig


@dataclass(eq=False)
class OpenRun(Message):
    """Please show this run, and use its network."""

    run: Run


@dataclass(eq=False)
class RunDeleted(Message):
    """A run was deleted."""

    run: Run


@dataclass(eq=False)
class ReplayRun(Message):
    """Please show this run as it was at each moment of its training."""

    run: Run


@dataclass(eq=False)
class OpenInInspect(Message):
    """Please show this test image on the page Inspect."""

    index: int
    number: int | None = None
    """the number to add; None: the one that is chosen there"""
    evaluated: "TestSetEvaluated | None" = None
    """the evaluation whose weights answer; None: the chosen weights"""
    back: str = ""
    """where it was found, and how to go back there: `From Mistakes (F4 goes back)`"""
