"""The options of every command: --marker, which characters to draw with, and --plain, sentences instead of drawings."""

import functools
import inspect
from collections.abc import Callable
from typing import Annotated, Any

import typer

from mnist_sum_tui import settings
from mnist_sum_tui.cli.layout import speak
from mnist_sum_tui.glyphs import MARKERS
from mnist_sum_tui.machine.stdio import choose_marker


def add_options(app: typer.Typer) -> None:
    """Add the options to every command of an app, and of the apps in it."""
    for info in (*app.registered_commands, app.registered_callback):
        if info is not None and info.callback is not None:
            has_them = "marker" in inspect.signature(info.callback).parameters  # a group, built a second time
            info.callback = info.callback if has_them else _with_options(info.callback)
    for group in app.registered_groups:
        if group.typer_instance is not None:
            add_options(group.typer_instance)


def use_settings() -> None:
    """Draw and print as environment variables and the user's file say; options, which override both, are read later.

    Raises:
        UsageError: a variable has a value that its setting does not accept.
    """
    _choose(str(settings.find("marker").value))
    _speak(bool(settings.find("plain").value))


def _choose(name: str | None) -> str | None:
    if name is not None:
        choose_marker(str(settings.find("marker", name).value))
    return name


def _speak(is_plain: bool | None) -> bool | None:
    if is_plain is not None:
        speak(is_plain)
    return is_plain


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
Plain = Annotated[
    bool | None,
    typer.Option(
        "--plain/--no-plain",
        help=f"Sentences for a screen reader, nothing drawn; also {settings.variable('plain')}.",
        show_default="no",
        callback=_speak,
        is_eager=True,
    ),
]
OPTIONS = {"marker": Marker, "plain": Plain}


def _with_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """The command with the options added; they take effect as soon as they are parsed."""

    @functools.wraps(command)
    def run(*values: Any, marker: str | None = None, plain: bool | None = None, **options: Any) -> Any:  # noqa: ARG001
        return command(*values, **options)

    own = inspect.signature(command)
    named = inspect.Parameter.KEYWORD_ONLY
    added = [inspect.Parameter(name, named, default=None, annotation=kind) for name, kind in OPTIONS.items()]
    run.__signature__ = own.replace(parameters=[*own.parameters.values(), *added])  # type: ignore[attr-defined]
    run.__annotations__ = {**command.__annotations__, **OPTIONS}
    return run
