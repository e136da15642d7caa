"""MapOfDigits: the test images as points in the colours of their digits, with a cursor."""

from dataclasses import dataclass
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget

from mnist_sum_tui.charts.scatter import NOTHING, WRONG, Cell, DigitMap
from mnist_sum_tui.glyphs import current
from mnist_sum_tui.tui.widgets.common import MOVES

BLUE, ORANGE, GREEN, PINK, YELLOW = (
    "$text-primary",
    "$text-accent",
    "$text-secondary",
    "$text-run-2",
    "$text-warning",
)
STYLES = {
    **dict(enumerate((PINK, BLUE, GREEN, ORANGE, GREEN, YELLOW, ORANGE, PINK, BLUE, YELLOW))),
    WRONG: "bold $text-error",
    NOTHING: "",
}
"""two digits share each colour, but not two that are easily confused or close together on the map"""


class MapOfDigits(Widget, can_focus=True):
    """Shows a DigitMap; the arrow keys or a click move the cursor, Enter or a second click opens its image."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *MOVES,
        Binding("enter", "open", "Open in Inspect"),
        Binding("escape", "screen.back", "Back to the list"),
    ]

    shown: reactive[DigitMap | None] = reactive(None)
    cursor: reactive[Cell] = reactive((0, 0))
    index: reactive[int] = reactive(0)
    """the image under the cursor, or the nearest one"""

    @dataclass(eq=False)
    class Pointed(Message):
        """The cursor has moved to an image; `is_chosen`: open it."""

        index: int
        is_chosen: bool = False

    def point_at(self, index: int) -> None:
        """Move the cursor to an image."""
        self.index = index
        if self.shown is not None and self.content_size:
            self.index = index = min(index, len(self.shown.labels) - 1)  # there may be fewer images now
            columns, rows = self.shown.dots(*self.content_size)
            across, down = current().dot_size
            self.cursor = int(columns[index]) // across, int(rows[index]) // down

    def watch_shown(self) -> None:
        """Move the cursor with its image, which may be at another place now."""
        self.point_at(self.index)

    on_resize = watch_shown

    def render(self) -> Content:
        """The map; empty without one."""
        if self.shown is None or not self.content_size:
            return Content("")
        lines = []
        for row, spans in enumerate(self.shown.drawn(*self.content_size)):
            line = Content.assemble(*((text, STYLES[role]) for text, role in spans))
            if row == self.cursor[1]:
                line = line.stylize("reverse bold", self.cursor[0], self.cursor[0] + 1)
            lines.append(line)
        return Content("\n").join(lines)

    def action_move(self, x: int, y: int) -> None:
        """Go to a neighbouring place."""
        width, height = self.content_size
        self._point(min(max(self.cursor[0] + x, 0), width - 1), min(max(self.cursor[1] + y, 0), height - 1))

    def action_open(self) -> None:
        """Open the image."""
        if self.shown is not None:
            self.post_message(self.Pointed(self.index, is_chosen=True))

    def on_click(self, event: events.Click) -> None:
        """Move the cursor to the mouse, or open the image if it is there already."""
        if (event.x, event.y) == self.cursor:
            self.action_open()
        else:
            self._point(event.x, event.y)

    def _point(self, x: int, y: int) -> None:
        if self.shown is not None and self.content_size:
            self.cursor = x, y
            self.index = self.shown.nearest(self.cursor, *self.content_size)
            self.post_message(self.Pointed(self.index))
