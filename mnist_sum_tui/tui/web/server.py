"""The server of `mnist-sum serve`: the dashboard in a browser, only for watching (textual-serve).

Each visitor gets a process of `visitor.py`.
"""

import asyncio
import contextlib
import logging
from pathlib import Path
from typing import Any

import aiohttp_jinja2
from aiohttp import WSCloseCode, web
from textual_serve.app_service import AppService
from textual_serve.server import Server, to_int

from mnist_sum_tui.runs.run import Run
from mnist_sum_tui.tui.looks import DEFAULT, ground
from mnist_sum_tui.tui.web import visitor, visitor_input

PAGE = Path(__file__).parent
"""the folder of our own HTML page, because that of textual-serve loads a font from the internet"""
MOST_VISITORS = 16
"""the most visitors at once, because each has a process of some 100 MB"""
HEARTBEAT = 15
"""seconds between two pings; who does not answer one within half of that is gone"""
END_SECONDS = 5
"""how long the process of a visitor who has left may take to end"""


def serve(watched: Run | None, runs_folder: Path, host: str, port: int, theme: str) -> None:
    """Serve a run, or the demo without one, until Ctrl-C.

    Raises:
        OSError: the port is in use, or the host is not an address of this machine.
    """
    command = visitor.command(runs_folder, watched, theme)
    WatchServer(command, host, port, theme).serve()


class Visit(AppService):
    """A visitor's process."""

    def _build_environment(self, width: int = 80, height: int = 24) -> dict[str, str]:
        return {**super()._build_environment(width, height), "TEXTUAL_DRIVER": visitor.DRIVER}

    async def run(self) -> None:
        """Pass on what the process draws, and close the connection when it ends, even if it was killed."""
        try:
            await super().run()
        finally:
            await self.remote_close()

    async def end(self) -> None:
        """Ask the process to end, and kill it if it does not, for example because it is still drawing."""
        if (process := self._process) is not None:
            timer = asyncio.get_running_loop().call_later(END_SECONDS, _kill, process)
            await self.stop()
            await process.wait()
            timer.cancel()


class WatchServer(Server):
    """Accepts only connections that its own page opens."""

    def __init__(self, command: str, host: str, port: int, theme: str = DEFAULT) -> None:
        super().__init__(command, host, port, "mnist-sum", templates_path=PAGE)
        self.theme = theme
        self.sockets = set[web.WebSocketResponse]()
        """the connections of all visitors"""

    def initialize_logging(self) -> None:
        """Log nothing, because the command line prints all that matters."""
        logging.getLogger("textual-serve").disabled = True

    async def _make_app(self) -> web.Application:
        """As textual-serve does; the page has the ground of the theme around the dashboard, too."""
        app = await super()._make_app()
        aiohttp_jinja2.get_env(app).globals["ground"] = ground(self.theme)
        return app

    async def on_startup(self, app: web.Application) -> None:
        """As `initialize_logging`."""

    async def on_shutdown(self, _: web.Application) -> None:
        """Close all connections: aiohttp waits until they are closed, for a visitor until a ping is not answered."""
        closing = [socket.close(code=WSCloseCode.GOING_AWAY) for socket in self.sockets]
        await asyncio.gather(*closing, return_exceptions=True)  # a connection that is not open yet cannot be closed

    async def handle_index(self, request: web.Request) -> Any:
        """Send the page; the addresses in it have the host name that the visitor has used."""
        if not visitor_input.is_known(request.host, self.host):
            raise web.HTTPForbidden(text=f"this is served to {self.host} only")
        self.public_url = f"http://{request.host}"
        return await super().handle_index(request)

    async def handle_websocket(self, request: web.Request) -> Any:
        """Serve a visitor's terminal, if our own page opens the connection."""
        own = [f"{scheme}://{request.host}" for scheme in ("http", "https")]
        if not visitor_input.is_known(request.host, self.host) or request.headers.get("Origin") not in own:
            raise web.HTTPForbidden(text="the page of another site must not watch here")
        if len(self.sockets) >= MOST_VISITORS:
            raise web.HTTPServiceUnavailable(text=f"{MOST_VISITORS} are watching already")
        socket = web.WebSocketResponse(heartbeat=HEARTBEAT)
        self.sockets.add(socket)
        try:
            await self._serve_visit(request, socket)
        finally:
            self.sockets.discard(socket)
        return socket

    async def _serve_visit(self, request: web.Request, socket: web.WebSocketResponse) -> None:
        """Start a visitor's process, and pass on what is said until either side ends it."""
        visit = Visit(
            self.command, write_bytes=socket.send_bytes, write_str=socket.send_str,
            close=socket.close,  # type: ignore[arg-type]  # its return value is not used
            download_manager=self.download_manager,
        )  # fmt: skip
        width, height = (to_int(request.query.get(name, ""), usual) for name, usual in (("width", 80), ("height", 24)))
        try:
            await socket.prepare(request)
            await visit.start(*visitor_input.size_within(width, height))
            await _pass_on(socket, visit)
        except OSError:  # the connection is lost, or a ping was not answered
            pass
        finally:
            await visit.end()


def _kill(process: asyncio.subprocess.Process) -> None:
    with contextlib.suppress(ProcessLookupError):
        process.kill()


async def _pass_on(socket: web.WebSocketResponse, visit: Visit) -> None:
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
