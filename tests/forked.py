"""The command line without the seconds that Python and torch take to start: a command in a forked process.

The process that forks, `forked_server.py`, has loaded both, and the program. What only a fresh process shows, such as
which modules a command loads and what the interpreter reads from its environment, is not seen this way.
"""

import atexit
import functools
import json
import os
import select
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).parent.parent
READ_AT_START = ("PYTHON", "LANG", "LC_", "OMP_", "GOMP_", "KMP_", "TEXTUAL_")
"""the interpreter, torch or Textual reads variables that begin so once, at the start"""
spent: list[float] = []
"""processor seconds of the commands that have ended"""
HUGE_PAGES = "glibc.malloc.hugetlb=1"
"""memory in few large pages, so that a fork and its end take two thirds of the time"""


class Server:
    """Starts commands, each in one process or in several."""

    def __init__(self) -> None:
        self._link, theirs = socket.socketpair()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.forked_server", str(theirs.fileno())],
            pass_fds=[theirs.fileno()],
            cwd=ROOT,
            env={**os.environ, "PYTHONWARNINGS": "error", "GLIBC_TUNABLES": HUGE_PAGES},
        )
        theirs.close()

    def start(
        self, arguments: Sequence[str], streams: Sequence[int], folder: Path, *environments: Mapping[str, str]
    ) -> socket.socket:
        """Start a command; what is returned tells the ids of its processes, and at their end the exit code."""
        asked = json.dumps([list(arguments), str(folder), [dict(each) for each in environments]])
        ours, theirs = socket.socketpair()
        socket.send_fds(self._link, [asked.encode() + b"\n"], [*streams, theirs.fileno()])
        theirs.close()
        return ours

    def close(self) -> None:
        self._link.close()
        self._process.wait()


@functools.cache
def server() -> Server:
    """The server of this process, which ends with it."""
    made = Server()
    atexit.register(made.close)
    return made


class Running:
    """A command at work, in a process for each environment; used as a subprocess.Popen.

    The three descriptors are its standard streams. Its arguments may be those of `python -c`.
    """

    def __init__(
        self, arguments: Sequence[str], streams: Sequence[int], folder: Path, *environments: Mapping[str, str]
    ) -> None:
        self._link = server().start(arguments, streams, folder, *environments)
        self._answers = self._link.makefile("rb", buffering=0)
        self._children = [int(number) for number in self._answers.readline().split()]
        self.pid = self._children[0]
        self.returncode: int | None = None

    def poll(self, seconds: float = 0) -> int | None:
        """The exit code, of several processes the largest; None while one of them is at work."""
        if self.returncode is None and select.select([self._link], [], [], seconds)[0]:
            code, used = self._answers.readline().split()
            self.returncode = int(code)
            spent.append(float(used))
            self._answers.close()
            self._link.close()
        return self.returncode

    def wait(self, seconds: float) -> int:
        """Return the exit code; after that time, kill the processes and raise subprocess.TimeoutExpired."""
        if (code := self.poll(seconds)) is None:
            self.send_signal(signal.SIGKILL)
            self.poll(seconds)
            raise subprocess.TimeoutExpired("mnist-sum", seconds)
        return code

    def send_signal(self, number: int) -> None:
        for child in self._children:
            os.kill(child, number)


class Kept(Running):
    """A command whose output is kept until its end; its input, unless `given`, is empty."""

    def __init__(
        self, arguments: Sequence[str], folder: Path, *environments: Mapping[str, str], given: Path = Path(os.devnull)
    ) -> None:
        self._arguments = arguments
        self._written = [tempfile.TemporaryFile() for _ in range(2)]  # noqa: SIM115
        with given.open() as read:
            streams = [stream.fileno() for stream in (read, *self._written)]
            super().__init__(arguments, streams, folder, *(environments or [os.environ]))

    def end(self, seconds: float = 60) -> "subprocess.CompletedProcess[str]":
        """Wait for its end; how it ended, and what it has written."""
        code, texts = self.wait(seconds), list[str]()
        for stream in self._written:
            stream.seek(0)
            texts.append(stream.read().decode())
            stream.close()
        return subprocess.CompletedProcess(self._arguments, code, *texts)


def ranks(count: int, variables: Mapping[str, str]) -> list[Mapping[str, str]]:
    """The environments of the processes that torchrun would start."""
    if count == 1:
        return [variables]
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    shared = {"WORLD_SIZE": count, "LOCAL_WORLD_SIZE": count, "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": port}
    places = [shared | {"RANK": rank, "LOCAL_RANK": rank} for rank in range(count)]
    return [{**variables, **{name: str(value) for name, value in place.items()}} for place in places]
