"""The contrast between two colours, as WCAG 2 defines it."""

from textual.color import Color

from mnist_sum_tui.tui.looks import luminance


def contrast(one: Color, other: Color) -> float:
    """The contrast of WCAG 2 between two colours, 1 to 21."""
    low, high = sorted(map(luminance, (one, other)))
    return (high + 0.05) / (low + 0.05)
