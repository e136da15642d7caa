"""Print Markdown in the terminal with rich, but with titles on the left and no word cut in two."""

from collections.abc import Sequence
from typing import ClassVar

from rich import box
from rich.console import Console, ConsoleOptions, RenderResult
from rich.markdown import CodeBlock, Heading, Markdown, MarkdownElement, TableElement
from rich.table import Table
from rich.text import Text

from mnist_sum_tui.formatting import WORD
from mnist_sum_tui.tui.whole_figures import keep_figures_whole


class _LeftHeading(Heading):
    LEVEL_ALIGN: ClassVar = {}


class _WholeCode(CodeBlock):
    """Code whose lines are never broken."""

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        for line in str(self.text).rstrip().splitlines():
            yield Text(f"  {line}", "cyan", no_wrap=True, overflow="ignore")


class _WholeWords(TableElement):
    """A table whose columns are at least as wide as their longest word, if the terminal has the room."""

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        rows = [[cell.content for cell in row.cells] for row in (self.body.rows if self.body else ())]
        heads = [cell.content for cell in self.header.row.cells] if self.header and self.header.row else []
        table = Table(box=box.SIMPLE, pad_edge=False, style="markdown.table.border", collapse_padding=True)
        columns = list(zip(heads, *rows, strict=True))
        for head, width in zip(heads, _widths(columns, options.max_width - 2 * len(columns)), strict=True):
            head.stylize("markdown.table.header")
            table.add_column(head, width=width, overflow="fold")
        for row in rows:
            table.add_row(*row)
        yield table


def _widths(columns: Sequence[Sequence[Text]], room: int) -> list[int]:
    """The width of each column: its longest word, and a share of the remaining room by what its longest cell needs.

    Several figures in a cell, or else a figure and its unit, are one word if there is room for that.
    """
    longest = [
        [max(len(word) for cell in column for word in split(cell) or [""]) for column in columns]
        for split in (_figures, lambda cell: WORD.findall(cell.plain), lambda cell: cell.plain.split())
    ]
    words = next((each for each in longest if sum(each) <= room), longest[-1])
    lacking = [max(cell.cell_len for cell in column) - word for column, word in zip(columns, words, strict=True)]
    spare = min(max(room - sum(words), 0), sum(lacking))
    return [word + spare * lack // max(sum(lacking), 1) for word, lack in zip(words, lacking, strict=True)]


def _figures(cell: Text) -> list[str]:
    """The words of a cell; all are one in a column of figures, which is right-aligned, but for its heading."""
    is_whole = cell.justify == "right" and cell.plain[:1].isdigit()
    return [cell.plain] if is_whole else WORD.findall(cell.plain)


class Page(Markdown):
    """A page of Markdown, to be printed."""

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """The lines; a figure stays with its unit."""
        keep_figures_whole()
        yield from super().__rich_console__(console, options)

    elements: ClassVar[dict[str, type[MarkdownElement]]] = {
        **Markdown.elements,
        "heading_open": _LeftHeading,
        "fence": _WholeCode,
        "code_block": _WholeCode,
        "table_open": _WholeWords,
    }
