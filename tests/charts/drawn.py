"""A drawn chart, as the tests read it."""

from mnist_sum_tui.charts.plot import Plot, draw
from mnist_sum_tui.glyphs import Glyphs


def lines_of(plot: Plot, width: int, height: int, glyphs: Glyphs | None = None) -> list[str]:
    """The lines of the drawing, as wide as the chart, without their roles."""
    return ["".join(text for text, _ in line) for line in draw(plot, width, height, glyphs).lines]
