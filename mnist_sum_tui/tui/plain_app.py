"""PlainApp: an app with our themes and the chosen marker, which shows text from files safely: no markup, no escapes."""

import time
from collections.abc import Sequence
from typing import Any

from rich.cells import cell_len
from rich.color import ColorSystem
from rich.segment import Segment
from textual._compositor import CompositorUpdate
from textual._context import visible_screen_stack
from textual.app import App, ReturnType
from textual.binding import Binding
from textual.color import Color
from textual.driver import Driver
from textual.events import Event, InputEvent
from textual.filter import LineFilter
from textual.notifications import SeverityLevel
from textual.screen import Screen

from mnist_sum_tui.glyphs import ASCII, BRAILLE, current, shown
from mnist_sum_tui.printable import printable
from mnist_sum_tui.tui import looks
from mnist_sum_tui.tui.link import Changes, Link, Timed
from mnist_sum_tui.tui.textual_fixes import OnceParsed, whole_cells

NAMED_KEYS = {"enter": "enter", "backspace": "backspace"}
JOINER = "\u200d"
"""zero-width joiner: combines two emoji into one, as wide as one of them"""
PATH_STYLE = "[$text-success]"
"""markup before the path in Textual's message about a screenshot, its only message with markup"""


class ShownOnly(LineFilter):
    """Replaces characters that are not printable by spaces of the same width, and the others by those of the marker.

    Text from files already goes through `printable` when it is read; this filter catches what was forgotten. And it
    draws with the marker also what Textual draws: borders, scroll bars, large digits. One filter does both, because
    Textual copies each line for each filter.
    """

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:  # noqa: ARG002
        """The segments of a line; the width stays the same. An escape character has none."""
        if not all(segment.text.isprintable() for segment in segments):
            segments = [Segment(_print_of(text), style, control) for text, style, control in segments]
        if current() is not BRAILLE:
            segments = [Segment(shown(text), style, control) for text, style, control in segments]
        return segments


def _print_of(text: str) -> str:
    return "".join(c if c.isprintable() or c == JOINER else " " * cell_len(c) for c in text)


class PlainApp(App[ReturnType]):
    """An app whose lines all go through ShownOnly, and whose toasts show their text without markup."""

    _last_filter = ShownOnly()

    def __init__(self) -> None:
        super().__init__()
        self.link = Link()
        self.suit_marker()
        for own in looks.OWN:
            self.register_theme(own)
        self.theme = looks.DEFAULT
        self.stylesheet = OnceParsed(variables=self.get_css_variables())

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """The variables that Textual's themes do not have."""
        return looks.DEFAULTS

    def _build_driver(self, *arguments: Any, **named: Any) -> Driver:
        """Textual's driver; what it writes to the terminal is timed."""
        driver: Any = super()._build_driver(*arguments, **named)
        if hasattr(driver, "_file"):
            driver._file = Timed(driver._file, self.link)
        return driver  # type: ignore[no-any-return]

    def _display(self, screen: Screen[Any], renderable: Any) -> None:
        """Draw; over a slow link only what is another than before."""
        is_picture = isinstance(renderable, CompositorUpdate) and screen is self.screen
        if is_picture and self.link.speed is not None and not self._batch_count and not self.is_headless:
            visible_screen_stack.set(self._background_screens)
            colours = self.console._color_system or ColorSystem.TRUECOLOR
            renderable = Changes(self.link.changes(screen._compositor.render_strips(), colours))
            if self.link.is_behind:
                self.call_later(screen.refresh)
        super()._display(screen, renderable)

    async def on_event(self, event: Event) -> None:
        """Let the link know of keys and clicks."""
        if isinstance(event, InputEvent):
            self.link.hurry(time.monotonic())
        await super().on_event(event)

    def suit_marker(self) -> None:
        """No eighths of a cell but in braille; no large digits in ASCII."""
        whole_cells(current() is not BRAILLE)
        self.set_class(current() is ASCII, "-ascii")

    def get_line_filters(self) -> Sequence[LineFilter]:
        """The filters for every line; ours is the last."""
        return [*super().get_line_filters(), self._last_filter]

    def get_key_display(self, binding: Binding) -> str:
        """The name of a key for the footer; words where Textual has signs that few fonts have."""
        return binding.key_display or NAMED_KEYS.get(binding.key) or super().get_key_display(binding)

    def notify(
        self,
        message: str,
        *,
        title: str = "",
        severity: SeverityLevel = "information",
        timeout: float | None = None,
        markup: bool = False,  # noqa: ARG002  ignored, because Widget.notify passes True by default
    ) -> None:
        """Show a toast with the message as it is; brackets in it belong to a folder's name or an error message."""
        words = printable(message.replace(PATH_STYLE, ""))
        super().notify(words, title=printable(title), severity=severity, timeout=timeout, markup=False)
