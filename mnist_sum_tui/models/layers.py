"""Layers shared by the networks: a convolution quick on small maps, and the frame of two inputs and two outputs."""

from collections.abc import Callable
from typing import Any, TypeVar

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.autograd.function import once_differentiable

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


class PatchConv2d(nn.Conv2d):
    """nn.Conv2d without padding, with the same parameters, computed as one matrix product over gathered patches.

    The maps of the last convolutions are 3x3 and 1x1. The library's kernels block along a row of the map, which leaves
    most of a tile empty; gathered, the whole batch is one product of (N*H*W, 9C) by (9C, O). Measured on two Zen 4
    cores, batch 128, bf16, forward and backward: conv6 80 ms instead of 157, conv5 55 instead of 73.
    """

    def forward(self, images_nchw: Tensor) -> Tensor:
        """Map (N, C, H, W) to (N, O, H-kh+1, W-kw+1); stride, padding, dilation and groups are nn.Conv2d's defaults."""
        height, width = self.kernel_size
        gather: Callable[..., Tensor] = Patches.apply
        patches = gather(images_nchw, height, width)
        n, rows, columns, length = patches.shape
        weight = self.weight.permute(0, 2, 3, 1).reshape(self.out_channels, length)
        out = F.linear(patches.view(n * rows * columns, length), weight, self.bias)
        return out.view(n, rows, columns, self.out_channels).permute(0, 3, 1, 2)


class Patches(torch.autograd.Function):
    """Every kh x kw window of a map (N, C, H, W), as rows (N, H-kh+1, W-kw+1, kh*kw*C), channels innermost."""

    @staticmethod
    def forward(ctx: Any, images_nchw: Tensor, height: int, width: int) -> Tensor:
        """Gather; the copy runs along the channels, which channels_last keeps together in memory."""
        ctx.window = (height, width)
        windows = images_nchw.permute(0, 2, 3, 1).unfold(1, height, 1).unfold(2, width, 1)  # N, H', W', C, kh, kw
        n, rows, columns, channels = windows.shape[:4]
        return windows.permute(0, 1, 2, 4, 5, 3).reshape(n, rows, columns, height * width * channels)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor, None, None]:
        """Add every window back to where it was cut from; nine strided sums, quicker than autograd's own for unfold."""
        height, width = ctx.window
        n, rows, columns, length = grad.shape
        channels = length // (height * width)
        grads = grad.view(n, rows, columns, height, width, channels)
        total = grad.new_zeros(n, rows + height - 1, columns + width - 1, channels)
        for row in range(height):
            for column in range(width):
                total[:, row : row + rows, column : column + columns] += grads[:, :, :, row, column]
        return total.permute(0, 3, 1, 2), None, None
