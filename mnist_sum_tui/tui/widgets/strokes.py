"""The sheet of the draw pad: 56x56 grey values with soft strokes; `data/picture.py` scales it to 28x28."""

from math import hypot

import numpy as np
from numpy.typing import NDArray

from mnist_sum_tui.charts.thumbnail import means

SHEET_SIDE = 56
"""twice MNIST's 28; `data/picture.py` scales the drawing down, which gives strokes soft edges"""
Sheet = NDArray[np.uint8]
Point = tuple[float, float]
"""x (to the right) and y (down), in pixels of the sheet"""
RADII = {"thin": 1.6, "medium": 2.6, "thick": 4.0}
"""the radius of each pen in pixels of the sheet; strokes in MNIST are about `medium`"""

_Y, _X = np.mgrid[0:SHEET_SIDE, 0:SHEET_SIDE] + 0.5


def blank() -> Sheet:
    """An empty sheet; 0 is paper, 255 is ink."""
    return np.zeros((SHEET_SIDE, SHEET_SIDE), np.uint8)


def stroke(sheet: Sheet, start: Point, end: Point, radius: float, rubs_out: bool = False) -> Sheet:
    """A copy of the sheet with a line from start to end drawn or erased; a dot if both are the same."""
    (x0, y0), (x1, y1) = start, end
    dx, dy = x1 - x0, y1 - y0
    length = hypot(dx, dy)
    along = ((_X - x0) * dx + (_Y - y0) * dy) / length**2 if length > 1e-6 else np.zeros_like(_X)
    along = np.clip(along, 0, 1)
    distance = np.hypot(_X - x0 - along * dx, _Y - y0 - along * dy)
    ink = (np.clip(radius + 0.5 - distance, 0, 1) * 255).astype(np.uint8)
    drawn: Sheet = np.minimum(sheet, 255 - ink) if rubs_out else np.maximum(sheet, ink)
    return drawn


def kept_inside(place: Point) -> Point:
    """The nearest point on the sheet."""
    x, y = (min(max(value, 1.0), SHEET_SIDE - 1.0) for value in place)
    return x, y


def scale_for(width: int, height: int) -> int:
    """The scale s (1..4) of the largest pad of 28s x 14s cells that fits in width x height; 1 if none fits."""
    return max(1, min(width // 28, height // 14, 4))


def to_sheet(x: float, y: float, scale: int) -> Point:
    """Convert a position on the pad, in cells, to the sheet."""
    return x * 2 / scale, y * 4 / scale


def shown(sheet: Sheet, scale: int) -> NDArray[np.uint8]:
    """The sheet scaled to 28s x 28s values for scale s, two per cell; averaged if that is smaller than the sheet."""
    if scale == 1:
        return means(sheet, 2, 2)
    places = np.arange(28 * scale) * 2 // scale
    larger: Sheet = sheet[places][:, places]
    return larger
