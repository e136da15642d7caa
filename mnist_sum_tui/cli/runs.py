"""`mnist-sum runs`: list, show, compare, export, report, prune and delete runs, and write notes about them."""

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from mnist_sum_tui.cli import export
from mnist_sum_tui.cli.common import (
    RUNS_HELP,
    Json,
    LaterRunsDir,
    RunName,
    RunsDir,
    Yes,
    complete_run,
    folder_of,
    folder_or_default,
    print_json,
)
from mnist_sum_tui.cli.layout import PIPED_WIDTH, console, print_table, say, show_commands
from mnist_sum_tui.cli.output import OPENS_A_PAGE, check_output, write_output
from mnist_sum_tui.cli.prune import prune_runs
from mnist_sum_tui.cli.reported import reported, result
from mnist_sum_tui.cli.run_list import Columns, Each, Filter, JsonLines, Sort, Table, list_runs, plain, print_list
from mnist_sum_tui.cli.run_tables import print_curves, print_epochs, print_runs
from mnist_sum_tui.config import option_name, value_words
from mnist_sum_tui.errors import UsageError
from mnist_sum_tui.formatting import byte_size, letters
from mnist_sum_tui.printable import printable
from mnist_sum_tui.runs import find, notes
from mnist_sum_tui.runs.accuracies import contradicts
from mnist_sum_tui.runs.chance import about_chance
from mnist_sum_tui.runs.commands import reproduction, resumption
from mnist_sum_tui.runs.differences import SAME_SETTINGS, differing_settings, table_of
from mnist_sum_tui.runs.event_json import to_dict
from mnist_sum_tui.runs.event_words import changed_words
from mnist_sum_tui.runs.summary import summarise
from mnist_sum_tui.training.diverged import trouble

app = typer.Typer(help="List, show, compare, export, report, note, prune and delete runs.", invoke_without_command=True)
app.command("list")(list_runs)
app.command("prune")(prune_runs)
app.command("export")(export.export)
app.command("report", context_settings={"allow_extra_args": True})(export.report)

COMPARED_HELP = f"Two or more: {RUNS_HELP} A name of several seeds stands for all of them."
MOST_CHANGES = 20
"""how many changes of settings `runs show` prints"""


@app.callback()
def runs(
    context: typer.Context,
    filter: Filter = "",
    sort: Sort = "",
    columns: Columns = "",
    each: Each = False,
    csv: Table = None,
    runs_dir: RunsDir = None,
    json: JsonLines = False,
) -> None:
    """List the runs, newest first."""
    context.obj = runs_dir
    lists = {"--filter": filter, "--sort": sort, "--columns": columns, "--each": each, "--csv": csv, "--json": json}
    if (command := context.invoked_subcommand) and (early := [option for option, value in lists.items() if value]):
        group: Any = context.command
        known = {name for option in group.commands[command].params for name in option.opts}
        behind = f"put it behind, mnist-sum runs {command} {early[0]}"
        raise UsageError(f"{early[0]} does nothing before {command}: {behind if early[0] in known else 'leave it out'}")
    if command is None:
        print_list(folder_or_default(runs_dir), json, filter, sort, columns, each, csv)


@app.command("note")
def note(
    context: typer.Context,
    run: RunName,
    text: Annotated[str, typer.Argument(help="A line about the run; empty removes it.", metavar="TEXT")],
    runs_dir: LaterRunsDir = None,
) -> None:
    """Write a note about a run, which the list of runs and its report show."""
    found = find.by_name(run, folder_of(context, runs_dir))
    notes.write(found, text)
    say(console(), f"{found.argument}: {notes.read(found) or 'no note any more'}")


@app.command("show")
def show(context: typer.Context, run: RunName = "latest", runs_dir: LaterRunsDir = None, json: Json = False) -> None:
    """Show a run: its curves, its epochs, its settings and its result."""
    found = find.by_name(run, folder_of(context, runs_dir))
    summary = summarise(found)
    config = summary.config.to_dict() if summary.config else {}
    again, besides = reproduction(summary.config, summary.starts, summary.changed) if summary.config else ("", "")
    changed = summary.changed
    report = reported(found)
    is_contradicted = report is not None and contradicts(report, summary.finished)
    if json:
        epochs = [to_dict(epoch) for epoch in summary.epochs]
        print_json(
            {
                **plain(summary),
                "settings": config,
                "changed": [{**to_dict(event), "reached": event.is_reached(summary.steps)} for event in changed],
                "again": again,
                "history": epochs,
                "test": None if is_contradicted else report,
            }
        )
        return
    out = console()
    print_runs(out, [summary])
    if summary.epochs:
        print_epochs(out, summary)
    settings = ", ".join(f"{option_name(name)} {printable(value_words(name, value))}" for name, value in config.items())
    changes = [("changed", changed_words(event, summary.steps)) for event in changed[:MOST_CHANGES]]
    if (more := len(changed) - MOST_CHANGES) > 0:
        changes.append(("", f"and {more:,} more; --json has all"))
    for name, text in (
        ("test", result(found, report, is_contradicted)),
        ("but", trouble(summary)),
        ("note", summary.note),
        ("settings", settings),
        *changes,
        ("size", byte_size(summary.size)),
        ("folder", printable(str(found.path))),
    ):
        if text:
            say(out, f"{name:<10}{text}", indent=10, piped=None if name in ("folder", "changed") else PIPED_WIDTH)
    can_go_on = summary.state in ("stopped", "interrupted", "failed") and found.resume_file.exists()
    on = {"resume": resumption(found.argument, summary.config.model)} if can_go_on and summary.config else {}
    commands = on | ({f"again ({besides})" if besides else "again": again} if again else {})
    if commands:
        out.print()
        show_commands(out, commands)


@app.command("compare")
def compare(
    context: typer.Context,
    names: Annotated[
        list[str],
        typer.Argument(help=COMPARED_HELP, autocompletion=complete_run, metavar="RUN"),
    ],
    report: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write it as one HTML file to send, instead of printing it.")
    ] = None,
    runs_dir: LaterRunsDir = None,
    json: Json = False,
) -> None:
    """Compare runs: their results, the settings in which they differ, and their curves on one scale."""
    folder = folder_of(context, runs_dir)
    asked = (run for name in names for run in find.all_by_name(name, folder))
    found = [summarise(run) for run in {run.path.resolve(): run for run in asked}.values()]  # each once: latest, its id
    if len(found) < 2:
        which = "only one run is named" if len(names) == 1 else f"all of these are run {found[0].run.id}"
        raise UsageError(f"{which}: name another to compare it with (mnist-sum runs lists them)")
    if json and report is not None:
        raise UsageError("--report writes a page instead of printing: leave out --json or --report")
    rows = table_of(found)
    if json:
        values = {
            "compared": [plain(summary) for summary in found],
            "differing": differing_settings([summary.config for summary in found]),
        }
        chance = about_chance(found, names=[summary.run.id for summary in found])
        print_json({**values, "chance": chance})
        return
    out, named = console(), dict(zip(letters(len(found)), found, strict=True))
    if report is not None:
        check_output(report)
        from mnist_sum_tui.export.report import compared  # numpy and Pillow

        write_output(report, compared(named), OPENS_A_PAGE)
        return
    for letter, summary in named.items():
        say(out, f"{letter}  {summary.run.argument}", "bold", indent=3)
    out.print()
    print_runs(out, found, list(named))
    if words := about_chance(found, names=[*named]):
        say(out, words, "dim italic")
    out.print()
    if rows:
        print_table(out, "", ["setting", *named], rows, left=1 + len(named))
    else:
        out.print(SAME_SETTINGS)
    print_curves(out, named)


@app.command("delete")
def delete(context: typer.Context, run: RunName, yes: Yes = False, runs_dir: LaterRunsDir = None) -> None:
    """Delete a run's folder; if it holds anything that is not the run's, nothing is deleted."""
    found = find.by_name(run, folder_of(context, runs_dir))
    shown = printable(str(found.path))
    if not yes:
        if not sys.stdin.isatty():
            raise UsageError(f"deleting {found.id} needs confirmation: add --yes")
        if not typer.confirm(f"Delete {shown}?"):
            say(console(), "Nothing was deleted")
            return
    found.delete()
    say(console(), f"Deleted {shown}")
