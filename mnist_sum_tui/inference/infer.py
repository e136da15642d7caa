"""Ask a network about images with all ten numbers; no labels."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from mnist_sum_tui.data.dataset import normalise, one_hot
from mnist_sum_tui.formatting import array, plural
from mnist_sum_tui.inference.confidence import NOT_CALIBRATED, Confidence, Views, calibrated, look
from mnist_sum_tui.machine.hardware import Hardware
from mnist_sum_tui.models.layers import NUMBERS, SumNetwork, evaluating, log_softmax
from mnist_sum_tui.sizes import SIDE

BATCH_SIZE = 500


@dataclass(frozen=True, slots=True)
class Outputs:
    """Log-probabilities as the heads give them, and the confidence that makes calibrated probabilities of them."""

    digits: Tensor
    """float32 (N, 10)"""
    sums: Tensor
    """float32 (N, 10, 19); the middle axis is the number"""
    scores: Tensor | None = None
    """how much like a digit each image is, float32 (N,); None without class means"""
    confidence: Confidence = NOT_CALIBRATED
    features: Tensor | None = None
    """inputs of the layers that give the digit's logits, float32 (N, at most 192); None unless `infer` was asked"""

    def __repr__(self) -> str:
        return f"<Outputs: {plural(len(self.digits), 'image')}>"

    @property
    def digit_probabilities(self) -> Tensor:
        """Calibrated, float32 (N, 10)."""
        return calibrated(self.digits, self.confidence.digit_temperature)

    @property
    def are_digits(self) -> Tensor:
        """Which images count as digits, bool (N,); all, if the network has no score or no threshold."""
        if self.scores is None or self.confidence.threshold is None:
            return torch.ones(len(self.digits), dtype=torch.bool)
        return self.scores >= self.confidence.threshold

    @property
    def share_refused(self) -> float:
        """The share of the images that do not count as digits, 0..1."""
        return (~self.are_digits).double().mean().item()

    @property
    def sum_probabilities(self) -> Tensor:
        """Calibrated, float32 (N, 10, 19)."""
        return calibrated(self.sums, self.confidence.sum_temperature)


def pixels(images: object, *, many: bool = False) -> Tensor:
    """One uint8 image (28, 28), or many (N, 28, 28), as a tensor.

    Raises:
        ValueError: another shape or type.
    """
    kind, shape = str(getattr(images, "dtype", "")).removeprefix("torch."), getattr(images, "shape", ())
    if kind != "uint8" or len(shape) != 2 + many or shape[-2:] != (SIDE, SIDE):
        wanted = "images must be uint8 (N, 28, 28)" if many else "image must be uint8 (28, 28)"
        found = array(images).removeprefix("torch.")
        raise ValueError(f"{wanted}, not {found}: data.picture.prepare makes an image of a picture")
    if isinstance(images, Tensor):
        return images
    return torch.from_numpy(np.array(images, order="C"))  # a copy: it may be read-only, or a view with negative strides


def infer(
    network: SumNetwork,
    images_nhw: Tensor | NDArray[np.uint8],
    hardware: Hardware,
    confidence: Confidence = NOT_CALIBRATED,
    with_features: bool = False,
) -> Outputs:
    """Run uint8 images (N, 28, 28) with all ten numbers; the convolutions run once per image.

    The network is put into evaluation mode and back.

    Raises:
        ValueError: there are no images, or they have another shape or type.
    """
    images = pixels(images_nhw, many=True)
    if not len(images):
        raise ValueError("there are no images")
    batches = normalised(images, hardware.device)
    outputs = infer_batches(network, batches, hardware, confidence=confidence, with_features=with_features)
    assert outputs is not None  # nothing stops it
    return outputs


def infer_batches(
    network: SumNetwork,
    batches_nchw: Iterable[Tensor],
    hardware: Hardware,
    keep_going: Callable[[], bool] = lambda: True,
    confidence: Confidence = NOT_CALIBRATED,
    with_features: bool = False,
) -> Outputs | None:
    """As `infer`, for batches of normalised images (N, 1, 28, 28), float32 and on the network's device.

    `keep_going` is called before each batch; when it returns False, the result is None.
    """
    digits, sums, views = [], [], list[Views]()
    kinds = {*confidence.classes, *(["features"] if with_features else [])}
    with evaluating(network), torch.inference_mode(), hardware.autocast():
        for images in batches_nchw:
            if not keep_going():
                return None
            batch = images.contiguous(memory_format=torch.channels_last)
            scores, seen = look(network, batch, kinds) if kinds else (network.see(batch), None)
            if seen is not None:
                views.append(seen)
            digits.append(log_softmax(scores).cpu())
            sums.append(add_all_numbers(network, scores).cpu())
    if len(views) < len(digits):  # of one image alone a layer is seen that runs on single images
        views = []
    log_digits = torch.cat(digits)
    likeness = confidence.digit_scores(views, log_digits) if views and confidence.classes else None
    features = [view["features"] for view in views] if with_features else []
    return Outputs(log_digits, torch.cat(sums), likeness, confidence, torch.cat(features) if features else None)


def normalised(images_nhw: Tensor, device: torch.device) -> Iterator[Tensor]:
    """Batches of uint8 images (N, 28, 28), normalised, float32 (at most 500, 1, 28, 28), on the device."""
    return (normalise(images.to(device)) for images in images_nhw.split(BATCH_SIZE))


def all_sums(digits_n: Tensor) -> Tensor:
    """The sum of each digit with each of the ten numbers: int64 (N,) to (N, 10)."""
    return digits_n.unsqueeze(1) + torch.arange(NUMBERS)


def add_all_numbers(network: SumNetwork, digits_nk: Tensor) -> Tensor:
    """Log-probabilities of the sums (N, 10, 19) for digit logits (N, 10) with each of the ten numbers."""
    n = len(digits_nk)
    numbers = one_hot(torch.arange(NUMBERS, device=digits_nk.device)).repeat(n, 1)
    return log_softmax(network.add(digits_nk.repeat_interleave(NUMBERS, dim=0), numbers)).view(n, NUMBERS, -1)
