"""Read and write files safely: links are not followed, and a file is written whole or not at all."""

import contextlib
import errno
import os
import stat
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Literal

from mnist_sum_tui.errors import RunError

NO_SYNC = (errno.EINVAL, errno.ENOTSUP, errno.EOPNOTSUPP)
"""the errors of file systems that cannot flush a folder"""
NO_SPACE = (errno.ENOSPC, errno.EFBIG, getattr(errno, "EDQUOT", errno.ENOSPC))
"""the errors of a disk that takes no more; EDQUOT: the user's quota is used up; EFBIG: a limit on each file"""
NO_FILES = (errno.EMFILE, errno.ENFILE)
"""the errors of too many open files, in this process or on the machine"""
FREED = 1
"""how many files are gone when the disk is asked: if a hard link fails, the temporary file is removed first"""
MOST_LETTERS = 50
"""of a name in that of its temporary file: longer than any in a run's folder, and in UTF-8 at most 200 of 255 bytes"""
OWN_NUMBER = int.from_bytes(os.urandom(4))
"""a number of this process, because in two containers that share a folder the ids of two threads may be the same"""
RENAME_SECONDS = (0.01, 0.05, 0.2, 0.5, 1.0)
"""pauses between attempts to replace a file, because Windows refuses while a reader has it open; virus scanners, and
what copies a folder to a cloud, take up to a second"""


def open_own(path: Path, mode: Literal["rb", "ab"] = "rb") -> BinaryIO:
    """Open a file, such as a run's: only a regular one and never through a link, because its folder may be untrusted.

    Raises:
        OSError: it is a link, a pipe, a device or a folder, or it cannot be opened.
    """
    return open(path, mode, opener=_open_regular)


def read_own(path: Path, limit: int) -> bytes:
    """The content of a file, at most `limit` bytes.

    Raises:
        OSError: as `open_own`, or the file is larger.
    """
    with open_own(path) as stream:
        size = os.fstat(stream.fileno()).st_size
        if size > limit:
            raise OSError(errno.EFBIG, "is too large", str(path))
        return stream.read(size)  # memory for no more than that


def why_unread(error: Exception) -> str:
    """Why a file could not be read, to follow its name: the system's reason, unless it is missing or damaged."""
    if isinstance(error, OSError) and not isinstance(error, FileNotFoundError):
        return f"cannot be read ({error.strerror or error})"
    return "is missing or damaged"


def _open_regular(path: str, flags: int) -> int:
    no_follow: int = getattr(os, "O_NOFOLLOW", 0)
    if not no_follow and Path(path).is_symlink():  # Windows
        raise OSError(errno.ELOOP, "is a link", path)
    try:  # without O_NONBLOCK, opening a pipe would wait for its other end
        descriptor = os.open(path, flags | no_follow | getattr(os, "O_NONBLOCK", 0), 0o666)
    except OSError as error:
        raise (OSError(errno.ELOOP, "is a link", path) if error.errno == errno.ELOOP else error) from None
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(errno.EINVAL, "is not a regular file", path)
    return descriptor


def to_bytes(json: str) -> bytes:
    r"""JSON as UTF-8. A lone surrogate, as in a path that is not UTF-8, becomes its escape, `\udcff`."""
    return json.encode(errors="backslashreplace")


def make_folder(folder: Path) -> None:
    """Make a folder, and those above it, where there is none.

    Raises:
        RunError: it cannot be made.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise RunError(f"{folder}: cannot be made ({error.strerror or error}); check the folder") from error


def write_atomic(path: Path, content: bytes, *, also: Path | None = None) -> None:
    """Write a file whole or not at all: write a temporary file, flush it to the disk, rename it.

    `also` gets the same content first, as a hard link where the file system has them.

    Raises:
        RunError: the disk is full, or the folder is missing or not writable. The previous content is kept.
    """
    beside = _beside(path)
    with writing(path):
        with _removed_on_failure(beside):
            _write_new(beside, content)
            if also is not None:
                _link(beside, content, also)
            _rename(beside, path)
        sync_folder(path.parent)


@contextlib.contextmanager
def writing(path: Path) -> Iterator[None]:
    """Turn the system's error in the block into that for a file that cannot be written.

    Raises:
        RunError: as `unwritable` says.
    """
    try:
        yield
    except OSError as error:
        raise unwritable(path, error) from error


def unwritable(path: Path, error: OSError) -> RunError:
    """The error for a file that cannot be written: why, and what to do about it."""
    return RunError(f"{path}: cannot be written ({error.strerror or error}); {what_helps(error)}")


def what_helps(error: OSError) -> str:
    """What to do where nothing can be written."""
    if error.errno == errno.EIO:
        return "check its disk"
    if error.errno in NO_FILES:
        return "close other programs, or raise `ulimit -n`"
    if error.errno not in NO_SPACE:
        return "check the folder, and whether you may write there"
    if error.errno == errno.EFBIG:
        return "raise `ulimit -f`"
    if error.errno != errno.ENOSPC:  # EDQUOT, which stands for both quotas
        return "free some space, or delete some files if their number is limited"
    if error.filename is not None and no_more_files(Path(error.filename).parent, FREED):
        return "delete some files: the disk has space, but can hold no more files (inodes)"
    return "free some space"


def no_more_files(folder: Path, freed: int = 0) -> bool:
    """Whether the folder's disk has space but no inodes, one of which every file takes; False where it is not known.

    `freed` is how many files may have been removed since one could not be written.
    """
    with contextlib.suppress(OSError, AttributeError):  # Windows has no statvfs
        found = os.statvfs(folder)
        return found.f_files > 0 and found.f_favail <= freed and found.f_bavail > 0
    return False


def sync_folder(folder: Path) -> None:
    """Flush a folder's entries to the disk, where possible, because a power failure could otherwise undo a rename."""
    with contextlib.suppress(PermissionError):  # Windows cannot open a folder
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        except OSError as error:
            if error.errno not in NO_SYNC:
                raise
        finally:
            os.close(descriptor)


def _beside(path: Path) -> Path:
    """The temporary file of a file; of a long name it has only the beginning, because it may not be longer itself."""
    return path.with_name(f".{path.name[:MOST_LETTERS]}.{OWN_NUMBER}{threading.get_native_id()}.tmp")


def _write_new(path: Path, content: bytes) -> None:
    """Write a new file, flushed to the disk; one that is there already, perhaps a link, is removed first."""
    try:
        stream = path.open("xb")
    except FileExistsError:
        path.unlink()
        stream = path.open("xb")
    with stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())


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
    beside = _beside(target)
    with _removed_on_failure(beside):
        beside.unlink(missing_ok=True)
        try:
            os.link(source, beside)
        except OSError:  # the file system has no hard links
            _write_new(beside, content)
        _rename(beside, target)


@contextlib.contextmanager
def _removed_on_failure(path: Path) -> Iterator[None]:
    try:
        yield
    except BaseException:
        with contextlib.suppress(OSError):
            path.unlink(missing_ok=True)
        raise
