"""`mnist-sum runs`: list, show, compare and delete runs."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mnist_sum_tui.cli.common import (
    RUN_HELP,
    RunsDir,
    complete_run,
    console,
    folder_or_default,
    named_folder,
    print_json,
)
from mnist_sum_tui.errors import RunError, UsageError
from mnist_sum_tui.formatting import duration, percent, sparkline
from mnist_sum_tui.printable import printable
from mnist_sum_tui.runs import find
from mnist_sum_tui.runs.json_values import Count, Number, Share, check_of
from mnist_sum_tui.runs.run import Run
from mnist_sum_tui.runs.summary import Summary, best_run, summarise

if TYPE_CHECKING:
    from rich.table import Table

app = typer.Typer(help="List, show, compare and delete runs.", invoke_without_command=True)

Name = Annotated[
    str,
    typer.Argument(help=RUN_HELP, autocompletion=complete_run),
]
OwnRunsDir = Annotated[
    Path | None,
    typer.Option(
        "--runs-dir",
        parser=named_folder,
        metavar="PATH",
        help="Folder that holds the runs.",
        show_default="that of mnist-sum runs",
    ),
]
"""--runs-dir of a subcommand; without MNIST_SUM_RUNS, which would override --runs-dir before the subcommand"""
STATE_COLOURS = {
    "running": "cyan",
    "completed": "green",
    "diverged": "red",
    "failed": "red",
    "damaged": "red",
}


REPORTED = {"digit_accuracy": Share, "sum_accuracy": Share, "agreement": Share, "pairs": Count, "best_epoch": Number}
"""the fields of report.json that are shown"""


@app.callback()
def list_all(
    context: typer.Context,
    runs_dir: RunsDir = None,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object per run.")] = False,
) -> None:
    """List the runs, newest first."""
    context.obj = runs_dir
    if context.invoked_subcommand is not None:
        return
    folder = folder_or_default(runs_dir)
    found = [summarise(run) for run in find.list_runs(folder)]
    best = best_run(found) if any(summary.ranked_by for summary in found) else None
    if json:
        for summary in found:
            print_json({**_plain(summary), "best": summary is best})
    elif not found:
        console().print(f"No runs in {printable(str(folder))} yet: start one with mnist-sum train", soft_wrap=True)
    else:
        out = console()
        out.print(_table(found, best))
        if best is not None:
            out.print(_why_best(best), style="dim italic", soft_wrap=True)


@app.command("show")
def show(context: typer.Context, run: Name = "latest", runs_dir: OwnRunsDir = None) -> None:
    """Show a run: its curves, its epochs, its settings and its result."""
    from mnist_sum_tui.cli.progress import EPOCH_HEADER, epoch_line

    found = find.by_name(run, _folder(context, runs_dir))
    summary = summarise(found)
    out = console()
    out.print(_table([summary]))
    if summary.epochs:
        out.print(_curves(summary))
        total = summary.config.epochs if summary.config else len(summary.epochs)
        lines = [*EPOCH_HEADER, *(epoch_line(epoch, total) for epoch in summary.epochs)]
        out.print("\n".join(["", *lines, ""]), soft_wrap=True)
    config = summary.config.to_dict() if summary.config else {}
    out.print("config  " + ", ".join(f"{name} {printable(str(value))}" for name, value in config.items()))
    if found.report_file.exists():
        out.print(f"test    {_result(found)}")
    out.print(f"folder  {printable(str(found.path))}", soft_wrap=True)


@app.command("compare")
def compare(
    context: typer.Context,
    names: Annotated[
        list[str], typer.Argument(help="Two or more runs.", autocompletion=complete_run, metavar="RUN...")
    ],
    runs_dir: OwnRunsDir = None,
) -> None:
    """Compare runs: their results, their curves, and the settings in which they differ."""
    folder = _folder(context, runs_dir)
    found = [summarise(find.by_name(name, folder)) for name in names]
    if len({summary.run.path.resolve() for summary in found}) < 2:
        raise UsageError("compare needs at least two different runs: mnist-sum runs lists them")
    out = console()
    out.print(_table(found))
    for summary in found:
        out.print(f"\n{summary.run.id}", style="bold")
        out.print(_curves(summary))
    configs = [summary.config.to_dict() if summary.config else {} for summary in found]
    names_of_settings = dict.fromkeys(key for config in configs for key in config)  # empty for a damaged run
    differing = [key for key in names_of_settings if len({str(config.get(key)) for config in configs}) > 1]
    table = _grid(["setting", *(summary.run.id for summary in found)])
    for key in differing:
        table.add_row(key, *(printable(str(config.get(key, "-"))) for config in configs))
    out.print("", table if differing else "The runs have the same settings.")


@app.command("delete")
def delete(
    context: typer.Context,
    run: Name,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask for confirmation.")] = False,
    runs_dir: OwnRunsDir = None,
) -> None:
    """Delete a run, unless its folder holds other files than those of a run."""
    found = find.by_name(run, _folder(context, runs_dir))
    shown = printable(str(found.path))
    if not yes:
        if not sys.stdin.isatty():
            raise UsageError(f"deleting {found.id} needs confirmation: add --yes")
        if not typer.confirm(f"Delete {shown}?"):
            return
    found.delete()
    console().print(f"Deleted {shown}", soft_wrap=True)


def _folder(context: typer.Context, runs_dir: Path | None) -> Path:
    """The folder given after the subcommand, else the one given before it, else the default."""
    return folder_or_default(runs_dir or context.obj)


def _table(summaries: list[Summary], best: Summary | None = None) -> "Table":
    from rich.text import Text

    table = _grid(["run", "model", "recipe", "epochs", "digit", "sum", "time", "state"])
    for summary in summaries:
        config = summary.config
        mark = "" if summary.is_tested or summary.digit_accuracy is None else "*"
        colour = STATE_COLOURS.get(summary.state, "yellow")
        table.add_row(
            summary.run.argument,
            config.model if config else "-",
            config.recipe if config else "-",
            f"{len(summary.epochs)}/{config.epochs}" if config else "-",
            percent(summary.digit_accuracy) + mark,
            percent(summary.sum_accuracy) + mark,
            duration(summary.elapsed) if summary.epochs else "-",
            Text.assemble((summary.state, colour), (", best" if summary is best else "", "bold")),
        )
    if any(not summary.is_tested and summary.digit_accuracy is not None for summary in summaries):
        table.caption, table.caption_justify = (
            "* measured on the validation images; without a star, on the test images",
            "left",
        )
    return table


def _why_best(best: Summary) -> str:
    images = printable(best.config.data_dir) if best.config and best.config.data_dir else "the built-in MNIST"
    others = "with validation images" if best.ranked_by == "validation" else "(none has validation images)"
    return f"best: the highest {best.ranked_by} accuracy of the runs on {images} {others}"


def _grid(columns: list[str]) -> "Table":
    from rich.table import Table

    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for name in columns:
        justify: Any = "right" if name in ("epochs", "digit", "sum", "time") else "left"
        table.add_column(name, justify=justify, header_style="dim", overflow="fold")
    return table


def _curves(summary: Summary) -> "Table":
    table = _grid(["curve", "by epoch", "first", "last"])
    for title, name in (
        ("digit loss", "digit_loss"),
        ("sum loss", "sum_loss"),
        ("digit accuracy", "val_digit_accuracy"),
        ("sum accuracy", "val_sum_accuracy"),
    ):
        values = [getattr(epoch, name) for epoch in summary.epochs]
        if not any(value is not None for value in values):
            continue
        ends = [percent(value) if "accuracy" in name else f"{value:.4f}" for value in (values[0], values[-1])]
        table.add_row(title, sparkline(values), *ends)
    return table


def _result(run: Run) -> str:
    try:
        values = run.read_json(run.report_file)
        report = {name: check_of(hint)(values[name]) for name, hint in REPORTED.items()}
    except (RunError, KeyError, ValueError):
        return "report.json is damaged: mnist-sum evaluate tests the run again"
    return (
        f"{percent(report['digit_accuracy'])} digit, {percent(report['sum_accuracy'], 3)} sum, "
        f"{percent(report['agreement'], 3)} agreement, {report['pairs']:,} pairs, "
        f"weights of epoch {report['best_epoch']}"
    )


def _plain(summary: Summary) -> dict[str, Any]:
    return {
        "run": summary.run.id,
        "path": str(summary.run.path),
        "state": summary.state,
        "model": summary.config.model if summary.config else None,
        "recipe": summary.config.recipe if summary.config else None,
        "epochs": summary.config.epochs if summary.config else None,
        "epochs_done": len(summary.epochs),
        "digit_accuracy": summary.digit_accuracy,
        "sum_accuracy": summary.sum_accuracy,
        "tested": summary.is_tested,
        "elapsed": summary.elapsed,
    }
