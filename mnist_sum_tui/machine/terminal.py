"""The terminal of this process: whether the dashboard can be drawn there, and its size."""

import contextlib
import os
import sys

SMALLEST = (60, 20)
"""the smallest terminal for the whole dashboard, in columns and rows"""


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
