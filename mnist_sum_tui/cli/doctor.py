"""`mnist-sum doctor`: check the machine, the terminal and the package, and say what to do about each problem."""

import os
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from mnist_sum_tui.cli.common import Json, RunsDir, folder_or_default, print_json
from mnist_sum_tui.cli.drawing_options import OPTIONS
from mnist_sum_tui.cli.layout import console, is_terminal, say
from mnist_sum_tui.errors import MnistSumError
from mnist_sum_tui.machine.ran_out import what_ran_out
from mnist_sum_tui.machine.terminal import can_draw
from mnist_sum_tui.printable import printable
from mnist_sum_tui.runs.runs_folder import FOLDER_VARIABLE

if TYPE_CHECKING:
    from collections.abc import Callable

    from rich.console import Console

    from mnist_sum_tui.cli.doctor_checks import Finding

MOUSE_SECONDS = 10.0
MARGIN, NARROWEST = 18, 10
"""width of the columns before the text, and the smallest width of the text"""
STYLES = {"ok": "green", "note": "yellow", "look": "cyan", "broken": "bold red"}
ORIGINS = {"COMMANDLINE": "from --runs-dir", "ENVIRONMENT": f"from {FOLDER_VARIABLE}"}
COLOURS = {None: "none", "standard": "16", "windows": "16", "256": "256", "truecolor": "truecolour"}
"""our name for each of rich's colour systems"""


def _given(context: typer.Context, name: str) -> object:
    """The value of an option that stands after the command or before it; None if it is not given."""
    around = context.parent.params if context.parent is not None else {}
    return next((value for value in (context.params.get(name), around.get(name)) if value is not None), None)


def doctor(
    context: typer.Context,
    mouse: Annotated[bool, typer.Option("--mouse", help="Wait ten seconds for a click in the terminal.")] = False,
    runs_dir: RunsDir = None,
    json: Json = False,
) -> None:
    """Check the machine, the terminal, the runs folder and the data; exit code 1 if training cannot work.

    Writes nothing and downloads nothing. Please add its output to a bug report.
    """
    from mnist_sum_tui.cli import doctor_checks, terminal_checks  # imports importlib.metadata: 20 ms

    if mouse and can_draw():
        print("Click somewhere in this window, or press a key ...", file=sys.stderr, flush=True)
    heard = terminal_checks.mouse(mouse, MOUSE_SECONDS)
    if mouse and can_draw():
        print("A click." if heard.state == "ok" else "No click.", "Checking the rest ...", file=sys.stderr, flush=True)
    source = context.get_parameter_source("runs_dir")
    origin = ORIGINS.get(source.name if source else "", "the default, in the current folder")
    found = [
        doctor_checks.versions(),
        *_checked("device", doctor_checks.computing),
        *_checked("data", doctor_checks.data),
        doctor_checks.runs(folder_or_default(runs_dir), origin),
        doctor_checks.chosen({name: _given(context, name) for name in OPTIONS}),  # its own --mouse is another option
        *terminal_checks.window(sys.stdout.encoding),
        terminal_checks.colours(_of_dashboard(), _of(console()) if is_terminal() else "none"),
        heard,
    ]
    broken = [each.topic for each in found if each.state == "broken"]
    if json:
        about = {each.topic: {"state": each.state, "text": each.text, **each.facts} for each in found}
        print_json({"ok": not broken, "broken": broken, **about})
    else:
        _print(found)
    if broken:
        raise MnistSumError(f"these must be fixed before training: {', '.join(broken)}; the report says how")


def _checked(topic: str, check: "Callable[[], Finding | list[Finding]]") -> "list[Finding]":
    """What a check finds, or that memory ran out in it."""
    from mnist_sum_tui.cli.doctor_checks import Finding

    try:
        found = check()
    except (MemoryError, RuntimeError, ImportError, OSError) as error:
        if (words := what_ran_out(error, "doctor")) is None:
            raise
        found = Finding(topic, "broken", printable(words))
    return found if isinstance(found, list) else [found]


def _of_dashboard() -> str:
    """The number of colours that Textual uses: it asks rich, and assumes a terminal."""
    from rich.console import Console

    return _of(Console(force_terminal=True)) if can_draw() and "NO_COLOR" not in os.environ else "none"


def _of(out: "Console") -> str:
    return "none" if out.no_color else COLOURS[out.color_system]


def _print(found: "list[Finding]") -> None:
    from rich.text import Text

    out = console()
    for each in found:
        start = Text.assemble((f"{each.state:<8}", STYLES[each.state]), (f"{each.topic:<10}", "bold"))
        for line in each.text.splitlines():
            say(out, start + Text(line), indent=MARGIN if out.width - MARGIN >= NARROWEST else 0)
    out.print()
    if not any(each.state == "broken" for each in found):
        notes = [each.topic for each in found if each.state == "note"]
        better = f"; see the notes on {', '.join(notes)}" if notes else ""
        say(out, f"Training works here{better}.")
