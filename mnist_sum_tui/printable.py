"""Text in a terminal: made safe to show, and how many columns it takes. Standard library only.

A run's name may have letters that take two columns, or combining marks that take none.
"""

import re
import shlex
import sys
from collections.abc import Iterator
from functools import cache
from unicodedata import category, east_asian_width

AS_PICTURE = chr(0xFE0F)
"""a mark behind a character that is to be drawn as a coloured picture (variation selector 16)"""
UNQUOTED = re.compile(r"[\w@%+=:,./-]+")
"""a word that needs no quotes elsewhere: as in `shlex.quote`, but with the letters of all languages"""
BARE, SPECIAL = re.compile(r"[\w.:/+-]+"), re.compile(r"[$`\u201c-\u201e]")
"""a word that needs no quotes on Windows, and what PowerShell reads in double quotes, unless a backtick is before it"""


def printable(text: str) -> str:
    r"""The text with each unprintable character replaced by its escape, such as `\x1b`, `\n` or `\u202e`.

    These are control characters, which can move the cursor, recolour the screen or write to the clipboard; marks that
    reverse the reading direction; all spaces but the plain one; and lone surrogates, as in a file name that is not
    UTF-8. Applying it a second time changes nothing.
    """
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def shell_word(text: str) -> str:
    r"""The text as a printable word of a command: one that the shell reads as this text, unprintable bytes and all.

    Such bytes, as of a name that is not UTF-8, are written as in `$'\xe4'`, which bash, zsh and ksh understand.
    """
    if sys.platform == "win32":
        return text if BARE.fullmatch(text) else _in_double_quotes(text)
    if UNQUOTED.fullmatch(text):
        return text
    return shlex.quote(text) if text.isprintable() else f"$'{''.join(map(_in_shell, text))}'"


def _in_double_quotes(text: str) -> str:
    r"""The text as cmd.exe and PowerShell read it; to cmd.exe, single quotes are a part of the word.

    No name has a `"` on Windows; written as `\x22`, it cannot end the quotes.
    """
    inside = printable(text).replace('"', r"\x22")
    return '"' + SPECIAL.sub(r"`\g<0>", inside) + '"'


def _in_shell(c: str) -> str:
    if c.isprintable() and c not in "\\'":
        return c
    is_byte = 0xDC80 <= ord(c) <= 0xDCFF  # of a name that is not UTF-8
    return "".join(f"\\x{byte:02x}" for byte in c.encode(errors="surrogateescape" if is_byte else "surrogatepass"))


def cells(text: str) -> int:
    """The columns that the text takes."""
    return len(text) if text.isascii() else sum(_columns(text))


def cut(text: str, room: int) -> str:
    """The start of the text, as much as fits into `room` columns."""
    if text.isascii():
        return text[: max(room, 0)]
    for place, columns in enumerate(_columns(text)):
        room -= columns
        if room < 0:
            return text[:place]
    return text


def _columns(text: str) -> Iterator[int]:
    """The columns that each character adds; the mark for pictures adds one to a character of one, as to a heart."""
    before = 0
    for character in text:
        yield (found := int(before == 1) if character == AS_PICTURE else _columns_of(character))
        before = found


@cache
def _columns_of(character: str) -> int:
    if category(character) in ("Mn", "Me", "Cf", "Cc"):
        return 0
    return 2 if east_asian_width(character) in "WF" else 1
