"""`mnist-sum runs export`: a run in the files of other programs."""

from pathlib import Path
from typing import Annotated

import typer

from mnist_sum_tui.atomic import write_atomic
from mnist_sum_tui.cli.common import LaterRunsDir
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
    runs_dir: LaterRunsDir = None,
) -> None:
    """Write a run to a file that other programs open."""
    from mnist_sum_tui.export.csv import to_csv

    found = find.by_name(run, folder_of(context, runs_dir))
    if csv is None:
        raise UsageError("say what to write: --csv FILE")
    write_atomic(csv, to_csv(read_events(found.metrics_file)))
    say(console(), f"Wrote {printable(str(csv))}: a spreadsheet or pandas.read_csv opens it")
