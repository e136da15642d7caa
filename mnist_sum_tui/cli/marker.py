"""The option --marker, which every command has: what to draw with."""

import functools
import inspect
from collections.abc import Callable
from typing import Annotated, Any

import typer

from mnist_sum_tui import settings
from mnist_sum_tui.glyphs import MARKERS
from mnist_sum_tui.machine.stdio import choose_marker


def add_marker(app: typer.Typer) -> None:
    """Give the option to every command of an app and of the apps in it."""
    for info in (*app.registered_commands, app.registered_callback):
        if info is not None and info.callback is not None:
            info.callback = _with_marker(info.callback)
    for group in app.registered_groups:
        if group.typer_instance is not None:
            add_marker(group.typer_instance)


def _choose(name: str | None) -> str | None:
    if name is not None:
        choose_marker(str(settings.find("marker", name).value))
    return name


Marker = Annotated[
    str | None,
    typer.Option(
        "--marker",
        help=f"What to draw with: {', '.join(MARKERS)}; also the variable {settings.variable('marker')}.",
        show_default="what the terminal can show",
        autocompletion=lambda incomplete: [name for name in MARKERS if name.startswith(incomplete)],
        callback=_choose,
        is_eager=True,  # before --help, which draws boxes
    ),
]


def _with_marker(command: Callable[..., Any]) -> Callable[..., Any]:
    """The command with the option, which has its effect when it is read."""

    @functools.wraps(command)
    def run(*values: Any, marker: str | None = None, **options: Any) -> Any:  # noqa: ARG001
        return command(*values, **options)

    own = inspect.signature(command)
    added = inspect.Parameter("marker", inspect.Parameter.KEYWORD_ONLY, default=None, annotation=Marker)
    run.__signature__ = own.replace(parameters=[*own.parameters.values(), added])  # type: ignore[attr-defined]
    run.__annotations__ = {**command.__annotations__, "marker": Marker}
    return run
