"""What in a folder is a run's: the names of its files. Nothing else is ever removed, and none of them is a link."""

import contextlib
import os
import re
from pathlib import Path

from mnist_sum_tui.errors import RunError

CONFIG = "config.json"
_NAMES = re.compile(
    r"(config|report|environment)\.json|metrics\.jsonl|error\.txt|\.pid|\.lock|(last|best|epoch-[0-9]+)\.safetensors"
)
_UNFINISHED = re.compile(r"\.(.+)\.[0-9]+\.tmp")
"""what `write_atomic` writes beside"""


def is_own(name: str) -> bool:
    """Whether a run's file has that name, or had it when a killed process left it unfinished."""
    unfinished = _UNFINISHED.fullmatch(name)
    return _NAMES.fullmatch(unfinished[1] if unfinished else name) is not None


def check(folder: Path) -> None:
    """Refuse a folder in which a run's file is a link, a pipe, a device or a folder.

    Raises:
        RunError: there is one, or nobody may look into the folder.
    """
    for entry in _entries(folder):
        path = folder / entry.name
        if not is_own(entry.name) or entry.is_file(follow_symlinks=False):
            continue
        if path.is_symlink() or path.exists():  # else it has gone since, as unfinished files do
            raise RunError(f"{path}: is no regular file, as a run's must be; choose another run")


def own_files(folder: Path) -> list[Path]:
    """All that is in the folder; config.json last, by which it is a run.

    Raises:
        RunError: it is a link, or something in it is not a run's.
    """
    if folder.is_symlink():
        raise RunError(f"{folder}: is a link, and stays; delete the run that it leads to")
    check(folder)
    names = [entry.name for entry in _entries(folder)]
    strays = sorted(name for name in names if not is_own(name))
    if strays:
        raise RunError(f"{folder / strays[0]}: is not a file of a run; nothing is deleted while it is there")
    return [folder / name for name in sorted(names, key=lambda name: name == CONFIG)]


def remove_unfinished(folder: Path) -> None:
    """Remove what a process that was killed in the middle of `write_atomic` has left; nobody may be writing now."""
    for path in folder.glob(".*.tmp"):
        if is_own(path.name):
            with contextlib.suppress(OSError):
                path.unlink()


def remove(*files: Path, folder: Path | None = None) -> None:
    """Remove files that may be there, then the folder, if one is given.

    Raises:
        RunError: one cannot be removed, or the folder is not empty.
    """
    path = Path()
    try:
        for path in files:
            path.unlink(missing_ok=True)
        if folder is not None:
            path = folder
            path.rmdir()
    except OSError as error:
        raise RunError(f"{path}: cannot be removed ({error.strerror or error}); check the folder") from error


def _entries(folder: Path) -> list["os.DirEntry[str]"]:
    try:
        with os.scandir(folder) as entries:
            return list(entries)
    except OSError as error:
        raise RunError(f"{folder}: cannot be read ({error.strerror or error}); choose another run") from error
