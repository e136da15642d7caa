"""Images in half-blocks, two pixels per character: as lines with styles, which are quick to draw, or as text."""

from functools import lru_cache
from itertools import groupby
from typing import NamedTuple

import numpy as np
from rich.segment import Segment
from rich.style import Style as RichStyle
from textual.color import Color
from textual.content import Content
from textual.css.styles import RulesMap
from textual.strip import Strip
from textual.style import Style
from textual.visual import RenderOptions, Visual

from mnist_sum_tui.charts.thumbnail import Image, means
from mnist_sum_tui.formatting import ascii_picture
from mnist_sum_tui.glyphs import ASCII, BLOCKS, current

SHADES = 16
"""grey values that are told apart, from 0 (paper) to 15 (ink)"""


class Stretch(NamedTuple):
    """Neighbouring half-blocks that look alike."""

    text: str
    shade: int = 0
    """that of the upper pixel times SHADES, plus that of the lower one"""


def half_blocks(image: Image) -> list[list[Stretch]]:
    """The image line by line; in ASCII, the means of two pixels.

    The characters show which half is darker, so that the image can be read without colours.
    """
    image = np.pad(image, ((0, image.shape[0] % 2), (0, 0)))
    if current() is ASCII:
        return [[Stretch(line)] for line in ascii_picture(means(image, 2, 1).tolist(), wide=1)]
    steps = (image.astype(int) + 8) // 17
    return [
        [Stretch(_character(shade) * len(list(alike)), shade) for shade, alike in groupby(row)]
        for row in (steps[::2] * SHADES + steps[1::2]).tolist()
    ]


def _character(shade: int) -> str:
    nothing, upper, lower, both = tuple(BLOCKS.dots)
    top, bottom = divmod(shade, SHADES)
    return nothing if not shade else both if top == bottom else upper if top > bottom else lower


def sheet_of(paper: Color, ink: Color) -> Color:
    """The ground of a picture whose edges are to be seen, also where it is empty: a shade above that of the page.

    The terminal's own colours cannot be blended, so with them it is the page's.
    """
    return paper if ink.ansi is not None else paper.blend(ink, 1 / (SHADES - 1))


@lru_cache(8)
def _text_styles(paper: Color, ink: Color) -> tuple[Style, ...]:
    """The style of each shade."""
    colours = [paper, *(paper.blend(ink, step / (SHADES - 1)) for step in range(1, SHADES))]  # an ANSI ink never blends
    styles = []
    for shade in range(SHADES * SHADES):
        front, behind = sorted(divmod(shade, SHADES), reverse=True)
        styles.append(Style(foreground=colours[front] if front else None, background=colours[behind]))
    return tuple(styles)


@lru_cache(16)
def line_styles(base: Style, paper: Color, ink: Color) -> tuple[RichStyle, ...]:
    """The style of each shade on a widget whose own style is `base`, which is that of shade 0."""
    return tuple((base + style).rich_style for style in _text_styles(paper, ink))


def blocks(image: Image, paper: Color, ink: Color) -> Content:
    """The image as text, in shades between paper and ink."""
    styles = _text_styles(paper, ink)
    parts: list[tuple[str, Style] | str] = []
    for line in half_blocks(image):
        parts += [(text, styles[shade]) if shade else text for text, shade in line]
        parts.append("\n")
    return Content.assemble(*parts[:-1])


class HalfBlocks(Visual):
    """The image as lines, in shades between paper and ink: drawn in a third of the time that the text takes."""

    def __init__(self, image: Image, paper: Color, ink: Color) -> None:
        self._image, self._paper, self._ink = image, paper, ink

    def render_strips(self, width: int, height: int | None, style: Style, options: RenderOptions) -> list[Strip]:  # noqa: ARG002
        """The lines, cut to width x height cells."""
        styles = line_styles(style, self._paper, self._ink)
        lines = half_blocks(self._image)[:height]
        return [Strip([Segment(text, styles[shade]) for text, shade in line]).crop(0, width) for line in lines]

    def get_optimal_width(self, rules: RulesMap, container_width: int) -> int:  # noqa: ARG002
        """One cell per column of pixels."""
        return len(self._image[0])

    def get_height(self, rules: RulesMap, width: int) -> int:  # noqa: ARG002
        """One cell per two rows of pixels."""
        return -(-len(self._image) // 2)
