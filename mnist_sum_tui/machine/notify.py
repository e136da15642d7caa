"""Tell the user that a long command is over: by a bell, or by OSC 9, which some terminals show on the desktop."""

import contextlib
import os
import sys
import time
from collections.abc import Iterator
from typing import Literal, cast

from mnist_sum_tui import settings

Way = Literal["auto", "bell", "osc9", "none"]
LONG_SECONDS = 30.0
"""`auto` is silent for shorter commands, because the user is probably still looking"""
SHOWS_OSC9 = {
    "TERM": ("xterm-kitty", "xterm-ghostty", "foot", "foot-extra"),
    "TERM_PROGRAM": ("iTerm.app", "WezTerm", "ghostty"),
    "LC_TERMINAL": ("iTerm2",),
}
"""how terminals that show OSC 9 as a notification name themselves. Inside tmux these variables name tmux, which passes
a bell on, but OSC 9 only if its user allows it"""


def chosen(option: Way | None) -> Way:
    """The way to notify: the option's, or else that of the user's settings.

    Raises:
        UsageError: the environment variable has an unknown value.
    """
    return cast(Way, settings.find("notify", option).value)


def sequence(way: Way, what: str, seconds: float) -> str:
    """The characters that notify a terminal that `what` is over after `seconds`; empty for no notification."""
    if way == "none" or (way == "auto" and (seconds < LONG_SECONDS or os.environ.get("TERM") == "dumb")):
        return ""
    if way == "bell" or (way == "auto" and not _shows_osc9()):
        return "\a"
    told = f"\x1b]9;mnist-sum: {what} is over\x1b\\"
    if not os.environ.get("TMUX"):
        return told
    escaped = told.replace("\x1b", "\x1b\x1b")
    return f"\x1bPtmux;{escaped}\x1b\\"  # tmux's passthrough; it needs `set -g allow-passthrough on`


def _shows_osc9() -> bool:
    return not os.environ.get("TMUX") and any(os.environ.get(name) in known for name, known in SHOWS_OSC9.items())


@contextlib.contextmanager
def told_when_over(option: Way | None, what: str) -> Iterator[None]:
    """Notify the terminal behind stderr or stdout when the block ends, also by an error; never a pipe or a file."""
    way, began = chosen(option), time.monotonic()
    try:
        yield
    finally:
        terminal = next((stream for stream in (sys.stderr, sys.stdout) if stream.isatty()), None)
        if terminal is not None:
            with contextlib.suppress(OSError):  # it may be closed
                terminal.write(sequence(way, what, time.monotonic() - began))
                terminal.flush()
