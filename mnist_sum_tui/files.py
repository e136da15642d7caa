"""Writing a file so that it appears whole or not at all."""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

from mnist_sum_tui.errors import RunError


def to_bytes(json: str) -> bytes:
    r"""JSON in UTF-8; half of a surrogate pair, as in a path that is not UTF-8 itself, as its escape, `\udcff`."""
    return json.encode(errors="backslashreplace")


def write_atomic(path: Path, content: bytes, *, also: Path | None = None) -> None:
    """Write beside, flush to the disk, rename; `also` gets the same content first, as a hard link if it can.

    Raises:
        RunError: the disk is full, the folder is gone or cannot be written to. What was there before is still there.
    """
    beside = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        with _removed_on_failure(beside):
            with beside.open("wb") as stream:
                stream.write(content)
                stream.flush()
                os.fsync(stream.fileno())
            if also is not None:
                _link(beside, content, also)
            beside.replace(path)
        sync_folder(path.parent)
    except OSError as error:
        raise RunError(
            f"{path}: cannot be written ({error.strerror or error}); free some space or check the folder"
        ) from error


def remove_unfinished(folder: Path) -> None:
    """Remove what a process that was killed in the middle of `write_atomic` has left; nobody may be writing now."""
    for path in folder.glob(".*.tmp"):
        with contextlib.suppress(OSError):
            path.unlink()


def sync_folder(folder: Path) -> None:
    """Flush a folder's entries, without which a renamed file can be lost with the power."""
    with contextlib.suppress(PermissionError):  # Windows opens no folders
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _link(source: Path, content: bytes, target: Path) -> None:
    beside = target.with_name(f".{target.name}.{os.getpid()}.tmp")
    with _removed_on_failure(beside):
        beside.unlink(missing_ok=True)
        try:
            os.link(source, beside)
        except OSError:  # a file system without links
            beside.write_bytes(content)
            with beside.open("rb+") as stream:
                os.fsync(stream.fileno())
        beside.replace(target)


@contextlib.contextmanager
def _removed_on_failure(path: Path) -> Iterator[None]:
    try:
        yield
    except BaseException:
        with contextlib.suppress(OSError):
            path.unlink(missing_ok=True)
        raise
