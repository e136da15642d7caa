"""What a photo of a digit shows besides: shadows, lines on the paper, the edge of the page, specks."""

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter, ImageOps

CELLS, MOST_CELLS = 96, 1024
"""of the shorter and of the longer side, at most: so finely a picture is cut into connected parts"""
COARSE = 64
"""cells of the longer side, at least: so coarsely the light is looked at"""
WIDEST_STROKE = 0.32
"""of the longer side: a stroke, unlike a shadow, is narrower; a digit may fill the picture"""
WRITING = 0.1
"""of the longer side: a stroke on a page is narrower, but not the hole of a 0"""
SOLID = 0.4
"""of the longer side: what holds squares of this size is no stroke, but a page"""
MOSTLY = 0.8
"""so much of what was taken for ink is page, if there is one; a thick digit has arms besides its solid part"""
WHOLE_SIDE = 0.8
"""of a side of the picture: what covers more of it is the edge of a table or a page, and no digit"""
MOST_OF_A_SIDE = 0.6
"""a page that reaches the edge covers more of a side; its corners are rounded off where its edge is left out"""
SMALLEST = 1 / 20
"""of the shorter side: the longest part of a digit beside other things is longer; what is shorter is dirt"""
SPECK = 0.15
"""of the longest part of the digit: what is shorter is a speck"""
LEAST_IN_A_BOX = 0.35
"""of the length of a printed box: what is shorter inside is no digit, but the dot or the bar of a 0"""
RIM, MOST_OF_A_RIM = 0.1, 0.89
"""so near the sides of its rectangle lies so much of a printed box; of an ellipse 0.6"""
MOST_PARTS = 253
"""more are no digit and specks, but grain"""

Mask = NDArray[np.bool_]


def touches(ink_hw: NDArray[np.float32]) -> bool:
    """Whether ink reaches the edge of the picture."""
    return any(side.any() for side in _sides(ink_hw))


def is_along_a_side(page: Mask) -> bool:
    """Whether a page reaches the edge on most of a side, unlike the curve of a thick digit."""
    return any(side.mean() > MOST_OF_A_SIDE for side in _sides(page))


def page_of(differs_hw: Mask) -> Mask | None:
    """Where the page is, without its edge, if what differs from the border is too solid for strokes; else None."""
    mask, size = _coarse((differs_hw * 255).astype(np.uint8))
    longer = max(mask.size)
    beyond = round(WRITING * longer)
    wide = _opened(ImageOps.expand(mask, beyond, 0), WRITING * longer, is_dark=True)  # beyond the edge is paper
    page = np.asarray(ImageOps.crop(_opened(wide, SOLID * longer, is_dark=False), beyond)) > 127
    if not page.any() or page.mean() < MOSTLY * np.asarray(mask).mean() / 255:
        return None
    inside = Image.fromarray((page * 255).astype(np.uint8)).filter(ImageFilter.MinFilter(5))
    return _enlarged(np.asarray(inside) > 0, size, differs_hw.shape)


def continued(grey_hw: NDArray[np.uint8], page: Mask) -> NDArray[np.uint8]:
    """The picture of a page, continued as its edge is, sideways and then up and down, to the edge of the picture."""
    rows, columns = np.flatnonzero(page.any(1)), np.arange(page.shape[1])
    first, last = page.argmax(1), page.shape[1] - 1 - page[:, ::-1].argmax(1)
    wide = np.take_along_axis(grey_hw, np.clip(columns, first[:, None], last[:, None]), 1)
    return wide[np.clip(np.arange(len(page)), rows[0], rows[-1])]


def is_lined(ink_hw: Mask) -> bool:
    """Whether at least three lines cross each of two opposite edges of the picture."""
    crossings = [int((np.diff(side.astype(np.int8)) > 0).sum()) for side in _sides(ink_hw)]
    return min(crossings[:2]) > 2 or min(crossings[2:]) > 2


def without_lines(grey_hw: NDArray[np.uint8], reach: int, is_dark: bool) -> NDArray[np.uint8]:
    """The picture with what is at most twice as wide as `reach`, in pixels, in the grey of the paper around it.

    This is the morphological closing (or, of bright ink, the opening).
    """
    picture, ways = grey_hw.copy(), (np.maximum, np.minimum)
    for way in ways if is_dark else ways[::-1]:
        for lines in (picture, picture.T):
            for _ in range(reach):  # the line before, then the one behind: as Pillow's filters of 3x3, but far quicker
                way(lines[1:], lines[:-1], out=lines[1:])
                way(lines[1:], lines[:-1], out=lines[:-1])
    return picture


def top_hat(grey_hw: NDArray[np.uint8], is_dark: bool, widest: float) -> NDArray[np.float32]:
    """How much darker (or brighter) each pixel is than the paper around it, in grey values, (H, W).

    This is the top-hat transform: narrow things stand out, and a shadow, which is wide, does not.
    """
    small, size = _coarse(grey_hw)
    height, width = grey_hw.shape
    paper = _opened(small, widest * max(small.size), is_dark).resize(
        (width, height), Image.Resampling.BILINEAR, (0, 0, width / size, height / size)
    )
    difference: NDArray[np.float32] = np.asarray(paper, np.float32) - grey_hw
    return np.maximum(difference if is_dark else -difference, np.float32(0))


def digit_only(ink_hw: NDArray[np.float32]) -> NDArray[np.float32] | None:
    """The ink without printed boxes, what reaches the edge, and specks, itself if it has none; None if nothing is left.

    A part that reaches three sides or more without covering one is a digit that fills its picture, and stays.
    """
    ink_hw = _without_boxes(ink_hw)
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
    if longest * size < SMALLEST * min(ink_hw.shape):
        return None
    return np.where(_enlarged(np.isin(parts, list(gone)), size, ink_hw.shape), np.float32(0), ink_hw)


def _without_boxes(ink_hw: NDArray[np.float32]) -> NDArray[np.float32]:
    """The ink without the printed boxes around a digit: along the four sides of their rectangle, a long part inside."""
    cells, size = _cells(ink_hw > 0, finer=2)
    parts = _parts(cells, reach=1)
    if parts is None:
        return ink_hw
    for part in range(1, int(parts.max()) + 1):
        rows, columns = np.nonzero(parts == part)
        within = parts[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]
        ways = [way for turned in (within == part, (within == part).T) for way in (turned, turned[::-1])]
        if any((way.argmax(0) < RIM * len(way)).mean() < MOST_OF_A_RIM for way in ways):
            continue
        inside = [np.nonzero(within == other) for other in np.unique(within) if other not in (0, part)]
        if any(max(map(np.ptp, place)) > LEAST_IN_A_BOX * max(within.shape) for place in inside):
            ink_hw = np.where(_enlarged(parts == part, size, ink_hw.shape), np.float32(0), ink_hw)
    return ink_hw


def _sides(values_hw: NDArray[np.generic]) -> tuple[NDArray[np.generic], ...]:
    return values_hw[0], values_hw[-1], values_hw[:, 0], values_hw[:, -1]


def _coarse(grey_hw: NDArray[np.uint8]) -> tuple[Image.Image, int]:
    """The means of square cells, and how many pixels wide these are."""
    size = max(1, max(grey_hw.shape) // COARSE)
    return Image.fromarray(grey_hw).reduce(size), size


def _opened(small: Image.Image, narrowest: float, is_dark: bool) -> Image.Image:
    """What is left if what is dark (or bright) and narrower than so many cells gets the grey around it."""
    size = round(narrowest / 2) * 2 + 1
    brightest, darkest = ImageFilter.MaxFilter(size), ImageFilter.MinFilter(size)
    first, then = (brightest, darkest) if is_dark else (darkest, brightest)
    return small.filter(first).filter(then)


def _enlarged(cells: Mask, size: int, shape: tuple[int, ...]) -> Mask:
    """Each cell as a square of pixels, cut to a shape; rows first, as the cells of a strip are wider than it."""
    return cells.repeat(size, 0)[: shape[0]].repeat(size, 1)[:, : shape[1]]


def _cells(mask_hw: Mask, finer: int = 1) -> tuple[Mask, int]:
    """Whether any pixel of each square cell is in the mask, and how many pixels wide a cell is."""
    size = max(-(-min(mask_hw.shape) // (finer * CELLS)), -(-max(mask_hw.shape) // (finer * MOST_CELLS)))
    rows, columns = (-(-side // size) for side in mask_hw.shape)
    padded = np.pad(mask_hw, [(0, -side % size) for side in mask_hw.shape])
    return np.asarray(padded.reshape(rows, size, columns, size).any((1, 3))), size


def _parts(cells: Mask, reach: int = 3) -> NDArray[np.uint8] | None:
    """The number of the part that each cell belongs to, from 1, or 0; None if there are more than MOST_PARTS.

    Cells that have fewer than `reach` (odd) others between them are of one part.
    """
    wide = np.asarray(Image.fromarray(cells.astype(np.uint8)).filter(ImageFilter.MaxFilter(reach)))
    begins = np.diff(wide, axis=1, prepend=np.uint8(0)) == 1
    runs = np.cumsum(begins).reshape(wide.shape) * wide  # each row's connected cells have a number of their own
    touching = (wide[:-1] & wide[1:]) > 0
    smaller, larger = runs[:-1][touching], runs[1:][touching]
    part_of = np.arange(int(runs.max()) + 1)  # of each run, the first run of its part
    while smaller.size:
        np.minimum.at(part_of, larger, smaller)
        while (part_of[part_of] != part_of).any():
            part_of = part_of[part_of]
        both = np.sort([part_of[smaller], part_of[larger]], 0)
        smaller, larger = both[:, both[0] < both[1]]
    firsts = np.unique(part_of)
    if len(firsts) > MOST_PARTS + 1:  # the first is the paper
        return None
    parts: NDArray[np.uint8] = np.searchsorted(firsts, part_of).astype(np.uint8)[runs] * cells
    return parts
