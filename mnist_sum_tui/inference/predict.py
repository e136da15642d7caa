"""Predict digit and sum with a trained network: that of a run, or the one in the package."""

import contextlib
import operator
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from mnist_sum_tui.config import TrainConfig
from mnist_sum_tui.errors import CheckpointError, UsageError
from mnist_sum_tui.inference.confidence import Confidence, calibrated, lacking
from mnist_sum_tui.inference.infer import Outputs, infer, pixels
from mnist_sum_tui.machine.hardware import Hardware, choose_for_inference
from mnist_sum_tui.models import skeleton
from mnist_sum_tui.models.layers import NUMBERS, SumNetwork, to_memory_format
from mnist_sum_tui.own_network import OPTION, is_own
from mnist_sum_tui.runs import checkpoint, find
from mnist_sum_tui.runs.checkpoint import Checkpoint
from mnist_sum_tui.runs.checkpoint_file import ADVICE
from mnist_sum_tui.runs.run import BUILT_IN, Run
from mnist_sum_tui.runs.runs_folder import default_folder
from mnist_sum_tui.runs.summary import ONLY_GUESSES, warning_of
from mnist_sum_tui.verdict import SURE, Verdict, judge


@dataclass(frozen=True, slots=True)
class Prediction:
    """The network's answer for one image and one number."""

    number: int
    digit: int
    sum: int
    digit_probabilities: tuple[float, ...]
    """of the digits 0..9, calibrated; they add up to 1, or are all 0 if broken weights give no number"""
    sum_probabilities: tuple[float, ...]
    """of the sums 0..18, likewise"""
    label: int | None = None
    """the true digit, if it is known"""
    digit_score: float | None = None
    """how much like a digit the image is, 0..1; None if its checkpoint stores no class means"""
    threshold: float | None = None
    """an image with a lower `digit_score` counts as no digit; None: every image counts as a digit"""

    @property
    def truth(self) -> tuple[int, int] | None:
        """The true digit and the true sum; None if the label is not known."""
        return None if self.label is None else (self.label, self.label + self.number)

    @property
    def correct(self) -> bool | None:
        """Whether digit and sum are both right; None if the label is not known."""
        return None if self.truth is None else (self.digit, self.sum) == self.truth

    @property
    def wrong_half(self) -> str:
        """Which of the two answers is wrong, if the other one is right: `digit` or `sum`; else empty."""
        if self.truth is None or (self.digit == self.truth[0]) == (self.sum == self.truth[1]):
            return ""
        return "sum" if self.digit == self.truth[0] else "digit"

    @property
    def rightness(self) -> str:
        """`right`, `wrong`, `digit wrong, sum right` or `sum wrong, digit right`; empty if the label is not known."""
        if half := self.wrong_half:
            return f"{half} wrong, {'sum' if half == 'digit' else 'digit'} right"
        return {True: "right", False: "wrong", None: ""}[self.correct]

    @property
    def agrees(self) -> bool:
        """Whether the predicted sum is the predicted digit + number."""
        return self.sum == self.digit + self.number

    @property
    def confidence(self) -> float:
        """The lower of the probabilities of both answers, 0..1."""
        return min(self.digit_probabilities[self.digit], self.sum_probabilities[self.sum])

    @property
    def verdict(self) -> Verdict:
        """How far the answer can be trusted: whether the image looks like a digit and both heads are sure."""
        return judge(self.confidence, self.digit_score, self.threshold)

    @property
    def unsure_of(self) -> str:
        """Which of the two answers is not sure: `digit`, `sum` or `both`; empty if none."""
        digit, total = (max(each) < SURE for each in (self.digit_probabilities, self.sum_probabilities))
        return "both" if digit and total else "digit" if digit else "sum" if total else ""

    def to_dict(self) -> dict[str, Any]:
        """Plain values, ready for JSON."""
        own = {"correct": self.correct, "confidence": self.confidence, "verdict": self.verdict.value}
        return {**asdict(self), **own}


class Predictor:
    """A trained network, ready to predict; several threads may ask it at once."""

    is_useless = False
    """whether `load_predictor` found that its training had hardly begun, or that its run only guesses"""
    run: str | None = None
    """the id of the run whose weights `load_predictor` has loaded; None: those of the package"""
    notice = ""
    """that the best weights are damaged, and which answer instead; empty if they are whole"""

    def __init__(
        self,
        config: TrainConfig,
        weights: Mapping[str, Tensor],
        source: str,
        hardware: Hardware,
        confidence: Mapping[str, Tensor] | None = None,
        images: Mapping[str, Mapping[str, Any]] | None = None,
    ) -> None:
        """Build the config's network with these weights, which are not copied. `source` names them in messages.

        `confidence` has the tensors that the checkpoint stores for it; without them nothing is calibrated. `images` is
        what the checkpoint stores of the images that it was trained and tested on.

        Raises:
            CheckpointError: the weights are those of another network, or the confidence is damaged.
        """
        self.config, self.source, self.hardware, self.images = config, source, hardware, images or {}
        self.confidence = Confidence.from_tensors(confidence or {}, source)
        network = skeleton(config.model)
        checkpoint.restore_weights(network, weights, source, assign=True)
        self.network: SumNetwork = to_memory_format(network, torch.channels_last).to(hardware.device)
        self.network.eval()

    def __repr__(self) -> str:
        return f"<Predictor: {self.source}>"

    def predict(self, image_hw: Tensor | NDArray[np.uint8], number: int, label: int | None = None) -> Prediction:
        """Predict for a uint8 image (28, 28), 0 background and 255 ink, and a number 0..9.

        Raises:
            UsageError: the number is not 0..9.
            TypeError: the number or the label is not a whole number.
            ValueError: the image has another shape or type.
        """
        return from_outputs(self.infer(pixels(image_hw)[None]), 0, number, label)

    def infer(self, images_nhw: Tensor | NDArray[np.uint8], *, with_features: bool = False) -> Outputs:
        """The network's outputs for uint8 images (N, 28, 28), 0 background and 255 ink, with all ten numbers.

        Raises:
            ValueError: there are no images, or they have another shape or type.
        """
        return infer(self.network, images_nhw, self.hardware, self.confidence, with_features)


def from_outputs(outputs: Outputs, row: int, number: int, label: int | None = None) -> Prediction:
    """The prediction for one image: a row of `outputs` and a number 0..9.

    Raises:
        UsageError: the number is not 0..9.
        TypeError: the number or the label is not a whole number.
    """
    number = int(operator.index(number))  # JSON has no numbers of numpy or torch
    if not 0 <= number < NUMBERS:
        raise UsageError(f"number {number} is outside 0..9: choose one of the ten")
    digits, sums, own = outputs.digits[row], outputs.sums[row, number], outputs.confidence
    return Prediction(
        number=number,
        digit=int(digits.argmax()),
        sum=int(sums.argmax()),
        digit_probabilities=tuple(calibrated(digits, own.digit_temperature).tolist()),
        sum_probabilities=tuple(calibrated(sums, own.sum_temperature).tolist()),
        label=None if label is None else int(operator.index(label)),
        digit_score=None if outputs.scores is None else outputs.scores[row].item(),
        threshold=own.threshold,
    )


def load_predictor(
    run: str | Path | Run | None = None,
    folder: str | Path | None = None,
    device: str = "auto",
    model: str | None = None,
) -> Predictor:
    """Load the best weights of a run: `latest`, `best`, an id, a path, or a Run; or `built-in`, the package's network.

    None loads the newest run in `folder` that has weights, or the package's network if there is no such run.
    `model` is the name of a network, such as the user's own; only its runs are then loaded. The whole process gets the
    number of torch's threads.

    Raises:
        UsageError: there is no such run, it has no weights yet, or it is of another network than `model`.
        CheckpointError: the checkpoint is damaged or of another network.
    """
    name = str(run.absolute()) if isinstance(run, Path) else run  # a Path is no name, even in the folder of the runs
    place = default_folder() if folder is None else Path(folder)
    chosen = name if isinstance(name, Run) else find.for_prediction(name, place, model)
    path, source = BUILT_IN, "the built-in network"
    if chosen is not None:
        path, source = find.weights_file(chosen), f"run {chosen.id}"
    loaded, notice = _load(path, chosen)
    network = loaded.config.model
    if model not in (None, network) and not is_own(network):  # if it is another file's, building it says so
        raise UsageError(f"{source} is of network {network}: name a run of {model}, or leave out {OPTION}")
    hardware = choose_for_inference(loaded.config, device)
    torch.set_num_threads(hardware.threads)
    named = f"{source} ({loaded.config.model}, {state_words(loaded, path)})"
    found = Predictor(loaded.config, loaded.weights, named, hardware, loaded.confidence, loaded.position.images)
    found.run, found.notice = chosen.id if chosen else None, notice
    found.is_useless = loaded.position.is_early or ONLY_GUESSES in named
    return found


def _load(path: Path, run: Run | None) -> tuple[Checkpoint, str]:
    """A checkpoint; if it is damaged, the run's other one, and in words which answers instead. Raises as `load`."""
    try:
        return checkpoint.load(path), ""
    except CheckpointError as error:
        others = () if run is None or run.asked else (run.best_file, run.last_file)
        for other in others:
            if other != path and os.path.exists(other):
                with contextlib.suppress(CheckpointError):
                    return checkpoint.load(other), f"{str(error).removesuffix(f'; {ADVICE}')}: {other.name} answers"
        raise


def state_words(loaded: Checkpoint, path: Path) -> str:
    """How far a checkpoint's training was, and what its network lacks: `epoch 3, only guesses, not calibrated`."""
    run = Run(path.parent)  # for the package's network a folder without events
    return f"{loaded.position.words(is_running=run.is_running)}{warning_of(run)}{lacking(loaded.confidence)}"
