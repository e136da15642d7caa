"""`mnist-sum runs` and `mnist-sum runs list`: a line per run, or one for all runs that differ only in their seed."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from mnist_sum_tui.cli.common import LaterRunsDir, folder_of, print_json
from mnist_sum_tui.cli.layout import console, say
from mnist_sum_tui.cli.output import check_output, write_output
from mnist_sum_tui.cli.run_tables import print_runs
from mnist_sum_tui.errors import UsageError
from mnist_sum_tui.formatting import byte_size, plural
from mnist_sum_tui.printable import printable
from mnist_sum_tui.runs import find
from mnist_sum_tui.runs.columns import arranged, chosen, named
from mnist_sum_tui.runs.commands import pruning
from mnist_sum_tui.runs.differences import changes_of
from mnist_sum_tui.runs.filters import ALSO, FORM, matching
from mnist_sum_tui.runs.runs_folder import check_folder, check_readable, emptiness, left_out
from mnist_sum_tui.runs.seed_groups import folded
from mnist_sum_tui.runs.summary import Summary, best_if_any, best_of_several, why_best

JsonLines = Annotated[bool, typer.Option("--json", help="Print one JSON object per run.")]
Filter = Annotated[str, typer.Option(metavar="TEXT", help=f"Only some runs: {FORM}. {ALSO}")]
Sort = Annotated[str, typer.Option(metavar="COLUMN", help="Sort by a column, or a setting: sum, time, lr ...")]
Each = Annotated[bool, typer.Option("--each", help="A line for each run, also for seeds of the same settings.")]
Table = Annotated[
    Path | None,
    typer.Option("--csv", metavar="FILE", help="Write a table for a spreadsheet instead: a row for each run."),
]
Columns = Annotated[
    str, typer.Option(metavar="NAMES", help="Columns of the page Runs, or settings: 'run,lr,sum,time,curve'.")
]


def list_runs(
    context: typer.Context,
    filter: Filter = "",
    sort: Sort = "",
    columns: Columns = "",
    each: Each = False,
    csv: Table = None,
    runs_dir: LaterRunsDir = None,
    json: JsonLines = False,
) -> None:
    """List the runs, newest first; the same as mnist-sum runs."""
    print_list(folder_of(context, runs_dir), json, filter, sort, columns, each, csv)


def print_list(
    folder: Path,
    json: bool,
    filter: str = "",
    sort: str = "",
    columns: str = "",
    each: bool = False,
    csv: Path | None = None,
) -> None:
    """Print the runs in a folder, or write them as a table; without `each`, those that differ in seeds are one line.

    Raises:
        UsageError: the filter is invalid, there is no such column, columns are chosen for JSON or a table, or `folder`
            is not a folder, or has only folders that cannot be read; or no table can be written to `csv`.
    """
    if columns and (json or csv):
        given = "--json" if json else "--csv"
        raise UsageError(f"{given} has all that is known of a run: leave out --columns or {given}")
    if json and csv:
        raise UsageError("--json prints, and --csv writes a file: leave out one of them")
    check_output(csv)
    is_shown, shown, by = matching(filter), chosen(columns), named(sort) if sort else None
    check_folder(folder)
    every = find.summaries(folder)
    best = best_if_any(every) if json else best_of_several(every)  # a script may look for the best of one, too
    if not every:
        check_readable(folder)
    fitting = [summary for summary in every if is_shown(summary)]
    found: Sequence[Summary] = fitting if each or json or csv else folded(fitting)
    found = arranged(found, by) if by else found
    missing = left_out(folder) if every else ""
    if json:
        for summary in found:
            print_json({**plain(summary), "best": summary is best})
        if missing:
            print(missing, file=sys.stderr)
        return
    out = console()
    if not every:
        start = "start a run with mnist-sum train --recipe sprint (seconds)"
        say(out, f"The folder {printable(str(folder))}/ {emptiness(folder)}: {start}")
        return
    if not found:
        say(out, f"The filter {printable(filter)} fits none of {plural(len(every), 'run')}")
        return
    if csv is not None:
        from mnist_sum_tui.export.csv import table_of

        rows = [{**plain(run), **(run.config.to_dict() if run.config else {})} for run in found]
        write_output(csv, table_of(rows), f"{plural(len(rows), 'run')}, for a spreadsheet or pandas.read_csv")
        return
    is_marked = not shown or "state" in {column.title for column in shown}
    why = why_best(best, every) if best is not None and is_marked else ""
    print_runs(out, found, best=best, columns=shown, why=why)
    kept = any(summary.has_ended and summary.run.kept_epochs() for summary in fitting)
    frees = f"; {pruning(folder)} frees some" if kept else ""
    say(out, f"on the disk: {byte_size(sum(summary.size for summary in fitting))}{frees}", "dim italic")
    if missing:
        say(out, missing, "dim italic")


def plain(summary: Summary) -> dict[str, Any]:
    """A summary of a run, ready for JSON; None is what the files of a damaged run do not tell."""
    return {
        "run": summary.run.id,
        "path": str(summary.run.path),
        "state": summary.state,
        "model": summary.config.model if summary.config else None,
        "recipe": summary.config.recipe if summary.config else None,
        "parameters": summary.parameters or None,
        "epochs": summary.config.epochs if summary.config else None,
        "epochs_done": len(summary.epochs) if summary.config else None,
        "digit_accuracy": summary.digit_accuracy,
        "sum_accuracy": summary.sum_accuracy,
        "tested": summary.is_tested,
        "elapsed": summary.elapsed if summary.config else None,
        "changes": ", ".join(changes_of(summary)),
        "note": summary.note,
        "bytes": summary.size,
    }
