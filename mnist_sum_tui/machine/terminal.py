"""The terminal of this process: its size, whether it is in tmux, screen or ssh, and whether it reports clicks."""

import contextlib
import os
import re
import select
import sys
import time

from mnist_sum_tui.machine.signals import tidied

SMALLEST = (60, 20)
"""the smallest terminal for the whole dashboard, in columns and rows"""
MOUSE_ON, MOUSE_OFF = b"\x1b[?1000h\x1b[?1006h", b"\x1b[?1006l\x1b[?1000l"
"""start and stop reporting clicks as SGR sequences (xterm's control sequences, "Mouse Tracking")"""
MOUSE_EVENT = re.compile(rb"\x1b\[<\d+;\d+;\d+[Mm]")
LATE_SECONDS = 0.2
"""time for the report of the button's release to arrive after MOUSE_OFF"""


def can_draw() -> bool:
    """Whether the dashboard can run: it reads stdin, draws on stderr, and needs a terminal that moves the cursor.

    On Windows Textual draws on stdout instead.
    """
    streams = (sys.__stdin__, getattr(sys, f"__{_drawn_on()}__"))
    return all(stream is not None and stream.isatty() for stream in streams) and os.environ.get("TERM") != "dumb"


def why_not(terminal: str = "a terminal") -> str:
    """Why the dashboard cannot run here, if it cannot; `terminal` is the last word on a stream that is none."""
    is_dumb = os.environ.get("TERM") == "dumb"
    return "TERM=dumb cannot move the cursor" if is_dumb else f"stdin or {_drawn_on()} is not {terminal}"


def _drawn_on() -> str:
    """The name of the stream on which Textual draws."""
    return "stdout" if sys.platform == "win32" else "stderr"


def size() -> tuple[int, int] | None:
    """Columns and rows of the terminal behind stdin, stdout or stderr.

    None if none of them is a terminal, or none says its size, as a serial line does not.
    """
    for descriptor in (0, 1, 2):
        with contextlib.suppress(OSError):
            columns, rows = os.get_terminal_size(descriptor)
            if columns and rows:
                return columns, rows
    return None


def inside() -> list[str]:
    """Which of tmux, screen and ssh this process runs inside."""
    signs = {"tmux": ("TMUX",), "screen": ("STY",), "ssh": ("SSH_CONNECTION", "SSH_TTY")}
    return [name for name, variables in signs.items() if any(os.environ.get(each) for each in variables)]


def reports_mouse(seconds: float) -> bool | None:
    """Wait for a click: True if one was reported, False after `seconds` or a key, None on Windows.

    The terminal is restored however the wait ends: also by Ctrl-C (KeyboardInterrupt), and by SIGTERM or SIGHUP
    (SystemExit with 128 + n).
    """
    try:
        import termios
        import tty
    except ImportError:
        return None
    before = termios.tcgetattr(0)
    with tidied():
        try:
            tty.setraw(0)  # raw, so that Ctrl-Z does not leave the shell with a terminal in this state
            os.write(2, MOUSE_ON)
            return _click_within(seconds)
        finally:
            with contextlib.suppress(OSError, termios.error):  # the terminal may be closed
                try:
                    os.write(2, MOUSE_OFF)
                    time.sleep(LATE_SECONDS)
                finally:  # TCSAFLUSH drops unread input, which the shell would take as typed
                    termios.tcsetattr(0, termios.TCSAFLUSH, before)


def _click_within(seconds: float) -> bool:
    heard, end = b"", time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0 and select.select([0], [], [], left)[0]:
        part = os.read(0, 1024)
        heard += part
        if b"\x03" in part:  # Ctrl-C
            raise KeyboardInterrupt
        if MOUSE_EVENT.search(heard):
            return True
        if not part or not heard.startswith(b"\x1b"):  # the terminal was closed, or a key was pressed
            return False
    return False
