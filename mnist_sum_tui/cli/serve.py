"""`mnist-sum serve`: show a run that trains, or the demo, in a browser, only for watching."""

from typing import Annotated

import typer

from mnist_sum_tui.cli.common import RunsDir, complete_run, folder_or_default, need
from mnist_sum_tui.cli.layout import console, say
from mnist_sum_tui.errors import UsageError
from mnist_sum_tui.runs import find


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
    from mnist_sum_tui.tui.visitor_input import EVERYWHERE, LOCAL
    from mnist_sum_tui.tui.web_server import serve as listen

    out = console()
    name = "localhost" if host in EVERYWHERE else f"[{host}]" if ":" in host else host
    say(out, f"http://{name}:{port} shows {'the demo' if watched is None else watched.id}; Ctrl-C ends it")
    if host in EVERYWHERE:
        say(out, f"From other machines: this machine's name or address in place of localhost, with :{port}")
    if host not in LOCAL:
        say(out, "Anyone who can reach this machine can watch; each visitor takes some 100 MB of its memory")
    out.file.flush()
    try:
        listen(watched, folder, host, port)
    except OSError as error:
        raise UsageError(
            f"cannot listen on {host}, port {port} ({error.strerror or error}): try another --port"
        ) from None
