"""The names of a run's files. Nothing else in a run's folder is ever removed, and none of them may be a link."""

import contextlib
import os
import re
import stat
from pathlib import Path

from mnist_sum_tui.errors import RunError

CONFIG, NOTE, PAGE = "config.json", "note.txt", "report.html"
"""the settings, the user's note, and the run's HTML report"""
_NAMES = re.compile(
    r"(config|report|environment)\.json|report\.html|metrics\.jsonl|(error|note)\.txt|\.pid|\.lock|"
    r"(last|best|epoch-[0-9]+)\.safetensors"
)
_UNFINISHED = re.compile(r"\.(.+)\.[0-9]+\.tmp")
"""a temporary file of `write_atomic`"""


def is_own(name: str) -> bool:
    """Whether this is the name of one of a run's files, or of a temporary file that a killed process left."""
    unfinished = _UNFINISHED.fullmatch(name)
    return _NAMES.fullmatch(unfinished[1] if unfinished else name) is not None


def is_run(path: Path) -> bool:
    """Whether the folder is a run's, even a damaged one's; False if it cannot be read."""
    with contextlib.suppress(OSError, ValueError):
        return not stat.S_ISDIR((path / CONFIG).lstat().st_mode)
    return False


def check(folder: Path) -> None:
    """Refuse a folder in which one of the run's files is a link, a pipe, a device or a folder.

    Raises:
        RunError: there is such a file, or the folder cannot be read.
    """
    for entry in _entries(folder):
        path = folder / entry.name
        try:
            if not is_own(entry.name) or entry.is_file(follow_symlinks=False):
                continue
        except OSError as error:  # as of a failing disk
            raise RunError(f"{path}: cannot be read ({error.strerror or error}); choose another run") from error
        if os.path.lexists(path):  # otherwise it was a temporary file that is gone by now
            raise RunError(f"{path}: is not a regular file, as a run's files must be; choose another run")


def check_no_link(folder: Path, done: str, do: str) -> None:
    """Refuse a run's folder that is itself a link; `done` and `do` say to what. The folder of all runs may be one.

    Raises:
        RunError: it is a link.
    """
    if os.path.islink(folder):
        raise RunError(f"{folder}: is a link and is not {done}; {do} the run that it points to")


def own_files(folder: Path) -> list[Path]:
    """All files in a run's folder; config.json comes last, because the folder counts as a run as long as it has one.

    Raises:
        RunError: the folder is a link, or contains something that is not a file of a run.
    """
    check_no_link(folder, "deleted", "delete")
    check(folder)
    names = [entry.name for entry in _entries(folder)]
    strays = sorted(name for name in names if not is_own(name))
    if strays:
        raise RunError(f"{folder / strays[0]}: is not a file of a run, so nothing is deleted; move it away first")
    return [folder / name for name in sorted(names, key=lambda name: name == CONFIG)]


def size(folder: Path) -> int:
    """Bytes of the run's files, 0 if unreadable; `last` and `best` may be two names of one file, which counts once."""
    sizes: dict[object, int] = {}
    with contextlib.suppress(OSError, RunError):
        for entry in _entries(folder):
            if is_own(entry.name) and entry.is_file(follow_symlinks=False):
                found = entry.stat(follow_symlinks=False)
                sizes[found.st_ino or entry.name] = found.st_size
    return sum(sizes.values())


def remove_unfinished(folder: Path) -> None:
    """Remove the temporary files that killed processes left. No other process may be writing to the folder."""
    for path in folder.glob(".*.tmp"):
        if is_own(path.name):
            with contextlib.suppress(OSError):
                path.unlink()


def remove(*files: Path, folder: Path | None = None) -> None:
    """Remove files, if they exist, and then the folder, if one is given.

    Raises:
        RunError: a file cannot be removed, or the folder is not empty or lies where nothing may be removed.
    """
    # asked before the first file is removed, because a folder that stays without its files is no run any more
    if folder is not None and not os.access(folder.parent, os.W_OK | os.X_OK):
        raise RunError(f"{folder.parent}: may not be written, so nothing is removed; check the folder")
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
    except FileNotFoundError:
        raise RunError(f"{folder}: no longer exists; mnist-sum runs lists the runs") from None
    except OSError as error:
        raise RunError(f"{folder}: cannot be read ({error.strerror or error}); choose another run") from error
