"""What `mnist-sum doctor` finds: each thing that was looked at, as facts and in a sentence. Without rich and typer."""

import contextlib
import os
import platform
import shutil
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Literal

from mnist_sum_tui.errors import DataError, UsageError
from mnist_sum_tui.formatting import plural
from mnist_sum_tui.machine import terminal
from mnist_sum_tui.printable import printable
from mnist_sum_tui.version import __version__

PACKAGES = ("torch", "torchvision", "numpy", "safetensors", "filelock", "pillow", "textual", "rich", "typer")
ONLY_SOMETIMES = {"torchvision", "pillow", "textual"}
"""those without which a training runs: for a download, for pictures, for the dashboard"""
LITTLE_SPACE = 10**9
"""bytes; a run of the largest network takes some 400 MB"""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at."""

    topic: str
    state: Literal["ok", "note", "look", "broken"]
    """note: the dashboard, or something else than a training, could do with it; look: the reader judges"""
    text: str
    """what is, and what to do if that is not good; printable"""
    facts: dict[str, Any] = field(default_factory=dict)
    """the same as JSON"""


def versions() -> Finding:
    """Versions of this program, Python and the libraries, as installed; none of them is imported."""
    found: dict[str, str | None] = {"mnist-sum": __version__, "python": platform.python_version()}
    for name in PACKAGES:
        found[name] = None
        with contextlib.suppress(PackageNotFoundError):
            found[name] = printable(version(name))
    missing = [name for name, number in found.items() if number is None]
    if missing:
        state: Literal["note", "broken"] = "note" if ONLY_SOMETIMES.issuperset(missing) else "broken"
        return Finding("versions", state, f"{', '.join(missing)} not installed: install mnist-sum again", found)
    return Finding("versions", "ok", ", ".join(f"{name} {number}" for name, number in found.items()), found)


def computing() -> list[Finding]:
    """The machine, the device with its precision, and the threads that a training takes by itself; imports torch."""
    from mnist_sum_tui.config import TrainConfig
    from mnist_sum_tui.machine.process import import_torch

    try:
        import_torch()
        from mnist_sum_tui.machine import hardware
    except (ImportError, OSError) as error:  # OSError: a library of torch's that the system cannot load
        advice = "install it again (https://pytorch.org/get-started)"
        return [Finding("device", "broken", f"torch cannot be loaded ({_line(error)}): {advice}")]
    about = hardware.describe()
    machine = printable(f"{about['platform']}, {about['processor']}")
    here = Finding("machine", "ok", machine, {name: about[name] for name in ("platform", "processor")})
    try:
        return [here, *_computing(hardware.choose(TrainConfig.of("standard")))]
    except (UsageError, RuntimeError) as error:
        advice = "mend its driver, or train with --device cpu"
        return [here, Finding("device", "broken", f"it cannot compute ({_line(error)}): {advice}")]


def _computing(chosen: Any) -> list[Finding]:
    """Device and threads, of a Hardware.

    Raises:
        RuntimeError: the device is there, and cannot compute.
    """
    import torch

    device, precision, why = chosen.device.type, chosen.precision, chosen.reason.partition(": ")[2]
    torch.ones(2, device=chosen.device).sum().item()  # a GPU that this torch has no code for is found only so
    gpu = printable(torch.cuda.get_device_name()) if device == "cuda" else None
    built = f"CUDA {torch.version.cuda}" if torch.version.cuda else "the CPU alone"
    reason = {"cpu": f"torch sees no GPU (it is built for {built})", "mps": "this is Apple's GPU"}.get(device, f"{gpu}")
    text = f"{device}, because {reason}; {precision}, because {why}"
    facts = {"device": device, "gpu": gpu, "cuda": torch.version.cuda, "precision": precision, "why": why}
    return [Finding("device", "ok", text, facts), _threads(chosen.threads)]


def _threads(count: int) -> Finding:
    cores = os.cpu_count() or 1
    allowed = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else cores
    if count < allowed:
        why = f"the quota of a container or batch system (cgroup) allows no more of {plural(allowed, 'core')}"
    elif allowed < cores:
        why = f"the process may use no more of {plural(cores, 'core')} (CPU affinity: taskset, or a batch system)"
    else:
        why = "one per core of this machine"
    facts = {"threads": count, "why": why, "cores": cores, "affinity": allowed}
    return Finding("threads", "ok", f"{count}: {why}", facts)


def data() -> Finding:
    """Whether the package's four files are MNIST's, by their SHA-256 and their contents."""
    from mnist_sum_tui.data import mnist_files

    problems = []
    for split in mnist_files.FILES:
        try:
            mnist_files.read(split)
        except DataError as error:
            problems.append(_line(error))
    facts = {"sha256_checked": sorted(mnist_files.SHA256), "problems": problems}
    if problems:
        return Finding("data", "broken", "; ".join(problems), facts)
    return Finding("data", "ok", "the package's four MNIST files are whole (SHA-256)", facts)


def runs(folder: Path, origin: str) -> Finding:
    """Where runs go and why, and whether one can be made there; writes nothing.

    `origin` says what named the folder: an option, a variable, or nothing.
    """
    from mnist_sum_tui.runs import find

    nearest = next(path for path in (folder, *folder.absolute().parents) if os.path.lexists(path))
    is_writable = nearest.is_dir() and os.access(nearest, os.W_OK | os.X_OK)
    free = None
    with contextlib.suppress(OSError):
        free = shutil.disk_usage(nearest).free
    count = len(find.list_runs(folder))
    where = printable(str(folder.absolute()))
    facts = {"path": where, "origin": origin, "exists": folder.is_dir(), "writable": is_writable, "runs": count}
    facts["free_bytes"] = free
    text = f"{where} ({origin})"
    if not is_writable:
        why = "cannot be written to" if nearest.is_dir() else f"cannot be made: {printable(str(nearest))} is no folder"
        return Finding("runs", "broken", f"{text} {why}; choose another --runs-dir or MNIST_SUM_RUNS", facts)
    text += f": {plural(count, 'run')}" if folder.is_dir() else ": not there yet, the first run makes it"
    text += "" if free is None else f"; {free / 1e9:,.1f} GB free"
    if free is not None and free < LITTLE_SPACE:
        return Finding("runs", "note", f"{text}, which is little: free some, or choose another --runs-dir", facts)
    return Finding("runs", "ok", text, facts)


def window(encoding: str) -> list[Finding]:
    """The terminal and its size, and what it is to show as dots and blocks."""
    found, term = terminal.size(), _variable("TERM")
    between = terminal.inside()
    facts = {"is_terminal": terminal.can_draw(), "size": found, "term": term, "inside": between, "encoding": encoding}
    parts = [f"{found[0]}x{found[1]}" if found else "", f"TERM={term}" if term else "", f"encoding {encoding}"]
    text = ", ".join([*filter(None, parts), *(f"inside {name}" for name in between)])
    advice = ""
    if not terminal.can_draw():
        lacking = "TERM=dumb cannot move its cursor" if term == "dumb" else "stdin or stderr is no terminal"
        advice = f"{lacking}: mnist-sum train works here, the dashboard needs another"
    elif found and (found[0] < terminal.SMALLEST[0] or found[1] < terminal.SMALLEST[1]):
        advice = "small: make it 60x20 or more, and the dashboard shows all that it has"
    elif "utf" not in encoding.lower():
        advice = "bars and dots need UTF-8: set PYTHONUTF8=1, or LANG to a UTF-8 locale such as C.UTF-8"
    state: Literal["ok", "note"] = "note" if advice else "ok"
    return [Finding("terminal", state, "; ".join(filter(None, [text, advice or "the dashboard fits"])), facts), *LOOK]


LOOK = [
    Finding("braille", "look", "⣀⣤⣶⣿⣶⣤⣀ is a hill of dots, in four rows; boxes or question marks: try another font"),
    Finding("blocks", "look", "▁▂▃▄▅▆▇█▓▒░ is a staircase of eight steps without gaps, then a fading wall"),
]


def colours(dashboard: str, commands: str) -> Finding:
    """What the dashboard and the commands may paint with: none, 16, 256 or truecolour; and what may have decided it."""
    settings = {name: _variable(name) for name in ("COLORTERM", "NO_COLOR", "FORCE_COLOR")}
    facts = {"dashboard": dashboard, "commands": commands, **settings}
    text = dashboard if commands == dashboard else f"{dashboard} in the dashboard, {commands} in what commands print"
    text += "".join(f", {name}={value}" for name, value in settings.items() if value is not None)
    if dashboard in ("16", "256"):
        advice = "finer shades with COLORTERM=truecolor, if the terminal can"
        return Finding("colours", "note" if dashboard == "16" else "ok", f"{text}; {advice}", facts)
    if dashboard == "none" and settings["NO_COLOR"] is not None:
        return Finding("colours", "note", f"{text}; unset NO_COLOR to have them back", facts)
    return Finding("colours", "ok", text, facts)


def mouse(is_asked: bool, seconds: float) -> Finding:
    """Whether the terminal reports a click; it is waited for if `is_asked` and there is a terminal."""
    if not is_asked:
        return Finding("mouse", "look", "not asked: mnist-sum doctor --mouse waits for a click", {"reported": None})
    reported = terminal.reports_mouse(seconds) if terminal.can_draw() else None
    facts = {"reported": reported}
    if reported:
        return Finding("mouse", "ok", "a click was reported: the dashboard hears the mouse", facts)
    if reported is None:
        return Finding("mouse", "note", "cannot be asked here: it takes a terminal, and not Windows", facts)
    advice = "in tmux try `tmux set -g mouse on`" if "tmux" in terminal.inside() else "try another terminal"
    return Finding("mouse", "note", f"no click was reported; keys do everything, too, and else {advice}", facts)


def _variable(name: str) -> str | None:
    value = os.environ.get(name)
    return None if value is None else printable(value)


def _line(error: Exception) -> str:
    return printable(" ".join((str(error) or type(error).__name__).split()))
