"""Fixes for Textual 8, in which fast keys, clicks or resizes crash or hang the program."""

import contextlib
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, ClassVar, NamedTuple, cast

from textual._ansi_sequences import ANSI_SEQUENCES_KEYS
from textual.await_complete import AwaitComplete
from textual.content import Content
from textual.driver import Driver
from textual.events import Click, Key, Resize, ScreenResume
from textual.geometry import Offset, Size
from textual.message import Message
from textual.message_pump import MessagePump
from textual.screen import ModalScreen, Screen, ScreenResultType
from textual.scrollbar import ScrollBarRender
from textual.timer import Timer
from textual.widget import Widget
from textual.widgets import Button, Input, OptionList
from textual.worker import get_current_worker

from mnist_sum_tui.tui.told_sizes import tell_sizes
from mnist_sum_tui.tui.whole_figures import keep_figures_whole

LEFT = 1
"""the mouse's left button"""
SCROLL_BARS = {name: getattr(ScrollBarRender, name) for name in ("VERTICAL_BARS", "HORIZONTAL_BARS")}


class SteadyScreen(Screen[ScreenResultType]):
    """A screen that can be closed only once, and that ignores outdated and repeated sizes."""

    _is_answered = _has_opened = False
    _fitted_to: Size | None = None

    def dismiss(self, result: ScreenResultType | None = None) -> AwaitComplete:
        """Close the screen with an answer; does nothing if it is already closed.

        A late key, handled when another screen is on top, also does nothing: Textual would close that screen instead.
        """
        if self._is_answered or not self.is_active:
            return AwaitComplete()
        self._is_answered = True
        return super().dismiss(result)

    def get_widget_and_offset_at(self, x: int, y: int) -> tuple[Widget | None, Offset | None]:
        """The widget there in which text is selected, or none if it was removed and is still drawn.

        Textual 8 asks the widget's parent for its region when the mouse is pressed.
        """
        widget, offset = super().get_widget_and_offset_at(x, y)
        return (None, None) if widget is None or widget.parent is None else (widget, offset)

    def _on_screen_resume(self, event: ScreenResume) -> None:
        """Style only the screen itself when it opens, because its widgets were styled when they were mounted."""
        if not self._has_opened:
            event.refresh_styles = False
            self.app.stylesheet.apply(self)  # its own sheet was read after it had been styled
        self._has_opened = True

    def on_resize(self, event: Resize) -> None:
        """Ignore a size that is not the current one, or that the screen is laid out for.

        Textual 8 answers each Resize with another one of the same size. Two different sizes in the queue would
        alternate forever, and a page that opens was laid out nine times.
        """
        if event.size != self.app.size or event.size == self._fitted_to == self._compositor.size:
            event.stop()
            event.prevent_default()
        else:
            self._fitted_to = event.size


class SteadyInput(Input):
    """A field that takes all keys in the order in which they were typed.

    Textual 8 types a character at once, but backspace, tab and other bound keys act only after they have gone through
    all widgets above. Typed quickly, or on a busy machine, `backspace 5` would become `5 backspace`.
    """

    async def _on_key(self, event: Key) -> None:
        now = self.app.focused or self.app.screen
        if now is self and self.check_consume_key(event.key, event.character):
            return  # Input types it
        event.stop()
        event.prevent_default()
        if now is self:
            await self.app._check_bindings(event.key)
        else:  # an earlier key has moved the focus
            now._forward_event(Key(event.key, event.character))


class Question(ModalScreen[ScreenResultType], SteadyScreen[ScreenResultType]):
    """A modal screen that returns an answer."""

    CSS_PATH: ClassVar = [Path(__file__).with_name("dialogs.tcss")]


def pass_on(taker: MessagePump, take: Callable[..., object], *found: object) -> None:
    """Pass on what a worker's thread has found, unless the worker was cancelled, for example by a newer one.

    Textual cannot end the thread of a cancelled worker: it runs on, and may be done after the newer one's.
    """
    if not get_current_worker().is_cancelled:
        taker.call_later(take, *found)


def whole_cells(is_so: bool) -> None:
    """Have scroll bars end between two cells (`is_so`), or within a cell, which needs eighths of a block."""
    for name, bars in SCROLL_BARS.items():
        setattr(ScrollBarRender, name, [" "] * 8 if is_so else bars)


@cache
def mend() -> None:
    """Patch what no subclass of ours can mend; once per process."""
    mend_lists()
    mend_alt_digits()
    mend_late_keys()
    mend_timers()
    mend_buttons()
    mend_resumes()
    keep_figures_whole()
    tell_sizes()


def mend_timers() -> None:
    """Patch Timer, so that none has an interval below 1 ms.

    Textual 8 makes a toast's timer of the time that it has left. If that has just run out, the timer, with an interval
    below 0, never ends, and lets nothing else run.
    """
    begin = Timer.__init__

    def begin_later(timer: Timer, target: Any, interval: float, **options: Any) -> None:
        begin(timer, target, max(interval, 0.001), **options)

    setattr(Timer, "__init__", begin_later)  # noqa: B010


def mend_buttons() -> None:
    """Patch Button, so that only the left button of the mouse presses it, because to delete cannot be undone.

    With Textual 8 each button does, and the right one is used for other things.
    """
    press = Button._on_click

    async def press_by_left(button: Button, event: Click) -> None:
        event.stop()
        if event.button == LEFT:
            await press(button, event)

    setattr(Button, "_on_click", press_by_left)  # noqa: B010


def mend_resumes() -> None:
    """Patch ScreenResume, which Textual 8 sends twice in a row when a page opens.

    The second layout keeps heights that the first one found for other widths, so Inside's words lost their last line.
    """
    setattr(ScreenResume, "can_replace", lambda _, message: isinstance(message, ScreenResume))  # noqa: B010


def mend_late_keys() -> None:
    """Patch Driver, so that a key that comes while the program ends is dropped.

    Textual 8 makes a coroutine of each key, and Python warns in the terminal of one that was never awaited.
    """

    def send_message(driver: Driver, message: Message) -> None:
        with contextlib.suppress(RuntimeError):  # the loop is closed
            driver._loop.call_soon_threadsafe(driver._app.post_message, message)

    setattr(Driver, "send_message", send_message)  # noqa: B010


def mend_lists() -> None:
    """Patch OptionList and Content, so that a list without any room on the screen raises no error.

    Page up or down raises KeyError if no line is laid out yet: just after the list opens, or in a terminal of a few
    rows. In a terminal of a few columns, text is wrapped to width 0: a ValueError. Selects and the palette use lists.
    """
    height_of = Content.get_height
    setattr(Content, "get_height", lambda text, rules, width: height_of(text, rules, max(width, 1)))  # noqa: B010
    for name in ("action_page_up", "action_page_down"):
        turn = getattr(OptionList, name)

        def turn_if_laid_out(choices: OptionList, turn: Any = turn) -> None:
            if choices.scrollable_content_region:
                turn(choices)

        setattr(OptionList, name, turn_if_laid_out)


class NamedKey(NamedTuple):
    """A key's name, in the form of Textual's table of key sequences."""

    value: str


def mend_alt_digits() -> None:
    """Patch the table of keys, so that Alt with a digit is the key `alt+2`.

    Terminals send Escape and the digit. Textual 8 takes it for a character of macOS' Option key, such as `™`. xterm
    and st may set its eighth bit instead: a superscript two for Alt-2. A field of text still takes such a character.
    """
    sequences = cast(dict[str, Any], ANSI_SEQUENCES_KEYS)
    for digit in range(10):
        for sequence in (f"\x1b{digit}", chr(ord(f"{digit}") | 0x80)):
            sequences[sequence] = (NamedKey(f"alt+{digit}"),)
