"""The commands of the program. Only the file of the requested command is imported, because all of them take 40 ms."""

from importlib import import_module
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from mnist_sum_tui import __version__
from mnist_sum_tui.cli import welcome
from mnist_sum_tui.cli.drawing_options import add_options

COMMANDS = (
    "train", "tui", "demo", "serve", "predict", "evaluate", "runs", "model", "lr", "sweep", "bench", "doctor", "guide",
)  # fmt: skip
"""the commands in the order of `--help`; each has a file of its name in this folder, with a function or a Typer app"""


class InOrder(TyperGroup):
    """The commands as `--help` lists them: in the order of COMMANDS, where the library puts groups last."""

    def list_commands(self, ctx: Any) -> list[str]:
        """The names of the commands."""
        return sorted(super().list_commands(ctx), key=COMMANDS.index)


def build(asked: str | None = None) -> typer.Typer:
    """The program with only the command `asked`, or with all commands if there is none of that name."""
    app = typer.Typer(
        name="mnist-sum",
        cls=InOrder,
        invoke_without_command=True,
        rich_markup_mode="rich",
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(_about)
    for name in (asked,) if asked in COMMANDS else COMMANDS:
        module = import_module(f"{__package__}.{name}")
        group: typer.Typer | None = getattr(module, "app", None)
        if group is None:
            app.command(name)(getattr(module, name))
        else:
            app.add_typer(group, name=name)
    add_options(app)
    return app


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"mnist-sum {__version__}")
        raise typer.Exit


def _about(
    context: typer.Context,
    _version: Annotated[
        bool,
        typer.Option("--version", callback=_show_version, is_eager=True, help="Print the version."),
    ] = False,
) -> None:
    """Train a network that reads a handwritten digit and adds a number to it, and watch it learn.

    Start with [bold]mnist-sum train --recipe sprint[/bold] (seconds), or the dashboard: [bold]mnist-sum tui[/bold].
    """
    if context.invoked_subcommand is None:
        welcome.show()
