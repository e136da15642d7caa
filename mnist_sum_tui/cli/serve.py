"""`mnist-sum serve`: show a run that trains, or the demo, in a browser, only for watching."""

import socket
from typing import Annotated

import typer

from mnist_sum_tui.cli.common import RunsDir, complete_run, folder_or_default, need
from mnist_sum_tui.cli.layout import console, say
from mnist_sum_tui.errors import UsageError
from mnist_sum_tui.runs import find
from mnist_sum_tui.runs.run import Run


def serve(
    watch: Annotated[
        str | None,
        typer.Option(
            help="The run to watch: latest, its id, or a path.", autocompletion=complete_run, show_default="the demo"
        ),
    ] = None,
    host: Annotated[str, typer.Option(help="Address to listen on; any but localhost lets others watch.")] = "localhost",
    port: Annotated[int, typer.Option(min=1, max=65535, help="The port to listen on.")] = 8000,
    runs_dir: RunsDir = None,
) -> None:
    """Show a training, or the demo, in a browser, only to watch: nothing can be changed (needs textual-serve)."""
    need("mnist-sum serve", "textual_serve")
    folder = folder_or_default(runs_dir)
    watched = find.by_name(watch, folder) if watch is not None else None
    if watched is not None:
        watched.read_config()  # raises if the run is damaged
    from mnist_sum_tui.tui.web_server import serve as listen

    try:
        socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET).close()
        _announce(watched, host, port)
        listen(watched, folder, host, port)
    except OSError as error:
        why = (error.strerror or str(error)).partition(" (while")[0]  # create_server repeats the address there
        raise UsageError(f"cannot listen on {host}, port {port} ({why}): try another --port") from None


def _announce(watched: Run | None, host: str, port: int) -> None:
    """Print the address, and who can watch."""
    from mnist_sum_tui.tui.visitor_input import EVERYWHERE, LOCAL

    out = console()
    name = "localhost" if host in EVERYWHERE else f"[{host}]" if ":" in host else host
    say(out, f"http://{name}:{port} shows {'the demo' if watched is None else watched.id}; Ctrl-C ends it")
    if host in EVERYWHERE:
        say(out, f"From other machines: this machine's name or address in place of localhost, with :{port}")
    if host not in LOCAL:
        say(out, "Anyone who can reach this machine can watch; each visitor takes some 100 MB of its memory")
    out.file.flush()
