"""What a photo of a digit shows besides: shadows, lines on the paper, the edge of the page, specks."""

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter

CELLS = 96
"""of the shorter side, at most: so finely a picture is cut into connected parts"""
COARSE = 64
"""cells of the longer side, at least: so coarsely the light is looked at"""
WIDEST_STROKE = 0.32
"""of the longer side: a stroke, unlike a shadow, is narrower; a digit may fill the picture"""
WRITING = 0.1
"""of the longer side: a stroke on a page is narrower, but not the hole of a 0"""
SOLID = 0.4
"""of the longer side: what holds squares of this size is no stroke, but a page"""
WHOLE_SIDE = 0.8
"""of a side of the picture: what covers more of it is the edge of a table or a page, and no digit"""
SPECK = 0.15
"""of the longest part of the digit: what is shorter is a speck"""
UNSEEN = 255
"""a part of a picture that has no number yet"""

Mask = NDArray[np.bool_]


def touches(ink_hw: NDArray[np.float32]) -> bool:
    """Whether ink reaches the edge of the picture."""
    return any(side.any() for side in _sides(ink_hw))


def page_of(ink_hw: NDArray[np.float32]) -> Mask | None:
    """Where the page is, without its edge, if what was taken for ink is too solid for strokes; else None."""
    mask, size = _coarse(((ink_hw > 0.5) * 255).astype(np.uint8))  # what is blurred is no page
    page = np.asarray(_opened(_opened(mask, WRITING, is_dark=True), SOLID, is_dark=False)) > 127
    if not page.any() or page.mean() < np.asarray(mask).mean() / 255 / 2:
        return None
    inside = Image.fromarray((page * 255).astype(np.uint8)).filter(ImageFilter.MinFilter(5))
    whole = np.asarray(inside).repeat(size, 0).repeat(size, 1)
    return whole[: ink_hw.shape[0], : ink_hw.shape[1]] > 0


def top_hat(grey_hw: NDArray[np.uint8], is_dark: bool) -> NDArray[np.float32]:
    """How much darker (or brighter) each pixel is than the paper around it, in grey values, (H, W).

    This is the top-hat transform: narrow things stand out, and a shadow, which is wide, does not.
    """
    small, size = _coarse(grey_hw)
    paper = _opened(small, WIDEST_STROKE, is_dark).resize(
        (small.width * size, small.height * size), Image.Resampling.BILINEAR
    )
    height, width = grey_hw.shape
    difference: NDArray[np.float32] = np.asarray(paper, np.float32)[:height, :width] - grey_hw
    return np.maximum(difference if is_dark else -difference, np.float32(0))


def digit_only(ink_hw: NDArray[np.float32]) -> NDArray[np.float32] | None:
    """The ink without what reaches the edge and without specks, itself if there is neither; None if it is all specks.

    A part that reaches three sides or more without covering one is a digit that fills its picture, and stays.
    """
    mask = ink_hw > 0
    cells, size = _cells(mask)
    parts = _parts(cells)
    if parts is None:
        return None
    mask[1:-1, 1:-1] = False
    sides, lengths, gone = _sides(parts * _cells(mask)[0]), dict[int, int](), set[int]()
    for part in range(1, int(parts.max()) + 1):
        shares = [float((side == part).mean()) for side in sides]
        reached = np.count_nonzero(shares)
        if reached in (1, 2) or max(shares) > WHOLE_SIDE:
            gone.add(part)
        else:
            rows, columns = np.nonzero(parts == part)
            lengths[part] = int(max(np.ptp(rows), np.ptp(columns))) + 1
    if not lengths:
        return None
    longest = max(lengths.values())
    gone |= {part for part, length in lengths.items() if length < SPECK * longest}
    if not gone:
        return ink_hw
    wide = np.isin(parts, list(gone)).repeat(size, 0).repeat(size, 1)
    return np.where(wide[: ink_hw.shape[0], : ink_hw.shape[1]], np.float32(0), ink_hw)


def _sides(values_hw: NDArray[np.generic]) -> tuple[NDArray[np.generic], ...]:
    return values_hw[0], values_hw[-1], values_hw[:, 0], values_hw[:, -1]


def _coarse(grey_hw: NDArray[np.uint8]) -> tuple[Image.Image, int]:
    """The means of square cells, and how many pixels wide these are."""
    size = max(1, max(grey_hw.shape) // COARSE)
    return Image.fromarray(grey_hw).reduce(size), size


def _opened(small: Image.Image, share: float, is_dark: bool) -> Image.Image:
    """What is left if what is dark (or bright) and narrower than a share of the longer side gets the grey around it."""
    size = round(share * max(small.size) / 2) * 2 + 1
    brightest, darkest = ImageFilter.MaxFilter(size), ImageFilter.MinFilter(size)
    first, then = (brightest, darkest) if is_dark else (darkest, brightest)
    return small.filter(first).filter(then)


def _cells(mask_hw: Mask) -> tuple[Mask, int]:
    """Whether any pixel of each square cell is in the mask, and how many pixels wide a cell is."""
    size = -(-min(mask_hw.shape) // CELLS)
    rows, columns = (-(-side // size) for side in mask_hw.shape)
    padded = np.pad(mask_hw, [(0, -side % size) for side in mask_hw.shape])
    return np.asarray(padded.reshape(rows, size, columns, size).any((1, 3))), size


def _parts(cells: Mask) -> NDArray[np.uint8] | None:
    """The number of the part that each cell belongs to, from 1, or 0; None if there are too many.

    Cells that have at most two others between them are of one part.
    """
    picture = Image.fromarray((cells * UNSEEN).astype(np.uint8)).filter(ImageFilter.MaxFilter(3))
    for part in range(1, UNSEEN):
        found = np.asarray(picture)
        first = int((found == UNSEEN).argmax())
        row, column = divmod(first, found.shape[1])
        if found[row, column] != UNSEEN:
            return found * cells
        ImageDraw.floodfill(picture, (column, row), part)
    return None
