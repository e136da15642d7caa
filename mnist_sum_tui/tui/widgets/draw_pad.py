"""DrawPad: draw a digit with the mouse or the keyboard. The left button draws, the right button erases."""

from dataclasses import dataclass
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.visual import Visual
from textual.widget import Widget

from mnist_sum_tui.glyphs import BRAILLE
from mnist_sum_tui.tui.textual_fixes import LEFT
from mnist_sum_tui.tui.widgets import strokes
from mnist_sum_tui.tui.widgets.common import MOVES
from mnist_sum_tui.tui.widgets.half_blocks import HalfBlocks, blocks

RIGHT = 3
STEP = 2.0
"""pixels of the sheet per press of an arrow key"""
MOST_UNDONE = 100
"""how many strokes can be undone; each sheet takes 3 kB"""
RUBBER = 1.6
"""the width of the rubber relative to the pen"""


class DrawPad(Widget, can_focus=True):
    """A sheet to draw on, shown in 28x14, 56x28, 84x42 or 112x56 cells."""

    ALLOW_SELECT = False
    BINDINGS: ClassVar[list[BindingType]] = [*MOVES, Binding("space", "pen", "Pen down/up")]

    @dataclass(eq=False)
    class Drawn(Message):
        """The sheet has changed."""

        sheet: strokes.Sheet

    pen: reactive[str] = reactive("medium")
    rubs_out: reactive[bool] = reactive(False)
    """whether the left button and the keyboard erase instead of drawing"""
    is_pen_down: reactive[bool] = reactive(False)
    cursor: reactive[strokes.Point | None] = reactive[strokes.Point | None](None)
    """position of the keyboard cursor; None while the mouse draws"""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.sheet = strokes.blank()
        self._last: strokes.Point | None = None
        self._is_rubbing = False
        self._earlier: list[strokes.Sheet] = []

    @property
    def scale(self) -> int:
        """Size of the pad as a multiple of 28x14 cells, 1..4."""
        return strokes.scale_for(*self.content_size)

    def change_pen(self) -> None:
        """Take the next thickness."""
        names = list(strokes.RADII)
        self.pen = names[(names.index(self.pen) + 1) % len(names)]

    def clear(self) -> None:
        """Start a new sheet, with the pen: there is nothing to rub out."""
        self.rubs_out = False
        self.show(strokes.blank())
        self.post_message(self.Drawn(self.sheet))

    def show(self, sheet: strokes.Sheet) -> None:
        """Show another sheet; `undo` brings the old one back."""
        self.is_pen_down = False
        self._remember()
        self.sheet = sheet
        self.refresh()

    def undo(self) -> bool:
        """Undo the last change of the sheet, such as a stroke; returns whether there was one."""
        while self._earlier:
            sheet = self._earlier.pop()
            if (sheet != self.sheet).any():
                self.is_pen_down = False
                self._put(sheet)
                return True
        return False

    def _remember(self) -> None:
        self._earlier = [*self._earlier[1 - MOST_UNDONE :], self.sheet]

    def render(self) -> Visual:
        """The sheet in half-blocks, with the keyboard cursor on it."""
        _, _, paper, colour = self.colors
        image = strokes.shown(self.sheet, self.scale)
        if self.cursor is None or not self.has_focus:
            return HalfBlocks(image, paper, colour)
        content = blocks(image, paper, colour)
        column, row = int(self.cursor[0] * self.scale / 2), int(self.cursor[1] * self.scale / 4)
        place = row * (28 * self.scale + 1) + column
        mark = (BRAILLE.on if self.is_pen_down else BRAILLE.off, "bold $text-accent")
        return Content.assemble(content[:place], mark, content[place + 1 :])

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """Start to draw or to erase."""
        if event.button in (LEFT, RIGHT):
            self.capture_mouse()
            self.cursor, self._last, self.is_pen_down = None, self._place(event), False
            self._is_rubbing = self.rubs_out or event.button == RIGHT
            self._remember()
            self._draw_to(self._last)
            event.stop()

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """Draw a line from the last position, because the terminal skips cells when the mouse is fast."""
        if self._last is not None:
            self._draw_to(self._place(event))

    def on_mouse_up(self) -> None:
        """Lift the pen."""
        self._last = None
        self.release_mouse()

    def on_mouse_release(self) -> None:
        """Lift the pen, because another page is shown now."""
        self._last = None

    def action_move(self, x: int, y: int) -> None:
        """Move the keyboard cursor, which draws while the pen is down."""
        start = self.cursor or (strokes.SHEET_SIDE / 2, strokes.SHEET_SIDE / 4)
        self.cursor = strokes.kept_inside((start[0] + STEP * x, start[1] + STEP * y))
        if self.is_pen_down:
            self._line(start, self.cursor, self.rubs_out)

    def action_pen(self) -> None:
        """Put the pen down, or lift it."""
        self.is_pen_down = not self.is_pen_down
        if self.is_pen_down:
            self._remember()
        self.action_move(0, 0)

    def _place(self, event: events.MouseEvent) -> strokes.Point:
        """The mouse position on the sheet: exact if the terminal reports pixels, else the middle of the cell."""
        x, y = event.pointer_x - self.gutter.left, event.pointer_y - self.gutter.top
        is_cell = float(event.pointer_x).is_integer() and float(event.pointer_y).is_integer()
        return strokes.to_sheet(x + 0.5 * is_cell, y + 0.5 * is_cell, self.scale)

    def _draw_to(self, place: strokes.Point) -> None:
        start, self._last = self._last or place, place
        self._line(start, place, self._is_rubbing)

    def _line(self, start: strokes.Point, end: strokes.Point, rubs_out: bool) -> None:
        radius = strokes.RADII[self.pen] * (RUBBER if rubs_out else 1)
        self._put(strokes.stroke(self.sheet, start, end, radius, rubs_out))

    def _put(self, sheet: strokes.Sheet) -> None:
        self.sheet = sheet
        self.refresh()
        self.post_message(self.Drawn(sheet))
