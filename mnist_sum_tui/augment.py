"""Small changes to training images that leave the digit what it is; drawn anew each step from the step's own seed."""

import math

import torch
import torch.nn.functional as F
from torch import Tensor

from mnist_sum_tui.data import PAPER

SHIFT_PIXELS = {"nudge": 1, "shift": 2}
ROTATION_DEGREES = 10.0
SCALE = 0.10
SHEAR = 0.10
AFFINE_SHIFT_PIXELS = 2.0


def augment(images_nchw: Tensor, kind: str, seed: int, first: int = 0, of: int = 0) -> Tensor:
    """Normalised images (N, 1, 28, 28), float32, changed as `kind` says; what comes in from outside is paper.

    `nudge` and `shift`: whole pixels, up to 1 and 2 each way. `affine`: rotation up to 10 degrees, scale and shear up
    to 10 %, and shifts up to 2 pixels, with bilinear sampling. An image that stands at `first` + n in a batch `of` so
    many is changed alike, whichever part of the batch is asked for; without `of` the images are all of it.
    """
    if kind == "none":
        return images_nchw
    generator = torch.Generator().manual_seed(seed)
    part = slice(first, first + len(images_nchw))
    count = of or len(images_nchw)
    if kind == "affine":
        spread = torch.rand(5, count, generator=generator)[:, part].mul(2).sub_(1)  # -1..1
        return _affine(images_nchw - PAPER, spread).add_(PAPER)
    pixels = SHIFT_PIXELS[kind]
    offsets = torch.randint(0, 2 * pixels + 1, (2, count), generator=generator)[:, part]
    return _shift(images_nchw, pixels, offsets.to(images_nchw.device))


def _shift(images_nchw: Tensor, pixels: int, offsets_2n: Tensor) -> Tensor:
    n, _, height, width = images_nchw.shape
    windows = F.pad(images_nchw, [pixels] * 4, value=PAPER).squeeze(1).unfold(1, height, 1).unfold(2, width, 1)
    return windows[torch.arange(n, device=images_nchw.device), offsets_2n[0], offsets_2n[1]].unsqueeze(1)


def _affine(images_nchw: Tensor, spread: Tensor) -> Tensor:
    width = images_nchw.shape[-1]
    angle = spread[0] * math.radians(ROTATION_DEGREES)
    scale, shear = 1 + spread[1] * SCALE, spread[2] * SHEAR
    move = spread[3:] * (2 * AFFINE_SHIFT_PIXELS / width)  # grid_sample's picture is 2 wide
    cos, sin = angle.cos() / scale, angle.sin() / scale
    rows = [
        torch.stack([cos, shear * cos - sin, move[0]], 1),
        torch.stack([sin, shear * sin + cos, move[1]], 1),
    ]
    matrices = torch.stack(rows, dim=1).to(images_nchw.device)
    grid = F.affine_grid(matrices, list(images_nchw.shape), align_corners=False)
    return F.grid_sample(images_nchw, grid, align_corners=False)
