"""What the commands share: JSON output, common options, and shell completion."""

import importlib.util
import os
import re
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mnist_sum_tui import own_network
from mnist_sum_tui.config import DEVICES, settings
from mnist_sum_tui.errors import UsageError, unknown
from mnist_sum_tui.glyphs import shown
from mnist_sum_tui.machine.notify import Way
from mnist_sum_tui.machine.process import import_torch
from mnist_sum_tui.printable import printable, shell_word
from mnist_sum_tui.recipes import MODELS
from mnist_sum_tui.runs import find
from mnist_sum_tui.runs.json_values import strict_json
from mnist_sum_tui.runs.runs_folder import DEFAULT_FOLDER, FOLDER_VARIABLE, default_folder

if TYPE_CHECKING:
    from mnist_sum_tui.inference.predict import Predictor

PLAIN_WORD = re.compile(r"\w[\w.@-]*", re.ASCII)
"""an id that may be completed: the shell gets it unquoted, and would run code in the name of a stranger's folder"""


def print_json(values: Mapping[str, Any]) -> None:
    """Print a JSON object as one line; if stdout cannot show some text, such as a path, it is escaped to ASCII."""
    text = strict_json(values)
    can_show = text.isascii() or ("utf" in (sys.stdout.encoding or "").lower() and shown(text) == text)
    print(text if can_show and text.isprintable() else strict_json(values, is_ascii=True), flush=True)


def need(option: str, *packages: str) -> None:
    """Refuse an option whose packages are missing; few users need them, so they are not installed with the program.

    Raises:
        UsageError: a package is missing; the message says what to install.
    """
    found = {name: importlib.util.find_spec(name) for name in packages}
    # without origin: only a folder of that name, such as one with exported models in the current folder
    missing = [name.replace("_", "-") for name, spec in found.items() if spec is None or spec.origin is None]
    if missing:
        raise UsageError(f"{option} needs {' and '.join(missing)}: pip install {' '.join(missing)}")


def check_model(name: str | None) -> None:
    """Refuse an unknown network, before anything slow is imported.

    Raises:
        UsageError: the name is unknown.
    """
    if name is not None and name not in MODELS:
        raise unknown("model", name, MODELS)


def complete_run(incomplete: str) -> list[str]:
    """Completions for a run: `latest`, `best`, and the run ids, newest first."""
    ids = (run.id for run in find.list_runs(default_folder()))
    names = ["latest", "best", *filter(PLAIN_WORD.fullmatch, ids)]
    return [name for name in names if name.startswith(incomplete)]


def complete_network(incomplete: str) -> list[str]:
    """Completions for a run, or the network in the package, to be asked."""
    return [name for name in (find.BUILT_IN_NAME,) if name.startswith(incomplete)] + complete_run(incomplete)


def completion(described: Mapping[str, str]) -> Callable[[str], list[tuple[str, str]]]:
    """What completes one of these names; each comes with its description."""
    return lambda incomplete: [item for item in described.items() if item[0].startswith(incomplete)]


complete_model = completion(MODELS)


def named_folder(text: str) -> Path:
    """Parse --runs-dir. Path("") would silently be the current folder.

    Raises:
        UsageError: the text is empty.
    """
    if not text:
        raise UsageError("--runs-dir is empty: name a folder, or leave the option out")
    return Path(text)


RUN_HELP = "latest, best, the id of a run (or how it begins), its name, or a path."
RUNS_HELP = "latest, best, ids of runs (or how they begin), their names, or paths."
NETWORK_HELP = f"{RUN_HELP.removesuffix('.')}; or built-in, the network in the package."


def _runs_dir(default: str, envvar: str | None = None) -> Any:
    return typer.Option(
        "--runs-dir",
        parser=named_folder,
        metavar="PATH",
        help="Folder that holds the runs.",
        envvar=envvar,
        show_default=default,
    )


RunsDir = Annotated[Path | None, _runs_dir(DEFAULT_FOLDER, FOLDER_VARIABLE)]
LaterRunsDir = Annotated[Path | None, _runs_dir("that of mnist-sum runs")]
"""--runs-dir of a subcommand; without MNIST_SUM_RUNS, which would override --runs-dir before the subcommand"""
RunName = Annotated[str, typer.Argument(help=RUN_HELP, autocompletion=complete_run, metavar="RUN")]
_NETWORK: dict[str, Any] = {
    "help": NETWORK_HELP,
    "autocompletion": complete_network,
    "show_default": "latest, or the built-in network",
}
RunOption = Annotated[str | None, typer.Option("--run", **_NETWORK)]
RunArgument = Annotated[str | None, typer.Argument(metavar="RUN", **_NETWORK)]

Resume = Annotated[
    str | None,
    typer.Option(help="Resume a run: latest, best, its id, its name, or a path.", autocompletion=complete_run),
]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask for confirmation.")]


def absolute_folder(folder: str | None) -> str | None:
    """Make --data-dir absolute, so that the run can be resumed from any folder.

    Raises:
        UsageError: the text is empty.
    """
    if folder == "":
        raise UsageError("--data-dir is empty: name a folder, or leave the option out")
    return None if folder is None else os.path.realpath(folder)


DataDir = Annotated[
    str | None,
    typer.Option(
        "--data-dir", help=settings()["data_dir"].help, show_default="the built-in MNIST", callback=absolute_folder
    ),
]
ModelFile = Annotated[
    str | None,
    typer.Option(
        own_network.OPTION,
        parser=own_network.take,
        metavar="FILE",
        help="A Python file with a network of your own (mnist-sum guide own-network).",
    ),
]
"""--model-file; its value is the network's name, and the file is executed only when the network is built"""
Device = Annotated[
    str | None, typer.Option(help=f"{settings()['device'].help} One of {', '.join(DEVICES)}.", show_default="auto")
]
Json = Annotated[bool, typer.Option("--json", help="Print only JSON on stdout.")]
Notify = Annotated[
    Way | None,
    typer.Option(
        metavar="<str>",  # all four in one word would be cut in 80 columns
        help="Say when it is over: bell, osc9 (a notification), none, or auto: what the terminal can do, from 30 s on.",
        show_default="auto",
    ),
]


def ask(run: str | None, runs_dir: Path | None, model: str | None, device: str | None) -> tuple["Predictor", str]:
    """Load the network of the run that `find.for_prediction` finds; also returns the run as --run names it.

    Raises:
        UsageError: as `find.for_prediction`, which is asked before torch is imported.
        CheckpointError: the weights are damaged, or those of another network.
    """
    folder = folder_or_default(runs_dir)
    asked = find.for_prediction(run, folder, model)
    import_torch()
    from mnist_sum_tui.inference.predict import load_predictor

    predictor = load_predictor(asked or find.BUILT_IN_NAME, folder, device or "auto", model)
    if predictor.notice:
        print(f"note: {printable(predictor.notice)}", file=sys.stderr)
    return predictor, asked.argument if asked else find.BUILT_IN_NAME


def source_of(predictor: "Predictor") -> dict[str, str | None]:
    """What JSON says of the network that answers."""
    return {"source": predictor.source, "run": predictor.run}


def _checked_board(folder: Path | None) -> Path | None:
    """Parse --tensorboard, before anything slow is imported."""
    if folder is not None:
        need("--tensorboard", "tensorboardX")
        if not folder.name or (os.path.lexists(folder) and not os.path.isdir(folder)):
            raise UsageError(f"--tensorboard '{folder}' is not the name of a folder: name one, such as logs")
    return folder


TensorBoard = Annotated[
    Path | None,
    typer.Option(
        metavar="DIR",
        help="Write it for TensorBoard into a folder of DIR (needs tensorboardX).",
        callback=_checked_board,
    ),
]


def board_shown(folder: Path) -> str:
    """What shows a folder that was written for TensorBoard."""
    return f"tensorboard --logdir {shell_word(str(folder))} shows it"


def folder_of(context: typer.Context, runs_dir: Path | None) -> Path:
    """The folder given after the subcommand, or else before it, or else the default."""
    return folder_or_default(runs_dir or context.obj)


def folder_or_default(runs_dir: Path | None) -> Path:
    """The folder of the runs: --runs-dir, or else MNIST_SUM_RUNS, or else `runs`."""
    return runs_dir or default_folder()
