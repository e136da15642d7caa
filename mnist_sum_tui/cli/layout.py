"""Print text and tables for people: no word or figure is cut in two in a terminal, and a pipe gets whole lines."""

import functools
import os
import re
import sys
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from mnist_sum_tui.cli.spoken import sentence, spoken
from mnist_sum_tui.formatting import WORD
from mnist_sum_tui.glyphs import BRAILLE
from mnist_sum_tui.printable import cells, cut, printable

if TYPE_CHECKING:
    from rich.console import Console
    from rich.style import Style
    from rich.text import Text

    Cells = Sequence[str | Text]
    """the cells of one table row"""

PIPED_WIDTH = 80
"""columns of prose in a pipe"""
MOST_DRAWN = 120
"""the most columns of charts and pictures, because wider ones are hard to take in"""
UNKNOWN_WIDTH = 160
"""columns that a console takes a pipe or a file to have, for pictures beside each other"""
SHELL_WORD = re.compile(r"""(?:'[^']*'|"[^"]*"|\S)+""")
"""a word of a command, whose quotes may hold spaces"""

_is_plain = False


def speak(is_so: bool) -> None:
    """Switch to sentences for a screen reader (`--plain`), or back to tables and drawings."""
    global _is_plain
    _is_plain = is_so


def is_plain() -> bool:
    """Whether sentences are printed instead of tables and drawings."""
    return _is_plain


def drawn(bars: str) -> str:
    """The bars, or, with `--plain`, one that is left out when it is printed, which is not known of ASCII characters."""
    return BRAILLE.sparks[-1] if _is_plain and bars else bars


def is_terminal() -> bool:
    """Whether stdout is a terminal that can move its cursor, and `--plain` does not forbid it."""
    return sys.stdout.isatty() and os.environ.get("TERM") != "dumb" and not _is_plain


def console() -> "Console":
    """A console on stdout, with colour only in a terminal: a pipe never gets escapes, even if FORCE_COLOR is set.

    Strings are not read as markup, because a file name may look like it; styled text is passed as a Text.

    Printing raises BrokenPipeError when the reader of the pipe is gone; rich's own Console would end the process. In a
    notebook, rich would put each line into an output of its own, with a gap below it that cuts up pictures and tables.
    """
    from rich.console import Console
    from rich.text import Text

    from mnist_sum_tui.cli.colours import readable

    class HonestConsole(Console):
        def on_broken_pipe(self) -> None:
            raise  # re-raises: rich calls this inside its except block

        def get_style(self, *name: Any, **options: Any) -> "Style":
            return readable(super().get_style(*name, **options))

        def print(self, *objects: Any, **options: Any) -> None:
            if _is_plain:
                objects = tuple(spoken(str(each)) if isinstance(each, str | Text) else each for each in objects)
                options["style"] = None
            super().print(*objects, **options)

    plain = functools.partial(HonestConsole, highlight=False, markup=False, emoji=False, force_jupyter=False)
    if is_terminal():
        return plain()
    return plain(force_terminal=False, color_system=None, width=None if sys.stdout.isatty() else UNKNOWN_WIDTH)


def width_of(out: "Console") -> int | None:
    """The columns of the terminal; None for a pipe and with `--plain`, where lines may be of any length."""
    return out.width if out.file.isatty() and not _is_plain else None


def drawing_width(out: "Console") -> int:
    """The columns that charts and pictures may take, in a terminal and in a pipe."""
    return min(width_of(out) or PIPED_WIDTH, MOST_DRAWN)


def styled(text: str, style: str) -> "Text":
    """Styled text, for a table cell or a line."""
    from rich.text import Text

    return Text(text, style)


def say(out: "Console", text: "str | Text", style: str = "", indent: int = 0, piped: int | None = None) -> None:
    """Print text. In a terminal it is wrapped at spaces, with `indent` spaces before every line but the first.

    A pipe gets whole lines, or lines of `piped` columns if that is given. A word that is longer than a line, such as a
    path, is broken by the terminal, or, with `indent`, here, so that it stays indented.
    """
    from rich.text import Text

    text, width = Text(text, style) if isinstance(text, str) else text, None if _is_plain else width_of(out) or piped
    if width is not None:
        text = Text("\n" + " " * indent).join(_wrapped(text, width, indent, is_folded=indent > 0))
    out.print(text, soft_wrap=True)


def _wrapped(
    text: "Text", width: int, indent: int = 0, *, is_folded: bool = False, words: "re.Pattern[str]" = WORD
) -> "list[Text]":
    """Lines of `width` cells, broken between words; `indent` less after the first. A longer word gets its own line."""
    lines: list[Text] = []
    for paragraph in text.split("\n", allow_blank=True):
        plain, begin, breaks, room = paragraph.plain, 0, [], max(width - (indent if lines else 0), 1)
        for word in words.finditer(plain):
            is_long = is_folded and cells(word[0]) > width - indent  # longer than any line: not moved to a new one
            if not is_long and cells(plain[begin : word.end()]) > room and plain[begin : word.start()].strip():
                begin, room = word.start(), max(width - indent, 1)
                breaks.append(begin)
            while is_folded and cells(plain[begin : word.end()]) > room:
                begin, room = begin + max(len(cut(plain[begin:], room)), 1), max(width - indent, 1)
                breaks.append(begin)
        lines += paragraph.divide(breaks)
    for line in lines[:-1]:
        line.rstrip()
    return lines


def show_commands(out: "Console", commands: dict[str, str]) -> None:
    """Print what to try next with its command, side by side, or one below the other in a narrow terminal.

    A command that is still too long is continued with a backslash, so that it can be copied. On Windows the terminal
    breaks it, because cmd.exe and PowerShell have no such sign in common.
    """
    from rich.text import Text

    width, room = width_of(out), max(map(len, commands)) + 6
    is_narrow = width is not None and any(room + cells(command) > width for command in commands.values())
    for what, command in commands.items():
        if is_narrow:
            say(out, f"  {what}:")
            lines = [whole := Text(f"    {command}")]
            if sys.platform != "win32":
                lines = _wrapped(whole, (width or 0) - 2, indent=6, words=SHELL_WORD)
            out.print(Text(" \\\n      ").join(lines), soft_wrap=True)
        else:
            out.print(f"  {what:<{room - 2}}{command}", soft_wrap=True)


def print_table(
    out: "Console",
    title: str,
    columns: Sequence[str],
    rows: "Iterable[Cells]",
    left: int | Sequence[int] = 0,
    *,
    gap: int = 2,
    spare: Sequence[str] = (),
    repeated: int = 1,
) -> None:
    """Print a table with its title; the first `left` columns, or those with the indices `left`, are left-aligned.

    The others are right-aligned. If the terminal is too narrow, the columns in `spare` are left out, in that order. If
    that is not enough, the first column gets its own lines (with `spare`), or the table is printed in parts (without),
    each with the first `repeated` columns.
    """
    from rich.cells import cell_len
    from rich.text import Text

    if _is_plain:
        for text in (title, *(sentence(columns, [str(cell) for cell in row]) for row in rows)):
            if text:
                say(out, f"{text}.")
        return
    grid: list[Cells] = [[Text(name, "dim") for name in columns], *rows]
    lengths = [[cell_len(cell if isinstance(cell, str) else cell.plain) for cell in row] for row in grid]
    widths = [max(column) for column in zip(*lengths, strict=True)]
    at_left = range(left) if isinstance(left, int) else left
    pads = [[width - length for width, length in zip(widths, row, strict=True)] for row in lengths]
    if title:
        say(out, printable(title), "bold")
    parts = _parts(columns, widths, gap, width_of(out), spare, repeated)
    is_stacked = bool(spare) and len(parts) > 1
    if is_stacked:
        rest = _parts(columns[1:], widths[1:], gap, (width_of(out) or 0) - gap, spare)
        parts = [[at + 1 for at in part] for part in rest]
    for place, part in enumerate(parts):
        if place:
            out.print()
        pieces: list[str | Text] = []
        for row, pad in zip(grid, pads, strict=True):
            if is_stacked:
                name = row[0] if isinstance(row[0], Text) else Text(row[0])
                first = Text("\n" + " " * gap).join(_wrapped(name, width_of(out) or 0, indent=gap))
                pieces += [first, "\n" + " " * gap]
            for at in part:
                before, after = ("", pad[at]) if at in at_left else (" " * pad[at], 0)
                pieces += [before, row[at], " " * (after + gap)]
            while pieces and not str(pieces[-1]).strip(" "):
                pieces.pop()
            pieces.append("\n")
        out.print(Text.assemble(*pieces[:-1]), soft_wrap=True)


def _parts(
    columns: Sequence[str], widths: Sequence[int], gap: int, width: int | None, spare: Sequence[str], repeated: int = 1
) -> list[list[int]]:
    """The indices of the columns in each part of a table; every part has the first `repeated` columns."""
    places = list(range(len(columns)))
    if width is None:
        return [places]
    for name in spare:
        if sum(widths[at] + gap for at in places) - gap > width:
            places = [at for at in places if columns[at] != name]
    parts: list[list[int]] = [[]]
    for at in places:
        if len(parts[-1]) > repeated and sum(widths[each] + gap for each in parts[-1]) + widths[at] > width:
            parts.append(places[:repeated])
        parts[-1].append(at)
    return parts
