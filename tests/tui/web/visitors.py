"""`mnist-sum serve` in a process of its own, and those who visit it."""

import contextlib
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyte

from tests.conftest import COMMAND, wait_for

if TYPE_CHECKING:
    import aiohttp

SECONDS = 60.0


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


@contextlib.contextmanager
def serving(
    folder: Path, *options: str, shows: str, program: Sequence[str] = COMMAND
) -> Iterator[tuple[int, "subprocess.Popen[bytes]"]]:
    """`mnist-sum serve`; its port and process, and what it says at first."""
    port = free_port()
    command = [*program, "serve", "--port", str(port), "--runs-dir", str(folder / "runs"), *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        try:
            wait_for(lambda: process.poll() is not None or not is_free(port), SECONDS)
            yield port, process
        finally:
            process.send_signal(signal.SIGINT)
        assert process.wait(SECONDS) == 0
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.read().decode().startswith(f"http://localhost:{port} shows {shows}; Ctrl-C ends it")
        assert process.stderr.read() == b""


def is_free(port: int) -> bool:
    with socket.socket() as asked:
        return asked.connect_ex(("127.0.0.1", port)) != 0


def own(port: int) -> str:
    """The origin of the server's own page."""
    return f"http://localhost:{port}"


def children(process: "subprocess.Popen[bytes]") -> list[str]:
    return Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()


class Visitor:
    """What a browser does, and the screen that it shows."""

    def __init__(self, websocket: "aiohttp.ClientWebSocketResponse") -> None:
        self.websocket = websocket
        self.screen = pyte.Screen(100, 30)
        self._stream = pyte.ByteStream(self.screen)

    @property
    def text(self) -> str:
        return "\n".join(self.screen.display)

    async def see(self, words: str, but: str = "nothing like this") -> None:
        end = time.monotonic() + SECONDS
        while words not in self.text or but in self.text:
            assert time.monotonic() < end, self.text
            message = await self.websocket.receive(SECONDS)
            if isinstance(message.data, bytes):
                self._stream.feed(message.data)


def open_at(session: "aiohttp.ClientSession", port: int, **headers: str) -> Any:
    return session.ws_connect(f"http://localhost:{port}/ws?width=100&height=30", headers=headers)
