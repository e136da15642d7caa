"""Base classes of the networks: two inputs and two outputs, and a sum head that adds with one linear layer."""

import contextlib
from collections.abc import Iterator
from typing import TypeVar

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from mnist_sum_tui import sizes

AnyModule = TypeVar("AnyModule", bound=nn.Module)

DIGITS, NUMBERS, SUMS = sizes.DIGITS, sizes.NUMBERS, sizes.SUMS  # here, too: a user's own network imports one module
CELL_SCALE = 16.0
"""a factor on the sum head's inputs: without it the weights would have to grow further than a learning rate of 1e-3
allows in an epoch; a larger one lets the sum's gradient disturb the digit's. `guide/measurements.md` has the figures"""


class SumNetwork(nn.Module):
    """A network that recognises a digit and adds a number to it.

    A subclass implements `see`, from the image to ten digit logits, and `add`, the sum head that takes the number. They
    are two methods, so that an evaluation with all ten numbers runs the convolutions once per image.
    """

    strokes_in = 2
    """which convolution's maps show the strokes of an image, counted from 1; `digit_score` is computed from them"""
    has_idle_weights = False
    """whether a step leaves weights without a gradient, as those of a layer that is not used"""

    def see(self, images_nchw: Tensor) -> Tensor:
        """Digit logits (N, 10) for normalised images (N, 1, 28, 28)."""
        raise NotImplementedError

    def add(self, digits_nk: Tensor, numbers_nk: Tensor) -> Tensor:
        """Sum logits (N, 19) for digit logits (N, 10) and one-hot numbers (N, 10)."""
        raise NotImplementedError

    def forward(self, images_nchw: Tensor, numbers_nk: Tensor) -> tuple[Tensor, Tensor]:
        """Log-probabilities of the digit (N, 10) and of the sum (N, 19), always float32."""
        digits_nk = self.see(images_nchw)
        return log_softmax(digits_nk), log_softmax(self.add(digits_nk, numbers_nk))


class CellNetwork(SumNetwork):
    """A network whose sum head is one linear layer of digit x number.

    The head's input is the outer product of the digit's probabilities and the one-hot number: a hundred cells, of which
    one is near 1 when the network is sure. Each cell belongs to one sum, so one linear layer learns addition at once; a
    head of ReLU layers needs epochs to find it. The number comes in after the digit logits and cannot leak into them.
    """

    sum: nn.Linear
    """from the 100 cells to the 19 sums; the subclass creates it"""

    def add(self, digits_nk: Tensor, numbers_nk: Tensor) -> Tensor:
        """Sum logits (N, 19) for digit logits (N, 10) and one-hot numbers (N, 10)."""
        cells = F.softmax(digits_nk.float(), dim=1).unsqueeze(2) * numbers_nk.unsqueeze(1)
        logits: Tensor = self.sum(cells.flatten(1) * CELL_SCALE)
        return logits


def log_softmax(logits_nk: Tensor) -> Tensor:
    """Log-probabilities in float32, because bf16 would round a probability of 0.999 to 1."""
    return F.log_softmax(logits_nk.float(), dim=1)


@contextlib.contextmanager
def evaluating(network: nn.Module) -> Iterator[None]:
    """The network is in evaluation mode; its own mode is restored after."""
    was_training = network.training
    if was_training:  # to tell each layer takes a tenth of the time of a prediction
        network.eval()
    try:
        yield
    finally:
        if was_training:
            network.train()


def to_memory_format(module: AnyModule, order: torch.memory_format) -> AnyModule:
    """Put the module's weights of four dimensions, as those of a Conv2d, into a memory format, and return it."""
    for tensor in (*module.parameters(), *module.buffers()):
        if tensor.dim() == 4:  # `Module.to` fails where a weight has five, as that of a Conv3d
            tensor.data = tensor.data.to(memory_format=order)
    return module
