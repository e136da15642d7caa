"""Find the ink in a picture of a digit, whatever its paper, its light and its grain."""

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from mnist_sum_tui.data.idx import SIDE
from mnist_sum_tui.errors import PictureError

LEAST_CONTRAST = 24
"""the smallest difference between background and ink, of 255; the noise of a blank photo is smaller"""
LEAST_INK, MOST_INK = 0.06, 0.4
"""the lowest and the highest threshold, as shares of full ink, of the background; JPEG artefacts are weaker"""
GRAIN_FACTOR = 2.0
"""the threshold is twice the spread of grey values along the border, which shows film grain or a shadow"""
THIN_LINE = 0.3
"""a line one pixel wide has a third of its ink in the mean of 3x3 pixels; the mean asked for is never higher"""


def find_ink(grey_hw: NDArray[np.uint8]) -> tuple[NDArray[np.float32], bool, float, bool]:
    """Each pixel's share of full ink, 0..1 (0 is paper); whether ink is darker; the threshold; whether there is grain.

    The border shows what is paper; the grey value that differs most from it is full ink. If half of the border differs
    from its median, it has grain. Of so many pixels some pass the threshold although they are paper, so ink is then
    only where the mean of 3x3 pixels passes it, too.

    Raises:
        PictureError: the picture is blank, or too faint.
    """
    frame = max(1, min(grey_hw.shape) // SIDE)
    edges = (grey_hw[:frame], grey_hw[-frame:], grey_hw[:, :frame], grey_hw[:, -frame:])
    border = np.concatenate([edge.ravel() for edge in edges]).astype(np.float32)
    paper = float(np.median(border))
    low, high = float(grey_hw.min()), float(grey_hw.max())
    span = low - paper if paper > (low + high) / 2 else high - paper
    if abs(span) < LEAST_CONTRAST:
        raise PictureError("the picture is blank, or too faint: draw one digit, dark on light or light on dark")
    ink: NDArray[np.float32] = np.clip((grey_hw.astype(np.float32) - paper) / span, 0, 1)
    middle, most = (float(each) / abs(span) for each in np.percentile(np.abs(border - paper), [50, 90]))
    threshold = min(max(LEAST_INK, GRAIN_FACTOR * most), MOST_INK)
    ink[ink < threshold] = 0
    if middle > 0:
        mean, limit = Image.fromarray(grey_hw).filter(ImageFilter.BoxBlur(1)), paper + span * min(threshold, THIN_LINE)
        is_solid = np.asarray(mean) >= limit if span > 0 else np.asarray(mean) <= limit
        if ink[is_solid].any():
            ink[~is_solid] = 0
            return ink, span < 0, threshold, True
    return ink, span < 0, threshold, False
