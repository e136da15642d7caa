"""The thread that computes predictions for the pages; answers are messages.

Of each kind of request only the newest waits. The test set is evaluated in slices, and all other requests are served
between two slices, so that a stroke on the pad waits for one slice at most.
"""

import contextlib
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mnist_sum_tui.charts.thumbnail import Image
from mnist_sum_tui.errors import MnistSumError, PictureError
from mnist_sum_tui.machine.ran_out import what_ran_out
from mnist_sum_tui.training.control import Control
from mnist_sum_tui.tui.predictions import load
from mnist_sum_tui.tui.predictions import weights as places
from mnist_sum_tui.tui.predictions.messages import (
    DrawingPredicted,
    HeatFound,
    ImagePredicted,
    LookedInside,
    TestSetEvaluated,
    Trouble,
    Working,
)
from mnist_sum_tui.tui.predictions.pairs import TestSetResult
from mnist_sum_tui.tui.predictions.predictors import Predictors, TrainingEndedError
from mnist_sum_tui.tui.predictions.requests import (
    EvaluateTestSet,
    FindHeat,
    Job,
    LookInside,
    PredictDrawing,
    PredictImage,
    Reply,
    Request,
)
from mnist_sum_tui.tui.predictions.weights import Weights
from mnist_sum_tui.tui.session.session import Session

if TYPE_CHECKING:
    from mnist_sum_tui.data.dataset import Split
    from mnist_sum_tui.inference.predict import Predictor

# The thread is no daemon: torch aborts the process if one of its threads computes when the interpreter ends.
IDLE_SECONDS = 20.0
"""how long the thread waits for the next request before it ends; torch makes a new thread pool for each new thread"""


@dataclass(frozen=True, slots=True)
class TestImages:
    """The test images of a folder; `folder` None: those of the package."""

    folder: str | None
    split: "Split"


@dataclass(frozen=True, slots=True)
class Running:
    """An evaluation in progress, and where its result goes."""

    evaluation: load.TestSetEvaluation
    reply: Reply
    control: Control | None
    """the training that was in progress when the evaluation began"""


@dataclass(frozen=True, slots=True)
class Done:
    """The last finished evaluation: the images, and the result."""

    test: "Split"
    result: TestSetResult


class PredictionWorker:
    """Takes requests from any thread, and computes in its own thread, which ends when there is nothing to do."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._changed = threading.Condition()
        self._waiting: dict[type[Request], Job] = {}
        self._thread: threading.Thread | None = None
        self._is_closing = False
        self._test_images: TestImages | None = None
        self._predictors = Predictors(session, lambda: self._is_closing)
        self._running: Running | None = None
        self._done: Done | None = None
        self._serve: dict[type[Request], Callable[[Any, Reply], None]] = {
            PredictDrawing: self._predict_drawing,
            PredictImage: self._predict_image,
            LookInside: self._look_inside,
            FindHeat: self._find_heat,
            EvaluateTestSet: self._begin_evaluation,
        }
        """what serves each kind of request, the most urgent first"""

    def request(self, request: Request, reply: Reply) -> None:
        """Add a request; an older one of its kind that still waits is dropped, and so is an outdated evaluation."""
        with self._changed:
            self._waiting[type(request)] = Job(request, reply)
            self._is_closing = False
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="predictions")
                self._thread.start()
            self._changed.notify_all()

    def close(self) -> None:
        """Drop all waiting requests, and end the thread after the computation in progress."""
        with self._changed:
            self._is_closing = True
            self._waiting.clear()
            self._changed.notify_all()
        if (control := self._session.control) is not None:
            control.wake()

    # From here on everything runs in the thread.

    def _work(self) -> None:
        while (job := self._next()) is not None:
            try:
                if job.request is None:
                    self._continue_evaluation()
                else:
                    self._serve[type(job.request)](job.request, job.reply)
            except MnistSumError as error:
                job.reply(Trouble(str(error)))
            except Exception as error:  # the page that waits must get an answer
                job.reply(Trouble(what_ran_out(error, "predict") or f"{type(error).__name__}: {error}"))

    def _next(self) -> Job | None:
        """The most urgent request, or else the evaluation in progress; None if no request came in time."""
        with self._changed:
            deadline = time.monotonic() + IDLE_SECONDS
            while not self._is_closing and threading.main_thread().is_alive() and time.monotonic() < deadline:
                for kind in self._serve:
                    if kind in self._waiting:
                        return self._waiting.pop(kind)
                if self._running is not None:
                    return Job(None, self._running.reply)
                self._changed.wait(0.5)
            self._thread, self._running = None, None
            return None

    def _predict_drawing(self, request: PredictDrawing, reply: Reply) -> None:
        from mnist_sum_tui.data.picture import prepare

        predictor, choices = self._network(request.weights, reply)
        image, predictions = None, None
        with contextlib.suppress(PictureError):  # a blank pad
            image = prepare(request.drawing)
            predictions = load.predict_all_numbers(predictor, image)
        whose = choices.chosen, choices.all, predictor.source
        reply(DrawingPredicted(image, predictions, *whose, request.requested, request.drawing, predictor))

    def _predict_image(self, request: PredictImage, reply: Reply) -> None:
        reply(self._answer(*self._network(request.weights, reply), request.index, reply))

    def _look_inside(self, request: LookInside, reply: Reply) -> None:
        found = request.found
        if found is not None and found.predictor is not None:
            predictor, choices = found.predictor, places.Choices(found.weights, (found.weights,))
        else:
            predictor, choices = self._network(request.weights, reply)
        answer = self._answer(predictor, choices, request.index, reply, request.drawing)
        views = load.look(predictor, answer.image, request.number)
        reply(LookedInside(views, request.number, answer, request.found is None, request.drawing))

    def _find_heat(self, request: FindHeat, reply: Reply) -> None:
        for is_hiding in (False, True):
            heat = load.find_heat(request.predictor, request.image, request.number, is_hiding)
            reply(HeatFound(request, heat, is_hiding))
            if self._waiting:  # a newer request comes first; the page asks again
                return

    def _answer(
        self, predictor: "Predictor", choices: places.Choices, index: int, reply: Reply, drawing: Image | None = None
    ) -> ImagePredicted:
        test = self._test_set(predictor, reply)
        index %= len(test)
        image, label = load.image_and_label(test, index, drawing)
        found = load.predict_all_numbers(predictor, image, label)
        whose = choices.chosen, choices.all, predictor.source
        return ImagePredicted(index, image, found, *whose, len(test), predictor)

    def _begin_evaluation(self, request: EvaluateTestSet, reply: Reply) -> None:
        running, self._running = self._running, None
        choices, control = self._choices(request.weights, reply), self._session.control
        weights = choices.chosen
        is_same = running is not None and (running.evaluation.weights, running.control) == (weights, control)
        if running is not None and is_same and weights.path is None:  # renewed at each key, it would never end
            self._running = Running(running.evaluation, reply, control)
            return
        predictor, choices = self._network(request.weights, reply, choices)
        weights, control = choices.chosen, self._session.control  # files, if the training has ended meanwhile
        test = self._test_set(predictor, reply)
        done = self._done
        if done is not None and done.result.predictor is predictor and done.test is test:
            reply(TestSetEvaluated(done.result, test.images.numpy(), choices.all))
            return
        evaluation = running.evaluation if running is not None else None
        if evaluation is None or evaluation.predictor is not predictor or evaluation.test is not test:
            evaluation = load.TestSetEvaluation(predictor, test, weights, not self._session.is_training)
        self._running = Running(evaluation, reply, control)  # a repeated request continues the first one

    def _continue_evaluation(self) -> None:
        assert self._running is not None
        running, self._running = self._running, None  # an error drops it
        evaluation, reply = running.evaluation, running.reply
        text = f"Evaluating all {len(evaluation.test):,} test images"
        result = evaluation.advance(lambda share: reply(Working(text, share)))
        if result is None:
            self._running = running
        else:
            self._done = Done(evaluation.test, result)
            choices = places.of_session(self._session, evaluation.weights).all
            reply(TestSetEvaluated(result, evaluation.test.images.numpy(), choices))

    def _network(
        self, wanted: Weights | None, reply: Reply, choices: places.Choices | None = None
    ) -> "tuple[Predictor, places.Choices]":
        """The network with the weights that are wanted, or the usual ones; and all that could be chosen."""
        choices = choices or self._choices(wanted, reply)
        try:
            return self._predictors.of(choices.chosen, reply), choices
        except TrainingEndedError:  # while its weights were awaited: now they are in files
            return self._network(wanted, reply)

    def _choices(self, wanted: Weights | None, reply: Reply) -> places.Choices:
        if not self._predictors.has_any:
            reply(Working(f"Loading {'PyTorch and ' if self._session.is_loading else ''}the network ..."))
        return places.of_session(self._session, wanted)

    def _test_set(self, predictor: "Predictor", reply: Reply) -> "Split":
        """The test images of the run's own data, unless the session names others; the same as in `evaluate`."""
        from mnist_sum_tui.data import dataset

        own, given = predictor.config.data_dir, self._session.data_dir
        folder = given or own
        if self._test_images is None or self._test_images.folder != folder:
            reply(Working("Reading the test images ..."))
            self._test_images = TestImages(folder, dataset.load_for_run("test", own, given))
        return self._test_images.split
