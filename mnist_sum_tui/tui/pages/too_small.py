"""Whether the terminal is too small for a page, and the words that are shown instead of it."""

from textual.geometry import Size

from mnist_sum_tui.formatting import plural
from mnist_sum_tui.machine.terminal import SMALLEST

CRAMPED = Size(40, 10)
"""in a terminal of so few columns or rows, a page only says that it is too small"""


def is_cramped(size: Size) -> bool:
    """Whether there is too little room to show anything."""
    return size.width <= CRAMPED.width or size.height <= CRAMPED.height


def missing(size: Size) -> str:
    """The message that the terminal is too small, with what is missing to the smallest size for whole pages."""
    needed = zip(("column", "row"), SMALLEST, size, strict=True)
    words = " and ".join(plural(least - has, name) for name, least, has in needed if has < least)
    return f"Too small: pages are whole from {SMALLEST[0]}x{SMALLEST[1]} on, so make the window {words} larger."
