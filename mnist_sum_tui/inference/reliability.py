"""Whether a network's probabilities can be believed, and how well a score tells two kinds of images apart."""

from dataclasses import dataclass

import torch
from torch import Tensor

BINS = 15


@dataclass(frozen=True, slots=True)
class Reliability:
    """How far probabilities are from the truth; lower is better in each."""

    ece: float
    """expected calibration error, 0..1: the mean distance of sureness and accuracy over 15 bins of sureness"""
    nll: float
    """mean negative log-likelihood of the labels, in nats"""
    brier: float
    """mean squared distance of the probabilities from the truth, summed over the classes, 0..2"""


def reliability(probabilities_nk: Tensor, labels_n: Tensor) -> Reliability:
    """Measure probabilities (N, K) against labels, int64 (N,)."""
    p = probabilities_nk.double()
    sureness, answers = p.max(1)
    bins = (sureness * BINS).ceil().clamp(1, BINS).long() - 1  # a bin has its upper edge
    gaps = torch.zeros(BINS, dtype=p.dtype).index_add_(0, bins, (answers == labels_n).double() - sureness)
    of_labels = p.gather(1, labels_n.unsqueeze(1)).squeeze(1)
    return Reliability(
        ece=gaps.abs().sum().item() / len(p),
        nll=-of_labels.clamp_min(torch.finfo(torch.float64).tiny).log().mean().item(),
        brier=(p.square().sum(1) - 2 * of_labels + 1).mean().item(),
    )


def auroc(of_digits: Tensor, of_strangers: Tensor) -> float:
    """The probability that a digit scores higher than a stranger, a tie counting half: the area under the ROC curve."""
    scores = torch.cat([of_digits, of_strangers]).double()
    _, places, counts = scores.unique(return_inverse=True, return_counts=True)
    ranks = counts.cumsum(0) - (counts - 1) / 2  # the mean rank of equal scores
    n, m = len(of_digits), len(of_strangers)
    return float((ranks[places[:n]].sum().item() - n * (n + 1) / 2) / (n * m))
