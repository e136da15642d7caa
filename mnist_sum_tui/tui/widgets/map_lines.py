"""A map of values as lines of text: cells with text and colours, and labels of rows and columns."""

from collections.abc import Sequence

from textual.color import BLACK, WHITE, Color
from textual.content import Content
from textual.style import Style

from mnist_sum_tui.glyphs import BRAILLE
from mnist_sum_tui.tui.looks import luminance

QUIET = (BRAILLE.between, "=")
"""texts of cells that need not be read, and so have less contrast"""
Grid = Sequence[Sequence[float | None]]
Cell = tuple[int, int]
"""row and column"""
LABELS = 3
"""columns of the labels on the left"""


def fitted(word: str, cell: int) -> str:
    """The text right-aligned in a cell, with a gap after it; shortened to thousands (`k`) or `+`."""
    if len(word) >= cell:
        word = f"{word[:-3]}k" if 3 < len(word) <= cell + 1 else "+"
    return f"{word:>{cell - 1}} "


def readable_on(ground: Color) -> Color:
    """Black or white, whichever has the higher contrast (WCAG 2: at a relative luminance of 0.179 both have 4.6)."""
    return WHITE if luminance(ground) < 0.179 else BLACK


def cell_style(paper: Color, ink: Color, share: float, strength: float = 1.0) -> Style:
    """The colours of a cell; the terminal's own colours cannot be blended, so then only the text is coloured."""
    if ink.ansi is not None:
        return Style(foreground=ink, bold=True) if share else Style()
    ground = paper.blend(ink, 0.75 * share)
    return Style(background=ground, foreground=ground.get_contrast_text(strength))


def heads(count: int, cell: int) -> str:
    """The labels of the columns; labels as wide as a cell are shown only at every second column, so as not to touch."""
    numbers = [(n, str(n)) for n in range(count)]
    return "".join(
        fitted(word, cell) if len(word) < cell else f"{'' if n % 2 else word:<{cell}}" for n, word in numbers
    )


def map_lines(
    texts: Sequence[Sequence[str]],
    strengths: Grid,
    cell: int,
    paper: Color,
    ink: Color,
    cursor: Cell | None = None,
) -> Content:
    """The map, with labels from 0 on; `strengths` (0..1) set the background of each cell."""
    lines = [Content.styled("   " + heads(len(texts[0]), cell), "$foreground-muted")]
    for label, (words, row) in enumerate(zip(texts, strengths, strict=True)):
        parts: list[tuple[str, str | Style]] = [(f"{label:>2} ", "$foreground-muted")]
        for column, (word, share) in enumerate(zip(words, row, strict=True)):
            style = cell_style(paper, ink, share or 0.0, 0.65 if word.strip() in QUIET else 1.0)
            if set(word) <= set(BRAILLE.shades):  # a shade is no text: the fuller, the brighter
                style += Style(foreground=ink)
            parts.append((fitted(word, cell), "reverse bold" if (label, column) == cursor else style))
        lines.append(Content.assemble(*parts))
    return Content("\n").join(lines)
