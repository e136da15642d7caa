"""Spoil images as drawing and photographing do: blur, coarse pixels, grain, haze, lines across.

Seven images in ten get one of ten kinds, the rest none. `inference/sturdy.py` measures how a network copes with spoiled
images; all of its kinds (`data/corrupt.py`) have relatives here or in `augment.py`, so a network trained with these has
an advantage there.
"""

import math
from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor

from mnist_sum_tui.sizes import SIDE

PLACES = torch.linspace(-(SIDE - 1) / 2, (SIDE - 1) / 2, SIDE)
"""the positions of rows and columns, in pixels from the middle"""
MOVED = 0.6
"""the share of the unsharp images that are moved and not out of focus"""

Spoil = Callable[[Tensor, Tensor, Tensor], Tensor]
"""takes values 0..1 (N, 28, 28), random numbers that choose strength and variety (5, N, 1, 1), and noise (N, 28, 28);
the last two are uniform, 0..1"""


def _clouds(noise: Tensor, cells: int) -> Tensor:
    """Smooth random values (N, 28, 28), enlarged from `cells` by `cells` of the noise; 0..1 and a little beyond."""
    coarse = noise[:, :cells, :cells].unsqueeze(1)
    return F.interpolate(coarse, (SIDE, SIDE), mode="bicubic", align_corners=True).squeeze(1)


def _along(dice: Tensor, rows: Tensor = PLACES, columns: Tensor = PLACES) -> tuple[Tensor, Tensor]:
    """Each pixel's place along a line through the middle in any direction, and its distance from it, in pixels."""
    rows, columns = rows.to(dice.device).view(1, -1, 1), columns.to(dice.device).view(1, 1, -1)
    cos, sin = (dice * math.tau).cos(), (dice * math.tau).sin()
    return rows * sin + columns * cos, rows * cos - columns * sin


def _unsharp(x: Tensor, dice: Tensor, _: Tensor) -> Tensor:
    """Moved: the mean over up to 14 pixels in one direction. Or out of focus: a Gaussian, longer along than across."""
    is_moved = dice[3] < MOVED
    length = torch.where(is_moved, 14 * dice[0].sqrt(), 0.0)
    along = torch.where(is_moved, 0.0, 3.8 * dice[0])
    across = torch.where(is_moved, 0.5, 2.4) * dice[0] * dice[1] ** 2
    waves, beside = _along(dice[2], torch.fft.fftfreq(SIDE), torch.fft.rfftfreq(SIDE))  # in the image's spectrum
    squares = (waves * along) ** 2 + (beside * across) ** 2
    kept = torch.exp(squares * (-2 * math.pi**2)) * torch.sinc(waves * length)  # the transforms of Gaussian and box
    seen: Tensor = torch.fft.irfft2(torch.fft.rfft2(x) * kept, s=(SIDE, SIDE))
    return seen


def _coarse(x: Tensor, dice: Tensor, _: Tensor) -> Tensor:
    """Coarse pixels, as in a small picture: each is 1 to 5 of ours wide, with hard or smooth edges."""
    cell = 1 + 4 * dice[0]
    places = PLACES.to(x.device).view(1, -1, 1) + dice[1] * cell
    hard = (places / cell).round() * cell
    centres = torch.where(dice[2] < 0.5, hard, places) - dice[1] * cell
    gaps = (centres - PLACES.to(x.device).view(1, 1, -1)) / (0.5 * cell)
    weights = (-0.5 * gaps**2).softmax(2)
    return weights @ x @ weights.transpose(1, 2)


def _jittered(x: Tensor, dice: Tensor, noise: Tensor) -> Tensor:
    """Each pixel from a place up to 3.2 pixels away: seen through rough glass."""
    most = dice[0] * (6.4 / SIDE)
    places = PLACES.to(x.device) * (2 / SIDE)
    down = places.view(1, -1, 1) + (noise - 0.5) * (2 * most)
    right = places.view(1, 1, -1) + (noise.flip(1) - 0.5) * (2 * most)
    seen = F.grid_sample(x.unsqueeze(1), torch.stack([right, down], 3), align_corners=False).squeeze(1)
    return torch.where(dice[1] < 0.7, F.avg_pool2d(seen, 3, 1, 1, count_include_pad=False), seen)


def _grainy(x: Tensor, dice: Tensor, noise: Tensor) -> Tensor:
    """Grain as in a photo taken in little light; it is stronger in bright places."""
    normal = torch.erfinv((2 * noise - 1).clamp(-0.9999, 0.9999)) * math.sqrt(2)
    return x + normal * dice[0] * (0.7 * x.clamp(min=0).sqrt() + 0.35 * (dice[1] - 0.4).clamp(min=0))


def _specked(x: Tensor, dice: Tensor, noise: Tensor) -> Tensor:
    """Up to 30 % of the pixels are ink or paper instead."""
    share = 0.3 * dice[0]
    return torch.where(noise < share, (noise < share * (0.2 + 0.6 * dice[1])).float(), x)


def _hazy(x: Tensor, dice: Tensor, noise: Tensor) -> Tensor:
    """Clouds of light over the image, and less contrast."""
    density = 1.25 * dice[0]
    return x * (1 - density * (0.2 + 0.4 * dice[1])) + _clouds(noise, 6) * density


def _bright(x: Tensor, dice: Tensor, _: Tensor) -> Tensor:
    """Brighter all over or from one side to the other, or with little contrast."""
    side = _along(dice[1])[0] / SIDE
    lit = torch.where(dice[2] < 0.3, side + 0.4, 1.0) * (0.85 * dice[0])
    return torch.where(dice[3] < 0.2, x * (1.05 - 0.9 * dice[0]), x + lit)


def _banded(x: Tensor, dice: Tensor, _: Tensor) -> Tensor:
    """A band across the image, either inverted or covered in one grey."""
    across = _along(dice[1])[1] - (dice[2] - 0.5) * 12
    covered = torch.where(dice[3] < 0.8, 1 - x, dice[3] * 5 - 4)
    return torch.where(across.abs() < 0.5 + 3 * dice[0], covered, x)


def _crossed(x: Tensor, dice: Tensor, _: Tensor) -> Tensor:
    """A line through the image: straight or wavy, solid or dotted."""
    along, across = _along(dice[1])
    is_wavy, is_dotted = dice[2] < 0.5, dice[3] < 0.5
    wave = torch.asin((along * (0.5 + 0.5 * dice[3]) + dice[4] * 6).sin()) * (is_wavy * 4.5 * dice[0])
    steep = 1 + is_wavy * 1.5 * dice[0]
    gaps = (across - (dice[4] - 0.5) * 10 - wave).abs() / steep
    dots = (along * (0.7 + 1.6 * dice[0])).sin() * 2
    ink = (1.2 + dice[2] - gaps).clamp(0, 1)
    return torch.maximum(x, ink * torch.where(is_dotted & ~is_wavy, dots.clamp(0, 1), 1.0))


def _blotted(x: Tensor, dice: Tensor, noise: Tensor) -> Tensor:
    """Drops of ink, or places where the ink is worn off."""
    clouds = _clouds(noise, 10)
    drops = ((clouds - 1 + 0.42 * dice[0]) * 12).clamp(0, 1)
    return torch.where(dice[1] < 0.75, torch.maximum(x, drops), x * (1 - drops))


KINDS: tuple[tuple[float, Spoil], ...] = (
    (0.13, _unsharp),
    (0.04, _coarse),
    (0.10, _jittered),
    (0.03, _grainy),
    (0.03, _specked),
    (0.05, _hazy),
    (0.03, _bright),
    (0.12, _banded),
    (0.12, _crossed),
    (0.05, _blotted),
)
"""the share of the images that each kind gets, 0..1"""
ROUGH = sum(share for share, _ in KINDS)
"""the share of the images that get any kind"""


def roughen(ink_nhw: Tensor, which_n: Tensor, dice: Tensor, noise_nhw: Tensor) -> Tensor:
    """Spoil images in place, values 0..1. `which_n`, `dice` (5, N, 1, 1) and the noise are uniform, 0..1."""
    first = 0.0
    for share, spoil in KINDS:
        rows = ((which_n >= first) & (which_n < first + share)).nonzero().squeeze(1)
        if len(rows):
            ink_nhw[rows] = spoil(ink_nhw[rows], dice[:, rows], noise_nhw[rows])
        first += share
    return ink_nhw.clamp_(0, 1)
