"""A worker with fixed predictions for the first thousand test images, and the app around it: all tests see the same."""

import contextlib
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from textual.message import Message
from textual.pilot import Pilot

from mnist_sum_tui.data import dataset
from mnist_sum_tui.data.picture import prepare
from mnist_sum_tui.errors import PictureError
from mnist_sum_tui.inference.confidence import Confidence
from mnist_sum_tui.inference.heat import Heat
from mnist_sum_tui.inference.infer import Outputs
from mnist_sum_tui.inference.layer_views import Axis, LayerView
from mnist_sum_tui.inference.predict import Prediction, from_outputs
from mnist_sum_tui.tui.app import MnistSumApp
from mnist_sum_tui.tui.pages.base import Page
from mnist_sum_tui.tui.predictions import load, messages
from mnist_sum_tui.tui.predictions.pairs import TestSetResult
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
from mnist_sum_tui.tui.predictions.weights import LIVE, Weights
from mnist_sum_tui.tui.predictions.worker import PredictionWorker
from mnist_sum_tui.tui.session.session import Session
from tests.tui.recorded import settle, without_form

Kind = TypeVar("Kind", bound=Page)
Size = tuple[int, int]
COUNT = 1000
SOURCE = "20260101-120000-compact, epoch 3"
RUN = "20260101-120000-compact"
CHOICES = tuple(Weights(name, RUN, Path(f"{name}.safetensors")) for name in ("epoch 1", "best", "last"))
NETWORK: Any = object()  # which gives the fixed answers
NEWEST = Weights(LIVE, "the training in progress")
WRONG = {8: 6, 241: 5, 247: 6, 321: 7, 340: 3, 445: 0, 582: 2, 659: 1, 684: 2, 720: 8, 740: 9, 947: 9}
"""images whose digit is predicted as another one"""
THREE = 18
"""an image of a 3, whose predictions are those for every drawing"""
STRANGER = 445
"""of those the image that looks like no digit"""
ODD = (3, 61, 115)
"""images whose sum does not fit the digit, beside number 4"""


@cache
def images() -> dataset.Split:
    return dataset.load("test").take(torch.arange(COUNT))


@cache
def outputs() -> Outputs:
    predicted = images().labels.clone()
    predicted[[*WRONG]] = torch.tensor([*WRONG.values()])
    sureness = 0.9901 - 0.3 * (torch.arange(COUNT) % 97) / 97  # 0.99 itself is 98 % or 99 %, as the processor rounds
    digits = _spread(predicted, sureness, 10)
    right = predicted.unsqueeze(1) + torch.arange(10)
    for index in ODD:
        right[index, 4] = (right[index, 4] + 1) % 19
    sums = _spread(right.flatten(), sureness.repeat_interleave(10) * 0.9, 19).view(COUNT, 10, 19)
    scores = 0.4 - 0.1 * (torch.arange(COUNT) % 89) / 89
    scores[STRANGER] = 0.1
    return Outputs(digits.log(), sums.log(), scores, Confidence(threshold=0.25))


def _spread(at: torch.Tensor, share: torch.Tensor, classes: int) -> torch.Tensor:
    """`share` for the class `at`, and the rest shared out to the others, more to those nearby."""
    weights = 1.0 / (1 + (torch.arange(classes) - at.unsqueeze(1)).abs().float()) ** 3
    weights[torch.arange(len(at)), at] = 0
    spread = weights / weights.sum(1, keepdim=True) * (1 - share).unsqueeze(1)
    spread[torch.arange(len(at)), at] = share
    return spread


@cache
def result() -> TestSetResult:
    return replace(load.sum_up([outputs()], images(), CHOICES[1], SOURCE), predictor=NETWORK)


KERNELS = np.array([[[1, 0, -1]] * 3, [[1] * 3, [0] * 3, [-1] * 3], [[0.5] * 3] * 3, [[-1] * 3] * 3], np.float32)
"""of a layer that finds edges, and strokes"""


def views(image: NDArray[np.uint8], number: int, digit: int) -> tuple[LayerView, ...]:
    """A network whose layers are computed by hand."""
    grey: NDArray[np.float32] = (image / 255).astype(np.float32)
    patches = np.lib.stride_tricks.sliding_window_view(np.pad(grey, 1), (3, 3))
    maps = np.maximum(np.einsum("hwij,mij->mhw", patches, KERNELS), 0)
    pooled = maps.reshape(4, 14, 2, 14, 2).max((2, 4))
    cells = np.zeros((1, 10, 10), np.float32)
    cells[0, digit, number] = 1
    axes = Axis(0, 1, 1), Axis(-1, 1, 3), Axis(-1, 2, 4)
    return (
        LayerView("image", "image", grey[None], field=(axes[0],) * 2),
        LayerView("conv1", "convolution 3x3", maps, KERNELS, (axes[1],) * 2),
        LayerView("conv1 pooled", "max pooling 2x2", pooled, field=(axes[2],) * 2),
        LayerView("hidden", "linear", np.linspace(-1, 1, 64, dtype=np.float32)),
        LayerView("digit", "digit scores", 9 * np.eye(10, dtype=np.float32)[digit]),
        LayerView("number", "digit x number", cells),
        LayerView("sum", "sum scores", 9 * np.eye(19, dtype=np.float32)[digit + number]),
    )


def heat(image: NDArray[np.uint8]) -> Heat:
    """Of a network that looks at the upper half for the digit, and at the left one for the sum."""
    share = np.linspace(6, 0, 28, dtype=np.float32)
    wide = (np.maximum(image, 64) / 255).astype(np.float32)
    return Heat(wide * share[:, None], wide * share)


def looked_inside(request: LookInside) -> messages.LookedInside:
    answer, found = predicted(request.index % COUNT, weights=request.weights or CHOICES[1]), request.found
    if request.drawing is not None:
        answer = replace(answer, image=prepare(request.drawing), predictions=unlabelled())
    if found is not None:
        answer = replace(answer, weights=found.weights, source=found.source)
    layers = views(answer.image, request.number, answer.predictions[0].digit)
    return messages.LookedInside(layers, request.number, answer, found is None, request.drawing)


def predictions(index: int) -> tuple[Prediction, ...]:
    return tuple(from_outputs(outputs(), index, number, int(images().labels[index])) for number in range(10))


def predicted(index: int, **other: Any) -> messages.ImagePredicted:
    """The answer for an image; `other` values, such as its weights or source, replace the usual ones."""
    image = images().images[index].numpy()
    usual = messages.ImagePredicted(index, image, predictions(index), CHOICES[1], CHOICES, SOURCE, COUNT, NETWORK)
    return replace(usual, **other)


def live(index: int, source: str, **other: Any) -> messages.ImagePredicted:
    """The answer of the training in progress."""
    return predicted(index, weights=NEWEST, choices=(NEWEST,), source=source, **other)


def evaluated(choices: tuple[Weights, ...] = CHOICES, **other: Any) -> messages.TestSetEvaluated:
    """The evaluation of the test images; `other` values replace those of the usual result."""
    found = replace(result(), **other) if other else result()
    return messages.TestSetEvaluated(found, images().images.numpy(), choices)


class FixedPredictions(PredictionWorker):
    """Answers at once, in the caller's own thread, and keeps the requests."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self.requests: list[Request] = []
        self.holds: tuple[type, ...] = ()
        """the kinds of requests that are held, and not answered"""
        self.held: list[Job] = []
        self.says: dict[type[Request], Callable[[Any], Message]] = {}
        """other answers than the usual ones, by the kind of the request"""

    def request(self, request: Request, reply: Reply) -> None:
        self.requests.append(request)
        if isinstance(request, self.holds):
            self.held.append(Job(request, reply))
        elif type(request) in self.says:
            reply(self.says[type(request)](request))
        else:
            self.answer(Job(request, reply))

    def answer(self, job: Job) -> None:
        """Give the usual answer."""
        request, reply = job.request, job.reply
        match request:
            case PredictImage():
                reply(predicted(request.index % COUNT, weights=request.weights or CHOICES[1]))
            case PredictDrawing():
                reply(drawing_predicted(request))
            case FindHeat():
                for is_hiding in (False, True):
                    reply(messages.HeatFound(request, heat(request.image), is_hiding))
            case LookInside():
                reply(looked_inside(request))
            case EvaluateTestSet():
                reply(evaluated())


def unlabelled() -> tuple[Prediction, ...]:
    return tuple(from_outputs(outputs(), THREE, number) for number in range(10))


def drawing_predicted(request: PredictDrawing) -> messages.DrawingPredicted:
    image = said = None
    with contextlib.suppress(PictureError):  # a blank pad
        image, said = prepare(request.drawing), unlabelled()
    whose = request.weights or CHOICES[1], CHOICES, SOURCE
    return messages.DrawingPredicted(image, said, *whose, request.requested, request.drawing, NETWORK)


def new_app(folder: Path, monkeypatch: pytest.MonkeyPatch) -> MnistSumApp:
    """The app with fixed predictions, on the page Train."""
    monkeypatch.setattr("mnist_sum_tui.tui.app.warm_up", lambda done: done())
    app = MnistSumApp(Session(folder))
    app.predictions = FixedPredictions(app.session)
    return app


def predictions_in(app: MnistSumApp) -> FixedPredictions:
    assert isinstance(app.predictions, FixedPredictions)
    return app.predictions


def hold(app: MnistSumApp, *kinds: type[Request]) -> list[Job]:
    """The requests of these kinds, or all, from now on; none is answered."""
    worker = predictions_in(app)
    worker.holds = kinds or (object,)
    return worker.held


async def open_page(pilot: Pilot[int], name: str) -> None:
    """Go to a page, and wait until it has its answers and what its threads read."""
    await pilot.app.switch_mode(name)
    await settle(pilot)
    while pilot.app.workers:  # what was read may ask for more, as the runs for their curves
        await settle(pilot)
    await pilot.pause()


async def opened(pilot: Pilot[int], kind: type[Kind]) -> Kind:
    """The page of a class, as `open_page` leaves it."""
    await open_page(pilot, kind.page_name)
    assert isinstance(pilot.app.screen, kind)
    return pilot.app.screen


@contextlib.asynccontextmanager
async def on(app: MnistSumApp, kind: type[Kind], size: Size = (80, 24)) -> AsyncIterator[tuple[Pilot[int], Kind]]:
    """The app in a terminal of this size, on a page that has its answers; behind it, Train has no form yet."""
    with without_form():
        async with app.run_test(size=size) as pilot:
            yield pilot, await opened(pilot, kind)
