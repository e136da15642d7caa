"""Make images of no digit, by which training teaches a network to be unsure of them (outlier exposure).

Of each eight, four are made of digits: one mirrored, one turned by a quarter, one joined of two halves, one of two that
lie over each other. All others are strokes of a pen. See Hendrycks et al., arXiv:1812.04606.
"""

import math

import torch
from torch import Tensor

from mnist_sum_tui.data.dataset import from_ink, to_ink
from mnist_sum_tui.data.pen import segment
from mnist_sum_tui.sizes import SIDE

MIRRORED = (4, 6, 7, 9)
"""the digits that are none in a mirror, whichever way; a 3 stays one upside down"""
TURNED = (2, 3, 4, 5, 6, 7, 9)
"""the digits that are none after a quarter turn"""
FEWEST, STROKES = 3, 5
"""the fewest and the most strokes of a pen"""
PIECES = 5
"""straight pieces of a stroke"""
DRAWN = 19
"""the longer side of what the pen draws, in pixels; MNIST's digits have 20"""


def outliers(images_nchw: Tensor, labels_n: Tensor, count: int, seed: int) -> Tensor:
    """Make `count` images of no digit, normalised (count, 1, 28, 28), from normalised digits (N, 1, 28, 28).

    By chance some are digits after all, such as a half of an 8 beside a half of a 3, and so are those of a batch that
    has only one label.
    """
    ink = to_ink(images_nchw)
    generator, eighth = torch.Generator().manual_seed(seed), count // 8
    one, other = torch.randint(len(ink), (2, 4, eighth), generator=generator).to(labels_n.device)
    dice = torch.rand(3, eighth, 1, 1, generator=generator).to(ink.device)
    other = torch.where(labels_n[one] == labels_n[other], (other + 1) % len(ink), other)
    made = torch.cat(
        [
            _mirrored(ink[_among(labels_n, MIRRORED, one[0])], dice[0]),
            _turned(ink[_among(labels_n, TURNED, one[1])], dice[1]),
            _halves(ink[one[2]], ink[other[2]], dice[2]),
            torch.maximum(ink[one[3]], ink[other[3]]),
            _strokes(count - 4 * eighth, generator).to(ink.device),
        ]
    )
    return from_ink(made)


def _among(labels_n: Tensor, digits: tuple[int, ...], rows: Tensor) -> Tensor:
    """For each of these random rows, one whose label is among the digits; the same row if there is no such label."""
    suitable = torch.isin(labels_n, torch.tensor(digits, device=labels_n.device)).nonzero().squeeze(1)
    return suitable[rows % len(suitable)] if len(suitable) else rows


def _mirrored(ink_nhw: Tensor, dice: Tensor) -> Tensor:
    return torch.where(dice < 0.5, ink_nhw.flip(1), ink_nhw.flip(2))


def _turned(ink_nhw: Tensor, dice: Tensor) -> Tensor:
    return torch.where(dice < 0.5, ink_nhw.rot90(1, (1, 2)), ink_nhw.rot90(-1, (1, 2)))


def _halves(ink_nhw: Tensor, other_nhw: Tensor, dice: Tensor) -> Tensor:
    """One half of a digit and one of a mirrored other, cut through the middle in any direction."""
    places = torch.arange(SIDE, device=ink_nhw.device) - (SIDE - 1) / 2
    angle = dice * math.tau
    side = places.view(1, -1, 1) * angle.sin() + places.view(1, 1, -1) * angle.cos()
    return torch.where(side > 0, ink_nhw, other_nhw.flip(2))


def _strokes(count: int, generator: torch.Generator) -> Tensor:
    """Three to five strokes of a pen, straight or bent: ink (count, 28, 28), 0..1.

    Most begin where the one before ended.
    """
    start, end = _ends(count, generator)
    joins, bends, number = torch.rand(3, count, STROKES, generator=generator)
    start[:, 1:] = torch.where(joins[:, 1:, None] < 0.7, end[:, :-1], start[:, 1:])
    is_drawn = (torch.arange(STROKES) < FEWEST + (number[:, :1] * (STROKES - FEWEST + 1)).floor()).unsqueeze(2)
    start, end = (torch.where(is_drawn, at, start[:, :1]) for at in (start, end))
    points = _fitted(_bent(start, end, bends))
    radius = 0.5 + 1.3 * torch.rand(count, 1, 1, generator=generator)
    radius = torch.where(is_drawn, radius, -1.0).expand(-1, -1, PIECES)  # -1: no ink
    pieces = [at.flatten() for at in (*points[:, :, :-1].unbind(3), *points[:, :, 1:].unbind(3))]
    ink = segment(torch.arange(SIDE, dtype=torch.float32), radius.flatten(), *pieces)
    return ink.view(count, -1, SIDE, SIDE).amax(1)


def _ends(count: int, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    """Where strokes begin and where they end: rows and columns (count, STROKES, 2), 0..1 and a little beyond.

    In half of the images these are near the places of a 3x3 grid, as with the strokes of letters.
    """
    start, end, off = torch.rand(3, count, STROKES, 2, generator=generator)
    has_grid = torch.rand(count, 1, 1, generator=generator) < 0.5
    start, end = (torch.where(has_grid, ((at * 3).floor() + 0.3 * off) / 2, at) for at in (start, end))
    return start, end


def _bent(start: Tensor, end: Tensor, bends: Tensor) -> Tensor:
    """The points between the pieces of each stroke, (count, STROKES, PIECES + 1, 2); six in ten strokes are straight.

    `bends` (count, STROKES) are uniform random numbers, 0..1; the others go 0.2 to 0.6 of their length aside.
    """
    share = torch.linspace(0, 1, PIECES + 1).view(-1, 1)
    along = (end - start).unsqueeze(2)
    across = torch.stack([along[..., 1], -along[..., 0]], 3)
    aside = bends - 0.5
    bend = torch.where(aside.abs() > 0.3, 2 * aside - 0.4 * aside.sign(), 0.0)
    return start.unsqueeze(2) + along * share + across * (bend[..., None, None] * (share * math.pi).sin())


def _fitted(points: Tensor) -> Tensor:
    """Each image's points as large as MNIST's digits, in pixels, their middle in the middle of the image."""
    low, high = points.amin((1, 2), keepdim=True), points.amax((1, 2), keepdim=True)
    size = (high - low).amax(3, keepdim=True).clamp(min=0.1)
    return (points - (low + high) / 2) * (DRAWN / size) + (SIDE - 1) / 2
