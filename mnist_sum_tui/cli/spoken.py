"""What `--plain` makes of every line, table and chart: sentences that a screen reader speaks well, and no pictures.

The commands print as usual, through layout.py, which calls this: signs and units become words, gaps between columns
become commas, and drawings are left out.
"""

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from mnist_sum_tui.glyphs import BRAILLE

if TYPE_CHECKING:
    from mnist_sum_tui.charts.plot import Plot

SIGNS = {
    **dict(zip(BRAILLE.arrows, ("left", "to", "up", "down"), strict=True)),
    BRAILLE.right: "right", BRAILLE.wrong: "wrong", BRAILLE.unlike: "is not", BRAILLE.cut: "...", BRAILLE.truth: "-",
    BRAILLE.between: ",", BRAILLE.chosen: "", "+-": "plus or minus", "->": "to",
}  # fmt: skip
"""the words for signs"""
DRAWN = {*BRAILLE.sparks, *BRAILLE.eighths, *BRAILLE.shades, *BRAILLE.dots, *BRAILLE.frame, *BRAILLE.track} - {" "}
"""the characters of bars, boxes and curves, which are left out"""
UNITS = {
    "s": "second", "ms": "millisecond", "min": "minute", "h": "hour", "kB": "kilobyte", "MB": "megabyte",
    "GB": "gigabyte",
}  # fmt: skip
CLOCK = re.compile(r"(?<![\w/.:-])(?:(\d+):)?(\d{1,2}):(\d\d)(?![\w:])")
OF = re.compile(r"(?<![\w/.-])([\d,]+)/([\d,]+)(?![\w/.-])")
UNIT = re.compile(rf"([\d.,]*\d) ({'|'.join(UNITS)})(?![\w/])")
PER_SECOND = re.compile(r"(?<![\w/.~-])([A-Za-z]+)/s(?![\w/-]|\.\w)")
"""`images/s`, but no part of a path"""
MARKS = re.compile(r"^#+ |\*\*|`|(?<!\w)\*(?=\w)|(?<=[\w.])\*(?!\w)")
"""Markdown's marks of headings, emphasis and code"""
LINK = re.compile(r"\[([^]]+)\]\((https?:(?:[^()]|\([^()]*\))+)\)")
"""Markdown's link to the web: its text and its address, which may have brackets"""
AS_IS = "\x02{}\x03"
"""text between these marks, which printable text cannot hold, stays as it is"""
KEPT = re.compile(rf"{AS_IS.format('.*?')}|--[\w-]+[ =](?!--)(?:'[^']*'|\S)+")
"""such a text, or an option with its value, which may be a folder 1/2"""
IN_ALL = "in all"
"""the first cell of a row that is the sum of the others"""
EMPTY = ("", "-", BRAILLE.between)
"""cells of a table that are left out"""


def spoken(text: str) -> str:
    """The text with words for signs and units, and without drawings."""
    return "\n".join(line for line in map(_line, text.split("\n")) if line is not None)


def _undrawn(text: str) -> str:
    return "".join(" " if character in DRAWN else character for character in text)


def _line(text: str) -> str | None:
    """One line in words; None if it is only a drawing."""
    line = _undrawn(text)
    if line != text and not re.search(r"[\d\x02]", line):
        return None
    kept = KEPT.findall(line)
    line = KEPT.sub("\x02", line)
    line = re.sub(r"\+-(?=\d)", "+- ", line)
    for sign, words in SIGNS.items():
        line = line.replace(sign, words)
    line = CLOCK.sub(_clock, line)
    line = OF.sub(r"\1 of \2", line)
    line = UNIT.sub(lambda found: f"{found[1]} {UNITS[found[2]]}{'' if found[1] == '1' else 's'}", line)
    line = re.sub(r"(?<![^ (])%(?!\w)", "percent", PER_SECOND.sub(r"\1 per second", line))
    first, *rest = re.split(r"\s{2,}", line.strip())
    said = f"{first}{'' if first.endswith(':') else ':'} {', '.join(rest)}" if rest else first
    return re.sub("\x02", lambda _: kept.pop(0).strip("\x02\x03") if kept else "", said)


def _clock(found: "re.Match[str]") -> str:
    return " ".join(f"{int(n)} {unit}" for n, unit in zip(found.groups(), ("h", "min", "s"), strict=True) if n)


def sentence(columns: Sequence[str], cells: Sequence[str]) -> str:
    """A row of a table as a sentence: its first cell, then each cell that is not empty, after its column's name."""
    named = [(name, _undrawn(cell).strip()) for name, cell in zip(columns, cells, strict=True)]
    between, comma = (" ", ", ") if columns[0] else (": ", "; ")  # else the other columns have numbers as names
    said = comma.join(between.join(filter(None, (name, cell))) for name, cell in named[1:] if cell not in EMPTY)
    head = f"{named[0][0] or 'row'} {named[0][1]}" if named[0][1] not in ("", IN_ALL) else named[0][1]
    return ": ".join(filter(None, (head, said)))


def plot_sentences(plot: "Plot") -> Iterator[str]:
    """A chart's title, and a sentence for each measured curve with its first, last, lowest and highest value.

    The values are written as at the chart's cursor.
    """
    import numpy as np

    from mnist_sum_tui.charts.axes import place

    label = plot.scale.label
    yield plot.title
    for curve in plot.curves:
        if curve.is_behind:
            continue  # a line to compare with
        known = np.isfinite(curve.y)
        x, y = curve.x[known], curve.y[known]
        if len(y):
            first, last = (f"{label(y[end])} at {place(plot.x_kind, x[end])}" for end in (0, -1))
            yield f"{curve.name}: first {first}, last {last}, lowest {label(y.min())}, highest {label(y.max())}"


def paragraphs(markdown: str) -> Iterator[tuple[str, bool]]:
    """The paragraphs of a Markdown page, and whether each is Python, which stays as it is because of its indentation.

    Others become one line without marks; a row of a table becomes a sentence, a line of other code a paragraph.
    """
    for part in re.split(r"^(```\w*\n.*?^```\n)", markdown, flags=re.MULTILINE | re.DOTALL):
        first, _, block = part.removesuffix("```\n").partition("\n")
        if first == "```python":
            yield block.rstrip("\n"), True
        else:
            said = re.sub(" +", " ", block).splitlines() if first.startswith("```") else _prose(part)
            yield from ((text.strip(), False) for text in said if text.strip())


def _prose(markdown: str) -> Iterator[str]:
    lines: list[str] = []
    heads: list[str] | None = None
    for line in [*LINK.sub(r"\1 (\2)", markdown).splitlines(), ""]:
        is_table = line.startswith("|")
        if not line or is_table or line.startswith(("#", "- ")) or re.match(r"\d+\. ", line):
            yield from filter(None, [" ".join(lines)])
            lines = []
        words = MARKS.sub("", line.strip())
        cells = [cell.strip() for cell in words.strip("|").split("|")]
        if is_table and heads and "---" not in line:
            yield f"{sentence(heads, cells)}."
        elif not is_table and words:
            lines.append(words)
        heads = (heads or cells) if is_table else None
