"""`mnist-sum doctor`: check what a training and the dashboard need, and say what to do about each problem."""

import os
import platform
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from mnist_sum_tui import __version__
from mnist_sum_tui.cli.common import Json, RunsDir, folder_or_default, print_json
from mnist_sum_tui.cli.layout import console, is_plain, say
from mnist_sum_tui.errors import DataError, MnistSumError, UsageError
from mnist_sum_tui.formatting import plural
from mnist_sum_tui.glyphs import BRAILLE, current
from mnist_sum_tui.machine import stdio, terminal
from mnist_sum_tui.machine.ran_out import what_ran_out
from mnist_sum_tui.printable import printable

MARGIN, NARROWEST = 18, 10
"""width of the columns before the text, and the smallest width of the text"""
STYLES = {"ok": "green", "note": "yellow", "look": "cyan", "broken": "bold red"}
COLOURS = {None: "none", "standard": "16", "windows": "16", "256": "256", "truecolor": "truecolour"}
"""our name for each of rich's colour systems"""
HILL = "".join(BRAILLE.dots[bits] for bits in (0xC0, 0xE4, 0xF6, 0xFF, 0xF6, 0xE4, 0xC0))
WALL = BRAILLE.sparks + BRAILLE.shades[:0:-1][1:]


@dataclass(frozen=True, slots=True)
class Finding:
    """The result of one check."""

    topic: str
    state: Literal["ok", "note", "look", "broken"]
    """note: training works, something else could be better; look: the user judges; broken: training cannot work"""
    text: str
    """what was found, and what to do if that is not good"""
    facts: dict[str, Any] = field(default_factory=dict)
    """the same as values for JSON"""


def doctor(runs_dir: RunsDir = None, json: Json = False) -> None:
    """Check the machine, the terminal, the runs folder and the data; exit code 1 if training cannot work.

    Writes nothing and downloads nothing. Please add its output to a bug report.
    """
    found = [versions(), device(), data(), runs(folder_or_default(runs_dir)), screen(sys.stdout.encoding), *signs()]
    broken = [each.topic for each in found if each.state == "broken"]
    if json:
        about = {each.topic: {"state": each.state, "text": each.text, **each.facts} for each in found}
        print_json({"ok": not broken, "broken": broken, **about})
    else:
        _print(found)
    if broken:
        raise MnistSumError(f"these must be fixed before training: {', '.join(broken)}; the report says how")


def versions() -> Finding:
    """Versions of mnist-sum, Python and the libraries, and which do not fit, without importing them."""
    from mnist_sum_tui.machine import packages  # importlib.metadata: 20 ms

    found = {"mnist-sum": __version__, "python": platform.python_version()}
    found |= {name: packages.installed(name) or "missing" for name in packages.NEEDED}
    misfits = [words for name in packages.NEEDED if (words := packages.misfit(name))]
    text = "; ".join([", ".join(f"{name} {number}" for name, number in found.items()), *misfits])
    if "missing" in found.values():
        return Finding("versions", "broken", f"{text}; install mnist-sum again", found)
    return Finding("versions", "note" if misfits else "ok", text, found)


def device() -> Finding:
    """The processor, and the device, precision and number of threads that a training uses; imports torch."""
    from mnist_sum_tui.config import TrainConfig

    try:
        import torch

        from mnist_sum_tui.machine import hardware

        machine, chosen = hardware.describe(), hardware.choose(TrainConfig.of("standard"))
        torch.ones(2, device=chosen.device).sum().item()  # fails on a GPU that this build of torch does not support
    except (ImportError, OSError, RuntimeError, MemoryError, UsageError) as error:
        advice = "install it again (https://pytorch.org/get-started), or train with --device cpu"
        words = what_ran_out(error, "doctor") or f"torch cannot compute here ({error}): {advice}"
        return Finding("device", "broken", _line(words))
    why = chosen.reason.partition(": ")[2]
    facts = {"device": chosen.device.type, "precision": chosen.precision, "threads": chosen.threads, "why": why}
    words = (
        f"{chosen.device.type}, {chosen.precision} ({why}), {plural(chosen.threads, 'thread')}; {machine['processor']}"
    )
    return Finding("device", "ok", printable(words), facts)


def data() -> Finding:
    """Whether the four MNIST files in the package are whole: their contents and their SHA-256."""
    from mnist_sum_tui.data import mnist_files

    problems = []
    for split in mnist_files.FILES:
        try:
            mnist_files.read(split)
        except DataError as error:
            problems.append(_line(str(error)))
    text = "; ".join(problems) or "the built-in MNIST files are whole (SHA-256)"
    return Finding("data", "broken" if problems else "ok", text, {"problems": problems})


def runs(folder: Path) -> Finding:
    """Where runs are stored, and whether one can be created there; writes nothing."""
    from mnist_sum_tui.runs import find

    nearest = next((path for path in (folder, *folder.absolute().parents) if os.path.lexists(path)), folder)
    writable, where = (
        os.path.isdir(nearest) and os.access(nearest, os.W_OK | os.X_OK),
        printable(str(folder.absolute())),
    )
    facts = {"path": where, "exists": os.path.isdir(folder), "writable": writable, "count": len(find.list_runs(folder))}
    if not writable:
        what = "is not writable" if os.path.isdir(nearest) else "is not a folder"
        advice = f"{printable(str(nearest.absolute()))} {what}: choose another --runs-dir or MNIST_SUM_RUNS"
        return Finding("runs", "broken", f"{where}: {advice}", facts)
    count = plural(len(find.list_runs(folder)), "run") if facts["exists"] else "the first run creates it"
    return Finding("runs", "ok", f"{where}: {count}", facts)


def screen(encoding: str) -> Finding:
    """The terminal, its size and encoding, and the number of colours in the dashboard."""
    from rich.console import Console

    size, term = terminal.size(), printable(os.environ.get("TERM", ""))
    drawn = Console(force_terminal=True)  # Textual asks rich, and assumes a terminal
    colours = "none" if drawn.no_color or not terminal.can_draw() else COLOURS[drawn.color_system]
    facts = {"is_terminal": terminal.can_draw(), "size": size, "term": term, "encoding": encoding, "colours": colours}
    parts = [f"{size[0]}x{size[1]}" if size else "", f"TERM={term}" if term else "", f"encoding {encoding}"]
    advice = ""
    if not terminal.can_draw():
        advice = f"{terminal.why_not()}: mnist-sum train works here, the dashboard does not"
    elif size and (size[0] < terminal.SMALLEST[0] or size[1] < terminal.SMALLEST[1]):
        advice = "too small for the whole dashboard: make it 60x20 or larger"
    elif "utf" not in encoding.lower() or stdio.is_ascii_locale():
        advice = "bars and dots need UTF-8: set PYTHONUTF8=1, or LC_ALL to a UTF-8 locale such as C.UTF-8"
    elif colours in ("none", "16"):
        advice = "more colours: unset NO_COLOR, and set COLORTERM=truecolor if the terminal supports it"
    text = f"{', '.join(filter(None, parts))}, colours {colours}; {advice or 'the dashboard fits'}"
    return Finding("terminal", "note" if advice else "ok", text, facts)


def signs() -> list[Finding]:
    """Characters for the user to look at, if they are drawn with."""
    if current() is not BRAILLE or is_plain():
        return []
    hill = f"{HILL} should be a hill of dots; if not, try another font, or --marker blocks"
    wall = f"{WALL} should be eight rising steps without gaps, then a wall that fades; or --marker ascii"
    return [Finding("braille", "look", hill), Finding("blocks", "look", wall)]


def _line(words: str) -> str:
    return printable(" ".join(words.split()))


def _print(found: list[Finding]) -> None:
    from rich.text import Text

    out = console()
    for each in found:
        start = Text.assemble((f"{each.state:<8}", STYLES[each.state]), (f"{each.topic:<10}", "bold"))
        say(out, start + Text(each.text), indent=MARGIN if out.width - MARGIN >= NARROWEST else 0)
    out.print()
    if not any(each.state == "broken" for each in found):
        notes = [each.topic for each in found if each.state == "note"]
        better = f"; see the notes on {', '.join(notes)}" if notes else ""
        say(out, f"Training works here{better}.")
