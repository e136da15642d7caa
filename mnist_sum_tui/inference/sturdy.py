"""How a network fares with spoiled images: both answers, how sure it is, and how many it refuses."""

from collections.abc import Iterator
from typing import NamedTuple

from mnist_sum_tui.data.corrupt import CORRUPTIONS, corrupt
from mnist_sum_tui.data.dataset import Split
from mnist_sum_tui.inference.evaluate import score
from mnist_sum_tui.inference.predict import Predictor
from mnist_sum_tui.inference.strangers import confidences, taken

WAYS = (("clean", 0), *((name, strength) for name in CORRUPTIONS for strength in range(1, 6)))
TOTAL = len(WAYS)


class Spoiled(NamedTuple):
    """The answers for images that were spoiled in one way and strength; shares of 1."""

    corruption: str
    """a key of CORRUPTIONS; `clean` for the images as they are"""
    strength: int
    """1..5; 0 for the images as they are"""
    digit_accuracy: float
    sum_accuracy: float
    """accuracy over all ten numbers"""
    confidence: float
    """mean of the lower probability of both answers"""
    ece: float
    """expected calibration error of the digit"""
    refused: float
    """said to be no digit"""


def spoil(predictor: Predictor, images: Split) -> Iterator[Spoiled]:
    """Evaluate the images as they are, then each corruption at each strength: 76 in all."""
    for name, strength in WAYS:
        outputs = predictor.infer(corrupt(images.images, name, strength) if strength else images.images)
        report = score(outputs, images)
        assert report.digit_reliability is not None
        yield Spoiled(
            name,
            strength,
            report.digit_accuracy,
            report.sum_accuracy,
            confidences(outputs).double().mean().item(),
            report.digit_reliability.ece,
            1 - taken(outputs).double().mean().item(),
        )
