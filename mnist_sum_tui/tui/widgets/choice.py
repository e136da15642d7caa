"""Choice: a Select whose choices are described by words that may change while one chooses."""

import textwrap
from collections.abc import Iterable, Mapping
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.widgets import Select
from textual.widgets._select import SelectCurrent, SelectOverlay

BESIDE = 3
"""columns that the arrow takes, and a scroll bar in the list"""
LEAST_ROOM = 24
"""columns of the last part, below which its further lines are indented by two"""
ROWS = 12
"""the most rows of an open list"""


class Choice(Select[str]):
    """A Select among names. Each is described by columns, the last of which is wrapped below its own start.

    Enter or the space bar opens it; the arrows, which open Textual's, go to the field above or below.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "app.focus_previous", show=False),
        Binding("down", "app.focus_next", show=False),
    ]

    def __init__(self, names: Iterable[str], value: str, *, label_width: int, id: str) -> None:
        super().__init__([(name, name) for name in names], value=value, allow_blank=False, id=id, compact=True)
        self._words: dict[str, tuple[str, str]] = {}
        self._told: dict[str, str] = {}
        self._label_width = label_width
        """columns left of it, which its list covers too"""

    def describe(self, words: Mapping[str, tuple[str, str]]) -> None:
        """Show other words for the same names: the first columns and the last; what is chosen stays.

        An open list would lose its place and waits.
        """
        self._words = dict(words)
        told = {name: _hanging(first, last, self.size.width - BESIDE) for name, (first, last) in words.items()}
        if self._told == told or self.expanded:
            return
        self._told = told
        with self.prevent(Select.Changed):
            value = str(self.value)
            self.set_options([(text, name) for name, text in told.items()])
            self.value = value
            self.query_one(SelectCurrent).update(told[value])  # the first choice is not drawn again by itself

    def watch_expanded(self) -> None:
        """Let an open list end above the footer."""
        below = self.screen.size.height - self.region.bottom - 1
        self.query_one(SelectOverlay).styles.max_height = min(ROWS, max(below, 3))

    def on_resize(self) -> None:
        """Wrap the words anew; the list covers the label beside it, or half words of what is below would be seen."""
        overlay = self.query_one(SelectOverlay)
        overlay.styles.width = self.size.width + self._label_width
        overlay.styles.offset = (-self._label_width, 0)
        if self._words:
            self.describe(self._words)


def _hanging(first: str, last: str, width: int) -> str:
    """Both parts; the further lines stand below the start of the last part."""
    indent = " " * len(first) if width - len(first) >= LEAST_ROOM else "  "
    return "\n".join(textwrap.wrap(first + last, max(width, LEAST_ROOM), subsequent_indent=indent))
