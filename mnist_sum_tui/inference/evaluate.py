"""Compare a network's answers with the labels, with all ten numbers for every image."""

from dataclasses import asdict, dataclass, field
from typing import Any

import torch
import torch.nn.functional as F

from mnist_sum_tui.data.dataset import Split
from mnist_sum_tui.inference.confidence import NOT_CALIBRATED, Confidence
from mnist_sum_tui.inference.infer import Outputs, all_sums, infer
from mnist_sum_tui.inference.reliability import Reliability, reliability
from mnist_sum_tui.machine.hardware import Hardware
from mnist_sum_tui.models.layers import DIGITS, NUMBERS, SumNetwork
from mnist_sum_tui.runs.position import GUESSING

WORST, MOST_HARD = 30, 3
CLEARLY = 0.05
"""by how much the hardest pairs must be worse than all others, as a fraction of 1"""


@dataclass(frozen=True, slots=True)
class Mistake:
    """An image whose digit the network gets wrong, and the probability that it gave to its answer."""

    index: int
    """the image's index in its file"""
    label: int
    digit: int
    probability: float
    """the network's calibrated probability for the wrong digit, 0..1"""
    is_refused: bool
    """whether the image does not count as a digit"""


@dataclass(frozen=True, slots=True)
class EvalReport:
    """The result of an evaluation. Accuracies are fractions of 1, losses are in nats."""

    images: int
    pairs: int
    """pairs of image and number, ten per image"""
    digit_accuracy: float
    sum_accuracy: float
    agreement: float
    """share of the pairs in which the predicted sum is the predicted digit + number"""
    digit_loss: float
    sum_loss: float
    confusion: tuple[tuple[int, ...], ...] = field(repr=False)
    """number of images by [label][predicted digit]"""
    sum_accuracy_by_pair: tuple[tuple[float | None, ...], ...] = field(repr=False)
    """accuracy of the sum by [label][number]; None for a digit without images"""
    mistakes: tuple[Mistake, ...] = field(repr=False)
    """the wrong digits, most confident first, at most 30"""
    digit_mistakes: int
    """how many digits are wrong altogether"""
    refused: float
    """share of the images that do not count as digits"""
    digit_reliability: Reliability | None = field(default=None, repr=False)
    sum_reliability: Reliability | None = field(default=None, repr=False)
    """over all pairs; like the digit's, from calibrated probabilities; None if it was not asked for"""

    @property
    def majority(self) -> float:
        """The share of the most frequent label, if the digits are no better than always answering it; else 0."""
        # the accuracies of the labels add up to 1 for always the same answer, however frequent its label is
        shares = [row[label] / sum(row) for label, row in enumerate(self.confusion) if sum(row)]
        is_guess = len(shares) > 1 and sum(shares) <= GUESSING * DIGITS
        return max(map(sum, self.confusion)) / self.images if is_guess else 0.0

    @property
    def reliability(self) -> dict[str, Reliability]:
        """The reliability by head, `digit` and `sum`; empty if it was not asked for."""
        found = {"digit": self.digit_reliability, "sum": self.sum_reliability}
        return {head: measured for head, measured in found.items() if measured is not None}

    @property
    def hardest(self) -> list[tuple[int, int]]:
        """Up to three pairs (label, number), worst first, whose sums are clearly worse than all others; often none."""
        shares = sorted(
            (share, label, number)
            for label, row in enumerate(self.sum_accuracy_by_pair)
            for number, share in enumerate(row)
            if share is not None
        )
        for count, (share, *_) in enumerate(shares[1 : MOST_HARD + 1], 1):
            if share - shares[count - 1][0] > CLEARLY:
                return [(label, number) for _, label, number in shares[:count]]
        return []

    def to_dict(self) -> dict[str, Any]:
        """Plain values, ready for JSON."""
        return asdict(self)


def score(outputs: Outputs, split: Split, *, with_reliability: bool = True) -> EvalReport:
    """Compare the outputs with the labels: accuracies, losses, confusion, mistakes and reliability.

    The reliability takes longer than everything else, so validations leave it out.

    Raises:
        ValueError: there are no images.
    """
    n, labels = len(split), split.labels
    if n == 0:
        raise ValueError("no images to evaluate")
    digits, sums, true_sums = outputs.digits.argmax(1), outputs.sums.argmax(2), all_sums(labels)
    right, sum_labels = sums == true_sums, true_sums.flatten()
    counts = torch.bincount(labels, minlength=DIGITS)
    by_pair = torch.zeros(DIGITS, NUMBERS).index_add_(0, labels, right.float()) / counts.unsqueeze(1)
    confused = torch.bincount(labels * DIGITS + digits, minlength=DIGITS * DIGITS).view(DIGITS, DIGITS)
    return EvalReport(
        images=n,
        pairs=n * NUMBERS,
        digit_accuracy=(digits == labels).double().mean().item(),
        sum_accuracy=right.double().mean().item(),
        agreement=(sums == all_sums(digits)).double().mean().item(),
        digit_loss=F.nll_loss(outputs.digits.double(), labels).item(),
        sum_loss=F.nll_loss(outputs.sums.double().flatten(0, 1), sum_labels).item(),
        confusion=tuple(map(tuple, confused.tolist())),
        sum_accuracy_by_pair=tuple(
            tuple(row if counts[label] else [None] * NUMBERS) for label, row in enumerate(by_pair.tolist())
        ),
        mistakes=mistakes(outputs, split, WORST),
        digit_mistakes=int((digits != labels).sum()),
        refused=outputs.share_refused,
        digit_reliability=reliability(outputs.digit_probabilities, labels) if with_reliability else None,
        sum_reliability=reliability(outputs.sum_probabilities.flatten(0, 1), sum_labels) if with_reliability else None,
    )


def evaluate(
    network: SumNetwork, split: Split, hardware: Hardware, confidence: Confidence = NOT_CALIBRATED
) -> EvalReport:
    """`infer` and `score` in one call.

    Raises:
        ValueError: there are no images, or they have another shape or type.
    """
    return score(infer(network, split.images, hardware, confidence), split)


def mistakes(outputs: Outputs, split: Split, most: int | None = None) -> tuple[Mistake, ...]:
    """The images whose digit is wrong, most confident first: all, or at most `most`."""
    sure, digits = outputs.digit_probabilities.max(1)
    wrong = (digits != split.labels).nonzero().flatten()
    order = wrong[sure[wrong].argsort(descending=True, stable=True)][:most]
    columns = (split.indices[order], split.labels[order], digits[order], sure[order], ~outputs.are_digits[order])
    return tuple(Mistake(*row) for row in zip(*(column.tolist() for column in columns), strict=True))
