"""The dashboard in a browser's page, for watching alone: the server (textual-serve), and the app of each visitor.

    python -m mnist_sum_tui.tui.served RUNS_FOLDER [RUN]

is what the server starts for each visitor, with a driver that talks to it: RUN to watch, without it the demo.
"""

import os
import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from mnist_sum_tui.export.recording import RECORDED
from mnist_sum_tui.runs.run import Run

if TYPE_CHECKING:
    from aiohttp import web

PAGE = Path(__file__).parent / "web"
"""our own page, because that of textual-serve loads a font from the net"""
LOCAL = ("localhost", "127.0.0.1", "::1")
MOST_VISITORS = 16
"""each has a process of some 100 MB"""


def serve(watched: Run | None, runs_folder: Path, host: str, port: int) -> None:
    """Serve until Ctrl-C.

    Raises:
        OSError: the port is taken, or the host is not this machine's.
    """
    from aiohttp import web
    from textual_serve.server import Server

    class WatchServer(Server):
        """Lets pages of its own address in, and no others."""

        visitors = 0

        def initialize_logging(self) -> None:
            """The command line says what there is to say."""

        async def on_startup(self, app: "web.Application") -> None:
            """As `initialize_logging`."""

        async def handle_index(self, request: "web.Request") -> Any:
            """The page, whose addresses are those under which the visitor has asked for it."""
            _check_host(request, host)
            self.public_url = f"http://{request.host}"
            return await super().handle_index(request)

        async def handle_websocket(self, request: "web.Request") -> Any:
            """A visitor's terminal, if the page that opens it is ours."""
            _check_host(request, host)
            if urlsplit(request.headers.get("Origin", "")).netloc != request.host:
                raise web.HTTPForbidden(text="the page of another site must not watch here")
            if self.visitors >= MOST_VISITORS:
                raise web.HTTPServiceUnavailable(text=f"{MOST_VISITORS} are watching already")
            self.visitors += 1
            try:
                return await super().handle_websocket(request)
            finally:
                self.visitors -= 1

    words = [sys.executable, "-m", __name__, os.path.realpath(runs_folder)]
    words += [str(watched.path.resolve())] if watched is not None else []
    WatchServer(shlex.join(words), host, port, "mnist-sum", templates_path=PAGE).serve()


def _check_host(request: "web.Request", host: str) -> None:
    """On localhost no other name counts, so that no site can make a browser take this one for its own."""
    from aiohttp import web

    if host in LOCAL and urlsplit(f"//{request.host}").hostname not in LOCAL:
        raise web.HTTPForbidden(text="this is served to localhost only")


def watching_app(runs_folder: Path, watched: Run | None) -> Any:
    """The app of a visitor, who can look and change nothing."""
    from mnist_sum_tui.tui.app import MnistSumApp
    from mnist_sum_tui.tui.session.session import Session

    session = Session(runs_folder)
    session.is_read_only = True
    return MnistSumApp(session, watch=watched, replay=RECORDED if watched is None else None)


if __name__ == "__main__":
    watching_app(Path(sys.argv[1]), Run(Path(sys.argv[2])) if len(sys.argv) > 2 else None).run()
