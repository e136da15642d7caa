"""`mnist-sum runs export` and `runs report`: a run in files that other programs open."""

from pathlib import Path
from typing import Annotated

import typer

from mnist_sum_tui.atomic import write_atomic
from mnist_sum_tui.cli.common import DataDir, LaterRunsDir
from mnist_sum_tui.cli.layout import console, say
from mnist_sum_tui.cli.runs import Name, folder_of
from mnist_sum_tui.errors import UsageError
from mnist_sum_tui.printable import printable
from mnist_sum_tui.runs import find
from mnist_sum_tui.runs.journal import read_events


def export(
    context: typer.Context,
    run: Name = "latest",
    csv: Annotated[
        Path | None, typer.Option("--csv", metavar="FILE", help="Its measurements as a table, for a spreadsheet.")
    ] = None,
    svg: Annotated[
        Path | None,
        typer.Option("--svg", metavar="FILE", help="The moving picture of how it learned, as in the README."),
    ] = None,
    runs_dir: LaterRunsDir = None,
) -> None:
    """Write a run to files that other programs open."""
    from mnist_sum_tui.export import animation  # numpy
    from mnist_sum_tui.export.csv import to_csv

    if csv is None and svg is None:
        raise UsageError("say what to write: --csv FILE or --svg FILE")
    for path in (csv, svg):
        check_output(path)
    found = find.by_name(run, folder_of(context, runs_dir))
    events = list(read_events(found.metrics_file))
    if csv is not None:
        _write(csv, to_csv(events))
        say(console(), f"Wrote {printable(str(csv))}: a spreadsheet or pandas.read_csv opens it")
    if svg is not None:
        _write(svg, animation.svg(events).encode())
        say(console(), f"Wrote {printable(str(svg))}: a browser plays it, and so does a README on GitHub")


def report(
    context: typer.Context,
    run: Name = "latest",
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="FILE", help="Where to.", show_default="RUN.html, in this folder"),
    ] = None,
    data_dir: DataDir = None,
    runs_dir: LaterRunsDir = None,
) -> None:
    """Write a run as one HTML file to send: curves, mistakes, settings, the command that repeats it."""
    from mnist_sum_tui.export.report import report as html  # numpy and Pillow

    check_output(output)
    found = find.by_name(run, folder_of(context, runs_dir))
    target = output or Path(f"{found.path.name}.html")
    _write(target, html(found, data_dir))
    say(console(), f"Wrote {printable(str(target))}: a browser opens it, offline too")


def check_output(path: Path | None) -> None:
    """Refuse to write anywhere but to a new file, or over a regular one, which is replaced; None: nothing is written.

    Raises:
        UsageError: it is a folder, a device, a pipe, a link or no name of a file, or its folder is missing.
    """
    if path is None:
        return
    shown = repr(printable(str(path)))
    try:
        if not path.name or path.is_dir():
            raise UsageError(f"{shown} is a folder: give the name of a file in it")
        if path.is_symlink() or (path.exists() and not path.is_file()):
            raise UsageError(f"{shown} is not a regular file, and is left alone: give another name")
        if not path.parent.is_dir():
            raise UsageError(f"the folder of {shown} does not exist: make it first, or give another name")
    except OSError as error:
        raise UsageError(f"{shown} cannot be a file ({error.strerror}): give another name") from None


def _write(path: Path, content: bytes) -> None:
    check_output(path)  # RUN.html, or what has come since
    write_atomic(path, content)
