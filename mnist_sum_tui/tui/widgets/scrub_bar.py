"""ScrubBar: the position of a replay in its run, in one line; a click, a drag or the wheel moves it."""

from dataclasses import dataclass
from typing import NamedTuple

from textual import events
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget

from mnist_sum_tui.formatting import track
from mnist_sum_tui.glyphs import BRAILLE
from mnist_sum_tui.tui.session.player import Player

GAP = 2
"""columns between the words and the track"""
NOTCH = 0.02
"""the share of the run by which a notch of the wheel goes back or forth"""


class Place(NamedTuple):
    """How far a replay is."""

    is_playing: bool = False
    speed: float = 1
    words: str = ""
    """the position in words"""
    played: float = 0.0
    """the share that is played"""


class ScrubBar(Widget):
    """Shows `▸ x16  ━━━━━━╸──────────  12.3 s of 53.8 s, step   492`."""

    ALLOW_SELECT = False  # while text is selected with the mouse, Textual draws the whole page at each move

    place: reactive[Place] = reactive(Place())

    @dataclass(eq=False)
    class Dragged(Message):
        """The mouse asks for this share of the run, 0..1."""

        share: float

        def can_replace(self, message: Message) -> bool:
            """Only the newest place matters."""
            return isinstance(message, ScrubBar.Dragged)

    def show(self, player: Player) -> None:
        """Show the position of a player."""
        self.place = Place(player.is_playing, player.speed, player.words, player.share)

    def render(self) -> Content:
        """The bar in one line."""
        left, room, right = self._parts()
        done, rest = track(self.place.played, room)
        return Content.assemble(left, (done, "$text-primary"), (rest, "$foreground 30%"), right)

    def _parts(self) -> tuple[str, int, str]:
        """The words before the track, its columns, the words after it."""
        place = self.place
        speed = f"{place.speed:g}" if place.speed >= 1 else f"1/{1 / place.speed:g}"
        left = f"{BRAILLE.chosen if place.is_playing else BRAILLE.paused} x{speed:<3}" + " " * (GAP - 1)
        right = place.words
        room = self.content_size.width - len(left) - len(right) - GAP
        return left, max(room, 1), " " * GAP + right

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """Go to the mouse, and follow it until the button is released."""
        self.capture_mouse()
        self._go(event)

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """Follow the mouse while the button is down."""
        if self.app.mouse_captured is self:
            self._go(event)

    def on_mouse_up(self) -> None:
        """Stop following the mouse."""
        self.release_mouse()

    def on_mouse_scroll_up(self) -> None:
        """Go a little back."""
        self._ask_for(self.place.played - NOTCH)

    def on_mouse_scroll_down(self) -> None:
        """Go a little forth."""
        self._ask_for(self.place.played + NOTCH)

    def _go(self, event: events.MouseEvent) -> None:
        left, room, _ = self._parts()
        self._ask_for((event.x - self.gutter.left - len(left)) / max(room - 1, 1))

    def _ask_for(self, share: float) -> None:
        self.post_message(self.Dragged(min(max(share, 0.0), 1.0)))
