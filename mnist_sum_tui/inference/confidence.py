"""How sure a network is: temperatures that calibrate its probabilities, and a score of how digit-like an image is.

A temperature divides the logits of a head before the softmax (Guo et al., arXiv:1706.04599). `digit_score` comes from
two distances to the nearest class mean (Lee et al., arXiv:1807.03888), of the last features and of how strong and how
varied each channel of an early map is, and from how far the highest logit stands out. calibrate.py fits the
temperatures, the class means and the usual contrast; `guide/measurements.md` says what else was tried.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Self

import torch
import torch.nn.functional as F
from torch import Tensor

from mnist_sum_tui.errors import CheckpointError
from mnist_sum_tui.inference.score_layers import score_layers
from mnist_sum_tui.models.activations import Activation, watch
from mnist_sum_tui.models.layers import SumNetwork

LONGEST = {"strokes": 288, "features": 192, "logits": 288}
"""what an image's vectors may be made from, and their most values: neighbours are averaged until no more are left, so
that the matrices take at most 500 kB of a checkpoint. The ten logits count besides.

strokes: mean and deviation of each channel of the early maps; without maps, the features once more. features: inputs of
the layers that give the logits. logits: of all branches; older checkpoints have them instead of the features.
"""
SCORED = ("strokes", "features")
"""the vectors of which a calibration fits the classes"""
TEMPERATURES = (0.1, 10.0)
"""the lowest and the highest temperature; without a limit, a network that makes no mistakes would get 0"""
CONTRASTS = (1e-3, 1e6)
"""the lowest and the highest mean contrast that a checkpoint may store"""
MOST_PROBABLE = 1 - 2**-24
"""the highest float32 below 1; rounding gives 1, but no network is certain, and 100 % must not be shown"""
SHRINKAGE = 1e-2
"""share of the mean variance that is added to each variance, because features that hardly vary would count too much"""


Views = Mapping[str, Tensor]
"""what a network makes of images, from which `digit_score` is computed: vectors by a key of LONGEST, (N, K), float32 on
the CPU"""


def _means_and_deviations(branches: list[Tensor]) -> list[Tensor]:
    """Means and deviations over each map (N, C, H, W): (N, branches, 2, C), or several such if shapes differ."""
    if len({maps.shape for maps in branches}) > 1:
        return [part for maps in branches for part in _means_and_deviations([maps])]
    if not branches:
        return []
    joined = torch.cat(branches, 1).to(torch.float32, memory_format=torch.contiguous_format)
    n, channels, rows, columns = joined.shape
    # both in one call; for one image, `mean` and `std` take four times as long
    _, means, inverse = torch.native_group_norm(joined, None, None, n, channels, rows * columns, channels, 1e-12)
    each = (n, len(branches), -1)
    return [torch.stack([means.view(each), inverse.reciprocal().view(each)], 2)]


def look(network: SumNetwork, images_nchw: Tensor, kinds: Collection[str] = SCORED) -> tuple[Tensor, Views | None]:
    """What `network.see` says, and these kinds of vectors; None if no layer has ten outputs for each image."""
    last, early = score_layers(network)
    with watch({**last, **early}) as seen:
        scores = network.see(images_nchw)
    whole = {name: each for name, each in seen.items() if _is_of_images(each, len(images_nchw))}
    ends = [whole[name] for name in last if name in whole]  # `see` may leave out a layer that only the sum uses
    if not ends:
        return scores, None
    found = {"logits": [end.output for end in ends], "features": [end.input for end in ends]}
    if "strokes" in kinds:
        maps = [whole[name].output for name in early if name in whole and whole[name].output.dim() == 4]
        found["strokes"] = _means_and_deviations(maps) or found["features"]
    return scores, {kind: _joined(found[kind], LONGEST[kind]) for kind in kinds}


def _is_of_images(each: Activation, count: int) -> bool:
    """Whether a layer ran on all images of the batch at once, and not on parts of them or on single ones."""
    return each.input.shape[:1] == each.output.shape[:1] == (count,)


def _joined(vectors: list[Tensor], most: int) -> Tensor:
    """Several vectors (N, ...) as one (N, at most `most`), float32 on the CPU."""
    joined = vectors[0].flatten(1) if len(vectors) == 1 else torch.cat([each.flatten(1) for each in vectors], 1)
    joined = joined.float()
    return (F.adaptive_avg_pool1d(joined, most) if joined.shape[1] > most else joined).cpu()


@dataclass(frozen=True, slots=True)
class Classes:
    """The mean vector (K values) of each class, and the matrix that makes deviations from the means uncorrelated."""

    means: Tensor
    """float32 (at most 10, K), already multiplied by the matrix"""
    whitening: Tensor
    """float32 (K, K); a deviation times this has the covariance 1/K, so its length is 1 on average"""

    @classmethod
    def fit(cls, vectors_nk: Tensor, labels_n: Tensor) -> Self:
        """Compute both from the vectors of true digits, with one covariance for all classes."""
        x = vectors_nk.double()
        means = torch.stack([x[labels_n == label].mean(0) for label in labels_n.unique()])
        deviations = x - means[torch.unique(labels_n, return_inverse=True)[1]]
        covariance = deviations.T @ deviations / len(x)
        covariance += torch.eye(len(covariance)) * (SHRINKAGE * covariance.diagonal().mean() + 1e-12)
        whitening = torch.linalg.cholesky(torch.linalg.inv(covariance * len(covariance)))
        return cls((means @ whitening).float(), whitening.float())

    def distance(self, vectors_nk: Tensor) -> Tensor:
        """The distance (N,) to the nearest class mean, in standard deviations: 1 is usual for a digit.

        Raises:
            CheckpointError: the vectors do not have the length of those that were fitted.
        """
        if vectors_nk.shape[1] != len(self.whitening):
            raise CheckpointError("the class means are another network's; choose another run or checkpoint")
        exact = "donot_use_mm_for_euclid_dist"  # so that an image's distance does not depend on its batch
        distances = torch.cdist(vectors_nk @ self.whitening, self.means, compute_mode=exact)
        nearest: Tensor = distances.amin(1)
        return nearest


@dataclass(frozen=True, slots=True)
class Confidence:
    """The calibration of a network, as its checkpoint stores it. Without arguments: not calibrated."""

    digit_temperature: float = 1.0
    sum_temperature: float = 1.0
    threshold: float | None = None
    """the lowest `digit_score` of a digit; 0.5 % of the digits that it was chosen by score lower"""
    classes: Mapping[str, Classes] = field(default_factory=dict, repr=False)
    """two of them, by a key of LONGEST, which `digit_scores` needs; or none"""
    usual_contrast: float | None = None
    """the mean `contrasts` of training images; None: the digit score leaves it out, as in older checkpoints"""

    def digit_scores(self, views: Sequence[Views], logits_nk: Tensor) -> Tensor:
        """How much like a digit each image is, float32 (N,): 0..1.

        It is lower the farther an image is from all classes, and the less its highest logit stands out; 0 if broken
        weights make it no number. `logits_nk` are the digit's, or log-probabilities (N, 10).
        """
        with torch.inference_mode():
            doubts = [
                classes.distance(torch.cat([view[kind] for view in views])) for kind, classes in self.classes.items()
            ]
            if self.usual_contrast is not None:  # 1 is usual, as it is for the distances
                doubts.append((2 - contrasts(logits_nk) / self.usual_contrast).clamp(min=0))
            return (1 + torch.stack(doubts).sum(0)).reciprocal().nan_to_num()

    def to_tensors(self) -> dict[str, Tensor]:
        """All values as tensors, for a checkpoint; empty if the network is not calibrated."""
        if self.threshold is None or not self.classes:
            return {}
        tensors = {
            "temperatures": torch.tensor([self.digit_temperature, self.sum_temperature], dtype=torch.float64),
            "threshold": torch.tensor([self.threshold], dtype=torch.float64),
        }
        if self.usual_contrast is not None:
            tensors["contrast"] = torch.tensor([self.usual_contrast], dtype=torch.float64)
        for kind, classes in self.classes.items():
            tensors |= {f"{kind}.means": classes.means, f"{kind}.whitening": classes.whitening}
        return tensors

    @classmethod
    def from_tensors(cls, tensors: Mapping[str, Tensor], source: object) -> Self:
        """The confidence from which `to_tensors` made these tensors; not calibrated if there are none.

        Raises:
            CheckpointError: a tensor is missing, or of another shape, type or range; the message names `source`.
        """
        if not tensors:
            return cls()
        if "logits.means" in tensors:  # an earlier version, which stored no temperatures for want of held-out images
            tensors = {"temperatures": torch.ones(2), **tensors}
        try:
            digit, total = _numbers(tensors["temperatures"], 2, *TEMPERATURES)
            if {"features.means", "logits.means"} <= tensors.keys():  # a score that no version uses any longer
                return cls(digit, total)
            (threshold,) = _numbers(tensors["threshold"], 1, 0, 1)
            kinds = ("strokes", "logits") if "logits.means" in tensors else SCORED
            classes = {kind: _classes(tensors, kind) for kind in kinds}
            usual = _numbers(tensors["contrast"], 1, *CONTRASTS)[0] if "contrast" in tensors else None
        except (KeyError, ValueError) as error:
            raise CheckpointError(
                f"{source}: its stored confidence is damaged ({error}); choose another run or checkpoint"
            ) from error
        return cls(digit, total, threshold, classes, usual)


NOT_CALIBRATED = Confidence()


def lacking(stored: Mapping[str, Tensor]) -> str:
    """What a network's name is followed by if its checkpoint lacks the calibration or the digit score; else nothing."""
    if "temperatures" not in stored:
        return ", not calibrated"
    return "" if "strokes.means" in stored else ", without a digit score"


def contrasts(logits_nk: Tensor) -> Tensor:
    """How far the highest of ten logits, or log-probabilities, stands above their mean: (N, 10) to (N,)."""
    return logits_nk.amax(1) - logits_nk.mean(1)


def calibrated(log_probabilities: Tensor, temperature: float) -> Tensor:
    """Probabilities at a temperature, from log-probabilities or logits along the last axis; at most MOST_PROBABLE.

    They are 0 where broken weights give no number.
    """
    return F.softmax(log_probabilities / temperature, dim=-1).nan_to_num_().clamp_(max=MOST_PROBABLE)


def _numbers(tensor: Tensor, count: int, low: float, high: float) -> list[float]:
    values: list[float] = tensor.tolist() if tensor.shape == (count,) and tensor.is_floating_point() else []
    if not values or not all(low <= value <= high for value in values):
        raise ValueError(f"not {count} of {low:g} to {high:g}")
    return values


def _classes(tensors: Mapping[str, Tensor], name: str) -> Classes:
    means, whitening = tensors[f"{name}.means"], tensors[f"{name}.whitening"]
    width = len(whitening) if whitening.dim() else 0
    is_right = whitening.shape == (width, width) and means.dim() == 2 and means.shape[1] == width and len(means) > 0
    if not is_right or any(t.dtype != torch.float32 or not bool(t.isfinite().all()) for t in (means, whitening)):
        raise ValueError(f"the class means of its {name}")
    return Classes(means, whitening)
