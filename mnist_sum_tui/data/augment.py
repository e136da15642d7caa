"""Random changes to training images that keep the digit recognisable; each step draws them from its own seed."""

import math
from dataclasses import dataclass, replace

import torch
import torch.nn.functional as F
from torch import Tensor

from mnist_sum_tui.data.dataset import PAPER, from_ink, to_ink
from mnist_sum_tui.data.photographed import ROUGH, roughen
from mnist_sum_tui.data.printed_one import flagged
from mnist_sum_tui.sizes import SIDE

SHIFT_PIXELS = {"nudge": 1, "shift": 2}


@dataclass(frozen=True, slots=True)
class Affine:
    """The largest change of each kind, in both directions."""

    degrees: float
    """of rotation"""
    scale: float
    """as a fraction of the size"""
    shear: float
    pixels: float
    """of shift, along each axis"""
    is_stretched: bool
    """whether height and width are scaled independently"""
    strokes: float = 0.0
    """how far half of the images move towards thicker or thinner strokes: 0 not at all, 1 to the maximum or minimum of
    each pixel's 3x3 neighbourhood"""
    has_flags: bool = False
    """whether some 1s get a flag or a foot first"""


STRONG = Affine(15.0, 0.15, 0.15, 2.0, is_stretched=True, strokes=0.6)
AFFINE = {
    "affine": Affine(10.0, 0.10, 0.10, 2.0, is_stretched=False),
    "strong": STRONG,
    "written": replace(STRONG, has_flags=True),
}

STURDY = Affine(48.0, 1.0, 0.8, 8.0, is_stretched=True, strokes=0.7)
"""the limits for images that are not roughened; the others get about half of this"""
BENT = 0.18
"""the furthest that a bend moves a pixel, as a share of half the image's side"""
BENDS = 2 * 4 * 4
"""random values per image for bending: a shift down and a shift right at each of 4x4 places"""


def augment(images_nchw: Tensor, kind: str, seed: int, first: int = 0, of: int = 0) -> Tensor:
    """Augment normalised images (N, 1, 28, 28), float32. Pixels from outside the image are background.

    `nudge` and `shift`: whole pixels, up to 1 and 2 in each direction. `affine`: rotation up to 10 degrees, scale and
    shear up to 10 %, and shifts up to 2 pixels, with bilinear sampling. `strong`: the same with 15 degrees and 15 %,
    height and width scaled independently, and half of the images with thicker or thinner strokes. `written`: the same,
    after some 1s got a flag or a foot. `sturdy`: larger limits than `written`, though most changes are small; images
    are bent too, some get crisper strokes, and seven in ten are then spoiled as in `photographed.py`. (In training some
    are first replaced as in `drawn_digits.py`, which needs their labels.)

    The images may be a slice of a larger batch: `of` is that batch's size, and `first` the index at which the slice
    starts. They are changed exactly as in the whole batch. With `of` 0 they are the whole batch.
    """
    if kind == "none":
        return images_nchw
    generator = torch.Generator().manual_seed(seed)
    part = slice(first, first + len(images_nchw))
    count = of or len(images_nchw)
    if kind == "sturdy":
        shapes = (19, count), (count, BENDS), (count, SIDE * SIDE)
        dice, bends, noise = (torch.rand(shape, generator=generator).to(images_nchw.device) for shape in shapes)
        return from_ink(_sturdy(to_ink(images_nchw), dice[:, part], bends[part], noise[part]))
    if kind in AFFINE:
        most = AFFINE[kind]
        if most.has_flags:
            dice = torch.rand(4, count, generator=generator)[:, part].to(images_nchw.device)
            images_nchw = from_ink(flagged(to_ink(images_nchw), dice))
        spread = torch.rand(7, count, generator=generator)[:, part].mul(2).sub_(1)  # -1..1
        changed = _affine(images_nchw - PAPER, most, spread)
        return (_redrawn(changed, most.strokes, spread[6]) if most.strokes else changed).add_(PAPER)
    pixels = SHIFT_PIXELS[kind]
    offsets = torch.randint(0, 2 * pixels + 1, (2, count), generator=generator)[:, part]
    return _shift(images_nchw, pixels, offsets.to(images_nchw.device))


def _sturdy(ink_nhw: Tensor, dice: Tensor, bends_nk: Tensor, noise_nk: Tensor) -> Tensor:
    """Change the shape and the strokes of images with values 0..1, then roughen them.

    `dice` (19, N), `bends_nk` (N, BENDS) and `noise_nk` (N, 784) are uniform random numbers, 0..1.
    """
    which, shrink, bend, spoil, flag = dice[0], dice[8], dice[9], dice[10:15], dice[15:]
    turn, stretch, shear, right, down, crisp, stroke = dice[1:8] * 2 - 1  # -1..1
    extent = torch.where(which < ROUGH, 0.5, 1.0)  # with both kinds of change in full an image is unreadable
    turn, *sheared_moved = torch.stack([turn, shear, right, down]) ** 3 * extent  # the cube makes most changes small
    size, stretched = 1.1 - 0.7 * extent * shrink**3, (0.22 * stretch * extent).exp()
    matrices = _matrices(STURDY, torch.stack([turn, size * stretched - 1, *sheared_moved, size / stretched - 1]))
    ink_nchw = flagged(ink_nhw, flag).unsqueeze(1)
    grid = F.affine_grid(matrices, list(ink_nchw.shape), align_corners=False)
    bends = F.interpolate(bends_nk.view(-1, 2, 4, 4) * 2 - 1, (SIDE, SIDE), mode="bicubic", align_corners=True)
    grid += bends.permute(0, 2, 3, 1) * (BENT * extent * bend**2).view(-1, 1, 1, 1)
    x = F.grid_sample(ink_nchw, grid, align_corners=False)
    x = _redrawn(_redrawn(x, STURDY.strokes, stroke), STURDY.strokes, stroke.clamp(min=0))
    contrast = (1 + 6 * (crisp - 0.4).clamp(min=0)).view(-1, 1, 1, 1)
    x = ((x - 0.5) * contrast + 0.5).clamp_(0, 1)
    return roughen(x.squeeze(1), which, spoil[..., None, None], noise_nk.view(-1, SIDE, SIDE))


def _shift(images_nchw: Tensor, pixels: int, offsets_2n: Tensor) -> Tensor:
    n, _, height, width = images_nchw.shape
    windows = F.pad(images_nchw, [pixels] * 4, value=PAPER).squeeze(1).unfold(1, height, 1).unfold(2, width, 1)
    return windows[torch.arange(n, device=images_nchw.device), offsets_2n[0], offsets_2n[1]].unsqueeze(1)


def _affine(images_nchw: Tensor, most: Affine, spread: Tensor) -> Tensor:
    matrices = _matrices(most, spread).to(images_nchw.device)
    grid = F.affine_grid(matrices, list(images_nchw.shape), align_corners=False)
    return F.grid_sample(images_nchw, grid, align_corners=False)


def _matrices(most: Affine, spread: Tensor) -> Tensor:
    """Affine matrices (N, 2, 3) from each pixel to the place that it is taken from; 1 is half the image's side."""
    angle = spread[0] * math.radians(most.degrees)
    wide, shear = 1 + spread[1] * most.scale, spread[2] * most.shear
    high = 1 + spread[5] * most.scale if most.is_stretched else wide
    move = spread[3:5] * (2 * most.pixels / SIDE)  # grid_sample's coordinates go from -1 to 1
    cos, sin = angle.cos(), angle.sin()
    rows = [
        torch.stack([cos / wide, (shear * cos - sin) / wide, move[0]], 1),
        torch.stack([sin / high, (shear * sin + cos) / high, move[1]], 1),
    ]
    return torch.stack(rows, dim=1)


def _redrawn(images_nchw: Tensor, most: float, spread_n: Tensor) -> Tensor:
    """Interpolate towards dilation (spread above 0.5) or erosion (below -0.5) by 3x3 pixels; in between, no change."""
    share = (spread_n.abs() * 2 - 1).clamp(min=0).mul(most).to(images_nchw.device).view(-1, 1, 1, 1)
    sign = spread_n.sign().to(images_nchw.device).view(-1, 1, 1, 1)  # the minimum is the negative's maximum
    return images_nchw.lerp(sign * _largest_of_nine(sign * images_nchw), share)


def _largest_of_nine(images_nchw: Tensor) -> Tensor:
    """The same as max_pool2d(3, stride=1, padding=1), but ten times faster on a CPU."""
    padded = F.pad(images_nchw, [1] * 4, value=-math.inf)
    rows = torch.maximum(torch.maximum(padded[..., :-2, :], padded[..., 1:-1, :]), padded[..., 2:, :])
    return torch.maximum(torch.maximum(rows[..., :-2], rows[..., 1:-1]), rows[..., 2:])
