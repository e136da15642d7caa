"""What the worker's thread does with torch: load weights, predict, evaluate. Each function imports torch itself."""

import contextlib
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from mnist_sum_tui.config import TrainConfig
from mnist_sum_tui.errors import PictureError
from mnist_sum_tui.machine.openmp import take_threads
from mnist_sum_tui.tui.predictions.pairs import TestSetResult
from mnist_sum_tui.tui.predictions.weights import NEWEST, Weights

if TYPE_CHECKING:
    from torch import Tensor

    from mnist_sum_tui.data.dataset import Split
    from mnist_sum_tui.inference.heat import Heat
    from mnist_sum_tui.inference.infer import Outputs
    from mnist_sum_tui.inference.layer_views import LayerView
    from mnist_sum_tui.inference.predict import Prediction, Predictor

SLICE = 40
"""images per slice of an evaluation; other requests are served after each, so a stroke waits for one slice at most.
With one thread on a busy machine `original` takes 1.5 ms per image, `compact` 0.1 ms"""
TELL_SECONDS = 0.2
NOT_YET = ", not calibrated yet"
"""added to the name of weights that still train, whose probabilities are calibrated only at the end"""


def step_of(source: str) -> str:
    """`step 98` of a source such as `the training in progress, step 98, not calibrated yet`."""
    return source.removesuffix(NOT_YET).rpartition(", ")[2]


def load_file(weights: Weights) -> "Predictor":
    """A predictor with a checkpoint's weights, on the device that suits a second thread.

    The number of torch's threads is left alone, because it holds for the whole process, in which a training may run.

    Raises:
        CheckpointError: the file is missing, damaged, or of another network.
    """
    from mnist_sum_tui.inference.predict import Predictor, state_words
    from mnist_sum_tui.machine.hardware import beside_training, choose_for_inference
    from mnist_sum_tui.runs import checkpoint

    assert weights.path is not None
    loaded = checkpoint.load(weights.path)
    named = f"{NEWEST if weights.is_newest else ''}{weights.owner}, {state_words(loaded, weights.path)}"
    hardware = beside_training(choose_for_inference(loaded.config, "auto"))
    return Predictor(loaded.config, loaded.weights, named, hardware, loaded.confidence)


def predict_all_numbers(
    predictor: "Predictor", image_hw: NDArray[np.uint8], label: int | None = None
) -> "tuple[Prediction, ...]":
    """The predictions for one image with each of the ten numbers; the convolutions run once."""
    import torch

    from mnist_sum_tui.inference.predict import from_outputs

    take_threads(1)
    outputs = predictor.infer(torch.from_numpy(image_hw).unsqueeze(0))
    return tuple(from_outputs(outputs, 0, number, label) for number in range(10))


def image_and_label(
    test: "Split", index: int, drawing: NDArray[np.uint8] | None
) -> tuple[NDArray[np.uint8], int | None]:
    """A test image with its label; if there is a drawing, the drawing as the network sees it, without a label."""
    from mnist_sum_tui.data.picture import prepare

    with contextlib.suppress(PictureError):  # a blank pad
        if drawing is not None:
            return prepare(drawing), None
    return test.images[index].numpy(), int(test.labels[index])


def look(predictor: "Predictor", image_hw: NDArray[np.uint8], number: int) -> "tuple[LayerView, ...]":
    """The image as a first layer, then what each layer makes of image and number."""
    from mnist_sum_tui.inference.layer_views import Axis, LayerView, look_inside

    take_threads(1)
    pixel = Axis(0, 1, 1)
    itself = LayerView("image", "image", np.float32(1 / 255) * image_hw[None], field=(pixel, pixel))
    return (itself, *look_inside(predictor.network, image_hw, number, predictor.hardware))


def find_heat(predictor: "Predictor", image_hw: NDArray[np.uint8], number: int, is_hiding: bool) -> "Heat":
    """The heat by hiding parts of the image around every second pixel; or by the gradient, a hundred times faster."""
    from mnist_sum_tui.inference.heat import gradient, occlusion

    take_threads(1)
    return occlusion(predictor, image_hw, number) if is_hiding else gradient(predictor, image_hw, number)


class TestSetEvaluation:
    """The evaluation of a network on the test set, slice by slice.

    During a training it uses one CPU thread; otherwise one or all, whichever is faster for a slice. All are far slower
    when another program uses the cores, too; `guide/measurements.md` has the figures.
    """

    def __init__(self, predictor: "Predictor", test: "Split", weights: Weights, is_alone: bool) -> None:
        from mnist_sum_tui.machine.hardware import usable_cores

        self.predictor, self.test = predictor, test
        self.weights = weights
        self._choices = [1, 1, usable_cores()] if is_alone else [1, 1]  # the first slice warms up
        self._seconds: list[float] = []
        self._parts: list[Outputs] = []
        self._told = 0.0

    @property
    def _threads(self) -> int:
        """The number of threads for the next slice: each choice is tried once, then the fastest is kept."""
        done = len(self._seconds)
        if done < len(self._choices):
            return self._choices[done]
        return min(zip(self._seconds[1:], self._choices[1:], strict=True))[1]

    def advance(self, tell: Callable[[float], object]) -> TestSetResult | None:
        """Do the next slice; returns the result after the last one. `tell` gets the share that is done now and then."""
        start, begin = len(self._parts) * SLICE, time.perf_counter()
        take_threads(self._threads)
        self._parts.append(self.predictor.infer(self.test.images[start : start + SLICE], with_features=True))
        if len(self._seconds) < len(self._choices):
            self._seconds.append(time.perf_counter() - begin)
        if start + SLICE >= len(self.test):
            found = sum_up(self._parts, self.test, self.weights, self.predictor.source)
            return replace(found, predictor=self.predictor)
        if time.monotonic() - self._told > TELL_SECONDS:
            self._told = time.monotonic()
            tell((start + SLICE) / len(self.test))
        return None


def sum_up(parts: "list[Outputs]", test: "Split", weights: Weights, source: str) -> TestSetResult:
    """The result of all slices together; the figures come from `evaluate.score`."""
    import torch

    from mnist_sum_tui.inference.addition import mean_addition_tables
    from mnist_sum_tui.inference.evaluate import mistakes, score
    from mnist_sum_tui.inference.infer import Outputs
    from mnist_sum_tui.inference.pca import principal_components

    features = [part.features for part in parts if part.features is not None]
    if len(features) < len(parts):  # perhaps only the last slice has some, because it is one image
        features = [part.digits for part in parts]
    scores = [part.scores for part in parts if part.scores is not None]
    outputs = Outputs(
        torch.cat([part.digits for part in parts]),
        torch.cat([part.sums for part in parts]),
        torch.cat(scores) if scores else None,
        parts[0].confidence,
    )
    digit_probabilities, sum_probabilities = outputs.digit_probabilities.numpy(), outputs.sum_probabilities.numpy()
    return TestSetResult(
        weights=weights,
        source=source,
        made=time.monotonic(),
        labels=test.labels.numpy(),
        digits=outputs.digits.argmax(1).numpy(),
        sums=outputs.sums.argmax(2).numpy(),
        sureness=np.minimum(digit_probabilities.max(1)[:, None], sum_probabilities.max(2)),
        digit_probabilities=digit_probabilities,
        sum_probabilities=sum_probabilities,
        outputs=outputs,
        report=score(outputs, test),
        tables=mean_addition_tables(outputs, test.labels),
        points=principal_components(torch.cat(features)),
        mistakes=mistakes(outputs, test),
    )


def load_newest(config: TrainConfig, tensors: "Mapping[str, Tensor]", source: str) -> "Predictor":
    """Make a predictor with weights that the training in progress handed out."""
    from mnist_sum_tui.inference.predict import Predictor
    from mnist_sum_tui.machine.hardware import beside_training, choose

    return Predictor(config, tensors, source + NOT_YET, beside_training(choose(config)))
