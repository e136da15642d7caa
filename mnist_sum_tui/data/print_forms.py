"""Give digits forms that MNIST hardly has: a flag and a foot to a 1, a bent end to a 6 and a 9.

Many fonts and many writers have them. Without them, a network reads a 1 with a flag as a 7, and a 6 whose top bends
down as a 5.
"""

import math

import torch
from torch import Tensor

from mnist_sum_tui.data.idx import SIDE

THIN = 1.7
"""the largest variance across a straight stroke, in pixels squared; hardly any digit but 1 is below it"""
MOST_STEEP = 0.5
"""the most that the stroke leans, in columns per row"""
SHARE = 0.6
"""the share of straight strokes that are changed"""
BENT = 0.5
"""the share of 6s and 9s that are changed"""
MOST_LEAN = 0.8
"""the most that a 6 is leaned to the left, in columns per row"""
MIDDLE = (SIDE - 1) / 2
TO_LEFT = 3.0
"""how far to the left of a 6's centre its upper end may come, in pixels"""
INK = 0.5
"""what counts as ink where an end of a stroke is looked for"""
HALF = 3**0.5
"""half the length of an evenly inked stroke in standard deviations along it; the same holds for its width"""


def flagged(ink_nhw: Tensor, dice: Tensor) -> Tensor:
    """Give six in ten of the straight upright strokes a flag, a foot or both.

    The ink is (N, 28, 28), 0..1; `dice` are uniform random numbers (4, N), 0..1.
    """
    places = torch.arange(SIDE, device=ink_nhw.device, dtype=torch.float32)
    total = ink_nhw.sum((1, 2)).clamp(min=1e-6)
    by_row, by_column = ink_nhw.sum(2) / total.unsqueeze(1), ink_nhw.sum(1) / total.unsqueeze(1)
    row, column = by_row @ places, by_column @ places
    high, wide = by_row @ places**2 - row**2, by_column @ places**2 - column**2
    both = (ink_nhw @ places * places).sum(1) / total - row * column
    apart = (((high - wide) / 2) ** 2 + both**2).sqrt()
    along, across = (high + wide) / 2 + apart, ((high + wide) / 2 - apart).clamp(min=0.05)  # variances
    lean = both / high.clamp(min=0.05)  # columns to the right for each row down
    chosen = (across < THIN) & (lean.abs() < MOST_STEEP) & (high > 2 * wide) & (dice[0] < SHARE)
    changed = ink_nhw.clone()
    if chosen.any():
        described = torch.stack([row, column, along, across, lean, *dice[1:]])[:, chosen]
        changed[chosen] = torch.maximum(ink_nhw[chosen], _added(places, described))
    return changed


def _added(places: Tensor, described: Tensor) -> Tensor:
    """The ink of flags and feet, (N, 28, 28), 0..1."""
    row, column, along, across, lean, length, slope, kind = described
    reach, radius = HALF * along.sqrt() * 0.95, HALF * across.sqrt()
    top, bottom = row - reach, row + reach
    at_top, at_bottom = column - lean * reach, column + lean * reach
    left = 2.5 + 4 * length
    down = left * (0.2 + slope + (-lean).clamp(min=0))  # flat on a stroke that leans right, it would make a 7
    flag = segment(places, radius, top, at_top, top + down, at_top - left)
    foot = segment(places, radius, bottom, at_bottom - 4 * length, bottom, at_bottom + 4 * length)
    has_flag, has_foot = (kind < 0.85).float().view(-1, 1, 1), (kind > 0.6).float().view(-1, 1, 1)
    return torch.maximum(flag * has_flag, foot * has_foot)


def bent(ink_nhw: Tensor, labels_n: Tensor, dice: Tensor) -> Tensor:
    """Bend the upper end of half of the 6s over to the right, and the lower end of half of the 9s to the left.

    The ink is (N, 28, 28), 0..1; `dice` are uniform random numbers (4, N), 0..1.
    """
    is_one_of_both = torch.isin(labels_n, torch.tensor([6, 9], device=labels_n.device))
    chosen = is_one_of_both & (dice[0] < BENT) & (ink_nhw.amax((1, 2)) > INK)
    changed = ink_nhw.clone()
    if chosen.any():
        is_nine = (labels_n[chosen] == 9).view(-1, 1, 1)
        lean, length, drop = dice[1:, chosen]
        six = _upright(_swapped(ink_nhw[chosen], is_nine), lean)  # a 9 is a 6 upside down
        changed[chosen] = _swapped(torch.maximum(six, _bow(six, length, drop)), is_nine)
    return changed


def _swapped(ink_nhw: Tensor, is_turned: Tensor) -> Tensor:
    return torch.where(is_turned, ink_nhw.flip(1, 2), ink_nhw)


def _upright(ink_nhw: Tensor, share: Tensor) -> Tensor:
    """Lean the upper halves of 6s to the left: those of MNIST lean to the right, and printed ones hardly lean."""
    places = torch.arange(SIDE, device=ink_nhw.device, dtype=torch.float32)
    row, column = _upper_end(ink_nhw)
    right = column - ink_nhw.sum(1) @ places / ink_nhw.sum((1, 2)) + TO_LEFT  # how far the end may move
    lean = share * (right.clamp(min=0) / (MIDDLE - row).clamp(min=4)).clamp(max=MOST_LEAN)  # in columns per row
    above = (MIDDLE - places).clamp(min=0)
    source = places + lean.view(-1, 1, 1) * above.view(1, -1, 1)
    weights = (1 - (source.unsqueeze(3) - places).abs()).clamp(min=0)  # between two columns
    return (weights @ ink_nhw.unsqueeze(3)).squeeze(3)


def _upper_end(ink_nhw: Tensor) -> tuple[Tensor, Tensor]:
    """Row and column, each (N,), of the upper right end of a 6."""
    places, has_ink = torch.arange(SIDE, device=ink_nhw.device), ink_nhw > INK
    top = has_ink.any(2).int().argmax(1).view(-1, 1, 1)
    reach = 0.6 * places - places.view(-1, 1)  # right, and above all high
    end = torch.where(has_ink & (places.view(-1, 1) <= top + 3), reach, -math.inf).flatten(1).argmax(1)
    return end // SIDE, end % SIDE


def _bow(ink_nhw: Tensor, length: Tensor, drop: Tensor) -> Tensor:
    """The ink of a stroke on from the upper right end of a 6, (N, 28, 28), 0..1."""
    places = torch.arange(SIDE, device=ink_nhw.device, dtype=torch.float32)
    edges = ink_nhw.diff(dim=1).abs().sum((1, 2)) + ink_nhw.diff(dim=2).abs().sum((1, 2))
    # a stroke has two edges, here counted along rows and columns
    radius = (1.2 * ink_nhw.sum((1, 2)) / edges.clamp(min=1e-6) - 0.2).clamp(0.4, 2.5)
    row, column = _upper_end(ink_nhw)
    row, column = row + radius, column - radius
    middle, right = column + 2 + 3 * length, column + 3 + 6 * length
    over = segment(places, radius, row, column, row - 0.5 * drop, middle)
    return torch.maximum(over, segment(places, radius, row - 0.5 * drop, middle, row + 3 * drop, right))


def segment(places: Tensor, radius: Tensor, y0: Tensor, x0: Tensor, y1: Tensor, x1: Tensor) -> Tensor:
    """The ink of a stroke from (y0, x0) to (y1, x1), each (N,), 0..1, (N, 28, 28)."""
    y0, x0, y1, x1, radius = (value.view(-1, 1, 1) for value in (y0, x0, y1, x1, radius))
    down, right = places.view(1, -1, 1) - y0, places.view(1, 1, -1) - x0
    dy, dx = y1 - y0, x1 - x0
    share = ((down * dy + right * dx) / (dy**2 + dx**2).clamp(min=1e-6)).clamp(0, 1)
    gaps = ((down - share * dy) ** 2 + (right - share * dx) ** 2).sqrt()
    return (radius + 0.5 - gaps).clamp(0, 1)
