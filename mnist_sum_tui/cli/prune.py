"""`mnist-sum runs prune`: remove the epoch snapshots of runs, to free space."""

import contextlib
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mnist_sum_tui.cli.common import RUNS_HELP, LaterRunsDir, Yes, complete_run, folder_of
from mnist_sum_tui.cli.layout import console, print_table, say
from mnist_sum_tui.errors import RunError, UsageError
from mnist_sum_tui.formatting import byte_size, plural
from mnist_sum_tui.runs import find, prune
from mnist_sum_tui.runs.run import Run
from mnist_sum_tui.runs.runs_folder import check_folder

if TYPE_CHECKING:
    from rich.console import Console


def prune_runs(
    context: typer.Context,
    names: Annotated[
        list[str] | None,
        typer.Argument(help=RUNS_HELP, autocompletion=complete_run, metavar="RUN", show_default=False),
    ] = None,
    every: Annotated[bool, typer.Option("--all", help="All runs that have ended.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be freed.")] = False,
    yes: Yes = False,
    runs_dir: LaterRunsDir = None,
) -> None:
    """Drop the weights of kept epochs, which the dashboard's pages go through.

    The best and the newest weights, the curves and the results stay.
    """
    every = every or (dry_run and not names)
    if names and every:
        raise UsageError("give the names of runs or --all, not both: --all prunes all that have ended")
    if not names and not every:
        raise UsageError("name the runs to prune, or give --all: mnist-sum runs lists them")
    folder = folder_of(context, runs_dir)
    if every:
        check_folder(folder)
        runs = [found.run for found in find.summaries(folder) if found.has_ended]
    else:
        runs = list({run.path.resolve(): run for run in (find.by_name(name, folder) for name in names or ())}.values())
    kept = [(run, files) for run in runs if (files := _kept_files(run, is_passed_over=every))]
    sizes = [sum(map(_size, files)) for _, files in kept]
    out = console()
    if not kept:
        say(out, f"{'No run that has ended has' if every else 'There are no'} kept epochs to drop")
        return
    rows = [[run.argument, str(len(files)), byte_size(size)] for (run, files), size in zip(kept, sizes, strict=True)]
    print_table(out, "", ["run", "kept epochs", "size"], rows, left=1)
    if dry_run or not yes:
        say(out, f"That would free {byte_size(sum(sizes))}")
    if dry_run:
        return
    if not yes:
        if not sys.stdin.isatty():
            raise UsageError("dropping kept epochs needs confirmation: add --yes, or --dry-run to look only")
        if not typer.confirm("Drop them?"):
            say(out, "Nothing was dropped")
            return
    _prune(out, [run for run, _ in kept])


def _prune(out: "Console", runs: Iterable[Run]) -> None:
    """Prune these runs, and say what that freed.

    Raises:
        RunError: some could not be pruned; the others are.
    """
    freed, refused = [], list[str]()
    for run in runs:
        try:
            freed.append(prune.prune(run))
        except RunError as error:  # as of another user's run, or one that was resumed meanwhile
            refused.append(str(error))
    if freed:
        say(out, f"Freed {byte_size(sum(freed))} in {plural(len(freed), 'run')}")
    if refused:
        others = f" ({plural(len(refused) - 1, 'other run')} could not be pruned either)" if len(refused) > 1 else ""
        raise RunError(f"{refused[0]}{others}")


def _kept_files(run: Run, *, is_passed_over: bool) -> list[Path]:
    """The files that `prune` would remove; none of a run that may not be pruned, if it is to be passed over.

    Raises:
        RunError: the run may not be pruned: it is a link, another program's folder, or is being trained.
    """
    try:
        return prune.kept_files(run)
    except RunError:
        if is_passed_over:
            return []
        raise


def _size(file: Path) -> int:
    """How many bytes a file has; 0 if another program has just removed it."""
    with contextlib.suppress(FileNotFoundError):
        return file.stat().st_size
    return 0
