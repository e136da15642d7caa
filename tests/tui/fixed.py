"""A worker with fixed predictions for the first thousand test images, and the app around it: all tests see the same."""

from functools import cache
from pathlib import Path
from typing import TypeVar

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from textual.pilot import Pilot

from mnist_sum_tui.data import dataset
from mnist_sum_tui.data.picture import prepare
from mnist_sum_tui.errors import PictureError
from mnist_sum_tui.inference.confidence import Confidence
from mnist_sum_tui.inference.explain import Axis, LayerView
from mnist_sum_tui.inference.heat import Heat
from mnist_sum_tui.inference.infer import Outputs
from mnist_sum_tui.inference.predict import Prediction, from_outputs
from mnist_sum_tui.tui.app import MnistSumApp
from mnist_sum_tui.tui.pages.base import Page
from mnist_sum_tui.tui.predictions import load
from mnist_sum_tui.tui.predictions.messages import (
    DrawingPredicted,
    HeatFound,
    ImagePredicted,
    LookedInside,
    TestSetEvaluated,
)
from mnist_sum_tui.tui.predictions.pairs import TestSetResult
from mnist_sum_tui.tui.predictions.requests import (
    EvaluateTestSet,
    FindHeat,
    LookInside,
    PredictDrawing,
    PredictImage,
    Reply,
    Request,
)
from mnist_sum_tui.tui.predictions.weights import Weights
from mnist_sum_tui.tui.predictions.worker import PredictionWorker
from mnist_sum_tui.tui.session.session import Session

Kind = TypeVar("Kind", bound=Page)
COUNT = 1000
SOURCE = "20260101-120000-compact, epoch 3"
RUN = "20260101-120000-compact"
CHOICES = tuple(Weights(name, RUN, Path(f"{name}.safetensors")) for name in ("epoch 1", "best", "last"))
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
    labels = images().labels
    predicted = labels.clone()
    for index, digit in WRONG.items():
        predicted[index] = digit
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
    return load.sum_up([outputs()], images(), CHOICES[1], SOURCE)


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
    wide = np.maximum(image, 64).astype(np.float32)
    wide /= 255
    return Heat(wide * share[:, None], wide * share)


def looked_inside(request: LookInside) -> LookedInside:
    image, said = images().images[request.index % COUNT].numpy(), predictions(request.index % COUNT)
    if request.drawing is not None:
        image, said = prepare(request.drawing), unlabelled()
    found = request.found
    weights, source = (request.weights or CHOICES[1], SOURCE) if found is None else (found.weights, found.source)
    answer = ImagePredicted(request.index % COUNT, image, said, weights, CHOICES, source, COUNT)
    return LookedInside(
        views(image, request.number, said[0].digit), request.number, answer, found is None, request.drawing
    )


def predictions(index: int) -> tuple[Prediction, ...]:
    label = int(images().labels[index])
    return tuple(from_outputs(outputs(), index, number, label) for number in range(10))


class FixedPredictions(PredictionWorker):
    """Answers at once, in the caller's own thread, and keeps the requests."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self.requests: list[Request] = []

    def request(self, request: Request, reply: Reply) -> None:
        self.requests.append(request)
        match request:
            case PredictImage():
                index = request.index % COUNT
                weights = request.weights or CHOICES[1]
                image = images().images[index].numpy()
                reply(ImagePredicted(index, image, predictions(index), weights, CHOICES, SOURCE, COUNT))
            case PredictDrawing():
                reply(drawing_predicted(request))
            case FindHeat():
                for is_hiding in (False, True):
                    reply(HeatFound(request.image, request.number, heat(request.image), is_hiding))
            case LookInside():
                reply(looked_inside(request))
            case EvaluateTestSet():
                reply(TestSetEvaluated(result(), images().images.numpy(), CHOICES))


def unlabelled() -> tuple[Prediction, ...]:
    return tuple(from_outputs(outputs(), THREE, number) for number in range(10))


def drawing_predicted(request: PredictDrawing) -> DrawingPredicted:
    weights = request.weights or CHOICES[1]
    try:
        image = prepare(request.drawing)
    except PictureError:
        return DrawingPredicted(None, None, weights, CHOICES, SOURCE, request.requested, request.drawing)
    return DrawingPredicted(image, unlabelled(), weights, CHOICES, SOURCE, request.requested, request.drawing)


def new_app(folder: Path, monkeypatch: pytest.MonkeyPatch) -> MnistSumApp:
    """The app with fixed predictions, on the page Train."""
    monkeypatch.setattr("mnist_sum_tui.tui.app.warm_up", lambda done: done())
    app = MnistSumApp(Session(folder))
    app.predictions = FixedPredictions(app.session)
    return app


def predictions_in(app: MnistSumApp) -> FixedPredictions:
    assert isinstance(app.predictions, FixedPredictions)
    return app.predictions


async def open_page(pilot: Pilot[int], name: str) -> None:
    """Go to a page, and wait until it has its answers."""
    await pilot.app.switch_mode(name)
    await pilot.app.workers.wait_for_complete()
    await pilot.pause()
    await pilot.pause()


async def opened(pilot: Pilot[int], kind: type[Kind]) -> Kind:
    """The page of a class, as `open_page` leaves it."""
    await open_page(pilot, kind.page_name)
    assert isinstance(pilot.app.screen, kind)
    return pilot.app.screen
