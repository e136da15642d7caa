"""GuideText: a page of the guide; its columns of figures are right-aligned, which Textual 8 leaves out."""

from textual.app import ComposeResult
from textual.widgets import Markdown
from textual.widgets._markdown import MarkdownBlock, MarkdownTable, MarkdownTableContent


class _Cells(MarkdownTableContent):
    """The cells of a table, row by row."""

    def compose(self) -> ComposeResult:
        """Each cell, aligned as the second line of the table says."""
        table = self.parent
        assert isinstance(table, MarkdownTable)
        columns = [mark.strip().endswith(":") for mark in (table.source or "").splitlines()[1].strip("|").split("|")]
        for place, cell in enumerate(super().compose()):
            cell.set_class(columns[place % len(columns)], "-right")
            yield cell


class _Table(MarkdownTable):
    def compose(self) -> ComposeResult:
        for content in super().compose():
            assert isinstance(content, MarkdownTableContent)
            yield _Cells(content.headers, content.rows)


class GuideText(Markdown):
    """Markdown as Textual shows it, but for the tables."""

    DEFAULT_CSS = "GuideText .-right { text-align: right; }"

    def get_block_class(self, block_name: str) -> type[MarkdownBlock]:
        """The class of a part of the page."""
        return _Table if block_name == "table_open" else super().get_block_class(block_name)
