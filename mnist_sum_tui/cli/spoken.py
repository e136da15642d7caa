"""What `--plain` prints of tables, charts and the guide: a sentence for each row, curve and paragraph, and no pictures.

The sentences are made of the same cells and values as the tables and charts.
"""

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from mnist_sum_tui.glyphs import BRAILLE

if TYPE_CHECKING:
    from mnist_sum_tui.charts.plot import Plot

DRAWN = {*BRAILLE.sparks, *BRAILLE.eighths, *BRAILLE.shades, *BRAILLE.dots, *BRAILLE.frame, *BRAILLE.track} - {" "}
"""the characters of bars, boxes and curves, which are left out"""
MARKS = re.compile(r"^#+ |\*\*|`|(?<!\w)\*(?=\w)|(?<=[\w.])\*(?!\w)")
"""Markdown's marks of headings, emphasis and code"""
LINK = re.compile(r"\[([^]]+)\]\((https?:(?:[^()]|\([^()]*\))+)\)")
"""Markdown's link to the web: its text and its address, which may have brackets"""
IN_ALL = "in all"
"""the first cell of a row that is the sum of the others"""
EMPTY = ("", "-", BRAILLE.between)
"""cells of a table that are left out"""


def spoken(text: str) -> str:
    """The text without drawings; a line that was nothing else is left out, and gaps between columns become commas."""
    return "\n".join(line for line in map(_line, text.split("\n")) if line is not None)


def _undrawn(text: str) -> str:
    return "".join(" " if character in DRAWN else character for character in text)


def _line(text: str) -> str | None:
    line = _undrawn(text)
    if line != text and not re.search(r"\w", line):
        return None
    first, *rest = re.split(r"\s{2,}", line.strip())
    return f"{first}{'' if first.endswith(':') else ':'} {', '.join(rest)}" if rest else first


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
