"""Choice: a Select whose choices have descriptions, which may change while it is open."""

from collections.abc import Iterable, Mapping
from typing import ClassVar

from rich.text import Text
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.widgets import Select
from textual.widgets._select import SelectCurrent, SelectOverlay

from mnist_sum_tui.formatting import wrapped
from mnist_sum_tui.printable import printable

BESIDE = 3
"""columns for the arrow, or for a scroll bar in the list"""
LEAST_ROOM = 24
"""if the last part has fewer columns, its further lines are only indented by two"""
LABEL_WIDTH = 9
"""columns of the label on the left, which an open list covers, too; form.tcss has the same number"""
ROWS = 12
"""the most rows of an open list"""


class Choice(Select[str]):
    """A Select among names. Each name has columns of text, the last of which is wrapped below its own start.

    Enter or the space bar opens it; the arrow keys, which would open a plain Select, go to the next field.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "app.focus_previous", show=False),
        Binding("down", "app.focus_next", show=False),
    ]

    def __init__(self, names: Iterable[str], value: str, *, id: str) -> None:
        super().__init__([(name, name) for name in names], value=value, allow_blank=False, id=id, compact=True)
        self._words: dict[str, tuple[str, str]] = {}
        """for each name its first columns and its last"""
        self._told: dict[str, str] = {}
        """for each name the text that is shown, both wrapped into the room there was"""

    def describe(self, words: Mapping[str, tuple[str, str]]) -> None:
        """Show other descriptions of the same names: first columns and last column; the chosen name stays.

        If the list is open, they wait, so that its rows do not move below the mouse; as they do until it has a size.
        """
        self._words = dict(words)
        if not self.expanded and self.size.width:
            self._tell()

    def _tell(self) -> None:
        """Wrap the descriptions into the room there is; an open list stays at its place."""
        words, overlay = self._words, self.query_one(SelectOverlay)
        told = {name: _hanging(first, last, self.size.width - BESIDE) for name, (first, last) in words.items()}
        if self._told == told:
            return
        self._told, place = told, overlay.highlighted
        with self.prevent(Select.Changed):
            value = str(self.value)
            self.set_options([(Text(text), name) for name, text in told.items()])  # a str would be markup
            self.value = value
            self.query_one(SelectCurrent).update(Text(told[value]))  # Textual does not redraw the first choice
            overlay.highlighted = place

    def watch_expanded(self) -> None:
        """Let an open list end above the footer."""
        below = self.screen.size.height - self.region.bottom - 1
        self.query_one(SelectOverlay).styles.max_height = min(ROWS, max(below, 3))

    def on_resize(self) -> None:
        """Wrap the words again; the list covers the label, too, so that no half words below it are seen."""
        overlay = self.query_one(SelectOverlay)
        overlay.styles.width = self.size.width + LABEL_WIDTH
        overlay.styles.offset = (-LABEL_WIDTH, 0)
        self._tell()


class ChoiceForm(VerticalScroll, can_focus=False):
    """Holds Choices and other fields."""

    def on_click(self) -> None:
        """Close an open list after a click beside all fields; one on another field takes the focus from the list."""
        for choice in self.query(Choice):
            if choice.expanded:
                choice.query_one(SelectOverlay).action_dismiss()


def _hanging(first: str, last: str, width: int) -> str:
    """Both parts as text; further lines begin below the start of the last part."""
    indent = " " * len(first) if width - len(first) >= LEAST_ROOM else "  "
    return "\n".join(wrapped(printable(first + last), max(width, LEAST_ROOM), subsequent_indent=indent))
