"""Digit: a widget that shows a 28x28 image as characters, half-blocks or braille dots, whichever fits."""

from itertools import product
from math import ceil
from typing import Literal, NamedTuple

import numpy as np
from textual.color import Color
from textual.content import Content
from textual.reactive import reactive
from textual.visual import Visual
from textual.widget import Widget

from mnist_sum_tui.charts.braille import characters, pack
from mnist_sum_tui.charts.thumbnail import Image, enlarged, means
from mnist_sum_tui.formatting import ascii_picture
from mnist_sum_tui.glyphs import ASCII, BRAILLE, current
from mnist_sum_tui.tui.widgets.half_blocks import HalfBlocks

Look = Literal["ascii", "blocks", "dots"]
CELL = {"ascii": (2, 1), "blocks": (1, 0.5), "dots": (0.5, 0.25)}
"""width and height of a pixel in terminal cells"""
SCALES = {"ascii": (2, 1), "blocks": (4, 3, 2, 1), "dots": (1,)}
"""factors by which an image may be enlarged, the largest first"""
SIDES = (28, 22, 20)
"""pixels per side that may be shown: the whole image, or MNIST's 20x20 box of ink with or without a margin"""
INK = 96
"""the grey value (0..255) from which a pixel is a braille dot"""


class Fit(NamedTuple):
    """How an image is shown in a widget: its look, and its pixels after cropping and enlarging."""

    look: Look
    image: Image


def window(image: Image, side: int) -> Image | None:
    """The side x side pixels around the ink; None if the ink is larger."""
    rows, columns = np.flatnonzero(image.any(axis=1)), np.flatnonzero(image.any(axis=0))
    if not len(rows):
        return image[:side, :side]
    corner = []
    for places in (rows, columns):
        first, last = int(places[0]), int(places[-1])
        if last - first >= side:
            return None
        corner.append(min(max((first + last + 1 - side) // 2, 0), len(image) - side))
    top, left = corner
    return image[top : top + side, left : left + side]


def fit(image: Image, wanted: Look, width: int, height: int) -> Fit:
    """The largest way to show the image in width x height cells: in the wanted look, or else in a smaller one."""
    looks: tuple[Look, ...] = ("ascii", "blocks", "dots")
    for look in looks[looks.index(wanted) :]:
        across, down = CELL[look]
        for scale, side in product(SCALES[look], SIDES):
            has_room = side * across * scale <= width and ceil(side * down * scale) <= height
            if has_room and (found := window(image, side)) is not None:
                return Fit(look, enlarged(found, scale))
    return Fit("dots", image)


def dots(image: Image) -> list[str]:
    """The image with 2x4 pixels per character; in braille each pixel of INK or more is a dot, else dots are coarser."""
    glyphs, (rows, columns) = current(), image.shape
    image = np.pad(image, ((0, -rows % 4), (0, -columns % 2)))
    if glyphs is ASCII:
        return ascii_picture(means(image, 4, 2).tolist(), wide=1)
    across, down = glyphs.dot_size
    ink = image if glyphs is BRAILLE else means(image, 4 // down, 2 // across)
    return ["".join(map(chr, row)) for row in characters(pack(ink >= INK, glyphs), glyphs).tolist()]


def picture(found: Fit, paper: Color, ink: Color) -> Visual:
    """The fitted image, to be drawn."""
    if found.look == "blocks":
        return HalfBlocks(found.image, paper, ink)
    lines = ascii_picture(found.image.tolist()) if found.look == "ascii" else dots(found.image)
    return Content("\n".join(lines))


class Digit(Widget):
    """Shows an image as large as it fits."""

    image: reactive[Image | None] = reactive(None, always_update=True)
    look: reactive[Look] = reactive[Look]("ascii")

    def switch_look(self) -> None:
        """Switch between characters and half-blocks."""
        self.look = "blocks" if self.look == "ascii" else "ascii"

    def render(self) -> Visual:
        """The image in the colours of the theme."""
        if self.image is None:
            return Content("")
        width, height = self.content_size
        _, _, paper, ink = self.colors
        return picture(fit(self.image, self.look, width, height), paper, ink)
