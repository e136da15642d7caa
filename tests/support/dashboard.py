"""The program in a pseudo-terminal, used by keys and by what stands on its screen.

    with Terminal("tui", "--replay", run, size=(120, 36)) as screen:
        screen.wait("Replay")
        screen.press("f2")
        assert "sum" in screen.wait("Inspect")

A command is a forked process of the real program (see `forked.py`), so nothing of the package is imported here.
"""

import contextlib
import os
import re
import select
import signal
import termios
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Self

import pyte

from tests import forked

WAIT = 20.0
"""seconds until a test gives up; a condition that holds is seen within 0.01 s"""
QUIET = 0.04
"""seconds without output after which a screen is complete: twice Textual's pause between two frames"""
KEYS = {
    "enter": "\r", "escape": "\x1b", "tab": "\t", "backspace": "\x7f", "space": " ", "delete": "\x1b[3~",
    "up": "\x1b[A", "down": "\x1b[B", "right": "\x1b[C", "left": "\x1b[D", "home": "\x1b[H", "end": "\x1b[F",
    "pageup": "\x1b[5~", "pagedown": "\x1b[6~", "shift+tab": "\x1b[Z", "shift+left": "\x1b[1;2D",
    "shift+right": "\x1b[1;2C", "shift+up": "\x1b[1;2A", "shift+down": "\x1b[1;2B",
    "f1": "\x1bOP", "f2": "\x1bOQ", "f3": "\x1bOR", "f4": "\x1bOS", "f5": "\x1b[15~", "f6": "\x1b[17~",
    "f9": "\x1b[20~", "ctrl+p": "\x10", "ctrl+c": "\x03", "ctrl+q": "\x11", "ctrl+s": "\x13",
}  # fmt: skip
"""what a terminal sends for the keys whose name is not what they write"""
UNKNOWN_TO_PYTE = re.compile(rb"\x1b\[[<>=][0-9;]*[a-zA-Z]|\x1b\[\?[0-9;]*\$p")
"""sequences that pyte would print"""


class Terminal:
    """A command at work in a terminal of `size` (columns, rows)."""

    def __init__(
        self, *arguments: str | Path, size: tuple[int, int] = (80, 24), cwd: Path | None = None, **variables: str
    ) -> None:
        columns, rows = size
        self._master, slave = os.openpty()
        termios.tcsetwinsize(slave, (rows, columns))
        self.modes = termios.tcgetattr(slave)
        """of the terminal, before the program may change them"""
        usual = {"TERM": "xterm-256color", "COLORTERM": "truecolor"}
        without = {name: text for name, text in os.environ.items() if name not in ("TMUX", "STY", "SSH_CONNECTION")}
        environment: Mapping[str, str] = {**without, **usual, **variables}
        self.process = forked.Running([*map(str, arguments)], [slave] * 3, cwd or Path.cwd(), environment)
        os.close(slave)
        self.screen, self.output = pyte.Screen(columns, rows), b""
        self._stream = pyte.ByteStream(self.screen)
        setattr(self.screen, "write_process_input", lambda answer: os.write(self._master, answer.encode()))  # noqa: B010

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL)
            self.process.poll(WAIT)
        with contextlib.suppress(OSError):
            os.close(self._master)

    def read(self, seconds: float = 0.0) -> bool:
        """Take in what is written within so many seconds; whether there was anything."""
        if not select.select([self._master], [], [], seconds)[0]:
            return False
        try:
            new = os.read(self._master, 1 << 18)
        except OSError:  # Linux's word for a terminal that nobody has open
            return False
        self.output += new
        self._stream.feed(UNKNOWN_TO_PYTE.sub(b"", new))
        return bool(new)

    @property
    def lines(self) -> list[str]:
        return [line.rstrip() for line in self.screen.display]

    @property
    def text(self) -> str:
        return "\n".join(self.lines)

    def wait(self, *patterns: str, gone: str = "", until: Callable[[], object] | None = None) -> str:
        """The screen's text once it shows all patterns (regular expressions), not `gone`, and `until()` holds."""
        end = time.monotonic() + WAIT
        while True:
            text = self.text
            missing = [pattern for pattern in patterns if not re.search(pattern, text)]
            if not missing and not (gone and re.search(gone, text)) and (until is None or until()):
                return text
            assert time.monotonic() < end, f"waited for {missing or gone or until}:\n{text}"
            self.read(0.05)

    def settled(self) -> str:
        """The screen's text once nothing more is drawn."""
        while self.read(QUIET):
            pass
        return self.text

    def press(self, *keys: str) -> str:
        """Press keys one after the other, each once the one before is drawn; the screen's text afterwards."""
        for key in keys:
            os.write(self._master, KEYS.get(key, key).encode())
            self.read(1.0)
            self.settled()
        return self.text

    def type(self, text: str) -> str:
        """Type a text at once."""
        os.write(self._master, text.encode())
        self.read(1.0)
        return self.settled()

    def click(self, column: int, row: int, kind: str = "") -> str:
        """Press and let go the mouse's button at a cell, from 0; `kind` is `down`, `up` or `move` for one of these."""
        events = {"down": ["0;{0};{1}M"], "up": ["0;{0};{1}m"], "move": ["32;{0};{1}M"]}
        for event in events.get(kind, [*events["down"], *events["up"]]):
            os.write(self._master, b"\x1b[<" + event.format(column + 1, row + 1).encode())
        self.read(1.0)
        return self.settled()

    def find(self, text: str) -> tuple[int, int]:
        """Column and row of a text on the screen."""
        for row, line in enumerate(self.screen.display):
            if text in line:
                return line.index(text), row
        raise AssertionError(f"{text!r} is not on the screen:\n{self.text}")

    def resize(self, columns: int, rows: int) -> str:
        termios.tcsetwinsize(self._master, (rows, columns))
        self.screen.resize(rows, columns)
        self.read(1.0)
        return self.settled()

    def end(self, seconds: float = WAIT) -> int:
        """The exit code, once the command has ended."""
        end = time.monotonic() + seconds
        while self.process.poll() is None:
            assert time.monotonic() < end, f"does not end:\n{self.text}"
            self.read(0.02)
        while self.read(0):
            pass
        return int(self.process.wait(0))

    def spans(self) -> Iterator[str]:
        """The screen with its colours, a row each: text, and behind it where each style begins and what it is."""
        for row in range(self.screen.lines):
            cells = [self.screen.buffer[row][column] for column in range(self.screen.columns)]
            text = "".join(cell.data for cell in cells).rstrip()
            styles, before = [], ""
            for column, cell in enumerate(cells[: len(text)]):
                marks = "".join(name[0] for name in ("bold", "italics", "underscore", "reverse") if getattr(cell, name))
                style = f"{cell.fg}/{cell.bg}{marks and '/' + marks}"
                if style != before and cell.data != " ":
                    styles.append(f"{column}:{style}")
                    before = style
            yield text if not styles else f"{text}\t{' '.join(styles)}"
