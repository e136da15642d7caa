"""Heat maps of where a network looked: how much each part of an image matters, by hiding it or by the gradient."""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from mnist_sum_tui.data.dataset import normalise, one_hot
from mnist_sum_tui.inference.infer import infer
from mnist_sum_tui.inference.predict import Predictor
from mnist_sum_tui.models.layers import evaluating
from mnist_sum_tui.sizes import SIDE

WIDTH, GREY = 5, 128
"""how many pixels the square that hides a part of the image is wide and high, and its grey value"""
STRIDE = 2
"""how many pixels apart the centres of the squares are; 1 would take four times as long, 3 half as long"""


@dataclass(frozen=True, slots=True)
class Heat:
    """How much each pixel matters to the answers of the two heads, each float32 (28, 28); 0 if no number says it."""

    digit: NDArray[np.float32]
    sum: NDArray[np.float32]
    digit_then: int | None = None
    """the digit that is read with a square on the strongest place, if it is another; None for a gradient"""
    sum_then: int | None = None
    """the same of the sum"""


def occlusion(predictor: Predictor, image_hw: Tensor | NDArray[np.uint8], number: int) -> Heat:
    """How much the log-odds of each answer fall when a grey square around the pixel hides the image there.

    The odds are p / (1 - p) of the calibrated probability p; hiding multiplies them by exp(-heat). If the network is
    sure, the probability itself would hardly fall.

    The network runs on the image, uint8 (28, 28), as it is, and with the square around every second pixel of every
    second row: 197 images. Squares are cut off at the image's edge. The other pixels have the value of a neighbour.
    """
    image, centres = torch.as_tensor(image_hw), torch.arange(0, SIDE, STRIDE)
    offsets = torch.arange(SIDE) - centres.unsqueeze(1) + WIDTH // 2
    near = (offsets >= 0) & (offsets < WIDTH)
    hidden = near[:, None, :, None] & near[None, :, None, :]  # centre's row, centre's column, row, column
    hidden = hidden.view(-1, SIDE, SIDE)
    images = torch.cat([image.unsqueeze(0), image.masked_fill(hidden, GREY)])
    outputs = infer(predictor.network, images, predictor.hardware)
    places = torch.arange(SIDE).add(STRIDE // 2).div(STRIDE, rounding_mode="floor").clamp(max=len(centres) - 1)

    def falls(scores: Tensor, temperature: float) -> tuple[NDArray[np.float32], int | None]:
        answer = scores[0].argmax()
        of_answer, others = scores[:, answer] / temperature, scores / temperature
        others[:, answer] = -torch.inf
        odds = of_answer - others.logsumexp(1)
        then = scores[1 + odds[1:].argmin()].argmax()
        fall = _finite((odds[0] - odds[1:]).view(len(centres), -1)[places][:, places])
        return fall, None if then == answer else int(then)

    own = predictor.confidence
    digit, digit_then = falls(outputs.digits, own.digit_temperature)
    total, sum_then = falls(outputs.sums[:, number], own.sum_temperature)
    return Heat(digit, total, digit_then, sum_then)


def gradient(predictor: Predictor, image_hw: Tensor | NDArray[np.uint8], number: int) -> Heat:
    """How strongly the log-probability of each answer changes with the pixel, at least 0, for a uint8 image (28, 28).

    It takes only two backward passes, but says nothing about larger parts of the image. It is 0 if no gradient of the
    answer reaches the pixels, as in a network that rounds them.
    """
    network, hardware = predictor.network, predictor.hardware
    image = normalise(torch.as_tensor(image_hw).unsqueeze(0)).to(hardware.device).requires_grad_()
    with evaluating(network), hardware.autocast(), torch.enable_grad():
        digits = network.see(image.clone())  # which a network may change in place
        sums = network.add(digits, one_hot(torch.tensor([number]).to(hardware.device)))

    def slope(scores: Tensor, temperature: float) -> NDArray[np.float32]:
        answer = (scores[0].float() / temperature).log_softmax(0).max()
        answer = answer + 0 * image.sum()  # so that there is a gradient in any case
        (found,) = torch.autograd.grad(answer, image, retain_graph=True)
        return _finite(found[0, 0].abs().cpu())

    own = predictor.confidence
    return Heat(slope(digits, own.digit_temperature), slope(sums, own.sum_temperature))


def _finite(heat_hw: Tensor) -> NDArray[np.float32]:
    """The values, with 0 where broken weights give no number or infinity."""
    values: NDArray[np.float32] = heat_hw.nan_to_num(0, 0, 0).numpy()
    return values
