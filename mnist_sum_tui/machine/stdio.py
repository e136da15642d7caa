"""Repair and flush the standard streams: a shell may have closed them, and their terminal may be gone."""

import codecs
import io
import os
import re
import sys
import threading
from contextlib import AbstractContextManager, suppress
from typing import TextIO

from mnist_sum_tui import glyphs

NEEDED = {"braille": glyphs.BRAILLE.envelope, "blocks": glyphs.BLOCKS.dots[3]}
"""a character of each marker, to see whether an output can show it"""


def repair_streams() -> None:
    """Make sure that all three standard streams exist and that the outputs accept every character.

    If the shell has closed a stream, it is None, and the next opened file would get its descriptor. An ASCII output
    would raise an error for bars and dots; now it shows the characters of the marker `ascii`, or else `?`. Everything
    printed to stdout uses the chosen marker, also what rich and Typer draw. Variables that give the terminal's size are
    removed if they are no plain numbers above 0, because rich and others stop at them, or print nothing. With
    PYTHONUNBUFFERED, as in many containers, Python would lose without a word what a full disk does not take.
    """
    for name in ("COLUMNS", "LINES"):
        if not re.fullmatch("[1-9][0-9]{0,4}", os.environ.get(name, "")):
            os.environ.pop(name, None)
    codecs.register_error("glyphs", _in_ascii)
    for name in ("stdin", "stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, open(os.devnull, "r" if name == "stdin" else "w", encoding="utf-8"))  # noqa: SIM115, PTH123
        elif name != "stdin" and isinstance(stream, io.TextIOWrapper):
            if isinstance(stream.buffer, io.RawIOBase):  # unbuffered
                stream = open(stream.fileno(), "w", buffering=1, encoding=stream.encoding, closefd=False)  # noqa: SIM115
                setattr(sys, name, stream)
            stream.reconfigure(errors="glyphs")
    write = sys.stdout.write
    sys.stdout.write = lambda text: write(text if _keeps_letters() else glyphs.shown(text))  # type: ignore[method-assign]


def _keeps_letters() -> bool:
    """Whether stdout has few characters, but letters such as umlauts among them, as a pipe on Windows.

    What it lacks is then replaced as it is written. Otherwise the marker `ascii` leaves only ASCII.
    """
    return glyphs.current() is glyphs.ASCII and "utf" not in _encoding().lower()


def choose_marker(name: str) -> None:
    """Draw with this marker; `auto` is the best one that stdout can show.

    Raises:
        UsageError: unknown marker.
    """
    glyphs.choose(_best_marker() if name == "auto" else name)


def is_ascii_locale() -> bool:
    """Whether the locale is one of ASCII only: Python writes UTF-8 all the same, but hardly any terminal shows it."""
    if not sys.flags.utf8_mode or any(os.environ.get(name) for name in ("PYTHONUTF8", "PYTHONIOENCODING")):
        return False
    locale = os.environ.get("LC_ALL") or os.environ.get("LANG") or ""  # LC_CTYPE is what Python has made of them
    return locale in ("C", "POSIX")


def _best_marker() -> str:
    if is_ascii_locale():
        return "ascii"
    if os.environ.get("TERM") == "linux":
        return "blocks"  # the Linux console's fonts have 256 or 512 characters, no braille among them
    for name, character in NEEDED.items():
        with suppress(UnicodeEncodeError):
            character.encode(_encoding())
            return name
    return "ascii"


def _encoding() -> str:
    """The encoding of the process's own stdout, in whose place the dashboard puts one that has none."""
    return (sys.__stdout__ or sys.stdout).encoding or "utf-8"


def _in_ascii(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return glyphs.shown(error.object[error.start : error.end], glyphs.ASCII), error.end


class _Dropping:
    """Drops stderr while at least one thread wants it: the first one redirects it, the last one gives it back."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._threads = 0
        self._before = -1

    def __enter__(self) -> None:
        with self._lock:
            if self._threads == 0:
                with open(os.devnull, "w", encoding="utf-8") as nowhere:  # noqa: PTH123
                    self._before = os.dup(2)
                    os.dup2(nowhere.fileno(), 2)
            self._threads += 1

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self._threads -= 1
            if self._threads == 0:
                os.dup2(self._before, 2)
                os.close(self._before)


_DROPPING = _Dropping()


def without_lines_of_libraries() -> AbstractContextManager[None]:
    """Drop what libraries in C, such as libtiff, print to stderr; what is `apart` from it is written as before."""
    return _DROPPING


def apart(stream: TextIO) -> TextIO:
    """The same output under another descriptor, so that the dashboard can draw while stderr is redirected."""
    return open(os.dup(stream.fileno()), "w", encoding=stream.encoding, errors=stream.errors)  # noqa: PTH123


def flush_or_drop() -> None:
    """Flush the outputs, or drop what nobody can read any more; otherwise Python would complain and exit with 120."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
