"""Slider: chooses one of a few named stops, `○──○──●──○  best`."""

from dataclasses import dataclass
from itertools import pairwise

from textual import events
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget

from mnist_sum_tui.formatting import first_fit
from mnist_sum_tui.glyphs import BRAILLE
from mnist_sum_tui.tui.predictions.weights import SAME

LINE = BRAILLE.track[2]


def slider_line(names: tuple[str, ...], chosen: int, width: int) -> str:
    """The stops as circles with names, `○ epoch 1 ── ● best ── ○ last`.

    If that is too long, only the chosen stop and both ends have names, or only the chosen one; each beside its circle.
    """
    if not names:
        return ""
    ends = {0, chosen, len(names) - 1}
    shorter = [({chosen}, LINE * count) for count in (2, 1, 0)]
    for named, joint in [({*range(len(names))}, f"{LINE * 2} "), (ends, LINE * 2), *shorter]:
        dots = (BRAILLE.on if row == chosen else BRAILLE.off for row in range(len(names)))
        stops = [f"{dot} {names[row]} " if row in named else dot for row, dot in enumerate(dots)]
        line = joint.join(stops).rstrip()
        if len(line) <= width:
            return line
    place, parts = f"{chosen + 1}/{len(names)}", names[chosen].split(SAME)
    forms = [f"{place} {SAME.join(parts[:count])}" for count in range(len(parts), 0, -1)]
    return first_fit(forms, width)[:width]


def needed(names: tuple[str, ...], chosen: int) -> int:
    """The columns that the stops need at least, with the chosen one's whole name."""
    return len(names) + 1 + len(names[chosen]) if names else 0


def stop_at(line: str, column: int) -> int | None:
    """The stop whose circle or name is at a column of the line; None if there is none."""
    starts = [at for at, character in enumerate(line) if character in BRAILLE.on + BRAILLE.off]
    for row, (start, end) in enumerate(pairwise([*starts, len(line)])):
        if start <= column < end:
            return row
    return None


class Slider(Widget):
    """Shows the stops `names`, of which number `chosen` is selected."""

    ALLOW_SELECT = False  # it is dragged, and no text is meant to be selected meanwhile

    names: reactive[tuple[str, ...]] = reactive[tuple[str, ...]](())
    chosen: reactive[int] = reactive(0)

    @dataclass(eq=False)
    class Moved(Message):
        """A stop was clicked, or reached by dragging or the wheel."""

        name: str

    def render(self) -> Content:
        """The stops in one line."""
        return Content(slider_line(self.names, self.chosen, self.content_size.width))

    def on_click(self, event: events.Click) -> None:
        """Move to the stop under the mouse."""
        self._go(self._stop_at(event))

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """Follow the mouse while its button is down."""
        if event.button and (found := self._stop_at(event)) != self.chosen:
            self._go(found)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Move to the previous stop."""
        event.stop()
        self._go(self.chosen - 1)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Move to the next stop."""
        event.stop()
        self._go(self.chosen + 1)

    def _stop_at(self, event: events.MouseEvent) -> int | None:
        line = slider_line(self.names, self.chosen, self.content_size.width)
        return stop_at(line, event.x - self.gutter.left)

    def _go(self, stop: int | None) -> None:
        if stop is not None and 0 <= stop < len(self.names):
            self.post_message(self.Moved(self.names[stop]))
