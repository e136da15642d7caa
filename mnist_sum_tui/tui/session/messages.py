"""The messages of the dashboard; the app handles all of them."""

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual.message import Message

from mnist_sum_tui.config import TrainConfig
from mnist_sum_tui.export.recording import RECORDED
from mnist_sum_tui.runs.events import Event, Progress
from mnist_sum_tui.runs.run import Run
from mnist_sum_tui.tui.session.player import BySteps, Player

if TYPE_CHECKING:
    from mnist_sum_tui.export.demo import Caption
    from mnist_sum_tui.runs.replay import Replay
    from mnist_sum_tui.tui.predictions.messages import TestSetEvaluated
    from mnist_sum_tui.tui.session.speeds import Speed


class RunEvent(Message):
    """An event of the run, from the training thread."""

    def __init__(self, event: Event) -> None:
        super().__init__()
        self.event = event

    def can_replace(self, message: Message) -> bool:
        """A Progress that is not handled yet is replaced by a newer one, unless it is NaN, which must be seen."""
        older = self.event  # Textual asks the older message whether the newer may take its place
        is_newer = isinstance(message, RunEvent) and isinstance(message.event, Progress)
        return is_newer and isinstance(older, Progress) and math.isfinite(older.loss)


class PastEvents(Message):
    """The earlier events of a resumed run, from the training thread, before its Started."""

    def __init__(self, events: list[Event]) -> None:
        super().__init__()
        self.events = events


class Watched(Message):
    """New events of a run that another process trains, from the watching thread."""

    def __init__(self, run: Run, events: list[Event], is_whole: bool, is_alive: bool) -> None:
        super().__init__()
        self.run = run
        self.events = events
        """the new ones"""
        self.is_whole = is_whole
        """whether these are all events of the run, which replace those known"""
        self.is_alive = is_alive
        """whether a process trains the run"""


class TrainingEnded(Message):
    """The training thread is done; `error` is what it raised, if it did."""

    def __init__(self, error: BaseException | None = None) -> None:
        super().__init__()
        self.error = error


class StartTraining(Message):
    """Please train; `run` is a run to resume, or None for a new one."""

    def __init__(self, config: TrainConfig, run: Run | None = None) -> None:
        super().__init__()
        self.config = config
        self.run = run


class FindRate(Message):
    """Please find a learning rate for these settings."""

    def __init__(self, config: TrainConfig) -> None:
        super().__init__()
        self.config = config


class SpeedFound(Message):
    """How quick a network trains here, from the thread that finds it out."""

    def __init__(self, model: str, speed: "Speed") -> None:
        super().__init__()
        self.model = model
        self.speed = speed


class OpenRun(Message):
    """Please show this run, and ask its network."""

    def __init__(self, run: Run) -> None:
        super().__init__()
        self.run = run


class RunDeleted(Message):
    """A run is there no longer."""

    def __init__(self, run: Run) -> None:
        super().__init__()
        self.run = run


class RunRead(Message):
    """A run that is to be opened has been read, by a thread."""

    def __init__(self, config: TrainConfig, run: Run, events: list[Event]) -> None:
        super().__init__()
        self.config = config
        self.run = run
        self.events = events
        """all of the run's"""


class ReplayRun(Message):
    """Please show this run as it was at each moment of its training."""

    def __init__(self, run: Run) -> None:
        super().__init__()
        self.run = run


class ReplayRead(Message):
    """The journal of a run that is to be replayed has been read, by a thread."""

    def __init__(self, config: TrainConfig, run: Run, player: Player, captions: "Sequence[Caption]" = ()) -> None:
        super().__init__()
        self.config = config
        self.run = run
        self.player = player
        self.captions = captions
        """the captions under it as it plays"""

    @classmethod
    def of(cls, config: TrainConfig, run: Run, replay: "Replay") -> "ReplayRead":
        """A replay in the time that the run took; that of the package's run as a demo."""
        if run != RECORDED:
            return cls(config, run, Player(replay))
        from mnist_sum_tui.export.demo import SECONDS, captions  # numpy

        return cls(config, run, Player(replay, BySteps(replay, SECONDS)), captions(replay))


class OpenInInspect(Message):
    """Please show this test image on the page Inspect."""

    def __init__(
        self, index: int, number: int | None = None, evaluated: "TestSetEvaluated | None" = None, back: str = ""
    ) -> None:
        super().__init__()
        self.index = index
        self.number = number
        """the number to add; None: the one that is chosen there"""
        self.evaluated = evaluated
        """the result whose weights answer; None: the chosen weights"""
        self.back = back
        """where it was found, and how to go back there: `From Mistakes (F4 goes back)`"""
