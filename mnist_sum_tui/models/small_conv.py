"""A convolution that is quick on maps of a few pixels: as one matrix product over patches, or by Winograd's algorithm.

The library's kernels block along a row of the map. Where the maps are 3x3, that leaves most of a block empty.
"""

import math
from collections.abc import Callable, Sequence
from fractions import Fraction
from functools import cache
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.autograd.function import once_differentiable

Rows = list[list[float]]

KERNEL = 3
POINTS: dict[int, tuple[int | Fraction, ...]] = {3: (0, 1, -1, 2), 5: (0, 1, -1, 2, -2, Fraction(1, 2))}
"""by the side of the map that comes out: where Winograd's algorithm evaluates its polynomials, besides infinity. Small
numbers, for rounding grows with their powers: the largest error against float64, in standard deviations of the result,
is 2e-5 for 3x3 and 5e-5 for 5x5, the library's 1e-5 (512 and 256 channels, float32)"""
ENOUGH_IMAGES = 16
"""for fewer it takes longer to transform the weights than is gained"""


class SmallMapConv2d(nn.Conv2d):
    """nn.Conv2d without padding, with the same parameters; how it computes depends on precision and device.

    In bf16 as a product over gathered patches, in float32 by Winograd's algorithm, which needs a third (3x3) to a fifth
    (5x5) of the multiplications but would lose bf16's few digits; elsewhere than on a CPU by the library. Measured on
    two EPYC cores, batch 128, forward and backward: in bf16 conv6 80 ms instead of 157, conv5 55 instead of 73; in
    float32 conv6 73 ms instead of 158, conv5 42 instead of 56. On one core conv5 of `compact` 2.3 ms instead of 3.9 in
    bf16, 4.1 instead of 5.2 in float32.
    """

    def forward(self, images_nchw: Tensor) -> Tensor:
        """Map (N, C, H, W) to (N, O, H-kh+1, W-kw+1); stride, padding, dilation and groups are nn.Conv2d's defaults."""
        if images_nchw.device.type != "cpu":
            return super().forward(images_nchw)
        is_bf16 = images_nchw.dtype == torch.bfloat16 or torch.is_autocast_enabled("cpu")
        if is_bf16 or images_nchw.shape[2:] == self.kernel_size:
            return by_patches(images_nchw, self.weight, self.bias)
        if len(images_nchw) >= ENOUGH_IMAGES and _suits_winograd(images_nchw, self.weight):
            return by_winograd(images_nchw, self.weight, self.bias)
        return super().forward(images_nchw)


def by_patches(images_nchw: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
    """The convolution as one product of (N*H*W, kh*kw*C) by (kh*kw*C, O)."""
    outputs, _, height, width = weight.shape
    gather: Callable[..., Tensor] = Patches.apply
    patches = gather(images_nchw, height, width)
    n, rows, columns, length = patches.shape
    flat = weight.permute(0, 2, 3, 1).reshape(outputs, length)
    out = F.linear(patches.view(n * rows * columns, length), flat, bias)
    return out.view(n, rows, columns, outputs).permute(0, 3, 1, 2)


def by_winograd(images_nchw: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
    """The convolution of a whole square map by a 3x3 kernel, as one small product for each of its H*W pixels.

    In one dimension the result is a product of polynomials, taken by their values at as many points as it has
    coefficients (Toom and Cook). Both dimensions together: Lavin and Gray, arXiv:1509.09308, with the whole map as the
    tile.
    """
    n, channels, side, _ = images_nchw.shape
    outputs, out_side = len(weight), side - KERNEL + 1
    of_map, of_kernel, to_result = _transforms(out_side)
    maps = of_map @ images_nchw.permute(2, 3, 0, 1).reshape(side * side, n * channels)
    kernels = of_kernel @ weight.permute(2, 3, 0, 1).reshape(KERNEL * KERNEL, outputs * channels)
    multiply: Callable[..., Tensor] = Products.apply
    products = multiply(maps.view(-1, n, channels), kernels.view(-1, outputs, channels))
    out = (to_result @ products.view(side * side, n * outputs)).view(out_side, out_side, n, outputs)
    return (out if bias is None else out + bias).permute(2, 3, 0, 1)


def _suits_winograd(images_nchw: Tensor, weight: Tensor) -> bool:
    height, width = images_nchw.shape[2:]
    return height == width and height - KERNEL + 1 in POINTS and weight.shape[2:] == (KERNEL, KERNEL)


@cache
def _transforms(out_side: int) -> tuple[Tensor, Tensor, Tensor]:
    """What a map, a kernel and a product are multiplied by, each in both dimensions at once."""
    with torch.inference_mode(False):  # they outlive the evaluation that may have asked first
        one_dimensional = [torch.tensor(rows, dtype=torch.float64) for rows in toom_cook(POINTS[out_side], KERNEL)]
        of_map, of_kernel, to_result = (torch.kron(matrix, matrix).float() for matrix in one_dimensional)
    return of_map, of_kernel, to_result


def toom_cook(points: Sequence[int | Fraction], kernel: int) -> tuple[Rows, Rows, Rows]:
    """The matrices B', G and A' of the correlation A' [(G kernel) * (B' map)], for these points and infinity.

    A map of `len(points) + 1` values gives `len(points) + 2 - kernel` results.
    """
    exact = [Fraction(point) for point in points]
    last = len(points) + 1 - kernel
    of_map, of_kernel = [], []
    for place, point in enumerate(exact):
        others = exact[:place] + exact[place + 1 :]
        scale = math.prod(point - other for other in others)
        of_map.append([*_coefficients(others), Fraction(0)])
        of_kernel.append([point**power / scale for power in range(kernel)])
    of_map.append(_coefficients(exact))
    of_kernel.append([Fraction(power == kernel - 1) for power in range(kernel)])
    to_result = [[point**power for point in exact] + [Fraction(power == last)] for power in range(last + 1)]
    return _floats(of_map), _floats(of_kernel), _floats(to_result)


def _floats(matrix: list[list[Fraction]]) -> Rows:
    return [[float(value) for value in row] for row in matrix]


def _coefficients(roots: Sequence[Fraction]) -> list[Fraction]:
    """Of the polynomial with these roots and the leading coefficient 1, from the lowest power up."""
    found = [Fraction(1)]
    for root in roots:
        found = [high - root * low for high, low in zip([Fraction(0), *found], [*found, Fraction(0)], strict=True)]
    return found


class Products(torch.autograd.Function):
    """maps (P, N, C) times kernels (P, O, C), for each of P pixels: (P, N, O).

    Autograd's own gradient of a transposed factor is transposed too, and has to be copied: 52 MB in conv6.
    """

    @staticmethod
    def forward(ctx: Any, maps: Tensor, kernels: Tensor) -> Tensor:
        """Multiply."""
        ctx.save_for_backward(maps, kernels)
        return torch.bmm(maps, kernels.transpose(1, 2))

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor, Tensor]:
        """Both gradients, as their factors lie in memory."""
        maps, kernels = ctx.saved_tensors
        return torch.bmm(grad, kernels), torch.bmm(grad.transpose(1, 2), maps)


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
