"""What the pages request: small immutable requests; the answers are in `messages`."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from textual.message import Message

from mnist_sum_tui.tui.predictions.pairs import TestSetResult
from mnist_sum_tui.tui.predictions.weights import Weights

Reply = Callable[[Message], object]
"""takes the answer; thread-safe, as Textual's post_message is"""


@dataclass(frozen=True, slots=True, eq=False)
class PredictImage:
    """Predict digit and sum of one test image, beside each number."""

    index: int
    """its place in the test file; going round"""
    weights: Weights | None = None
    """None: those that `weights.choices` gives as the default"""


@dataclass(frozen=True, slots=True, eq=False)
class PredictDrawing:
    """Predict digit and sum of a drawing, beside each number."""

    drawing: NDArray[np.uint8]
    """grey values of any shape; ink bright on dark, or dark on bright"""
    requested: float
    """when, by time.perf_counter()"""
    weights: Weights | None = None
    """as in PredictImage"""


@dataclass(frozen=True, slots=True, eq=False)
class EvaluateTestSet:
    """Evaluate a network on every test image, beside all ten numbers."""

    weights: Weights | None = None
    """as in PredictImage"""


@dataclass(frozen=True, slots=True, eq=False)
class LookInside:
    """Predict as PredictImage does, and give what each layer makes of the image beside one number."""

    index: int
    number: int
    weights: Weights | None = None
    """as in PredictImage"""
    found: TestSetResult | None = None
    """the network of this result is asked, whatever the `weights` have become since"""
    drawing: NDArray[np.uint8] | None = None
    """looked at in place of the test image, unless there is no ink; grey values as in PredictDrawing"""


@dataclass(frozen=True, slots=True, eq=False)
class FindHeat:
    """Find out how much each pixel of an image (28, 28) matters to both answers beside one number."""

    image: NDArray[np.uint8]
    number: int
    weights: Weights | None = None
    found: TestSetResult | None = None
    """both as in LookInside"""


@dataclass(frozen=True, slots=True, eq=False)
class Continue:
    """Go on with the evaluation in progress: the worker's own request, when no page has any."""


Request = PredictDrawing | PredictImage | LookInside | FindHeat | EvaluateTestSet
"""what a page may request"""


@dataclass(frozen=True, slots=True, eq=False)
class Job:
    """A request, and where its answer goes."""

    request: Request | Continue
    reply: Reply
