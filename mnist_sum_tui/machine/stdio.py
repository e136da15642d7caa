"""Repair and flush the standard streams, which a shell may have closed and whose terminal may be gone."""

import io
import os
import sys


def repair_streams() -> None:
    """Make sure that all three standard streams exist and that the outputs accept every character.

    A stream that the shell has closed is None, and the next file to be opened would get its descriptor. An ASCII output
    would raise an error for bars and dots; now it shows `?`.
    """
    for name in ("stdin", "stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, open(os.devnull, "r" if name == "stdin" else "w", encoding="utf-8"))  # noqa: SIM115, PTH123
        elif name != "stdin" and isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def flush_or_drop() -> None:
    """Flush the outputs, or drop what nobody can read any more; otherwise Python would complain and exit with 120."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
