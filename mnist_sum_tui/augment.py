"""Small changes to training images that leave the digit what it is; drawn anew each step from the step's own seed."""

import math

import torch
import torch.nn.functional as F
from torch import Tensor

SHIFT_PIXELS = 2
ROTATION_DEGREES = 10.0
SCALE = 0.10
SHEAR = 0.10
AFFINE_SHIFT_PIXELS = 2.0


def augment(images_nchw: Tensor, kind: str, seed: int) -> Tensor:
    """Images (N, 1, 28, 28), float32, paper at the images' own minimum, changed as `kind` says.

    `shift`: whole pixels, up to 2 each way. `affine`: rotation up to 10 degrees, scale and shear up to 10 %, and shifts
    up to 2 pixels, with bilinear sampling.
    """
    if kind == "none":
        return images_nchw
    generator = torch.Generator().manual_seed(seed)
    paper = images_nchw.amin()
    change = _shift if kind == "shift" else _affine
    return change(images_nchw - paper, generator).add_(paper)  # zero outside is then paper


def _shift(images_nchw: Tensor, generator: torch.Generator) -> Tensor:
    n, _, height, width = images_nchw.shape
    padded = F.pad(images_nchw, [SHIFT_PIXELS] * 4).squeeze(1)
    offsets = torch.randint(0, 2 * SHIFT_PIXELS + 1, (2, n, 1, 1), generator=generator).to(images_nchw.device)
    rows = torch.arange(height, device=images_nchw.device).view(1, height, 1) + offsets[0]
    columns = torch.arange(width, device=images_nchw.device).view(1, 1, width) + offsets[1]
    image = torch.arange(n, device=images_nchw.device).view(n, 1, 1)
    return padded[image, rows, columns].unsqueeze(1)


def _affine(images_nchw: Tensor, generator: torch.Generator) -> Tensor:
    n, _, _, width = images_nchw.shape
    spread = torch.rand(5, n, generator=generator).mul_(2).sub_(1)  # -1..1
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
