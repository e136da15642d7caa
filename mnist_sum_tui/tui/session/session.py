"""Session: what the pages share: the run, its events so far, and requests to its training. No Textual, no torch."""

import copy
from pathlib import Path
from typing import TYPE_CHECKING

from mnist_sum_tui.config import TrainConfig
from mnist_sum_tui.machine.ran_out import words_of
from mnist_sum_tui.runs.accuracies import accuracies
from mnist_sum_tui.runs.events import (
    Changed,
    Checkpointed,
    EpochDone,
    Event,
    Finished,
    Paused,
    Progress,
    Resumed,
    Started,
    Validated,
)
from mnist_sum_tui.runs.run import Run
from mnist_sum_tui.training.control import Control
from mnist_sum_tui.training.moving_average import Average
from mnist_sum_tui.tui.session.undo import Undo

if TYPE_CHECKING:  # the first frame does without numpy
    import numpy as np
    from numpy.typing import NDArray

    from mnist_sum_tui.runs.replay import Moment
    from mnist_sum_tui.tui.predictions.weights import Weights

MOST_EVENTS = 40_000
"""if there are more events (over an hour of Progress at its fastest), the older half loses every second Progress"""


class Session:
    """The state of the dashboard outside its widgets. Only the event loop's thread writes to it."""

    def __init__(self, runs_folder: Path, data_dir: str | None = None) -> None:
        self.runs_folder = runs_folder
        self.data_dir = data_dir
        """the folder of images to use instead of each run's own"""
        self.control: Control | None = None
        """the requests to the training in progress, else None"""
        self.run: Run | None = None
        """the run that is trained now, or was last, or was opened"""
        self.network: Run | None = None
        """the run whose network the pages ask, if the user opened one; None: that of `run`"""
        self.weights: Weights | None = None
        """the weights that the user has chosen for predictions; None: the best ones, or, while a training goes on, the
        live ones"""
        self.image, self.number = 0, 7
        """the index of the test image that Inspect and Inside show, and the number on all pages"""
        self.drawing: NDArray[np.uint8] | None = None
        """the drawing of the page Draw, as grey values; Inside shows it until another test image is wanted"""
        self.config: TrainConfig | None = None
        self.is_read_only = False
        """whether the user may only watch, and change nothing"""
        self.is_loading = False
        """whether torch is still being loaded, without which nothing can be trained"""
        self.is_watching = False
        """whether another process trains the run"""
        self._is_alive = False
        self.moment: Moment | None = None
        """the moment that a replay shows; nothing after it is known here"""
        self.is_playing = False
        """whether the replay goes on, and does not stand at the moment"""
        self.past: Session | None = None
        """the run that still trains at an earlier moment, while the user looks back at it"""
        self.ended: Session | None = None
        """the last training here as it ended, whatever is shown since; None if nothing was trained here"""
        self._forget()

    def _forget(self) -> None:
        self.events: list[Event] = []
        """the run's events so far, including those of earlier processes"""
        self._most = MOST_EVENTS
        """with more events than that the older ones are thinned"""
        self.error: BaseException | None = None
        """the error that ended the last training"""
        self.started: Started | None = None
        self.progress: Progress | None = None
        """the newest Progress"""
        self.validation: EpochDone | Validated | None = None
        """the newest validation"""
        self.epochs: list[EpochDone] = []
        self.best: EpochDone | None = None
        """the best epoch so far"""
        self.finished: Finished | None = None
        self.is_paused = False
        self.changed: list[Changed] = []
        """the changes of settings, in order, also those that are planned for a later step"""
        self.asked: dict[str, str] = {}
        """new values of settings that the user has asked for, until an event tells that they hold"""
        self.undo = Undo()
        """the changes of settings that were made here"""
        self._digit, self._sum = Average(), Average()
        self.training: tuple[float, float] | None = None
        """the present training accuracies of digit and sum, smoothed as in the charts; None before the first"""

    @property
    def is_training(self) -> bool:
        """Whether a training of this process is in progress, paused or not."""
        return self.control is not None

    @property
    def is_live(self) -> bool:
        """Whether the run is still being trained, here or by the process that is watched."""
        return self.is_training or (self.is_watching and self._is_alive)

    @property
    def is_testing(self) -> bool:
        """Whether a live run has made its last step, so that it is only validated, calibrated and tested."""
        total = self.started.total_steps if self.started else None
        return self.is_live and total is not None and self.events[-1].step >= total

    @property
    def is_opened(self) -> bool:
        """Whether the run was opened, and is not trained here."""
        return not self.is_training and self._ended_here is None and self.run is not None and self.run == self.network

    @property
    def _ended_here(self) -> "Session | None":
        """How the training of the shown run has ended here; None if it was not the last one here."""
        return self.ended if self.ended is not None and self.ended.run == self.run else None

    @property
    def has_samples(self) -> bool:
        """Whether the sample images are shown: not for a run that is watched or opened, unless it is replayed."""
        if self.moment is not None:
            return self.moment.has_samples
        return not self.is_watching and not self.is_opened

    @property
    def shown(self) -> "Session":
        """The session that the pages show: this one, or, while the user looks back, the past one."""
        return self.past or self

    def begin(self, config: TrainConfig, run: Run, control: Control) -> None:
        """Turn to a run whose training starts."""
        self._turn_to(config, run)
        self.control, self.ended = control, None

    def watch(self, config: TrainConfig, run: Run) -> None:
        """Turn to a run that another process trains."""
        self._turn_to(config, run)
        self.is_watching = self._is_alive = True

    def open(self, config: TrainConfig, run: Run, events: list[Event]) -> None:
        """Turn to a run that was trained before, with its events; how its training here has ended stays known."""
        self._turn_to(config, run)
        self.network = run
        for event in events:
            self.add(event)
        self.is_paused = False
        self.error = None if self._ended_here is None else self._ended_here.error

    def close(self) -> None:
        """Turn away from the run, because it was deleted."""
        self._turn_to(None, None)

    def rewind(self, moment: "Moment") -> None:
        """Show the opened run as it was at a moment, with the weights of that time."""
        self.take(list(moment.events), is_whole=True, is_alive=False)
        self.moment, self.weights = moment, None

    def _turn_to(self, config: TrainConfig | None, run: Run | None) -> None:
        self._forget()
        self.moment = self.past = self.weights = None
        self.config, self.run, self.network = config, run, None
        self.control, self.is_watching = None, False

    def take(self, events: list[Event], is_whole: bool, is_alive: bool) -> None:
        """Take in events of the watched run; `is_whole`: they replace all known events."""
        if is_whole:
            self._forget()
        for event in events:
            self.add(event)
        self._is_alive = is_alive

    def end(self, error: BaseException | None = None) -> None:
        """The training is over; its run and events stay."""
        control, self.control = self.control, None
        self.error, self.is_paused = error, False
        if control is not None:
            control.wake()  # ends a wait for its weights
        self.ended = copy.copy(self)

    @property
    def failure(self) -> str | None:
        """What the user is told of the error that ended the last training."""
        return None if self.error is None else words_of(self.error, "tui")

    def add(self, event: Event) -> None:
        """Take in the next event."""
        self.events.append(event)
        match event:
            case Started():
                self.started, self.finished, self.is_paused = event, None, False
            case Progress():
                self.progress = event
                self.training = self._digit.add(event.digit_accuracy), self._sum.add(event.sum_accuracy)
            case EpochDone():
                self.epochs.append(event)
                self.best = event if event.best else self.best
                self.validation = event if accuracies(event) is not None else self.validation
            case Validated():
                self.validation = event
            case Finished():
                self.finished, self.is_paused = event, False
            case Changed():
                self.started = self.started and self.started.after(event)
                self.changed.append(event)
                self.asked = dict(self.asked.items() - {(event.setting, event.value)})
            case Paused() | Resumed():
                self.is_paused = isinstance(event, Paused)
        if len(self.events) > self._most:
            self._thin()

    @property
    def accuracies(self) -> tuple[str, float, float] | None:
        """The best known accuracies: their source (test, or else validation, or else training), digit and sum."""
        sources = {"test": accuracies(self.finished), "validation": accuracies(self.validation)}
        for name, found in {**sources, "training": self.training}.items():
            if found is not None:
                return name, *found
        return None

    @property
    def saved_step(self) -> int | None:
        """The step of the newest checkpoint; None if there is none. A resumed run also begins at a checkpoint."""
        for event in reversed(self.events):
            if isinstance(event, Checkpointed) or (isinstance(event, Started) and event.resumed):
                return event.step
        return None

    def _thin(self) -> None:
        """Drop every second Progress of the older half; all other events stay, so there may be little to drop."""
        half = len(self.events) // 2
        self.events[:half] = [
            event for row, event in enumerate(self.events[:half]) if row % 2 or not isinstance(event, Progress)
        ]
        # where little could be dropped, wait: not at each event over all of them again
        self._most = max(MOST_EVENTS, len(self.events) + MOST_EVENTS // 8)
