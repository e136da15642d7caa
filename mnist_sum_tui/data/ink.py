"""Find the ink in a picture of a digit, whatever its paper, its light and its grain."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from mnist_sum_tui.data.photo import (
    COARSE,
    WIDEST_STROKE,
    WRITING,
    continued,
    digit_only,
    is_along_a_side,
    is_lined,
    page_of,
    top_hat,
    touches,
    without_lines,
)
from mnist_sum_tui.errors import PictureError
from mnist_sum_tui.sizes import SIDE

LEAST_CONTRAST = 24
"""the smallest difference between background and ink, of 255; the noise of a blank photo is smaller"""
LEAST_INK, MOST_INK = 0.06, 0.4
"""the lowest and the highest threshold, as shares of full ink, of the background; JPEG artefacts are weaker"""
GRAIN_FACTOR = 2.0
"""the threshold is twice the spread of grey values along the border, which shows film grain or a shadow"""
LINE_FACTOR = 1.5
"""and, in a picture with a shadow or lines, one and a half times what 99 % of the border are below"""
THIN_LINE = 0.3
"""a line one pixel wide has a third of its ink in the mean of 3x3 pixels; the mean asked for is never higher"""
SAME_INK = 0.2
"""grey values that differ by less than this share of full ink may be the same ink"""
THIN = 128
"""the half of a printed line's width is at most one such part of the shorter side"""
SMALL_PHOTO = 400
"""pixels of the shorter side: in smaller pictures, and where it fills them, a blur is a digit, and no page or shadow"""
MOST_OF_A_BLUR = 0.5
"""of full ink: what is blurred is weaker, and no page"""
MOST_SHADE = 0.6
"""of full ink, the mean of what reaches the edge: a shadow is weaker than a digit that reaches it"""
MOST_FILLED = 0.8
"""of height and width of all that differs from the border: a digit that fills more of both was all there is"""


class Ink(NamedTuple):
    """What is ink in a picture."""

    share: NDArray[np.float32]
    """each pixel's share of full ink, 0..1, (H, W); 0 is paper"""
    is_dark: bool
    """whether the ink is darker than the paper"""
    threshold: float
    """the share of full ink, 0..1, below which a pixel counts as paper"""
    has_grain: bool
    """a pixel counts as paper, too, if the mean of those around it does"""
    is_cleared: bool
    """whether a shadow, lines, a printed box, things at the edge or specks were left out"""


def find_ink(grey_hw: NDArray[np.uint8], name: str) -> Ink:
    """Find the ink in grey values (H, W); the error has the picture's name.

    A digit has paper around it. If what differs from the border reaches the edge of the picture, the light is uneven,
    the paper has lines, or one sees where it ends. Then each pixel is compared with the paper around it, and what still
    reaches the edge is left out. If that leaves nothing, the paper has dark lines, or it is the digit that reaches the
    edge. If what differs is too solid for strokes, it is a page on a table, and its ink is sought; such a page may
    reach the edge. Specks and a printed box around the digit are left out, too. If there is hardly more than the digit,
    nothing is left out, nor in a small picture, which is no photo.

    Raises:
        PictureError: the picture is blank, or too faint.
    """
    found = _by_border(grey_hw, name)
    if max(grey_hw.shape) < COARSE:
        return found
    return _at_the_edge(grey_hw, found) if touches(found.share) else _amid_paper(grey_hw, found)


def _amid_paper(grey_hw: NDArray[np.uint8], found: Ink) -> Ink:
    """The ink where what differs from the border does not reach it: a digit and specks, or a page on a table."""
    inside = None
    is_photo = min(grey_hw.shape) >= SMALL_PHOTO and not _fills(found.share, np.ones_like(found.share))
    if is_photo and (page := page_of(found.share > 0)) is not None:  # in a shadow, or darker than its desk
        inside = _on_page(grey_hw, page, is_dark=True)
    if inside is None:
        page = page_of(found.share > MOST_OF_A_BLUR)
        if page is None and (digit := digit_only(found.share)) is not None:
            return found._replace(share=digit, is_cleared=digit is not found.share)
        inside = _by_light(grey_hw, found.is_dark) if page is None else _on_page(grey_hw, page, not found.is_dark)
    return _unless_all(inside, found)


def _at_the_edge(grey_hw: NDArray[np.uint8], found: Ink) -> Ink:
    """The ink where what differs from the border reaches it: shadows, lines, the end of the page, or the digit."""
    inside = _by_light(grey_hw, found.is_dark)
    edge = _border(found.share)
    is_photo = min(grey_hw.shape) >= SMALL_PHOTO
    if inside is None and is_photo and edge[edge > 0].mean() < MOST_SHADE:  # a shadow's corner is as wide as a stroke
        inside = _by_light(grey_hw, found.is_dark, WRITING)
    if inside is None:
        page = page_of(found.share > MOST_OF_A_BLUR)
        if page is not None and is_along_a_side(page):  # the table fills most of the border
            inside = _on_page(grey_hw, page, not found.is_dark)
        elif is_photo:
            inside = _on_lines(grey_hw, found.is_dark)
    return _unless_all(inside, found)


def _unless_all(inside: Ink | None, found: Ink) -> Ink:
    """The ink that is left, or all that was found if nothing is, or hardly less."""
    return found if inside is None or _fills(inside.share, found.share) else inside


def _border(values_hw: NDArray[np.generic]) -> NDArray[np.float32]:
    """The values along the border of a picture."""
    frame = max(1, min(values_hw.shape) // SIDE)
    edges = (values_hw[:frame], values_hw[-frame:], values_hw[:, :frame], values_hw[:, -frame:])
    return np.concatenate([edge.ravel() for edge in edges]).astype(np.float32)


def _by_border(grey_hw: NDArray[np.uint8], name: str) -> Ink:
    """The border shows what is paper; the grey value that differs most from it is full ink.

    If half of the border differs from its median, it has grain. Of so many pixels some pass the threshold although they
    are paper, so ink is then only where the mean of 3x3 pixels passes it, too.
    """
    border = _border(grey_hw)
    paper = float(np.median(border))
    low, high = float(grey_hw.min()), float(grey_hw.max())
    span = low - paper if paper > (low + high) / 2 else high - paper
    if abs(span) < LEAST_CONTRAST:
        raise PictureError(f"{name} is blank, or too faint: draw one digit, dark on light or light on dark")
    ink: NDArray[np.float32] = np.clip((grey_hw.astype(np.float32) - paper) / span, 0, 1)
    middle, most = (float(each) / abs(span) for each in np.percentile(np.abs(border - paper), [50, 90]))
    threshold = min(max(LEAST_INK, GRAIN_FACTOR * most), MOST_INK)
    ink[ink < threshold] = 0
    has_grain = False
    if middle > 0:
        mean, limit = Image.fromarray(grey_hw).filter(ImageFilter.BoxBlur(1)), paper + span * min(threshold, THIN_LINE)
        passes = np.asarray(mean) >= limit if span > 0 else np.asarray(mean) <= limit
        if ink[passes].any():
            ink[~passes], has_grain = 0, True
    return Ink(ink, span < 0, threshold, has_grain, is_cleared=False)


def _on_page(grey_hw: NDArray[np.uint8], page: NDArray[np.bool_], is_dark: bool) -> Ink | None:
    """The ink on a page, whatever is around the page; None if nothing is left."""
    alone = continued(grey_hw, page)
    if (inside := _by_light(alone, is_dark) or _on_lines(alone, is_dark)) is not None:
        return inside
    paper = np.median(grey_hw[page]).astype(np.uint8)
    return _by_light(np.where(page, grey_hw, paper), is_dark)  # the digit is near the page's edge


def _on_lines(grey_hw: NDArray[np.uint8], is_dark: bool) -> Ink | None:
    """The ink on paper with dark lines, which are narrower than its strokes; None if nothing is left."""
    ink, inside = top_hat(grey_hw, is_dark, WIDEST_STROKE), None
    if not is_lined(ink > MOST_INK * ink.max()):
        return None
    for reach in range(1, min(grey_hw.shape) // THIN + 1):
        before, inside = inside, _by_light(without_lines(grey_hw, reach, is_dark), is_dark)
        if before is not None:  # one size more than was needed leaves no dots of the lines
            return inside or before
    return inside


def _by_light(grey_hw: NDArray[np.uint8], is_dark: bool, widest: float = WIDEST_STROKE) -> Ink | None:
    """Compare each pixel with the paper around it, and keep what does not reach the edge; None if nothing is left.

    Strokes are narrower than `widest`, of the longer side.
    """
    ink = top_hat(grey_hw, is_dark, widest)
    full = float(ink.max())
    if full < LEAST_CONTRAST:
        return None
    ink /= full
    border = _border(ink)
    weak = border[border < 0.5]  # the digit itself, or a table, is no grain of the paper
    most, nearly_all = np.percentile(weak, [90, 99]) if weak.size else (1, 1)
    threshold = float(min(max(LEAST_INK, GRAIN_FACTOR * most, LINE_FACTOR * nearly_all), MOST_INK))
    mean = np.asarray(Image.fromarray((ink * 255).astype(np.uint8)).filter(ImageFilter.BoxBlur(1)))
    ink[(ink < threshold) | (mean < 255 * min(threshold, THIN_LINE))] = 0
    digit = digit_only(ink)
    if digit is None or touches(digit):
        return None
    if _is_part_of_more(digit, grey_hw, SAME_INK * full):
        return None
    return Ink(digit / digit.max(), is_dark, threshold, has_grain=False, is_cleared=True)


def _fills(digit_hw: NDArray[np.float32], all_hw: NDArray[np.float32]) -> bool:
    """Whether the digit is nearly as high and as wide as all that was found."""
    sides, most = box_of(digit_hw)[2:], box_of(all_hw)[2:]
    return all(side > MOST_FILLED * of for side, of in zip(sides, most, strict=True))


def _is_part_of_more(ink_hw: NDArray[np.float32], grey_hw: NDArray[np.uint8], difference: float) -> bool:
    """Whether much around the ink is as dark (or bright), as in a blot that is too thick for a stroke."""
    left, top, width, height = box_of(ink_hw)
    margin = max(width, height) // 4
    near = slice(max(0, top - margin), top + height + margin), slice(max(0, left - margin), left + width + margin)
    is_ink, grey = ink_hw[near] > 0, grey_hw[near].astype(np.float32)
    is_like_ink = np.abs(grey - np.median(grey[is_ink])) < difference
    return int(np.count_nonzero(is_like_ink & ~is_ink)) > int(np.count_nonzero(is_ink)) / 2


def box_of(ink_hw: NDArray[np.float32]) -> tuple[int, int, int, int]:
    """The rectangle that holds all ink, in pixels: left, top, width, height."""
    columns, rows = (np.flatnonzero(ink_hw.any(axis)) for axis in (0, 1))
    return int(columns[0]), int(rows[0]), int(np.ptp(columns)) + 1, int(np.ptp(rows)) + 1
