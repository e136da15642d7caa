"""What the pages share: the run that is trained, its events so far, and requests to it. No Textual, no torch."""

from pathlib import Path
from typing import TYPE_CHECKING

from mnist_sum_tui.config import TrainConfig
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
from mnist_sum_tui.training.average import Average
from mnist_sum_tui.training.control import Control

if TYPE_CHECKING:  # the first frame does without numpy
    import numpy as np
    from numpy.typing import NDArray

    from mnist_sum_tui.runs.replay import Moment
    from mnist_sum_tui.tui.predictions.weights import Weights

MOST_EVENTS = 40_000
"""more than an hour of Progress at its fastest; beyond it the older half keeps every second Progress"""


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
        """what Inspect, Draw and Mistakes predict with, if the user chose; None: the best that there is, and the live
        ones while a training goes on"""
        self.image, self.number = 0, 7
        """the test image that Inspect and Inside show, by its place in the file, and the number beside it"""
        self.drawing: NDArray[np.uint8] | None = None
        """what is on the page Draw, grey values: Inside shows it until another test image is wanted"""
        self.config: TrainConfig | None = None
        self.is_read_only = False
        """whoever sits here may watch, and change nothing"""
        self.is_watching = False
        """the run is another process's"""
        self._is_alive = False
        self.moment: Moment | None = None
        """the moment that a replay shows: what came later is not known"""
        self.past: Session | None = None
        """the run that still trains as it stood at an earlier moment, while somebody looks back at it"""
        self._forget()

    def _forget(self) -> None:
        self.events: list[Event] = []
        """this run's events so far, those of earlier processes included"""
        self.error: BaseException | None = None
        """the error that ended the last training"""
        self.started: Started | None = None
        self.progress: Progress | None = None
        """the newest"""
        self.validation: EpochDone | Validated | None = None
        """the newest that measured something"""
        self.epochs: list[EpochDone] = []
        self.best: EpochDone | None = None
        """the best epoch so far"""
        self.finished: Finished | None = None
        self.is_paused = False
        self.turned: dict[str, str] = {}
        """the settings that were turned while it trains, and to what"""
        self.turned_before: list[tuple[str, str]] = []
        """what was turned here, and the value before, the last one last: for undoing"""
        self._training = {"digit_accuracy": Average(), "sum_accuracy": Average()}

    @property
    def training(self) -> tuple[float, float] | None:
        """The training accuracies of digit and sum now, smoothed as the charts usually are; None before the first."""
        digit, total = (average.value for average in self._training.values())
        return None if digit is None or total is None else (digit, total)

    @property
    def is_training(self) -> bool:
        """Whether a training of our own is in progress, paused or not."""
        return self.control is not None

    @property
    def is_live(self) -> bool:
        """Whether the run goes on, here or in the process that is watched."""
        return self.is_training or (self.is_watching and self._is_alive)

    @property
    def is_opened(self) -> bool:
        """Whether the run was made before and is only shown."""
        return not self.is_training and self.run is not None and self.run == self.network

    @property
    def has_samples(self) -> bool:
        """Whether the sample images can be shown: not those of a run that is watched or opened."""
        if self.moment is not None:
            return self.moment.has_samples
        return not self.is_watching and not self.is_opened

    @property
    def shown(self) -> "Session":
        """The session; while somebody looks back, as it was then: the pages ask the weights of that time."""
        return self.past or self

    def begin(self, config: TrainConfig, run: Run, control: Control) -> None:
        """Forget the last run: this one starts."""
        self._turn_to(config, run)
        self.control = control

    def watch(self, config: TrainConfig, run: Run) -> None:
        """Turn to a run that another process trains."""
        self._turn_to(config, run)
        self.is_watching = self._is_alive = True

    def open(self, config: TrainConfig, run: Run, events: list[Event]) -> None:
        """Turn to a run that was made before; these are its events."""
        self._turn_to(config, run)
        self.network = run
        for event in events:
            self.add(event)
        self.is_paused = False

    def close(self) -> None:
        """Turn away from the run, which is there no longer."""
        self._forget()
        self.moment = self.past = self.weights = None
        self.config = self.run = self.network = None

    def rewind(self, moment: "Moment") -> None:
        """Show the opened run as it stood at a moment; its weights are those of that time."""
        self.take(list(moment.events), is_whole=True, is_alive=False)
        self.moment, self.weights = moment, None

    def _turn_to(self, config: TrainConfig, run: Run) -> None:
        self._forget()
        self.moment = self.past = None
        self.config, self.run, self.network = config, run, None
        self.control, self.is_watching = None, False

    def take(self, events: list[Event], is_whole: bool, is_alive: bool) -> None:
        """New events of the watched run."""
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
            control.wake()  # nobody need wait for its weights any longer

    def add(self, event: Event) -> None:
        """Take in the next event."""
        self.events.append(event)
        match event:
            case Started():
                self.started, self.finished, self.is_paused = event, None, False
            case Progress():
                self.progress = event
                for name, average in self._training.items():
                    average.add(getattr(event, name))
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
                self.turned[event.setting] = event.value
            case Paused() | Resumed():
                self.is_paused = isinstance(event, Paused)
        if len(self.events) > MOST_EVENTS:
            self._thin()

    @property
    def accuracies(self) -> tuple[str, float, float] | None:
        """Where they come from, digit and sum, as best known now: from test, else validation, else training."""
        sources = {"test": accuracies(self.finished), "validation": accuracies(self.validation)}
        for name, found in {**sources, "training": self.training}.items():
            if found is not None:
                return name, *found
        return None

    @property
    def saved_step(self) -> int | None:
        """The step of the newest checkpoint; a resumed run begins at one, whose event is cut off with what followed."""
        for event in reversed(self.events):
            if isinstance(event, Checkpointed) or (isinstance(event, Started) and event.resumed):
                return event.step
        return None

    def _thin(self) -> None:
        """Drop every second Progress of the older half; all other events stay."""
        half = len(self.events) // 2
        self.events[:half] = [
            event for row, event in enumerate(self.events[:half]) if row % 2 or not isinstance(event, Progress)
        ]
