"""Run a program in a pseudo-terminal: send keys, wait for text. POSIX only."""

import contextlib
import fcntl
import os
import pty
import re
import signal
import struct
import termios
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Self

from mnist_sum_tui.errors import BenchError

ESCAPES = re.compile(rb"\x1b(\[[0-9;:<=>?]*[ -/]*[@-~]|\][^\x07\x1b]*(\x07|\x1b\\)|P[^\x1b]*\x1b\\|[()].|.)")
COLUMNS, ROWS = 120, 36
END_SECONDS = 5.0


class Terminal:
    """Starts a program, reads all its output, so that the program never waits, and kills it in the end."""

    def __init__(self, command: Sequence[str]) -> None:
        self._output = bytearray()
        self.received = 0
        """bytes that the program has written so far"""
        self._changed = threading.Condition()
        self._pid, self._descriptor = pty.fork()
        if self._pid == 0:
            try:
                os.execvpe(command[0], list(command), {**os.environ, "TERM": "xterm-256color"})
            finally:
                os._exit(127)
        fcntl.ioctl(self._descriptor, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
        self._reader = threading.Thread(target=self._read, name="terminal", daemon=True)
        self._reader.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        os.kill(self._pid, signal.SIGKILL)
        os.waitpid(self._pid, 0)
        self._reader.join(END_SECONDS)
        os.close(self._descriptor)

    @property
    def main_thread_seconds(self) -> float | None:
        """CPU time that the program's main thread has used so far; None on systems without /proc (proc(5))."""
        try:
            text = Path(f"/proc/{self._pid}/task/{self._pid}/stat").read_text(encoding="utf-8", errors="replace")
        except OSError:
            return None
        user, system = text.rpartition(")")[2].split()[11:13]
        return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")

    def write(self, keys: bytes) -> None:
        """Send keys to the program."""
        os.write(self._descriptor, keys)

    def forget(self) -> None:
        """Discard the output so far, so that `wait_for` sees only what follows."""
        with self._changed:
            self._output.clear()

    def wait_for(self, pattern: str, seconds: float) -> float:
        """Wait until the output matches a regular expression; returns the time by time.perf_counter().

        Raises:
            BenchError: there is no match within `seconds`.
        """
        end = time.monotonic() + seconds
        with self._changed:
            while not re.search(pattern, ESCAPES.sub(b"", bytes(self._output)).decode(errors="replace")):
                if not self._changed.wait(end - time.monotonic()):
                    raise BenchError(f"no {pattern!r} within {seconds:g} s: try again when the machine is less busy")
            return self._read_at

    def _read(self) -> None:
        with contextlib.suppress(OSError):  # the program has ended
            while part := os.read(self._descriptor, 1 << 16):
                with self._changed:
                    self._read_at = time.perf_counter()
                    self._output += part
                    self.received += len(part)
                    self._changed.notify_all()
