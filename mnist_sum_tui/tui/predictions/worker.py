"""The one place behind Inspect, Draw, Mistakes and Runs that computes: a thread that answers requests.

A request waits in the slot of its kind; a newer one of the kind takes its place. A survey of all test images goes in
slices, and between two of them everything else is served: a stroke on the pad never waits. Answers are messages.
"""

import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray
from textual.app import App
from textual.message import Message

from mnist_sum_tui.errors import MnistSumError, PictureError, UsageError
from mnist_sum_tui.tui.predictions import load
from mnist_sum_tui.tui.predictions import weights as places
from mnist_sum_tui.tui.predictions.messages import DrawingPredicted, ImagePredicted, TestSetEvaluated, Trouble, Working
from mnist_sum_tui.tui.predictions.test_set import TestSetResult
from mnist_sum_tui.tui.predictions.weights import Weights
from mnist_sum_tui.tui.session.session import Session

if TYPE_CHECKING:
    from mnist_sum_tui.data.dataset import Split
    from mnist_sum_tui.inference.predict import Predictor

# No daemon: torch aborts the process if one of its threads is at work when the interpreter ends.
IDLE_SECONDS = 20.0
"""how long the thread stays for the next request; for each new thread torch sets up a new pool of threads"""
FIRST_STEP_SECONDS = 20.0
FRESH_SECONDS = 0.8
"""how long weights of a training in progress count as the newest; to copy them for each stroke would slow it down"""
KEPT = 3
"""predictors in memory; the largest network has 25 MB of weights"""

Reply = Callable[[Message], object]
"""takes the answer; thread-safe, as Textual's post_message is"""


@dataclass(frozen=True, slots=True, eq=False)
class PredictImage:
    """Look at one test image. Weights None: those that `weights.choices` gives as the default."""

    index: int
    weights: Weights | None = None


@dataclass(frozen=True, slots=True, eq=False)
class PredictDrawing:
    """Read a drawing: grey values of any shape, ink bright on dark."""

    drawing: NDArray[np.uint8]
    asked: float
    """by time.perf_counter()"""


@dataclass(frozen=True, slots=True, eq=False)
class EvaluateTestSet:
    """Look at every test image, beside all ten numbers."""

    weights: Weights | None = None


Request = PredictDrawing | PredictImage | EvaluateTestSet
_ORDER: tuple[type, ...] = (PredictDrawing, PredictImage, EvaluateTestSet)
"""the most urgent first"""


class PredictionWorker:
    """Takes requests from any thread; computes in one of its own, which lives only while there is something to do."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._changed = threading.Condition()
        self._slots: dict[type, tuple[Request, Reply]] = {}
        self._thread: threading.Thread | None = None
        self._closing = False
        self._test: tuple[str | None, Split] | None = None
        self._predictors: dict[object, Predictor] = {}
        self._live: load.Live | None = None
        self._survey: tuple[load.TestSetEvaluation, Reply] | None = None
        self._known: tuple[Predictor, Split, TestSetResult] | None = None

    def ask(self, request: Request, reply: Reply) -> None:
        """Put a request in; one of its kind that still waits is dropped for it, and so is a survey of other weights."""
        with self._changed:
            self._slots[type(request)] = (request, reply)
            self._closing = False
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="brain")
                self._thread.start()
            self._changed.notify_all()

    def close(self) -> None:
        """Drop everything that waits, and end the thread after what it is at."""
        with self._changed:
            self._closing = True
            self._slots.clear()
            self._changed.notify_all()

    # From here on everything runs in the thread.

    def _work(self) -> None:
        while (job := self._next()) is not None:
            request, reply = job
            try:
                self._serve(request, reply)
            except MnistSumError as error:
                reply(Trouble(str(error)))
            except Exception as error:  # whatever it is, a page that waits must hear of it
                reply(Trouble(f"{type(error).__name__}: {error}"))

    def _next(self) -> tuple[Request | None, Reply] | None:
        """The most urgent request; a request of None means the survey in work; None: nothing to do for a while."""
        with self._changed:
            deadline = time.monotonic() + IDLE_SECONDS
            while not self._closing and threading.main_thread().is_alive() and time.monotonic() < deadline:
                for kind in _ORDER:
                    if kind in self._slots:
                        return self._slots.pop(kind)
                if self._survey is not None:
                    return None, self._survey[1]
                self._changed.wait(0.5)
            self._thread, self._survey = None, None
            return None

    def _serve(self, request: Request | None, reply: Reply) -> None:
        match request:
            case PredictDrawing():
                self._read(request, reply)
            case PredictImage():
                self._look(request, reply)
            case EvaluateTestSet():
                self._begin_survey(request, reply)
            case None:
                self._go_on(reply)

    def _read(self, request: PredictDrawing, reply: Reply) -> None:
        from mnist_sum_tui.data.picture import prepare

        chosen = self._choices(None, reply).chosen
        predictor = self._predictor(chosen, reply)
        try:
            image = prepare(request.drawing)
        except PictureError:  # a blank pad
            reply(DrawingPredicted(None, None, predictor.source, request.asked))
        else:
            reply(DrawingPredicted(image, load.ask(predictor, image), predictor.source, request.asked))

    def _look(self, request: PredictImage, reply: Reply) -> None:
        choices = self._choices(request.weights, reply)
        predictor = self._predictor(choices.chosen, reply)
        test = self._test_images(predictor, reply)
        index = request.index % len(test)
        image = test.images[index].numpy()
        predictions = load.ask(predictor, image, int(test.labels[index]))
        reply(ImagePredicted(index, image, predictions, choices.chosen, choices.all, predictor.source, len(test)))

    def _begin_survey(self, request: EvaluateTestSet, reply: Reply) -> None:
        running, self._survey = self._survey, None
        weights = self._choices(request.weights, reply).chosen
        predictor = self._predictor(weights, reply)
        test = self._test_images(predictor, reply)
        if self._known is not None and self._known[0] is predictor and self._known[1] is test:
            reply(TestSetEvaluated(self._known[2], test.images.numpy()))
            return
        job = running[0] if running is not None else None
        if job is None or job.predictor is not predictor or job.test is not test:
            job = load.TestSetEvaluation(predictor, test, weights, not self._session.is_training)
        self._survey = job, reply  # who asks again for what is in work gets it, and does not wait from the beginning

    def _go_on(self, reply: Reply) -> None:
        assert self._survey is not None
        (job, _), self._survey = self._survey, None  # an error drops it
        text = f"Looking at all {len(job.test):,} test images"
        survey = job.advance(lambda share: reply(Working(text, share)))
        if survey is None:
            self._survey = job, reply
        else:
            self._known = job.predictor, job.test, survey
            reply(TestSetEvaluated(survey, job.test.images.numpy()))

    def _choices(self, wanted: Weights | None, reply: Reply) -> places.Choices:
        if "torch" not in sys.modules:
            reply(Working("Waking up the network ..."))
        session = self._session
        return places.choices(session.run, session.runs_folder, session.control, wanted)

    def _test_images(self, predictor: "Predictor", reply: Reply) -> "Split":
        """The test images of the run's own data, unless the session has others: as `evaluate` has it."""
        from mnist_sum_tui.data import dataset

        own, asked = predictor.config.data_dir, self._session.data_dir
        folder = asked or own
        if self._test is None or self._test[0] != folder:
            reply(Working("Reading the test images ..."))
            self._test = folder, dataset.load_for_run("test", own, asked)
        return self._test[1]

    def _predictor(self, weights: Weights, reply: Reply) -> "Predictor":
        if weights.path is None:
            return self._newest(weights, reply)
        key = weights, weights.path.stat().st_mtime_ns
        if key not in self._predictors:
            while len(self._predictors) >= KEPT:
                del self._predictors[next(iter(self._predictors))]
            self._predictors[key] = load.load_file(weights)
        return self._predictors[key]

    def _newest(self, weights: Weights, reply: Reply) -> "Predictor":
        """With the weights of the training in progress; each call asks for newer ones, for the next call."""
        control, config = self._session.control, self._session.config
        if control is None or config is None:
            raise UsageError("the training has just ended: its best and last weights are there now")
        live = self._live if self._live is not None and self._live.control is control else None
        if live is not None and time.monotonic() - live.taken < FRESH_SECONDS:
            return live.predictor
        control.want_weights()
        if control.weights is None:
            reply(Working("Waiting for the first step of the training ..."))
        deadline = time.monotonic() + FIRST_STEP_SECONDS
        while (found := control.weights) is None:
            if self._closing or time.monotonic() > deadline:
                raise UsageError("the training has not made its first step yet: try again in a moment")
            time.sleep(0.02)
        step, tensors = found
        if live is None or live.step != step:
            predictor = load.load_newest(config, tensors, f"{weights.owner}, step {step:,}")
        else:
            predictor = live.predictor
        self._live = load.Live(control, step, time.monotonic(), predictor)
        return predictor


_BRAINS: "WeakKeyDictionary[App[Any], PredictionWorker]" = WeakKeyDictionary()


def brain_of(app: App[Any], session: Session) -> PredictionWorker:
    """The app's brain; the pages share one."""
    if app not in _BRAINS:
        _BRAINS[app] = PredictionWorker(session)
    return _BRAINS[app]
