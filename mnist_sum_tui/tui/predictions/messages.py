"""What the worker sends back to the pages: messages of plain values and numpy arrays, never a tensor."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from textual.message import Message

from mnist_sum_tui.charts.thumbnail import Image
from mnist_sum_tui.tui.predictions.pairs import TestSetResult
from mnist_sum_tui.tui.predictions.requests import FindHeat
from mnist_sum_tui.tui.predictions.weights import Weights

if TYPE_CHECKING:
    from mnist_sum_tui.inference.heat import Heat
    from mnist_sum_tui.inference.layer_views import LayerView
    from mnist_sum_tui.inference.predict import Prediction, Predictor


@dataclass(eq=False)
class Working(Message):
    """The worker's thread is busy with something that takes a while."""

    text: str
    share: float | None = None
    """how much of it is done, 0..1; None if that is not known"""


@dataclass(eq=False)
class Trouble(Message):
    """A request could not be served; `text` says in one line why, and what to do."""

    text: str


@dataclass(eq=False)
class ImagePredicted(Message):
    """The predictions for one test image, or for a drawing in its place, with each of the ten numbers."""

    index: int
    image: Image
    predictions: "tuple[Prediction, ...]"
    """ten, by number; each has the true digit as its label, and None for a drawing"""
    weights: Weights
    """the weights that made the predictions"""
    choices: tuple[Weights, ...]
    """all weights that could be chosen instead, in the order of training"""
    source: str
    """the weights' owner, and how far they are trained: `20261125-102637-compact, epoch 2`"""
    count: int
    """the number of test images"""
    predictor: "Predictor | None" = None
    """the network that predicted, to ask it for more; None if only the values matter"""


@dataclass(eq=False)
class LookedInside(Message):
    """What each layer makes of an image and a number, and the predictions of the same weights."""

    views: "tuple[LayerView, ...]"
    """the image itself, then the layers in running order"""
    number: int
    answer: ImagePredicted
    is_newest: bool
    """whether the weights are the present ones, and not those of an earlier evaluation"""
    drawing: NDArray[np.uint8] | None = None
    """the drawing that was asked about in place of the test image"""


@dataclass(eq=False)
class HeatFound(Message):
    """The heat map of an image for both answers; a better one may follow."""

    request: FindHeat
    """what this answers"""
    heat: "Heat"
    is_hiding: bool
    """whether it was found by hiding parts of the image, or is only the gradient"""


@dataclass(eq=False)
class DrawingPredicted(Message):
    """What the network sees of a drawing, and the predictions with each number; both None for a blank pad."""

    image: Image | None
    predictions: "tuple[Prediction, ...] | None"
    weights: Weights
    choices: tuple[Weights, ...]
    """as in ImagePredicted"""
    source: str
    requested: float
    """when the predictions were requested, by time.perf_counter()"""
    drawing: NDArray[np.uint8]
    """the drawing that was asked about"""
    predictor: "Predictor | None" = None
    """as in ImagePredicted"""


@dataclass(eq=False)
class TestSetEvaluated(Message):
    """The network has been evaluated on every test image."""

    result: TestSetResult
    images: NDArray[np.uint8]
    """uint8 (N, 28, 28)"""
    choices: tuple[Weights, ...]
    """as in ImagePredicted"""
