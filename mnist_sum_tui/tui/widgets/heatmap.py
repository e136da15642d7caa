"""Heatmaps of 10x10 values: each cell has a number or a character, so that it can be read without colours."""

from collections.abc import Sequence

from textual.color import Color
from textual.content import Content
from textual.geometry import Size
from textual.reactive import reactive
from textual.style import Style
from textual.widget import Widget

from mnist_sum_tui.formatting import shade
from mnist_sum_tui.glyphs import BRAILLE

QUIET = (BRAILLE.between, "=")
"""what stands in a cell that is not to be read"""
Grid = Sequence[Sequence[float | None]]


def confusion_text(value: float) -> str:
    """A count as text; 0 is a dot, so that other counts stand out."""
    return f"{value:.0f}" if value else BRAILLE.between


def accuracy_text(value: float) -> str:
    """A share of 1 as percent with one decimal; 100 only if nothing is wrong."""
    return "100" if value == 1 else f"{min(value * 100, 99.9):.1f}"


def shares(grid: Grid, low: float, high: float) -> list[list[float | None]]:
    """The values scaled to 0..1 between low and high."""
    span = high - low
    return [
        [None if value is None else min(max((value - low) / span, 0.0), 1.0) if span > 0 else 1.0 for value in row]
        for row in grid
    ]


def ends(grid: Grid) -> tuple[float, float]:
    """The lowest and the highest value."""
    known = [value for row in grid for value in row if value is not None]
    return (min(known), max(known)) if known else (0.0, 1.0)


def fitted(word: str, cell: int) -> str:
    """The text right-aligned in a cell, with a gap after it if possible; shortened to thousands (`k`) or `+`."""
    if len(word) > cell:
        word = f"{word[:-3]}k" if len(word) > 3 else "+"
    return f"{word:>{cell - 1}} "[:cell]


def map_lines(texts: Sequence[Sequence[str]], strengths: Grid, cell: int, paper: Color, ink: Color) -> Content:
    """The map with labels 0 to 9; `cell` is the width of a cell, `strengths` (0..1) sets its background."""
    lines = [Content.styled("   " + "".join(fitted(str(n), cell) for n in range(10)), "$foreground-muted")]
    for label, (words, row) in enumerate(zip(texts, strengths, strict=True)):
        parts: list[tuple[str, str | Style]] = [(f"{label:>2} ", "$foreground-muted")]
        for word, share in zip(words, row, strict=True):
            ground = paper.blend(ink, 0.75 * (share or 0.0))
            strength = 0.65 if word.strip() in QUIET else 0.9
            style = Style(background=ground, foreground=ground.get_contrast_text(strength))
            parts.append((fitted(word, cell), style))
        lines.append(Content.assemble(*parts))
    return Content("\n").join(lines)


class Heatmap(Widget):
    """Base class of the 10x10 heatmaps."""

    grid: reactive[Grid | None] = reactive[Grid | None](None)

    @property
    def cell(self) -> int:
        """Columns per cell."""
        return max(2, min((self.content_size.width - 3) // 10, 6))

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:  # noqa: ARG002
        """Ten rows and one for the labels."""
        return 11


class Confusion(Heatmap):
    """Confusion matrix: number of images by true digit (rows) and predicted digit (columns)."""

    def render(self) -> Content:
        """The counts; the background of an error is stronger the more frequent it is."""
        if self.grid is None:
            return Content("")
        _, _, paper, _ = self.colors
        ink = Color.parse(self.app.theme_variables["error"])
        counts = [[value or 0.0 for value in row] for row in self.grid]
        errors = [[0.0 if at == label else value for at, value in enumerate(row)] for label, row in enumerate(counts)]
        texts = [[confusion_text(value) for value in row] for row in counts]
        if self.cell < 5:  # 1135 and a gap do not fit
            for label, row in enumerate(texts):
                row[label] = "="
        return map_lines(texts, shares(errors, 0, max(1, *map(max, errors))), self.cell, paper, ink)


class SumMap(Heatmap):
    """Accuracy of the sum by true digit (rows) and number (columns)."""

    def render(self) -> Content:
        """Percentages, or shades if they do not fit; the colours span the lowest to the highest accuracy."""
        if self.grid is None:
            return Content("")
        _, _, paper, _ = self.colors
        strengths = shares(self.grid, *ends(self.grid))
        if self.cell >= 5:
            texts = [["-" if value is None else accuracy_text(value) for value in row] for row in self.grid]
        else:
            texts = [[shade(share, BRAILLE) * (self.cell - 1) for share in row] for row in strengths]
            strengths = [[0.0] * 10 for _ in range(10)]
        return map_lines(texts, strengths, self.cell, paper, Color.parse(self.app.theme_variables["success"]))
