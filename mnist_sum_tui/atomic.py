"""A run's files: opened only if they are files and no links, written so that they appear whole or not at all."""

import contextlib
import errno
import os
import stat
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Literal

from mnist_sum_tui.errors import RunError

NO_SYNC = (errno.EINVAL, errno.ENOTSUP, errno.EOPNOTSUPP)
"""what a file system says whose folders cannot be flushed"""
RENAME_SECONDS = (0.01, 0.05, 0.2)
"""the pauses between attempts to rename over a file that a reader has open, which Windows refuses"""


def open_own(path: Path, mode: Literal["rb", "ab"] = "rb") -> BinaryIO:
    """Open a file of a run, whose folder may come from a stranger: only a regular file, never through a link.

    Raises:
        OSError: it is a link, a pipe, a device or a folder, or cannot be opened.
    """
    return open(path, mode, opener=_open_regular)


def read_own(path: Path, limit: int) -> bytes:
    """The content of a file of a run.

    Raises:
        OSError: as `open_own`, or it has more than `limit` bytes.
    """
    with open_own(path) as stream:
        if os.fstat(stream.fileno()).st_size > limit:
            raise OSError(errno.EFBIG, "is too large", str(path))
        return stream.read(limit)


def _open_regular(path: str, flags: int) -> int:
    no_follow: int = getattr(os, "O_NOFOLLOW", 0)
    if not no_follow and Path(path).is_symlink():  # Windows
        raise OSError(errno.ELOOP, "is a link", path)
    try:  # without O_NONBLOCK, opening a pipe waits for its other end
        descriptor = os.open(path, flags | no_follow | getattr(os, "O_NONBLOCK", 0), 0o666)
    except OSError as error:
        raise (OSError(errno.ELOOP, "is a link", path) if error.errno == errno.ELOOP else error) from None
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(errno.EINVAL, "is no regular file", path)
    return descriptor


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
            with _create(beside) as stream:
                stream.write(content)
                stream.flush()
                os.fsync(stream.fileno())
            if also is not None:
                _link(beside, content, also)
            _rename(beside, path)
        sync_folder(path.parent)
    except OSError as error:
        raise RunError(
            f"{path}: cannot be written ({error.strerror or error}); free some space or check the folder"
        ) from error


def sync_folder(folder: Path) -> None:
    """Flush a folder's entries, without which a renamed file can be lost with the power; where that can be done."""
    with contextlib.suppress(PermissionError):  # Windows opens no folders
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        except OSError as error:
            if error.errno not in NO_SYNC:
                raise
        finally:
            os.close(descriptor)


def _create(path: Path) -> BinaryIO:
    """A new file. What is there already, from a killed process of the same id or a stranger, is not written to."""
    try:
        return path.open("xb")
    except FileExistsError:
        path.unlink()
        return path.open("xb")


def _rename(source: Path, target: Path) -> None:
    for seconds in RENAME_SECONDS:
        try:
            source.replace(target)
        except PermissionError:
            if sys.platform != "win32":
                raise
            time.sleep(seconds)
        else:
            return
    source.replace(target)


def _link(source: Path, content: bytes, target: Path) -> None:
    beside = target.with_name(f".{target.name}.{os.getpid()}.tmp")
    with _removed_on_failure(beside):
        beside.unlink(missing_ok=True)
        try:
            os.link(source, beside)
        except OSError:  # a file system without links
            with _create(beside) as stream:
                stream.write(content)
                stream.flush()
                os.fsync(stream.fileno())
        _rename(beside, target)


@contextlib.contextmanager
def _removed_on_failure(path: Path) -> Iterator[None]:
    try:
        yield
    except BaseException:
        with contextlib.suppress(OSError):
            path.unlink(missing_ok=True)
        raise
