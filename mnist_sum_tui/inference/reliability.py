"""Measure whether a network's probabilities can be trusted, and how well a score separates two kinds of images."""

from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor

BINS = 15


class Bin(NamedTuple):
    """The answers whose probability falls into one bin; both means are 0 if there are none."""

    answers: int
    sureness: float
    """mean probability that the network gives its answers, 0..1"""
    accuracy: float


@dataclass(frozen=True, slots=True)
class Reliability:
    """How far probabilities are from the truth; for `ece`, `nll` and `brier` lower is better."""

    ece: float
    """expected calibration error, 0..1: the mean distance of sureness and accuracy over 15 bins of sureness"""
    nll: float
    """mean negative log-likelihood of the labels, in nats"""
    brier: float
    """mean squared distance of the probabilities from the truth, summed over the classes, 0..2"""
    bins: tuple[Bin, ...]
    """15 bins, by rising probability of the answer"""
    accuracy_of_surest: tuple[float, ...]
    """accuracy where only the surest 1 %, 2 %, ... 100 % are answered"""


def reliability(probabilities_nk: Tensor, labels_n: Tensor) -> Reliability:
    """Measure probabilities (N, K) against labels, int64 (N,)."""
    p = probabilities_nk.double()
    sureness, answers = p.max(1)
    bins = (sureness * BINS).ceil().clamp(1, BINS).long() - 1  # a bin includes its upper edge
    right = (answers == labels_n).double()
    counts = torch.bincount(bins, minlength=BINS)
    sure, correct = (torch.bincount(bins, values, BINS) for values in (sureness, right))
    means = [(total / counts.clamp_min(1)).tolist() for total in (sure, correct)]
    so_far = right[sureness.argsort(descending=True, stable=True)].cumsum(0)
    answered = (torch.arange(1, 101) * len(p) / 100).ceil().long()
    of_labels = p.gather(1, labels_n.unsqueeze(1)).squeeze(1)
    return Reliability(
        ece=(correct - sure).abs().sum().item() / len(p),
        nll=-of_labels.clamp_min(torch.finfo(torch.float64).tiny).log().mean().item(),
        brier=(p.square().sum(1) - 2 * of_labels + 1).mean().item(),
        bins=tuple(Bin(*values) for values in zip(counts.tolist(), *means, strict=True)),
        accuracy_of_surest=tuple((so_far[answered - 1] / answered).tolist()),
    )
