"""What the worker sends back to the pages: messages of plain values and numpy arrays, never a tensor."""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from textual.message import Message

from mnist_sum_tui.charts.thumbnail import Image
from mnist_sum_tui.tui.predictions.pairs import TestSetResult
from mnist_sum_tui.tui.predictions.weights import Weights

if TYPE_CHECKING:
    from mnist_sum_tui.inference.explain import LayerView
    from mnist_sum_tui.inference.heat import Heat
    from mnist_sum_tui.inference.predict import Prediction


class Working(Message):
    """The thread is busy with something that takes a while."""

    def __init__(self, text: str, share: float | None = None) -> None:
        super().__init__()
        self.text = text
        self.share = share
        """how much of it is done, 0..1, where that is known"""


class Trouble(Message):
    """It could not be done; one line that says why and what to do."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text


class ImagePredicted(Message):
    """The predictions for one test image, or for a drawing in its place, beside each of the ten numbers."""

    def __init__(
        self,
        index: int,
        image: Image,
        predictions: "tuple[Prediction, ...]",
        weights: Weights,
        choices: tuple[Weights, ...],
        source: str,
        count: int,
    ) -> None:
        super().__init__()
        self.index = index
        self.image = image
        self.predictions = predictions
        """ten, by number; each has the true digit as its label, and None for a drawing"""
        self.weights = weights
        """whose predictions they are"""
        self.choices = choices
        """all weights that could be chosen instead, in the order of training"""
        self.source = source
        """whose weights, and how far trained: `20261125-102637-compact, epoch 2`"""
        self.count = count
        """test images there are"""


class LookedInside(Message):
    """What each layer makes of an image beside one number, and the predictions of the same weights."""

    def __init__(
        self,
        views: "tuple[LayerView, ...]",
        number: int,
        answer: ImagePredicted,
        is_newest: bool,
        drawing: NDArray[np.uint8] | None = None,
    ) -> None:
        super().__init__()
        self.views = views
        """the image itself, then the layers in running order"""
        self.number = number
        self.answer = answer
        self.is_newest = is_newest
        """whether the weights are those that would be asked next, and not those of an earlier result"""
        self.drawing = drawing
        """what was asked about in place of the test image"""


class HeatFound(Message):
    """How much each pixel of an image matters to both answers; a better one may follow."""

    def __init__(self, image: Image, number: int, heat: "Heat", is_hiding: bool) -> None:
        super().__init__()
        self.image = image
        self.number = number
        self.digit, self.sum = heat.digit, heat.sum
        """(28, 28) each"""
        self.is_hiding = is_hiding
        """whether it was found by hiding parts of the image, or is only the gradient"""


class DrawingPredicted(Message):
    """What the network sees of a drawing, and the predictions beside each number; both None for a blank pad."""

    def __init__(
        self,
        image: Image | None,
        predictions: "tuple[Prediction, ...] | None",
        weights: Weights,
        choices: tuple[Weights, ...],
        source: str,
        requested: float,
    ) -> None:
        super().__init__()
        self.image = image
        self.predictions = predictions
        self.weights = weights
        self.choices = choices
        """as in ImagePredicted"""
        self.source = source
        self.requested = requested
        """when, by time.perf_counter()"""


class TestSetEvaluated(Message):
    """The network has been evaluated on every test image."""

    def __init__(self, result: TestSetResult, images: NDArray[np.uint8], choices: tuple[Weights, ...] = ()) -> None:
        super().__init__()
        self.result = result
        self.images = images
        """uint8 (N, 28, 28)"""
        self.choices = choices
        """as in ImagePredicted"""
