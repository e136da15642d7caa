"""Write files where the user says: new ones, or in place of earlier ones of mnist-sum; whole or not at all."""

from pathlib import Path

from mnist_sum_tui.atomic import write_atomic
from mnist_sum_tui.cli.layout import console, say
from mnist_sum_tui.errors import UsageError
from mnist_sum_tui.export.earlier import in_the_way
from mnist_sum_tui.printable import printable
from mnist_sum_tui.runs import own_files

OPENS_A_PAGE = "a browser opens it, offline too"


def check_output(path: Path | None) -> None:
    """Refuse a path that is neither new nor a file that mnist-sum wrote, which would be replaced; None is accepted.

    Raises:
        UsageError: the path is a folder, a device, a pipe, a link or `-`, has no file name, or its folder is missing;
            or it is one of a run's own files, or not of mnist-sum.
    """
    if path is None:
        return
    shown = f"'{printable(str(path))}'"
    if str(path) == "-":
        raise UsageError("'-' would be a file of that name, not the standard output: give the name of a file")
    try:
        if not path.name or path.is_dir():
            raise UsageError(f"{shown} is a folder: give the name of a file in it")
        if path.is_symlink() or (path.exists() and not path.is_file()):
            raise UsageError(f"{shown} is not a regular file, and is left alone: give another name")
        if not path.parent.is_dir():
            raise UsageError(f"the folder of {shown} does not exist: make it first, or give another name")
        if own_files.is_own(path.name) and path.name != own_files.PAGE and own_files.is_run(path.parent):
            raise UsageError(f"{shown} is a file of a run, and is left alone: give another name")
        if why := in_the_way(path):
            raise UsageError(f"{shown} {why}: give another name, or remove it first")
    except OSError as error:
        raise UsageError(f"{shown} cannot be a file ({error.strerror}): give another name") from None


def check_outputs(*paths: Path | None, folder: Path | None = None) -> None:
    """Refuse each path as `check_output` does, and two that are the same file, or the folder that is written into.

    Raises:
        UsageError: as `check_output`, or two are the same.
    """
    found = {folder.resolve()} if folder is not None else set()
    for path in filter(None, paths):
        check_output(path)
        if path.resolve() in found:
            raise UsageError(f"'{printable(str(path))}' is named twice: give each output a file of its own")
        found.add(path.resolve())


def write_output(path: Path, content: bytes, opened_by: str) -> None:
    """Write the file, and say what opens it.

    Raises:
        UsageError: as `check_output`.
        RunError: the disk is full, or the folder cannot be written.
    """
    check_output(path)  # again, because that may have changed
    write_atomic(path, content)
    say(console(), f"Wrote {printable(str(path))}: {opened_by}")
