"""Measure a network on spoiled images: accuracy of both answers, how sure it is, and how many images it refuses."""

from collections.abc import Iterator
from typing import NamedTuple

import torch
from torch import Tensor

from mnist_sum_tui.data.corrupt import CORRUPTIONS, corrupt
from mnist_sum_tui.data.dataset import Split
from mnist_sum_tui.inference.evaluate import score
from mnist_sum_tui.inference.infer import Outputs
from mnist_sum_tui.inference.predict import Predictor
from mnist_sum_tui.sizes import NUMBERS

WAYS = (("clean", 0), *((name, strength) for name in CORRUPTIONS for strength in range(1, 6)))
TOTAL = len(WAYS)


class Spoiled(NamedTuple):
    """The results on images that were spoiled in one way and strength, as shares of 1."""

    corruption: str
    """a key of CORRUPTIONS; `clean` for the images as they are"""
    strength: int
    """1..5; 0 for the images as they are"""
    digit_accuracy: float
    sum_accuracy: float
    """accuracy over all ten numbers"""
    confidence: float
    """mean over the images of the lower probability of both answers"""
    ece: float
    """expected calibration error of the digit"""
    refused: float
    """the share of the images that are said to be no digit"""


def confidences(outputs: Outputs) -> Tensor:
    """The lower of the probabilities of both answers, (N,); the numbers 0 to 9 are given to the images in turn."""
    rows = torch.arange(len(outputs.digits))
    sums = outputs.sum_probabilities[rows, rows % NUMBERS].amax(1)
    return torch.minimum(outputs.digit_probabilities.amax(1), sums)


def spoil(predictor: Predictor, images: Split) -> Iterator[Spoiled]:
    """Evaluate the images as they are, then with each corruption at each strength: 76 results."""
    for name, strength in WAYS:
        outputs = predictor.infer(corrupt(images.images, name, strength))
        report = score(outputs, images)
        assert report.digit_reliability is not None
        yield Spoiled(
            name,
            strength,
            report.digit_accuracy,
            report.sum_accuracy,
            confidences(outputs).double().mean().item(),
            report.digit_reliability.ece,
            report.refused,
        )
