"""The dashboard in a browser, only for watching: the server (textual-serve), and the app of each visitor.

    python -m mnist_sum_tui.tui.served RUNS_FOLDER [RUN]

is the process that the server starts for each visitor: it shows RUN, or the demo without it.
"""

import asyncio
import contextlib
import logging
import os
import shlex
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from textual.drivers.web_driver import WebDriver
from textual.events import Resize
from textual.message import Message

from mnist_sum_tui.export.recording import RECORDED
from mnist_sum_tui.runs.run import Run
from mnist_sum_tui.tui import visitor_input

if TYPE_CHECKING:
    from aiohttp import web

PAGE = Path(__file__).parent / "web"
"""the folder of our own HTML page, because that of textual-serve loads a font from the internet"""
MOST_VISITORS = 16
"""the most visitors at once, because each has a process of some 100 MB"""
END_SECONDS = 5
"""how long the process of a visitor who has left may take to end"""


def serve(watched: Run | None, runs_folder: Path, host: str, port: int) -> None:
    """Serve until Ctrl-C.

    Raises:
        OSError: the port is in use, or the host is not an address of this machine.
    """
    from aiohttp import web
    from textual_serve.app_service import AppService
    from textual_serve.server import Server, to_int

    class Visit(AppService):
        """A visitor's process."""

        def _build_environment(self, width: int = 80, height: int = 24) -> dict[str, str]:
            return {**super()._build_environment(width, height), "TEXTUAL_DRIVER": f"{__name__}:WatchDriver"}

        async def end(self) -> None:
            """Ask the process to end, and kill it if it does not, for example because it is still drawing."""
            if (process := self._process) is not None:
                timer = asyncio.get_running_loop().call_later(END_SECONDS, _kill, process)
                await self.stop()
                await process.wait()
                timer.cancel()

    class WatchServer(Server):
        """Accepts only connections that its own page opens."""

        visitors = 0

        def initialize_logging(self) -> None:
            """Log nothing, because the command line prints all that matters."""
            logging.getLogger("textual-serve").disabled = True

        async def on_startup(self, app: "web.Application") -> None:
            """As `initialize_logging`."""

        async def handle_index(self, request: "web.Request") -> Any:
            """Send the page; the addresses in it have the host name that the visitor has used."""
            if not visitor_input.is_known(request.host, host):
                raise web.HTTPForbidden(text=f"this is served to {host} only")
            self.public_url = f"http://{request.host}"
            return await super().handle_index(request)

        async def handle_websocket(self, request: "web.Request") -> Any:
            """Serve a visitor's terminal, if our own page opens the connection."""
            own = [f"{scheme}://{request.host}" for scheme in ("http", "https")]
            if not visitor_input.is_known(request.host, host) or request.headers.get("Origin") not in own:
                raise web.HTTPForbidden(text="the page of another site must not watch here")
            if self.visitors >= MOST_VISITORS:
                raise web.HTTPServiceUnavailable(text=f"{MOST_VISITORS} are watching already")
            self.visitors += 1
            socket, query = web.WebSocketResponse(heartbeat=15), request.query
            visit = Visit(
                self.command, write_bytes=socket.send_bytes, write_str=socket.send_str,
                close=socket.close,  # type: ignore[arg-type]  # its return value is not used
                download_manager=self.download_manager,
            )  # fmt: skip
            try:
                await socket.prepare(request)
                await visit.start(
                    *visitor_input.size_within(to_int(query.get("width", ""), 80), to_int(query.get("height", ""), 24))
                )
                await _pass_on(socket, visit)
            except OSError:  # the connection is lost, or a ping was not answered
                pass
            finally:
                await visit.end()
                self.visitors -= 1
            return socket

    words = [sys.executable, "-m", __name__, os.path.realpath(runs_folder)]
    words += [str(watched.path.resolve())] if watched is not None else []
    WatchServer(for_shell(words), host, port, "mnist-sum", templates_path=PAGE).serve()


def for_shell(words: list[str]) -> str:
    """The command as a line for the system's shell; with `exec`, but on Windows, the process replaces the shell."""
    return subprocess.list2cmdline(words) if sys.platform == "win32" else f"exec {shlex.join(words)}"


def _kill(process: asyncio.subprocess.Process) -> None:
    with contextlib.suppress(ProcessLookupError):
        process.kill()


async def _pass_on(socket: "web.WebSocketResponse", visit: Any) -> None:
    """Pass a visitor's messages on until the socket is closed; a message that our page never sends closes it."""
    async for message in socket:
        try:
            kind, said = visitor_input.read_message(message.data)
        except (TypeError, ValueError):  # TypeError: a message that is too long has no text
            await socket.close(code=1008)
            return
        if kind == "stdin":
            await visit.send_bytes(said)
        elif kind == "resize":
            await visit.set_terminal_size(*said)
        elif kind == "ping":
            await socket.send_json(["pong", said])
        else:
            await (visit.focus() if kind == "focus" else visit.blur())


class WatchDriver(WebDriver):
    """The driver of a visitor's app."""

    def process_message(self, message: Message) -> None:
        """Ignore a size in what is typed; only the page's own message about the size counts, which is checked."""
        if not isinstance(message, Resize):
            super().process_message(message)


def watching_app(runs_folder: Path, watched: Run | None) -> Any:
    """The app of a visitor, who can only watch."""
    from mnist_sum_tui.tui.app import MnistSumApp
    from mnist_sum_tui.tui.session.session import Session

    session = Session(runs_folder)
    session.is_read_only = True
    return MnistSumApp(session, watch=watched, replay=RECORDED if watched is None else None)


if __name__ == "__main__":
    watching_app(Path(sys.argv[1]), Run(Path(sys.argv[2])) if len(sys.argv) > 2 else None).run()
