"""PlainApp: an app with our themes and the chosen marker, which shows text from files without markup and escapes."""

import contextlib
import os
import signal
from collections.abc import Sequence
from typing import Any

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from textual.app import App
from textual.binding import Binding
from textual.color import Color
from textual.driver import Driver
from textual.filter import LineFilter
from textual.notifications import SeverityLevel

from mnist_sum_tui.glyphs import ASCII, BRAILLE, current, shown
from mnist_sum_tui.machine.stdio import apart
from mnist_sum_tui.machine.terminal import size
from mnist_sum_tui.printable import printable
from mnist_sum_tui.tui import looks
from mnist_sum_tui.tui.textual_fixes import whole_cells

NAMED_KEYS = {"enter": "enter", "backspace": "backspace"}
JOINER = "\u200d"
"""zero-width joiner: combines two emoji into one, as wide as one of them"""
CLEAR = "\x1b[m\x1b[2J\x1b[H"
"""clears the screen: a terminal that has only one, such as GNU screen's or the Linux console, would keep the dashboard
under what the shell writes"""
TERMINAL_SECONDS = 2.0
"""how often it looks whether the terminal is still there"""


class ShownOnly(LineFilter):
    """Replaces unprintable characters by spaces of the same width, and others by the characters of the marker.

    Text from files goes through `printable` when it is read; this filter is a second safeguard. It also applies the
    marker to what Textual itself draws: borders, scroll bars, large digits. One filter does both, and calls Textual's
    own, because Textual copies each line for each filter.
    """

    def __init__(self, before: tuple[LineFilter, ...] = ()) -> None:
        """`before` are the filters that a line goes through first."""
        super().__init__()
        self.before = before

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """Filter the segments of a line; the width stays the same, because an escape character has none."""
        for other in self.before:
            segments = other.apply(segments, background)
        if not all(segment.text.isprintable() for segment in segments):
            segments = [Segment(_print_of(text), style, control) for text, style, control in segments]
        if current() is not BRAILLE:
            segments = [Segment(_shown(text), style, control) for text, style, control in segments]
        return segments


def _shown(text: str) -> str:
    """The text in the marker's characters, as wide as before: several `?` may stand for joined emoji, which are one."""
    return text if text.isascii() else set_cell_size(shown(text), cell_len(text))


def _print_of(text: str) -> str:
    return "".join(c if c.isprintable() or c == JOINER else " " * cell_len(c) for c in text)


class PlainApp(App[int]):
    """An app whose lines all go through ShownOnly, and whose toasts show their text without markup."""

    _filter = ShownOnly()

    def __init__(self) -> None:
        super().__init__()
        self.suit_marker()
        for own in looks.OWN:
            self.register_theme(own)
        self.theme = looks.DEFAULT

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """Our own theme variables, for Textual's themes."""
        return looks.DEFAULTS

    def _build_driver(self, *arguments: Any, **named: Any) -> Driver:
        """Textual's driver, which writes past a replaced stdout, clears the screen and notices a lost terminal."""
        driver: Any = super()._build_driver(*arguments, **named)
        if hasattr(driver, "_file"):
            driver._file = apart(driver._file)
        if hasattr(driver, "_sigcont_application"):  # of Linux and macOS, not of tests
            signal.signal(signal.SIGCONT, lambda *_: self._send_on(driver))
            stop, found = driver.stop_application_mode, driver._get_terminal_size
            driver._get_terminal_size = lambda: size() or found()  # Textual's asks stdout only, which may be a file

            def clear_and_stop() -> None:
                driver.write(CLEAR)
                stop()

            driver.stop_application_mode = clear_and_stop

            def leave_if_gone() -> None:
                """The system sends SIGHUP only to the leader of the session, which may live on, and so would we."""
                if not os.isatty(driver.fileno):
                    watch.stop()
                    signal.raise_signal(signal.SIGHUP)

            watch = self.set_interval(TERMINAL_SECONDS, leave_if_gone)
        return driver  # type: ignore[no-any-return]

    def _send_on(self, driver: Any) -> None:
        with contextlib.suppress(RuntimeError):  # the loop is closed
            driver._loop.call_soon_threadsafe(self._go_on, driver)

    def _go_on(self, driver: Any) -> None:
        """Take the terminal back after the process was stopped, and draw all again, because the shell wrote there."""
        if self._exit:
            return
        if not driver._must_signal_resume:  # by SIGSTOP, of which no program is told: Textual 8 would read keys twice
            driver.suspend_application_mode()
        driver.resume_application_mode()
        self.screen.refresh()

    def suit_marker(self) -> None:
        """Fit the app to the marker: parts of a cell only with braille, no large digits with ASCII."""
        whole_cells(current() is not BRAILLE)
        self.set_class(current() is ASCII, "-ascii")

    def get_line_filters(self) -> Sequence[LineFilter]:
        """The filter for every line, which includes Textual's."""
        if (before := tuple(super().get_line_filters())) != self._filter.before:
            self._filter = ShownOnly(before)
        return [self._filter]

    def get_key_display(self, binding: Binding) -> str:
        """The name of a key for the footer; a word if Textual's sign for it is missing in many fonts."""
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
        """Show a toast with the message as plain text, because brackets in it may be part of a folder's name."""
        super().notify(printable(message), title=printable(title), severity=severity, timeout=timeout, markup=False)
