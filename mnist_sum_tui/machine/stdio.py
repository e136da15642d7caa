"""The process's own standard streams, which a shell may have closed and a terminal may take away."""

import io
import os
import sys


def repair_streams() -> None:
    """Have three streams that take every character.

    A stream that the shell has closed is None, and its number would go to the next file that is opened; and an output
    in ASCII has no bars, ticks and dots.
    """
    for name in ("stdin", "stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, open(os.devnull, "r" if name == "stdin" else "w", encoding="utf-8"))  # noqa: SIM115, PTH123
        elif name != "stdin" and isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def flush_or_drop() -> None:
    """Hand on what was written; drop what nobody can read any more, or Python would complain, and exit with 120."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
