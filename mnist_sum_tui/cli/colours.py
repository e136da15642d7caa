"""The colours of what is printed: each can be read on a black and on a white background."""

from rich.style import Style

READABLE = {"red": 160, "green": 28, "yellow": 130, "blue": 27, "magenta": 163, "cyan": 30}
"""colours of 256 for the basic ones, of which green, yellow and cyan are pale on white, and blue is dark on black"""


def readable(style: Style) -> Style:
    """The style with a readable text colour; a terminal with fewer colours shows the basic one."""
    number = READABLE.get(style.color.name) if style.color else None
    return style if number is None else style + Style(color=f"color({number})")
