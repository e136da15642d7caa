"""The command line, one command a file: parse, build a TrainConfig, make one call, print."""

import contextlib
import errno
import os
import sys
from typing import Annotated, NoReturn

import typer

from mnist_sum_tui.cli import bench, doctor, evaluate, guide, model, predict, runs, train, tui, welcome
from mnist_sum_tui.errors import MnistSumError
from mnist_sum_tui.machine.process import set_waiting
from mnist_sum_tui.machine.ranks import Ranks
from mnist_sum_tui.machine.stdio import flush_or_drop, repair_streams
from mnist_sum_tui.printable import printable
from mnist_sum_tui.version import __version__

app = typer.Typer(
    name="mnist-sum",
    cls=welcome.Welcome,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("train")(train.train)
app.command("tui")(tui.tui)
app.add_typer(predict.app, name="predict")
app.command("evaluate")(evaluate.evaluate)
app.add_typer(runs.app, name="runs")
app.command("model")(model.model)
app.command("bench")(bench.bench)
app.command("doctor")(doctor.doctor)
app.command("guide")(guide.guide)

# Typer carries its own click or uses the installed one, by version; the base of its errors has one name either way.
_ClickError: type[Exception] = next(cls for cls in typer.BadParameter.__mro__ if cls.__name__ == "ClickException")


TRAINING = (["train"], ["tui"], ["bench"])
"""the commands that keep the cores busy for long"""
LOST_OUTPUT = (errno.EPIPE, errno.EIO)
"""what writing says where nobody reads: the reader of a pipe has left, as `head` does, or the terminal was closed"""


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"mnist-sum {__version__}")
        raise typer.Exit


@app.callback()
def _about(
    _version: Annotated[
        bool,
        typer.Option("--version", callback=_show_version, is_eager=True, help="Print the version and leave."),
    ] = False,
) -> None:
    """Train a network that sees a digit and adds a number to it, and watch it learn.

    Start with [bold]mnist-sum train[/bold], or with [bold]mnist-sum tui[/bold] for the dashboard.
    """


def main() -> None:
    """Run the command line; every error that a user can cause ends in one line on stderr."""
    set_waiting(may_be_alone=sys.argv[1:2] in TRAINING)
    repair_streams()
    code = None
    try:
        code = app(prog_name="mnist-sum", standalone_mode=False)
        sys.stdout.flush()
    except MnistSumError as error:
        code = _fail(str(error), error.exit_code)
    except _ClickError as error:
        code = _fail(getattr(error, "format_message", error.__str__)(), getattr(error, "exit_code", 2))
    except (KeyboardInterrupt, typer.Abort):
        code = _fail("interrupted", 130)
    except OSError as error:
        if error.errno == errno.ENOSPC:  # a run's own files complain by themselves
            code = _fail("the output cannot be written (no space left): free some space, or write elsewhere", 1)
        elif error.errno in LOST_OUTPUT:
            code = code or 1
        else:
            raise
    except (MemoryError, RuntimeError) as error:
        if not _is_out_of_memory(error):
            raise
        code = _fail("out of memory: try a smaller --batch-size, or close something", 1)
    _leave(code if isinstance(code, int) else 0)


def _leave(code: int) -> NoReturn:
    """End the process.

    One of several that train a run ends at once: torch's threads between the processes now and then abort one that
    takes itself apart ("terminate called without an active exception", exit code -6; seen twice, torch 2.13 and 2.15).
    """
    flush_or_drop()
    if Ranks.of_environment().size > 1:
        os._exit(code)
    sys.exit(code)


def _is_out_of_memory(error: Exception) -> bool:
    """Also torch's: an OutOfMemoryError on a GPU, and on a CPU a RuntimeError that only its words tell from others."""
    is_torchs = type(error).__name__ == "OutOfMemoryError" or "can't allocate memory" in str(error)
    return isinstance(error, MemoryError) or is_torchs


def _fail(message: str, code: int) -> int:
    line = printable(" ".join(message.split()))  # one line, whatever is in a file's name
    if line:
        with contextlib.suppress(OSError):  # a closed terminal takes no words
            print(f"error: {line}", file=sys.stderr)
    return code
