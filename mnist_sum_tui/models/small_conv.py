"""A convolution that is fast on maps of a few pixels: one matrix product over patches, or Winograd's algorithm.

torch's own kernels work on blocks along a row of the map, and on 3x3 maps most of such a block is empty.
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
"""the points at which Winograd's algorithm evaluates its polynomials, besides infinity, by the side of the output map;
they are small, because rounding errors grow with their powers (`guide/measurements.md` has the errors)"""
ENOUGH_IMAGES = 16
"""images per batch; with fewer, transforming the weights takes longer than it saves"""


class SmallMapConv2d(nn.Conv2d):
    """nn.Conv2d without padding and with the same parameters, but faster for small maps on a CPU.

    In bf16 it is a product over gathered patches. In float32 it is Winograd's algorithm, which needs a third (3x3) to a
    fifth (5x5) of the multiplications but is too inexact for bf16. Other devices use torch's own. `original`'s conv6
    takes half the time; `guide/measurements.md` has the figures.
    """

    def forward(self, images_nchw: Tensor) -> Tensor:
        """(N, C, H, W) to (N, O, H-kh+1, W-kw+1); stride, padding, dilation and groups must be nn.Conv2d's defaults."""
        if images_nchw.device.type != "cpu" or torch.compiler.is_exporting():  # ONNX gets the usual one
            return super().forward(images_nchw)
        is_bf16 = images_nchw.dtype == torch.bfloat16 or torch.is_autocast_enabled("cpu")
        if is_bf16 or images_nchw.shape[2:] == self.kernel_size:
            return by_patches(images_nchw, self.weight, self.bias)
        if len(images_nchw) >= ENOUGH_IMAGES and _suits_winograd(images_nchw, self.weight):
            return by_winograd(images_nchw, self.weight, self.bias)
        return super().forward(images_nchw)


def by_patches(images_nchw: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
    """The convolution as one matrix product of (N*H*W, kh*kw*C) and (kh*kw*C, O)."""
    outputs, _, height, width = weight.shape
    gather: Callable[..., Tensor] = Patches.apply
    patches = gather(images_nchw, height, width)
    n, rows, columns, length = patches.shape
    flat = weight.permute(0, 2, 3, 1).reshape(outputs, length)
    out = F.linear(patches.view(n * rows * columns, length), flat, bias)
    return out.view(n, rows, columns, outputs).permute(0, 3, 1, 2)


def by_winograd(images_nchw: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
    """The convolution of a whole square map with a 3x3 kernel, as one small matrix product for each of its H*W pixels.

    In one dimension a convolution is a product of polynomials, computed from their values at as many points as it has
    coefficients (Toom and Cook). For two dimensions see Lavin and Gray, arXiv:1509.09308; here the tile is the whole
    map.
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
    """The matrices that transform a map, a kernel and the product, each for both dimensions at once."""
    with torch.inference_mode(False):  # they are cached, and training cannot use inference tensors
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
    """The coefficients of the polynomial with these roots and the leading coefficient 1, lowest power first."""
    found = [Fraction(1)]
    for root in roots:
        found = [high - root * low for high, low in zip([Fraction(0), *found], [*found, Fraction(0)], strict=True)]
    return found


class Products(torch.autograd.Function):
    """Multiply maps (P, N, C) by kernels (P, O, C) for each of P pixels, giving (P, N, O).

    The backward pass is written out, because autograd's gradient of a transposed factor is transposed too and has to be
    copied: 52 MB in `original`'s conv6.
    """

    @staticmethod
    def forward(ctx: Any, maps: Tensor, kernels: Tensor) -> Tensor:
        """Multiply."""
        ctx.save_for_backward(maps, kernels)
        return torch.bmm(maps, kernels.transpose(1, 2))

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor, Tensor]:
        """The gradients of maps and kernels, each in the memory layout of its factor."""
        maps, kernels = ctx.saved_tensors
        return torch.bmm(grad, kernels), torch.bmm(grad.transpose(1, 2), maps)


class Patches(torch.autograd.Function):
    """Every kh x kw window of a map (N, C, H, W) as a row, giving (N, H-kh+1, W-kw+1, kh*kw*C), channels last."""

    @staticmethod
    def forward(ctx: Any, images_nchw: Tensor, height: int, width: int) -> Tensor:
        """Gather the windows; the copy runs along the channels, which channels_last keeps together in memory."""
        ctx.window = (height, width)
        windows = images_nchw.permute(0, 2, 3, 1).unfold(1, height, 1).unfold(2, width, 1)  # N, H', W', C, kh, kw
        n, rows, columns, channels = windows.shape[:4]
        return windows.permute(0, 1, 2, 4, 5, 3).reshape(n, rows, columns, height * width * channels)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor, None, None]:
        """Add each window's gradient to where it was cut out; faster than autograd's own backward of unfold."""
        height, width = ctx.window
        n, rows, columns, length = grad.shape
        channels = length // (height * width)
        grads = grad.view(n, rows, columns, height, width, channels)
        total = grad.new_zeros(n, rows + height - 1, columns + width - 1, channels)
        for row in range(height):
            for column in range(width):
                total[:, row : row + rows, column : column + columns] += grads[:, :, :, row, column]
        return total.permute(0, 3, 1, 2), None, None
