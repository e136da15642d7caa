"""What the commands share: consoles, options with their help, completion, and how a run is named in a command."""

import functools
import json
import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mnist_sum_tui.errors import UsageError, unknown
from mnist_sum_tui.printable import printable
from mnist_sum_tui.recipes import MODELS, RECIPES
from mnist_sum_tui.runs import find
from mnist_sum_tui.runs.run import DEFAULT_FOLDER, FOLDER_VARIABLE, default_folder

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

    Cells = Sequence[str | Text]
    """a row of a table"""

PIPE_WIDTH = 160
"""columns to lay a table out for when nobody's terminal sets them"""


def is_terminal() -> bool:
    """Whether stdout is a terminal that can move its cursor."""
    return sys.stdout.isatty() and os.environ.get("TERM") != "dumb"


def console() -> "Console":
    """A console on stdout: colour only in a terminal, whatever FORCE_COLOR says, so that a pipe never gets escapes.

    No string is read as markup, which a file's name may look like: what has a style is a Text.

    Where the reader has left, printing raises BrokenPipeError; rich's own consoles end the process at once.
    """
    from rich.console import Console

    class HonestConsole(Console):
        def on_broken_pipe(self) -> None:
            raise  # rich calls it while it handles the error

    plain = functools.partial(HonestConsole, highlight=False, markup=False, emoji=False)
    if is_terminal():
        return plain()
    return plain(force_terminal=False, color_system=None, width=PIPE_WIDTH)


def print_json(values: Mapping[str, Any]) -> None:
    """One JSON object on a line of stdout; in ASCII where a text in it is not printable, such as a path."""
    text = json.dumps(values, ensure_ascii=False)
    print(text if text.isprintable() else json.dumps(values), flush=True)


def print_table(out: "Console", title: str, columns: Sequence[str], rows: "Iterable[Cells]", left: int = 0) -> None:
    """A table under its title; the first `left` columns are aligned left, the others right."""
    from rich.table import Table

    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False)
    for place, name in enumerate(columns):
        table.add_column(name, justify="left" if place < left else "right", header_style="dim", no_wrap=True)
    for row in rows:
        table.add_row(*row)
    if title:
        out.print(printable(title), style="bold", soft_wrap=True)
    out.print(table)
    out.print()


def styled(text: str, style: str) -> "Text":
    """A cell of a table, or a line, in a style."""
    from rich.text import Text

    return Text(text, style)


def check_model(name: str | None) -> None:
    """Refuse an unknown network before anything slow is imported.

    Raises:
        UsageError: unknown name.
    """
    if name is not None and name not in MODELS:
        raise unknown("model", name, MODELS)


def complete_run(incomplete: str) -> list[str]:
    """Run ids, newest first, and the two words that stand for one."""
    names = ["latest", "best", *(run.id for run in find.list_runs(default_folder()))]
    return [name for name in names if name.startswith(incomplete)]


def summaries(names: Iterable[str]) -> list[tuple[str, str]]:
    """Each name with what it is, where it is a network or a recipe."""
    known = {**MODELS, **{name: recipe.summary for name, recipe in RECIPES.items()}}
    return [(name, known.get(name, "")) for name in names]


def complete_model(incomplete: str) -> list[tuple[str, str]]:
    """Names of networks, with what they are."""
    return [item for item in summaries(MODELS) if item[0].startswith(incomplete)]


def named_folder(text: str) -> Path:
    """The folder of `--runs-dir`; a Path of no letters would be the current one.

    Raises:
        UsageError: it is empty.
    """
    if not text:
        raise UsageError("--runs-dir is empty: name a folder, or leave it out")
    return Path(text)


RunsDir = Annotated[
    Path | None,
    typer.Option(
        "--runs-dir",
        parser=named_folder,
        metavar="PATH",
        help="Folder of the runs.",
        envvar=FOLDER_VARIABLE,
        show_default=DEFAULT_FOLDER,
    ),
]
RunOption = Annotated[
    str | None,
    typer.Option(
        "--run",
        help="latest, best, a run's id (or its beginning), or a path.",
        autocompletion=complete_run,
        show_default="latest, or the built-in network",
    ),
]
RunArgument = Annotated[
    str | None,
    typer.Argument(
        help="latest, best, a run's id (or its beginning), or a path.",
        autocompletion=complete_run,
        show_default="latest, or the built-in network",
    ),
]


def absolute_folder(folder: str | None) -> str | None:
    """The folder wherever the run is resumed from."""
    if folder == "":
        raise UsageError("--data-dir is empty: name a folder, or leave it out")
    return None if folder is None else str(Path(folder).resolve())


DataDir = Annotated[
    str | None,
    typer.Option(
        "--data-dir",
        help="A torchvision root with MNIST/raw.",
        show_default="the built-in MNIST",
        callback=absolute_folder,
    ),
]
Device = Annotated[str | None, typer.Option(help="auto, cpu, cuda or mps.", show_default="auto")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON, and nothing else, on stdout.")]


def folder_or_default(runs_dir: Path | None) -> Path:
    """The folder of the runs: the option, MNIST_SUM_RUNS, or `runs`."""
    return runs_dir or default_folder()
