"""A drawn chart, as the tests read it."""

from mnist_sum_tui.charts.plot import Plot, draw


def lines_of(plot: Plot, width: int, height: int) -> list[str]:
    """The lines of the drawing, as wide as the chart, without their roles."""
    return ["".join(text for text, _ in line) for line in draw(plot, width, height).lines]
