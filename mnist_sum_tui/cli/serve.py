"""`mnist-sum serve`: show a run that trains, or the demo, in a browser, only for watching."""

import errno
import os
import socket
from typing import Annotated

import typer

from mnist_sum_tui.cli.common import RunsDir, complete_run, folder_or_default, need
from mnist_sum_tui.cli.layout import console, say
from mnist_sum_tui.cli.tui import Theme
from mnist_sum_tui.errors import UsageError
from mnist_sum_tui.runs import find
from mnist_sum_tui.runs.run import Run


def serve(
    watch: Annotated[
        str | None,
        typer.Option(
            help="The run to watch: latest, best, its id, its name, or a path.",
            autocompletion=complete_run,
            show_default="the demo",
        ),
    ] = None,
    host: Annotated[str, typer.Option(help="Address to listen on; any but localhost lets others watch.")] = "localhost",
    port: Annotated[int, typer.Option(help="The port to listen on (1 to 65535).")] = 8000,
    theme: Theme = None,
    runs_dir: RunsDir = None,
) -> None:
    """Show a training, or the demo, in a browser, only to watch: nothing can be changed (needs textual-serve)."""
    need("mnist-sum serve", "textual_serve")
    if not host:
        raise UsageError("--host is empty: name an address, or leave the option out")
    if not 1 <= port <= 65_535:
        raise UsageError(f"--port must be 1 to 65,535, not {port}")
    folder = folder_or_default(runs_dir)
    watched = find.by_name(watch, folder) if watch is not None else None
    if watched is not None:
        watched.read_config()  # raises if the run is damaged
    from mnist_sum_tui.tui.launch import theme_of
    from mnist_sum_tui.tui.web.server import serve as listen

    colours = theme_of(theme)
    try:
        _take(host, port)
        _announce(watched, host, port)
        listen(watched, folder, host, port, colours)
    except OSError as error:
        why = error.strerror or str(error)
        raise UsageError(f"cannot listen on {host}, port {port} ({why}): try another --port") from None


def _take(host: str, port: int) -> None:
    """Raise OSError if the port cannot be had, and UsageError if the host is no address of this machine.

    It does not listen: a browser that asks at once must not be taken here, and find nobody a moment later.
    """
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as trial:
        if os.name == "posix":  # elsewhere this would take a port that is in use
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind((host, port))
        except (TypeError, OSError) as error:  # TypeError: the host cannot be encoded
            if isinstance(error, OSError) and not _is_of_host(error):
                raise
            what = f"--host '{host}' is no address of this machine"
            raise UsageError(f"{what}: try localhost, or 0.0.0.0 for all that it has") from None


def _is_of_host(error: OSError) -> bool:
    return isinstance(error, socket.gaierror) or error.errno == errno.EADDRNOTAVAIL


def _address(host: str) -> str:
    """The address of this machine in its network, where others reach it; empty without a network. Nothing is sent."""
    family, elsewhere = (socket.AF_INET6, "2001:db8::1") if ":" in host else (socket.AF_INET, "192.0.2.1")
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as asked:
            asked.connect((elsewhere, 9))  # which chooses the address that a message would have, but sends none
            found = str(asked.getsockname()[0])
    except OSError:
        return ""
    return f"[{found}]" if ":" in found else found


def _announce(watched: Run | None, host: str, port: int) -> None:
    """Print the address, and who can watch."""
    from mnist_sum_tui.tui.web.server import MOST_VISITORS
    from mnist_sum_tui.tui.web.visitor_input import EVERYWHERE, LOCAL

    out = console()
    name = "localhost" if host in EVERYWHERE else f"[{host}]" if ":" in host else host
    say(out, f"http://{name}:{port} shows {'the demo' if watched is None else watched.id}; Ctrl-C ends it")
    if host in EVERYWHERE:
        found = _address(host) or "(the name or address of this machine)"
        say(out, f"From other machines: http://{found}:{port}")
    if host not in LOCAL:
        most = f"{MOST_VISITORS} at once, each with some 100 MB of its memory"
        say(out, f"Anyone who can reach this machine can watch, {most}")
    out.file.flush()
