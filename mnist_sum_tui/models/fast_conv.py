"""A convolution that is fast on a CPU: one matrix product over patches, or Winograd's algorithm.

torch's own kernels work on blocks along a row of the map, and on 3x3 maps most of such a block is empty.
"""

import math
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.autograd.function import once_differentiable

from mnist_sum_tui.models.toom_cook import KERNEL, POINTS, transforms

ENOUGH_IMAGES = 16
"""images per batch; with fewer, Winograd's algorithm transforms the weights for longer than it saves"""
TILES = 144
"""of the result that Winograd's algorithm computes together, at least one image's"""
CHANNELS = 128
"""of the result that it computes together"""


class FastConv2d(nn.Conv2d):
    """nn.Conv2d with the same parameters, but faster on a CPU for many channels or small maps.

    In float32 it is Winograd's algorithm, which needs a third to a fifth of the multiplications but is too inexact for
    bf16. In bf16, without padding, it is a product over gathered patches. Other devices use torch's own.
    `guide/measurements.md` has the figures.
    """

    def forward(self, images_nchw: Tensor) -> Tensor:
        """(N, C, H, W) to (N, O, H+2p-kh+1, W+2p-kw+1); p is one int; stride, dilation, groups as by default."""
        if images_nchw.device.type != "cpu" or torch.compiler.is_exporting():  # ONNX gets the usual one
            return super().forward(images_nchw)
        is_bf16 = images_nchw.dtype == torch.bfloat16 or torch.is_autocast_enabled("cpu")
        if self.padding == (0, 0) and (is_bf16 or images_nchw.shape[2:] == self.kernel_size):
            return by_patches(images_nchw, self.weight, self.bias)
        is_float32 = images_nchw.dtype == torch.float32 and not is_bf16
        if is_float32 and len(images_nchw) >= ENOUGH_IMAGES and self.kernel_size == (KERNEL, KERNEL):
            return by_winograd(images_nchw, self.weight, self.bias, int(self.padding[0]))
        return super().forward(images_nchw)


def by_patches(images_nchw: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
    """The convolution of (N, C, H, W) with kernels (O, C, kh, kw), without padding, as one matrix product.

    It is that of (N*H'*W', kh*kw*C) and (kh*kw*C, O), where H' x W' is the size of the result (N, O, H', W').
    """
    convolve: Callable[..., Tensor] = Patches.apply
    if torch.is_autocast_enabled("cpu"):  # casts no Function's inputs by itself
        images_nchw, weight = (tensor.to(torch.get_autocast_dtype("cpu")) for tensor in (images_nchw, weight))
        bias = None if bias is None else bias.to(weight.dtype)
    return convolve(images_nchw.permute(0, 2, 3, 1), weight.permute(0, 2, 3, 1), bias).permute(0, 3, 1, 2)


def by_winograd(images_nchw: Tensor, weight: Tensor, bias: Tensor | None, padding: int = 0) -> Tensor:
    """The convolution of (N, C, H, W) with kernels (O, C, 3, 3) by Winograd's algorithm, to (N, O, H', W')."""
    convolve: Callable[..., Tensor] = Winograd.apply
    return convolve(images_nchw.permute(0, 2, 3, 1), weight, bias, padding).permute(0, 3, 1, 2)


class Patches(torch.autograd.Function):
    """Convolve maps (N, H, W, C) with kernels (O, kh, kw, C) and add a bias (O); gives (N, H-kh+1, W-kw+1, O).

    The windows of the maps are copied to the rows of one matrix. In the backward pass each pixel's gradient is the sum
    of those of the rows' parts that it was copied to; `embedding_bag` adds them in one pass, in float32.
    """

    @staticmethod
    def forward(ctx: Any, maps_nhwc: Tensor, kernels: Tensor, bias: Tensor | None) -> Tensor:
        """Convolve; the copy runs along the channels, which lie together in memory."""
        outputs, height, width, channels = kernels.shape
        windows = maps_nhwc.unfold(1, height, 1).unfold(2, width, 1)  # N, H', W', C, kh, kw
        n, rows, columns = windows.shape[:3]
        patches = windows.permute(0, 1, 2, 4, 5, 3).reshape(n * rows * columns, height * width * channels)
        flat = kernels.reshape(outputs, -1)
        ctx.save_for_backward(patches, flat)
        ctx.kernel, ctx.has_bias = (height, width), bias is not None
        return F.linear(patches, flat, bias).view(n, rows, columns, outputs)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, grad_nhwc: Tensor) -> tuple[Tensor, Tensor, Tensor | None]:
        """The gradients of maps, kernels and bias."""
        patches, flat = ctx.saved_tensors
        n, rows, columns, outputs = grad_nhwc.shape
        height, width = ctx.kernel
        grad = grad_nhwc.reshape(-1, outputs)
        of_patches = grad @ flat
        parts, starts = _parts_by_pixel(n, rows, columns, height, width)
        of_maps = F.embedding_bag(parts, of_patches.view(parts.numel(), -1), starts, mode="sum")
        of_kernels = grad.t().contiguous() @ patches  # faster than the product of the transposed view
        return (
            of_maps.view(n, rows + height - 1, columns + width - 1, -1),
            of_kernels.view(outputs, height, width, -1),
            grad.sum(0) if ctx.has_bias else None,
        )


@lru_cache(maxsize=16)
def _parts_by_pixel(n: int, rows: int, columns: int, height: int, width: int) -> tuple[Tensor, Tensor]:
    """The parts of patches, each one pixel's copy, ordered by pixel; and where each pixel's parts start.

    A part is an index into all N*rows*columns*height*width parts; there is a start for each of the maps' pixels.
    """
    above, beside = rows + height - 1, columns + width - 1
    pixels = torch.arange(n * above * beside).view(n, above, beside)
    pixel_of_part = pixels.unfold(1, height, 1).unfold(2, width, 1).flatten()
    ordered, parts = pixel_of_part.sort(stable=True)
    return parts, torch.searchsorted(ordered, pixels.flatten())


class Winograd(torch.autograd.Function):
    """Convolve maps (N, H, W, C) with kernels (O, C, 3, 3) and add a bias (O); gives (N, H+2p-2, W+2p-2, O), padding p.

    The values of all tiles are up to ten times as much as the maps, and writing and reading them would take longer than
    the products. So a block of images and channels is computed to its end before the next, and the backward pass
    computes the values once more.
    """

    @staticmethod
    def forward(ctx: Any, maps_nhwc: Tensor, weight: Tensor, bias: Tensor | None, padding: int) -> Tensor:
        """Convolve."""
        ctx.save_for_backward(maps_nhwc, weight)
        ctx.padding, ctx.has_bias = padding, bias is not None
        n, height, width, _ = maps_nhwc.shape
        out = maps_nhwc.new_empty(n, height + 2 * padding - 2, width + 2 * padding - 2, len(weight))
        tile = _tile(out)
        by = transforms(tile)
        for images in _image_blocks(out, tile):
            values = _values(by.of_tile, _cut(maps_nhwc[images], tile + 2, tile, padding))
            for part in _blocks(len(weight), CHANNELS):
                products = torch.bmm(values, _values(by.of_kernel, _flat(weight[part])).transpose(1, 2))
                if bias is not None:
                    products[by.constant] += bias[part]  # all other values of a constant map are 0
                _lay(by.to_result @ products.flatten(1), out[images, :, :, part], tile, tile)
        return out

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, grad_nhwc: Tensor) -> tuple[Tensor, Tensor, Tensor | None, None]:
        """The gradients of maps, kernels and bias: the steps of the forward pass transposed, in reverse order."""
        maps_nhwc, weight = ctx.saved_tensors
        grad_maps, grad_weight = torch.zeros_like(maps_nhwc), torch.empty_like(weight)
        grad_bias = weight.new_zeros(len(weight)) if ctx.has_bias else None
        tile = _tile(grad_nhwc)
        by = transforms(tile)
        for images in _image_blocks(grad_nhwc, tile):
            values = _values(by.of_tile, _cut(maps_nhwc[images], tile + 2, tile, ctx.padding))
            grad_values = torch.empty_like(values)
            for part in _blocks(len(weight), CHANNELS):
                grads = _values(by.to_result.t(), _cut(grad_nhwc[images, :, :, part], tile, tile))
                if grad_bias is not None:
                    grad_bias[part] += grads[by.constant].sum(0)
                kernels = _values(by.of_kernel, _flat(weight[part]))
                grad_values.baddbmm_(grads, kernels, beta=min(part.start, 1))  # at first there is nothing to add to
                grad_kernels = by.of_kernel.t() @ torch.bmm(grads.transpose(1, 2), values).flatten(1)
                place = _flat(grad_weight[part])
                (place.add_ if images.start else place.copy_)(grad_kernels.view(place.shape))
            _lay(by.of_tile.t() @ grad_values.flatten(1), grad_maps[images], tile + 2, tile, ctx.padding)
        return grad_maps, grad_weight, grad_bias, None


def _tile(out_nhwc: Tensor) -> int:
    """The side of the tiles that need the fewest products."""
    return min(POINTS, key=lambda side: math.prod(-(-length // side) * (side + 2) for length in out_nhwc.shape[1:3]))


def _image_blocks(out_nhwc: Tensor, tile: int) -> Iterator[slice]:
    """Blocks of images with at most TILES tiles each, but at least one image."""
    n, height, width, _ = out_nhwc.shape
    return _blocks(n, max(1, TILES // (-(-height // tile) * -(-width // tile))))


def _blocks(count: int, size: int) -> Iterator[slice]:
    return (slice(start, start + size) for start in range(0, count, size))


def _flat(weight: Tensor) -> Tensor:
    """Kernels (O, C, 3, 3) as (3, 3, O, C)."""
    return weight.permute(2, 3, 0, 1)


def _values(transform: Tensor, pixels: Tensor) -> Tensor:
    """The values (V, A, B) of tiles or kernels whose pixels are (rows, columns, A, B)."""
    return (transform @ pixels.reshape(transform.shape[1], -1)).view(-1, *pixels.shape[2:])


def _cut(maps_nhwc: Tensor, size: int, step: int, padding: int = 0) -> Tensor:
    """Tiles of size x size pixels, one every `step` pixels, as (size, size, tiles, C); beyond the edge is 0."""
    _, height, width, channels = maps_nhwc.shape
    below, right = (-(side + 2 * padding - size) % step + padding for side in (height, width))
    padded = F.pad(maps_nhwc, (0, 0, padding, right, padding, below)) if padding or below or right else maps_nhwc
    tiles = padded.unfold(1, size, step).unfold(2, size, step)  # N, rows, columns, C, size, size
    return tiles.permute(4, 5, 0, 1, 2, 3).reshape(size, size, -1, channels)


def _lay(tiles: Tensor, maps_nhwc: Tensor, size: int, step: int, padding: int = 0) -> None:
    """Put tiles back to where `_cut` takes them from; where they overlap, add them."""
    n, height, width, channels = maps_nhwc.shape
    rows, columns = (-(-(side + 2 * padding - size) // step) + 1 for side in (height, width))
    of_tile = tiles.view(size, size, n, rows, columns, channels).permute(3, 4, 2, 0, 1, 5)
    for row in range(rows):
        for column in range(columns):
            top, left = row * step - padding, column * step - padding
            place = maps_nhwc[:, max(top, 0) : top + size, max(left, 0) : left + size]
            inside = of_tile[row, column, :, max(-top, 0) :, max(-left, 0) :]
            (place.copy_ if step == size else place.add_)(inside[:, : place.shape[1], : place.shape[2]])
