"""Where a network looked, drawn over its image, with or without colour. Pure functions; numpy only."""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mnist_sum_tui.charts.axes import Floats
from mnist_sum_tui.charts.thumbnail import Image, resize
from mnist_sum_tui.formatting import how_sure, shade
from mnist_sum_tui.glyphs import current

INK = 64
"""the grey value from which a cell counts as ink"""
DIMMED = 0.5
"""the share of its brightness that ink keeps, so that the places that matter are brighter"""
DECIMALS = range(1, 5)
"""of a percentage: as many as it takes to tell two of them apart"""
HOT = (255, 150, 0)
"""red, green and blue of the place that matters most"""


def warmth(heat_hw: NDArray[Any], columns: int, rows: int) -> Floats:
    """How much each place matters (rows, columns), as a share of the place that matters most.

    It is 0 where the place speaks against the answer, or where nothing is known.
    """
    small = resize(np.maximum(np.nan_to_num(heat_hw), 0), columns, rows)
    return np.asarray(small / max(small.max(), np.finfo(float).tiny))


def shaded(heat_hw: NDArray[Any], image_hw: Image, columns: int, rows: int) -> list[str]:
    """Lines of shades, denser where the place matters more; a dot is ink that hardly matters."""
    ink, dot = resize(image_hw, columns, rows) >= INK, current().between
    lines = []
    for shares, is_ink in zip(warmth(heat_hw, columns, rows).tolist(), ink.tolist(), strict=True):
        cells = map(shade, shares)
        lines.append("".join(c if c.strip() or not i else dot for c, i in zip(cells, is_ink, strict=True)))
    return lines


def coloured(heat_hw: NDArray[Any], image_hw: Image, columns: int, rows: int) -> NDArray[np.uint8]:
    """Red, green and blue (rows, columns, 3): the ink in grey, and over it orange where the place matters."""
    share = warmth(heat_hw, columns, rows)[..., None]
    grey = resize(image_hw, columns, rows)[..., None] * DIMMED
    return np.rint(grey + share * (np.array(HOT) - grey)).astype(np.uint8)


def less_sure(before: float, fall: float) -> str:
    """`from 99.9 to 61.0 %`: the probability of an answer, before and after the logarithm of its odds falls.

    It is empty if both are the same with as many decimals as DECIMALS allows.
    """
    before = min(before, 1 - 1e-9)
    odds = before / (1 - before) * math.exp(-max(fall, 0.0))
    for decimals in DECIMALS:
        words = [how_sure(share, decimals, "") for share in (before, odds / (1 + odds))]
        if words[0] != words[1]:
            return f"from {words[0]} to {words[1]} %"
    return ""
