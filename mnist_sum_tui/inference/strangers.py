"""How many images of no digit ("strangers") a network mistakes for digits, and which ones."""

from dataclasses import asdict, dataclass
from typing import Any

import torch
from torch import Tensor

from mnist_sum_tui.data.strange_images import Images
from mnist_sum_tui.inference.infer import Outputs
from mnist_sum_tui.inference.reliability import auroc
from mnist_sum_tui.sizes import NUMBERS
from mnist_sum_tui.verdict import SURE

WORST = 12


@dataclass(frozen=True, slots=True)
class Taken:
    """An image that the network takes for a digit."""

    place: int
    """its index among the images, from 0"""
    name: str
    digit: int
    confidence: float
    """the lower of the probabilities of digit and sum"""


@dataclass(frozen=True, slots=True)
class StrangersReport:
    """How a network answers images that show no digit, each with one number."""

    images: int
    left_out: int
    sure: int
    """how many are taken for a digit with a sure answer"""
    unsure: int
    refused: int
    """how many are not taken for a digit"""
    auroc: float | None
    """the probability that a digit of the test images has a higher `digit_score`; None if the network has no score"""
    digits_refused: float
    """the share of the test images that are not taken for a digit, 0..1"""
    worst: tuple[Taken, ...]
    """the images taken for a digit, surest first, at most 12"""

    def to_dict(self) -> dict[str, Any]:
        """Plain values, ready for JSON."""
        return asdict(self)


def confidences(outputs: Outputs) -> Tensor:
    """The lower of the probabilities of both answers, (N,); the numbers 0 to 9 are given to the images in turn."""
    rows = torch.arange(len(outputs.digits))
    sums = outputs.sum_probabilities[rows, rows % NUMBERS].amax(1)
    return torch.minimum(outputs.digit_probabilities.amax(1), sums)


def report(strangers: Outputs, images: Images, digits: Outputs) -> StrangersReport:
    """The report on a network's outputs for strangers; `digits` are its outputs for the test images."""
    confidence, passed = confidences(strangers), strangers.are_digits
    sure = passed & (confidence >= SURE)
    order = torch.where(passed, confidence, -1.0).argsort(descending=True, stable=True)[: min(WORST, int(passed.sum()))]
    answers = strangers.digits.argmax(1)
    mine, theirs = digits.scores, strangers.scores
    return StrangersReport(
        images=len(passed),
        left_out=len(images.left_out),
        sure=int(sure.sum()),
        unsure=int((passed & ~sure).sum()),
        refused=int((~passed).sum()),
        digits_refused=digits.share_refused,
        auroc=None if mine is None or theirs is None else auroc(mine, theirs),
        worst=tuple(Taken(at, images.names[at], int(answers[at]), confidence[at].item()) for at in order.tolist()),
    )
