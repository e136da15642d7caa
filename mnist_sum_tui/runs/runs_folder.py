"""The folder in which the runs are: its place, whether it can be read, and which of its folders cannot."""

import contextlib
import os
from pathlib import Path

from mnist_sum_tui.errors import UsageError
from mnist_sum_tui.formatting import plural
from mnist_sum_tui.printable import printable
from mnist_sum_tui.runs.own_files import is_run

DEFAULT_FOLDER, FOLDER_VARIABLE = "runs", "MNIST_SUM_RUNS"
MOST_NAMED = 3
"""how many folders that cannot be read are named"""


def default_folder() -> Path:
    """MNIST_SUM_RUNS, or `runs` in the current folder."""
    return Path(os.environ.get(FOLDER_VARIABLE) or DEFAULT_FOLDER)


def is_default(folder: Path) -> bool:
    """Whether this is the default folder, perhaps by another path."""
    default = default_folder()
    with contextlib.suppress(FileNotFoundError):  # the current folder has gone
        return folder == default or os.path.realpath(folder) == os.path.realpath(default)  # even a loop of links
    return False


def check_folder(folder: Path) -> None:
    """Refuse a path that exists but is not a folder that can be read; a missing folder is made with the first run.

    Raises:
        UsageError: the path is not a folder, or cannot be read.
    """
    if os.path.lexists(folder) and not os.path.isdir(folder):
        raise UsageError(f"{folder} is not a folder: name another with --runs-dir")
    try:
        os.scandir(folder).close()
    except FileNotFoundError:
        return
    except OSError as error:
        raise UsageError(f"{folder} cannot be read ({error.strerror}): name another with --runs-dir") from None


def check_readable(folder: Path) -> None:
    """Refuse to call a folder empty that has folders which may not be looked into, because they may be runs.

    Raises:
        UsageError: there is such a folder.
    """
    for path in unreadable(folder):
        raise UsageError(f"{path} cannot be read (Permission denied): name another folder with --runs-dir")


def unreadable(folder: Path) -> list[Path]:
    """The folders in the folder which may not be looked into, and so may be runs; none if it cannot be read itself."""
    try:
        return [path for path in sorted(folder.iterdir()) if is_closed(path) and not is_run(path)]
    except OSError:
        return []


def spelt(folder: Path, name: str) -> str:
    """The name of a folder in the folder as the disk spells it: FAT, Windows and most Macs find ABC as abc, too."""
    if os.path.isdir(folder / name) and name not in (names := [path.name for path in folder.iterdir()]):
        return next((other for other in names if other.casefold() == name.casefold()), name)
    return name


def left_out(folder: Path) -> str:
    """Which folders are missing from the list of runs, and why, in a line; empty if there are none."""
    names = [printable(path.name) for path in unreadable(folder)]
    shown = ", ".join(names[:MOST_NAMED]) + (f" and {len(names) - MOST_NAMED} more" if names[MOST_NAMED:] else "")
    return f"{plural(len(names), 'folder')} cannot be read (Permission denied): {shown}" if names else ""


def obstacle(folder: Path) -> str:
    """Why it is not known whether the folder has runs; empty if it has none."""
    try:
        check_folder(folder)
        check_readable(folder)
    except UsageError as error:
        return str(error)
    return ""


def emptiness(folder: Path) -> str:
    """What is said of a folder without runs: that it is still empty, or not there yet."""
    return "is still empty" if os.path.isdir(folder) else "does not exist yet"


def is_closed(path: Path) -> bool:
    """Whether this is a folder that may not be looked into."""
    return os.path.isdir(path) and not os.access(path, os.R_OK | os.X_OK)


def closed(path: Path) -> UsageError:
    """The error that says that a run may not be looked into."""
    return UsageError(f"run {path} cannot be read (Permission denied): choose another run")
