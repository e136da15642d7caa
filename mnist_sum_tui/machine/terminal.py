"""What terminal this process has: its size, what it runs inside, and whether it reports the mouse. Standard library."""

import contextlib
import os
import re
import select
import signal
import sys
import time
from collections.abc import Iterator

SMALLEST = (60, 20)
"""columns and rows in which the dashboard shows all that it has"""
MOUSE_ON, MOUSE_OFF = b"\x1b[?1000h\x1b[?1006h", b"\x1b[?1006l\x1b[?1000l"
"""report clicks, as SGR sequences (xterm's control sequences, "Mouse Tracking")"""
MOUSE_EVENT = re.compile(rb"\x1b\[<\d+;\d+;\d+[Mm]")
LATE_SECONDS = 0.2
"""how long after MOUSE_OFF the terminal may still be reporting that the button was let go"""


def can_draw() -> bool:
    """Whether the dashboard finds a terminal: it reads stdin, draws on stderr, and moves the cursor."""
    streams = (sys.__stdin__, sys.__stderr__)
    return all(stream is not None and stream.isatty() for stream in streams) and os.environ.get("TERM") != "dumb"


def size() -> tuple[int, int] | None:
    """Columns and rows of the terminal behind stdin, stdout or stderr; None where none of them is one."""
    for descriptor in (0, 1, 2):
        with contextlib.suppress(OSError):
            columns, rows = os.get_terminal_size(descriptor)
            return columns, rows
    return None


def inside() -> list[str]:
    """Which of tmux, screen and ssh stand between the program and the window."""
    signs = {"tmux": ("TMUX",), "screen": ("STY",), "ssh": ("SSH_CONNECTION", "SSH_TTY")}
    return [name for name, variables in signs.items() if any(os.environ.get(each) for each in variables)]


def reports_mouse(seconds: float) -> bool | None:
    """Wait for a click in the terminal; True if one was reported, False after `seconds` or a key without one.

    None where it cannot be asked: Windows has no termios. The terminal is restored however the wait ends: also on
    Ctrl-C (KeyboardInterrupt), SIGTERM and SIGHUP (SystemExit with 128 + n).
    """
    try:
        import termios
        import tty
    except ImportError:
        return None
    before = termios.tcgetattr(0)
    with _signals_raise():
        try:
            tty.setcbreak(0)
            own = termios.tcgetattr(0)
            for key in (termios.VSUSP, termios.VQUIT):  # Ctrl-Z and Ctrl-\\ would leave the terminal as it is now
                own[6][key] = os.fpathconf(0, "PC_VDISABLE").to_bytes(1, "big")
            termios.tcsetattr(0, termios.TCSANOW, own)
            os.write(2, MOUSE_ON)
            return _click_within(seconds)
        finally:
            with contextlib.suppress(OSError, termios.error):  # the terminal may be gone
                try:
                    os.write(2, MOUSE_OFF)
                    time.sleep(LATE_SECONDS)
                finally:  # FLUSH drops what is unread, which the shell would take as typed
                    termios.tcsetattr(0, termios.TCSAFLUSH, before)


def _click_within(seconds: float) -> bool:
    heard, end = b"", time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0 and select.select([0], [], [], left)[0]:
        part = os.read(0, 1024)
        heard += part
        if MOUSE_EVENT.search(heard):
            return True
        if not part or not heard.startswith(b"\x1b"):  # the terminal is gone, or a key
            return False
    return False


@contextlib.contextmanager
def _signals_raise() -> Iterator[None]:
    """Have SIGTERM and SIGHUP raise SystemExit, so that `finally` is reached."""
    numbers = [getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]
    ours = [number for number in numbers if signal.getsignal(number) is not signal.SIG_IGN]  # nohup ignores SIGHUP
    before = {number: signal.signal(number, lambda number, _: sys.exit(128 + number)) for number in ours}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
