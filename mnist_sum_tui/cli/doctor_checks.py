"""What `mnist-sum doctor` checks of machine, package, data and settings: a function per topic."""

import contextlib
import errno
import os
import platform
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from mnist_sum_tui import __version__, settings
from mnist_sum_tui.atomic import no_more_files
from mnist_sum_tui.errors import DataError, UsageError
from mnist_sum_tui.formatting import byte_size, plural
from mnist_sum_tui.machine import packages
from mnist_sum_tui.machine.quota import memory_by_quota
from mnist_sum_tui.machine.ran_out import what_ran_out
from mnist_sum_tui.printable import printable

if TYPE_CHECKING:
    from mnist_sum_tui.machine.hardware import Hardware

OPTIONAL = {"torchvision", "pillow", "textual"}
"""packages that training does not need, only a download, pictures or the dashboard"""
LITTLE_SPACE = 10**9
"""bytes; a run of the largest network takes about 400 MB"""
LITTLE_MEMORY = 10**9
"""bytes; a training on all images takes about 600 MB"""
State = Literal["ok", "note", "look", "broken"]
"""note: training works, something else could be better; look: the user has to judge; broken: training cannot work"""


@dataclass(frozen=True, slots=True)
class Finding:
    """The result of one check."""

    topic: str
    state: State
    text: str
    """what was found, and what to do if that is not good: a line, or several of equal weight; each is printable"""
    facts: dict[str, Any] = field(default_factory=dict)
    """the same as values for JSON"""


def versions() -> Finding:
    """Versions of mnist-sum, Python and the libraries, and which do not fit, without importing them."""
    found: dict[str, str | None] = {"mnist-sum": __version__, "python": platform.python_version()}
    found |= {name: packages.installed(name) for name in packages.NEEDED}
    if missing := [name for name, number in found.items() if number is None]:
        state: State = "note" if OPTIONAL.issuperset(missing) else "broken"
        return Finding("versions", state, f"{', '.join(missing)} not installed: install mnist-sum again", found)
    misfits = list(filter(None, map(packages.misfit, packages.NEEDED)))
    text = ", ".join(f"{name} {number}" for name, number in found.items())
    return Finding("versions", "note" if misfits else "ok", "\n".join([text, *misfits]), found)


def computing() -> list[Finding]:
    """The machine, and the device, precision and number of threads that a training uses; imports torch."""
    from mnist_sum_tui.config import TrainConfig
    from mnist_sum_tui.machine.process import import_torch, try_threads

    try:
        import_torch()
        from mnist_sum_tui.machine import hardware
    except (ImportError, OSError, RuntimeError) as error:  # OSError: the system cannot load one of torch's libraries
        if what_ran_out(error, "doctor"):
            raise
        advice = "install it again (https://pytorch.org/get-started)"
        return [Finding("device", "broken", f"torch cannot be loaded ({_line(error)}): {advice}")]
    machine = _machine(hardware.describe())
    try:
        chosen = hardware.choose(TrainConfig.of("standard"))
        try_threads(chosen.threads)
        return [machine, _device(chosen), _threads(chosen.threads)]
    except (UsageError, RuntimeError) as error:
        if what_ran_out(error, "doctor"):
            raise
        advice = "update its driver, or train with --device cpu"
        return [machine, Finding("device", "broken", f"the device cannot compute ({_line(error)}): {advice}")]


def _machine(described: Mapping[str, object]) -> Finding:
    """The system and the processor, and how much memory a container allows, if less than there is."""
    facts: dict[str, Any] = {name: described[name] for name in ("platform", "processor")}
    text, limit = printable(", ".join(map(str, facts.values()))), memory_by_quota()
    facts["memory_limit"] = None
    if limit is None or limit >= (there := os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")):
        return Finding("machine", "ok", text, facts)
    facts["memory_limit"] = limit
    allowed = f"{byte_size(limit)} of the {byte_size(there)} of memory"
    text += f"\na container or batch system (cgroup) allows no more than {allowed}"
    if limit >= LITTLE_MEMORY:
        return Finding("machine", "ok", text, facts)
    return Finding("machine", "note", f"{text}, and ends a program that takes more: raise it to 1 GB or more", facts)


def _device(chosen: "Hardware") -> Finding:
    """The device and the precision.

    Raises:
        RuntimeError: the device exists but cannot compute.
    """
    import torch

    device, precision, why = chosen.device.type, chosen.precision, chosen.reason.partition(": ")[2]
    torch.ones(2, device=chosen.device).sum().item()  # fails on a GPU that this build of torch does not support
    gpu = printable(torch.cuda.get_device_name()) if device == "cuda" else None
    built = f"CUDA {torch.version.cuda}" if torch.version.cuda else "the CPU only"
    found = f"torch sees no GPU (it is built for {built})" if device == "cpu" else f"torch sees {gpu or 'an Apple GPU'}"
    facts = {"device": device, "gpu": gpu, "cuda": torch.version.cuda, "precision": precision, "why": why}
    return Finding("device", "ok", f"{device}, because {found}; {precision}, because {why}", facts)


def _threads(count: int) -> Finding:
    cores = os.cpu_count() or 1
    allowed = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else cores
    if count < allowed:
        why = f"a container or batch system (cgroup quota) allows no more of the {allowed} cores"
    elif allowed < cores:
        why = f"this process may use no more of the {cores} cores (CPU affinity, set by taskset or a batch system)"
    else:
        why = "one per core of this machine"
    facts = {"threads": count, "why": why, "cores": cores, "affinity": allowed}
    return Finding("threads", "ok", f"{count}: {why}", facts)


def data() -> Finding:
    """Whether the four MNIST files in the package are whole: their contents and their SHA-256."""
    from mnist_sum_tui.data import mnist_files

    problems = []
    for split in mnist_files.FILES:
        try:
            mnist_files.read(split)
        except DataError as error:
            problems.append(_line(error))
    state: State = "broken" if problems else "ok"
    text = "; ".join(problems) or "the built-in MNIST files are whole (SHA-256)"
    return Finding("data", state, text, {"problems": problems})


def runs(folder: Path, origin: str) -> Finding:
    """Where runs are stored, and whether one can be created there; writes nothing.

    `origin` says where the folder's name comes from: an option, a variable, or the default.
    """
    from mnist_sum_tui.runs import find

    nearest = next((path for path in (folder, *folder.absolute().parents) if os.path.lexists(path)), folder)
    exists, why = os.path.isdir(folder), _why_not(folder, nearest)
    free = None
    with contextlib.suppress(OSError):
        free = shutil.disk_usage(nearest).free
    where, count = printable(str(folder.absolute())), len(find.list_runs(folder))
    facts = {"path": where, "origin": origin, "exists": exists, "writable": not why, "count": count, "free_bytes": free}
    text = f"{where} ({origin})"
    if why:
        return Finding("runs", "broken", f"{text} {why}: choose another --runs-dir or MNIST_SUM_RUNS", facts)
    text += f": {plural(count, 'run')}" if exists else ": the first run creates it"
    text += "" if free is None else f"; {byte_size(free)} free"
    if free is not None and free < LITTLE_SPACE:
        return Finding("runs", "note", f"{text}, which is little: free some, or choose another --runs-dir", facts)
    return Finding("runs", "ok", text, facts)


def _why_not(folder: Path, nearest: Path) -> str:
    """Why no run can be made in the folder, `nearest` being what there is of its path; empty if one can."""
    if not os.path.isdir(nearest):
        return f"cannot be created, because {printable(str(nearest))} is not a folder"
    if not os.access(nearest, os.W_OK | os.X_OK):
        return "is not writable"
    if no_more_files(nearest):
        return "is on a disk that has space but can hold no more files (inodes)"
    try:
        folder.lstat()
    except OSError as error:  # such as a name that is too long
        return "" if error.errno == errno.ENOENT else f"cannot be created ({error.strerror or error})"
    return ""


def chosen(options: Mapping[str, Any]) -> Finding:
    """The user's settings by the origin of their values; `options` are those on the command line."""
    from mnist_sum_tui.tui import looks  # imports textual: 0.2 s

    file, (_, wrong) = settings.path(), settings.read()
    facts: dict[str, Any] = {"path": printable(str(file)), "exists": os.path.lexists(file), "wrong": wrong}
    parts: dict[str, list[str]] = {}
    for name, known in settings.KNOWN.items():
        try:
            found = settings.find(name, options.get(name))
            if name == "theme" and (trouble := looks.trouble_with(str(found.value))) is not None:
                raise trouble
        except UsageError as error:
            wrong.append(str(error))
            found = settings.Found(known.usual, settings.USUAL)
        where = printable("the file" if found.origin == str(file) else found.origin)
        facts[name] = {"value": found.value, "from": where}
        parts.setdefault(where, []).append(f"{name} {str(found.value).lower()}")
    place = f"the file is {facts['path']}{'' if facts['exists'] else ', not there yet'}"
    text = "; ".join([*(f"{where}: {', '.join(said)}" for where, said in parts.items()), place])
    return Finding("settings", "note" if wrong else "ok", "\n".join([text, *map(printable, wrong)]), facts)


def _line(error: Exception) -> str:
    return printable(" ".join((str(error) or type(error).__name__).split()))
