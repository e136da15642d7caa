"""The requests that pages send to the worker, small and immutable; the answers are in messages.py."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from textual.message import Message

from mnist_sum_tui.tui.predictions.pairs import TestSetResult
from mnist_sum_tui.tui.predictions.weights import Weights

if TYPE_CHECKING:
    from mnist_sum_tui.inference.predict import Predictor

Reply = Callable[[Message], object]
"""takes the answer; thread-safe, as Textual's post_message is"""


@dataclass(frozen=True, slots=True, eq=False)
class PredictImage:
    """Predict digit and sum for one test image with each number."""

    index: int
    """its index in the test file; the first follows the last"""
    weights: Weights | None = None
    """None: the default weights of `weights.choices`"""


@dataclass(frozen=True, slots=True, eq=False)
class PredictDrawing:
    """Predict digit and sum for a drawing with each number."""

    drawing: NDArray[np.uint8]
    """grey values of any shape; ink bright on dark, or dark on bright"""
    requested: float
    """when it was requested, by time.perf_counter()"""
    weights: Weights | None = None
    """as in PredictImage"""


@dataclass(frozen=True, slots=True, eq=False)
class EvaluateTestSet:
    """Evaluate a network on every test image with all ten numbers."""

    weights: Weights | None = None
    """as in PredictImage"""


@dataclass(frozen=True, slots=True, eq=False)
class LookInside:
    """Predict as PredictImage does, and return what each layer makes of the image and one number."""

    index: int
    number: int
    weights: Weights | None = None
    """as in PredictImage"""
    found: TestSetResult | None = None
    """if given, the network of this evaluation is asked, whatever the `weights` are now"""
    drawing: NDArray[np.uint8] | None = None
    """a drawing to use in place of the test image, unless it is blank; grey values as in PredictDrawing"""


@dataclass(frozen=True, slots=True, eq=False)
class FindHeat:
    """Find out how much each pixel of an image (28, 28) matters to both answers for one number."""

    image: NDArray[np.uint8]
    number: int
    predictor: "Predictor"
    """the network that gave the answers; weights by their name may be others by now"""


Request = PredictDrawing | PredictImage | LookInside | FindHeat | EvaluateTestSet
"""what a page may request"""


@dataclass(frozen=True, slots=True, eq=False)
class Job:
    """A request, and the function that takes its answer."""

    request: Request | None
    """None: continue the evaluation in progress, because no page has a request"""
    reply: Reply
