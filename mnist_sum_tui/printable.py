"""Text in a terminal: made safe to show, and how many columns it takes. Standard library only.

A run's name may have letters that take two columns, or combining marks that take none.
"""

from functools import cache
from unicodedata import category, east_asian_width


def printable(text: str) -> str:
    r"""The text with each unprintable character replaced by its escape, such as `\x1b`, `\n` or `\u202e`.

    These are control characters, which can move the cursor, recolour the screen or write to the clipboard; marks that
    reverse the reading direction; all spaces but the plain one; and lone surrogates, as in a file name that is not
    UTF-8. Applying it a second time changes nothing.
    """
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def cells(text: str) -> int:
    """The columns that the text takes; one too few for a rare character that a following mark makes wide."""
    return len(text) if text.isascii() else sum(map(_cells_of, text))


def cut(text: str, room: int) -> str:
    """The start of the text, as much as fits into `room` columns."""
    if text.isascii():
        return text[: max(room, 0)]
    for place, character in enumerate(text):
        room -= _cells_of(character)
        if room < 0:
            return text[:place]
    return text


@cache
def _cells_of(character: str) -> int:
    if category(character) in ("Mn", "Me", "Cf", "Cc"):
        return 0
    return 2 if east_asian_width(character) in "WF" else 1
