"""One process on a run at a time: the lock in its folder, and beside it the id of the process that holds it."""

import contextlib
import os
import sys
from pathlib import Path

from filelock import FileLock, Timeout

from mnist_sum_tui.atomic import open_own, read_own, write_atomic
from mnist_sum_tui.errors import RunError
from mnist_sum_tui.runs.own_files import check

LOCK_SECONDS = 1.0
MOST_PID_BYTES = 20


def acquire(folder: Path) -> FileLock:
    """The lock on a run's folder, held; any thread may `release` it, and the system does if the process dies.

    Raises:
        RunError: another process holds it (the message has its id), or the folder cannot be written or is no run's.
    """
    check(folder)
    lock = FileLock(folder / ".lock", thread_local=False)
    try:
        lock.acquire(timeout=LOCK_SECONDS)
    except Timeout:
        words = f"run {folder.name} is being trained by process {pid(folder)}; wait for it, or stop it"
        raise RunError(words) from None
    except (OSError, NotImplementedError) as error:  # the second: a file system without locks
        reason = getattr(error, "strerror", None) or error
        raise RunError(f"{folder}: cannot be locked ({reason}); check the folder") from error
    try:
        write_atomic(folder / ".pid", str(os.getpid()).encode())
    except BaseException:
        lock.release()
        raise
    return lock


def release(lock: FileLock, folder: Path) -> None:
    """Let go of the folder."""
    with contextlib.suppress(OSError):  # without the lock it means nothing
        (folder / ".pid").unlink(missing_ok=True)
    lock.release()


def pid(folder: Path) -> int | None:
    """The process that holds the lock, or did when it was killed."""
    with contextlib.suppress(OSError, ValueError):
        return int(read_own(folder / ".pid", MOST_PID_BYTES))
    return None


def is_locked(folder: Path) -> bool:
    """Whether a living process holds the lock. Changes nothing in the folder, which may be read-only."""
    holder = pid(folder)
    if holder is None:
        return False
    try:
        return _is_held(folder / ".lock")
    except FileNotFoundError:
        return False
    except OSError:  # nobody may look at the lock: the process id is all there is to see
        return _lives(holder)


if sys.platform == "win32":

    def _is_held(path: Path) -> bool:
        try:
            with FileLock(path).acquire(timeout=0):
                return False
        except Timeout:
            return True

    def _lives(_: int) -> bool:
        return True  # os.kill, which asks elsewhere, ends a process here

else:
    import fcntl

    def _is_held(path: Path) -> bool:
        with open_own(path) as stream:
            try:
                fcntl.flock(stream, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                return True
        return False

    def _lives(process: int) -> bool:
        try:
            os.kill(process, 0)
        except (ProcessLookupError, OverflowError):
            return False
        except PermissionError:  # somebody else's
            return True
        return process > 0
