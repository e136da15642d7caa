"""Draw digits with a pen, in forms of other countries, of print and of displays, which MNIST's images hardly have.

MNIST's writers lived in the USA, where few cross a 7, begin a 1 with a long stroke upwards, bend the tail of a 9, or
draw a 4 as a zigzag and a short stem.
"""

from functools import cache
from typing import NamedTuple

import torch
from torch import Tensor

from mnist_sum_tui.data.dataset import from_ink
from mnist_sum_tui.data.pen import segment
from mnist_sum_tui.sizes import SIDE

FORMS = (
    ("20 02 06 28 46 42 20", "00 08 48 40 00", "20 02 06 28 46 42 20 / 41 07"),  # 0: round, angular, crossed
    ("20 28", "10 30 38", "02 30 38", "05 30 38", "11 30 38", "04 20 28",  # 1: plain, with flags,
     "06 30 38", "07 41 48", "07 32 40 30 28", "04 31 / 30 38", "02 32 / 30 38",  # long, in a loop, below the top,
     "12 20 28 / 08 48", "12 30 38 / 18 48", "14 20 28 / 18 38"),  # and with feet, too
    ("02 10 30 42 08 48", "00 40 44 04 08 48", "01 20 42 17 07 05 27 48"),  # 2: round, angular, with a loop
    ("01 20 41 43 24 45 47 28 07", "00 40 23 45 47 28 07", "00 40 48 08 / 14 44"),  # 3: round, flat above, angular
    ("38 30 05 45", "00 04 44 / 40 48",  # 4: closed, open,
     "20 05 45 / 33 38", "20 05 45 / 34 38", "30 06 46 / 34 38", "10 05 45 / 32 38"),  # zigzag and stem
    ("40 00 04 33 46 28 07", "00 03 33 46 28 07 / 00 40", "40 00 04 44 48 08"),  # 5: the last is angular
    ("30 03 06 28 46 34 05", "41 20 02 06 28 46 34 05",  # 6: round,
     "40 10 03 08 48 44 05", "40 00 08 48 44 04",  # angular,
     "42 31 10 02 07 28 47 44 24 05", "42 40 00 08 48 44 04"),  # and with a hook above
    ("00 40 18", "00 40 18 / 14 44", "02 00 40 18", "02 00 40 18 / 14 44",  # 7: plain, crossed, hooked, both,
     "00 40 48", "02 00 40 48"),  # and of a display
    ("20 01 03 24 45 47 28 07 05 24 43 41 20", "04 00 40 44 04 08 48 44"),  # 8: round, angular
    ("43 24 03 01 20 41 43 38", "43 24 03 01 20 41 45 47 28 07", "43 24 03 01 20 41 46 27 08",  # 9: straight, bent,
     "41 20 01 13 33 41 34 46 37 08", "42 20 02 24 42 35 47 08",  # like an S below a loop,
     "31 10 02 24 32 31 35 47 08", "31 11 02 13 33 31 36 28 08",
     "44 04 00 40 48", "44 04 00 40 48 08"),  # and angular
)  # fmt: skip
"""for each digit its forms: the points that the pen goes through, and ` / ` where it is lifted. A point is two digits:
its column, 0..4 from the left, and its row, 0..8 from the top; so `00 40 18` is a 7"""
PIECES = 3
"""straight pieces from one point to the next"""
SHARE = 0.06
"""the share of a digit's images that are replaced by drawn ones; of a digit with more forms than usual it is larger"""
DICE = 7
"""random numbers for a digit: whether, form, width, slant, roundness, pen, and how much the hand shakes"""


class _Outlines(NamedTuple):
    """All F forms of all digits: up to P points each, and S straight pieces by which the pen follows them."""

    points: Tensor
    """(F, P, 2), column and row; zeros after a form's last point"""
    straight: Tensor
    """(F, 2, S, P): start and end of each piece as weights of the form's points; the last piece is repeated up to S"""
    smooth: Tensor
    """the same along a curve through the points"""
    first: Tensor
    """(10,): the first form of each digit"""
    number: Tensor
    """(10,): how many forms it has"""


def with_drawn_digits(
    images_nchw: Tensor, labels_n: Tensor, seed: int, first: int = 0, of: int = 0, share: float = SHARE
) -> Tensor:
    """A copy of normalised images (N, 1, 28, 28) in which a share or more is replaced by drawn ones of the same digits.

    The labels are int64 (N,). The images may be a slice of a larger batch, as in `augment`. The CPU draws.
    """
    generator, part = torch.Generator().manual_seed(seed), slice(first, first + len(images_nchw))
    count, shake = of or len(images_nchw), _outlines().points.shape[1:]
    dice = torch.rand(count, DICE, generator=generator)[part]
    shakes = torch.rand(count, *shake, generator=generator)[part]
    labels, number = labels_n.cpu(), _outlines().number
    chosen = dice[:, 0] < share * (number[labels] / number.float().mean()).clamp(min=1)
    drawn = from_ink(draw(labels[chosen], dice[chosen, 1:], shakes[chosen]))
    changed = images_nchw.clone()
    changed[chosen.to(changed.device)] = drawn.to(changed.device)
    return changed


def draw(labels_m: Tensor, dice: Tensor, shakes: Tensor) -> Tensor:
    """The ink of drawn digits, (M, 28, 28), 0..1; everything is on the CPU.

    `labels_m` are int64 (M,). `dice` (M, 6) are those of DICE after the first, and `shakes` (M, P, 2) move each point:
    uniform random numbers, at least 0 and below 1.
    """
    outlines = _outlines()
    which, width, slant, roundness, pen, unsteady = dice.T[..., None, None]  # each (M, 1, 1)
    form = outlines.first[labels_m] + (which.flatten() * outlines.number[labels_m]).long()
    points = outlines.points[form] + (shakes - 0.5) * (0.3 + 1.2 * unsteady)  # by up to 0.15 to 0.75 of the grid
    roundness = (1.5 * roundness).clamp(max=1).unsqueeze(3)  # a third is all smooth
    ends = outlines.straight[form].lerp(outlines.smooth[form], roundness) @ points.unsqueeze(1)  # (M, 2, S, 2)
    x, y = (ends - torch.tensor([2.0, 4.0])).unbind(3)  # (M, 2, S), from the middle of the grid
    y = y * 2.25  # 18 pixels high; with the pen's own width about 20, as MNIST's digits
    x = x * (1.9 + 1.9 * width) - y * 0.7 * (slant - 0.4)  # 8 to 15 wide; most lean to the right
    radius = (0.4 + 2.2 * pen).expand(-1, -1, ends.shape[2])
    (y0, y1), (x0, x1) = ((at + (SIDE - 1) / 2).unbind(1) for at in (y, x))
    places = torch.arange(SIDE, dtype=torch.float32)
    ink = segment(places, *(value.flatten() for value in (radius, y0, x0, y1, x1)))
    return ink.view(-1, ends.shape[2], SIDE, SIDE).amax(1)  # wide ones that lean lose up to 3 pixels at a side


@cache
def _outlines() -> _Outlines:
    forms = [[_points(stroke) for stroke in form.split(" / ")] for of_digit in FORMS for form in of_digit]
    most_points = max(sum(map(len, strokes)) for strokes in forms)
    most_pieces = PIECES * max(sum(len(stroke) - 1 for stroke in strokes) for strokes in forms)
    points = torch.zeros(len(forms), most_points, 2)
    weights = torch.zeros(2, len(forms), 2, most_pieces, most_points)  # straight, smooth
    for form, strokes in enumerate(forms):
        point = piece = 0
        for stroke in strokes:
            at = _along(len(stroke), is_ring=bool((stroke[0] == stroke[-1]).all()))
            its_points, its_pieces = slice(point, point + len(stroke)), slice(piece, piece + at.shape[1] - 1)
            points[form, its_points] = stroke
            weights[:, form, :, its_pieces, its_points] = torch.stack([at[:, :-1], at[:, 1:]], 1)
            point, piece = its_points.stop, its_pieces.stop
        weights[:, form, :, piece:] = weights[:, form, :, piece - 1 : piece]
    number = torch.tensor([len(of_digit) for of_digit in FORMS])
    return _Outlines(points, weights[0], weights[1], number.cumsum(0) - number, number)


def _points(stroke: str) -> Tensor:
    """The points of a stroke, (P, 2)."""
    return torch.tensor([[int(point[0]), int(point[1])] for point in stroke.split()], dtype=torch.float32)


def _along(count: int, *, is_ring: bool) -> Tensor:
    """Places along a stroke as weights of its points, straight and smooth: (2, PIECES * (count - 1) + 1, count).

    Smooth is the Catmull-Rom spline, which goes through the points, computed as cubic convolution (Keys, 1981, a =
    -1/2). It needs a point beyond each end: in a ring the next one round, otherwise the end itself.
    """
    at = torch.arange(PIECES * (count - 1) + 1).unsqueeze(1) / PIECES
    gap = (at - torch.arange(-1, count + 1)).abs()
    near, far = (1.5 * gap - 2.5) * gap**2 + 1, ((2.5 - 0.5 * gap) * gap - 4) * gap + 2
    weights = torch.stack([(1 - gap).clamp(min=0), torch.where(gap < 1, near, torch.where(gap < 2, far, 0))])
    before, after = (count - 2, 1) if is_ring else (0, count - 1)  # the points that are used beyond the ends
    weights[..., before + 1] += weights[..., 0]
    weights[..., after + 1] += weights[..., -1]
    return weights[..., 1:-1]
