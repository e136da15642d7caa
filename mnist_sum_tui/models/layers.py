"""What the networks share: the frame of two inputs and two outputs, and addition as a linear map."""

from typing import Any, TypeVar

import torch
import torch.nn.functional as F
from torch import Tensor, nn

AnyModule = TypeVar("AnyModule", bound=nn.Module)

DIGITS = 10
SUMS = 19


class SumNetwork(nn.Module):
    """A network that sees a digit and adds a number to it.

    A subclass gives `see`, the image's way to ten digit scores, and `add`, the head that brings in the number. They are
    two methods so that an evaluation over all ten numbers runs the convolutions once an image.
    """

    def see(self, images_nchw: Tensor) -> Tensor:
        """Digit scores (N, 10), before the softmax, for normalised images (N, 1, 28, 28)."""
        raise NotImplementedError

    def add(self, digits_nk: Tensor, numbers_nk: Tensor) -> Tensor:
        """Sum scores (N, 19), before the softmax, for digit scores (N, 10) and one-hot numbers (N, 10)."""
        raise NotImplementedError

    def forward(self, images_nchw: Tensor, numbers_nk: Tensor) -> tuple[Tensor, Tensor]:
        """Log-probabilities of the digit (N, 10) and of the sum (N, 19), in float32 whatever the precision inside."""
        digits_nk = self.see(images_nchw)
        return log_softmax(digits_nk), log_softmax(self.add(digits_nk, numbers_nk))


def log_softmax(scores_nk: Tensor) -> Tensor:
    """Log-probabilities in float32; bf16's eight bits would round a probability of 0.999 to 1."""
    return F.log_softmax(scores_nk.float(), dim=1)


def add_cells(linear: nn.Linear, digits_nk: Tensor, numbers_nk: Tensor, scale: float) -> Tensor:
    """Sum scores (N, 19): a linear map of the cells digit probability x one-hot number (N, 100), times `scale`."""
    cells = F.softmax(digits_nk.float(), dim=1).unsqueeze(2) * numbers_nk.unsqueeze(1)
    scores: Tensor = linear(cells.flatten(1) * scale)
    return scores


def laid_out(module: AnyModule, order: torch.memory_format) -> AnyModule:
    """The module with its weights in that order in memory; older annotations of `Module.to` do not know of it."""
    convert: Any = module.to
    convert(memory_format=order)
    return module
