"""Add a flag, a foot, or the width of a marker to images of a straight stroke, as hardly any 1 in MNIST has them."""

import torch
from torch import Tensor

from mnist_sum_tui.data.pen import segment
from mnist_sum_tui.sizes import SIDE

THIN = 1.7
"""the largest variance across a straight stroke, in pixels squared; hardly any digit but 1 is below it"""
MOST_LEAN = 0.5
"""the most that the stroke leans, in columns per row"""
LONG = 6.5
"""a longer flag, in pixels, hangs lower"""
SHARE = 0.4
"""the share of straight strokes that are changed"""
WIDE = 0.12
"""the share of these that become as wide as a marker's; the others get a flag or a foot"""
HALF = 3**0.5
"""half the length of an evenly inked stroke in standard deviations along it; the same holds for its width"""


def flagged(ink_nhw: Tensor, dice: Tensor) -> Tensor:
    """Give four in ten of the straight upright strokes a flag, a foot or both; some become very wide instead.

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
    chosen = (across < THIN) & (lean.abs() < MOST_LEAN) & (high > 2 * wide) & (dice[0] < SHARE)
    changed = ink_nhw.clone()
    described = torch.stack([row, column, along, across, lean, *dice[1:]])[:, chosen]
    changed[chosen] = torch.maximum(ink_nhw[chosen], _added(places, described))
    return changed


def _added(places: Tensor, described: Tensor) -> Tensor:
    """The ink of flags, feet and wide stems, (N, 28, 28), 0..1."""
    row, column, along, across, lean, length, slope, kind = described
    reach, radius = HALF * along.sqrt() * 0.95, HALF * across.sqrt()
    top, bottom = row - reach, row + reach
    at_top, at_bottom = column - lean * reach, column + lean * reach
    left = 2.5 + 8 * length
    steeper = (-lean).clamp(min=0) + 0.35 * (left > LONG)  # flat, or on a stroke that leans right, it would make a 7
    down = left * (0.2 + slope + steeper)
    flag = segment(places, radius, top, at_top, top + down, at_top - left)
    foot = segment(places, radius, bottom, at_bottom - 4 * length, bottom, at_bottom + 4 * length)
    wide = 2.5 + 3 * length
    inset = (wide - radius) * 0.7  # so that its round ends lie where those of the stroke do, or a little beyond
    stem = segment(places, wide, top + inset, at_top, bottom - inset, at_bottom)
    is_wide, has_flag, has_foot = kind < WIDE, (kind >= WIDE) & (kind < 0.85), kind > 0.6
    parts = (stem, is_wide), (flag, has_flag), (foot, has_foot)
    return torch.stack([ink * has.float().view(-1, 1, 1) for ink, has in parts]).amax(0)
