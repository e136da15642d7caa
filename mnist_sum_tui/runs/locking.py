"""One process per run: a lock file in the run's folder, and a file with the id of the process that holds it."""

import contextlib
import errno
import os
import sys
import warnings
import weakref
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from mnist_sum_tui.atomic import NO_FILES, NO_SPACE, open_own, read_own, what_helps, write_atomic
from mnist_sum_tui.errors import RunError
from mnist_sum_tui.runs.own_files import check, check_no_link

if TYPE_CHECKING:  # filelock imports asyncio, 20 ms; so it is imported only where something is locked
    from filelock import FileLock

LOCK_SECONDS = 1.0
MOST_PID_BYTES = 20
_own: "weakref.WeakKeyDictionary[FileLock, os.stat_result]" = weakref.WeakKeyDictionary()
"""the locks that this process holds on runs, each with its folder; weak, because a lock that is dropped ends"""


def acquire(folder: Path, *, is_named: bool = True) -> "FileLock":
    """Lock a run's folder. Any thread may `release` it; the system does so if the process dies.

    Unless `is_named`, no file is written that names the process: others wait for the lock, but show the run as ended.

    Raises:
        RunError: a process holds the lock (the message has its id, or says that it is this one), the folder cannot be
            written to, or it or one of the run's files is a link.
    """
    check_no_link(folder, "trained", "train")
    check(folder)
    lock = _locked(folder, LOCK_SECONDS)
    if lock is None:
        raise taken(folder, "call close() of its events" if _is_own(folder) else "wait for it, or stop it")
    if not is_named:
        return lock
    try:
        write_atomic(folder / ".pid", str(os.getpid()).encode())
        with contextlib.suppress(OSError):  # the folder has gone, which the first file that is written says
            _own[lock] = folder.stat()
    except BaseException:
        lock.release()
        raise
    return lock


def taken(folder: Path, advice: str = "stop it first") -> RunError:
    """The error that a process trains a run, perhaps this one; it says which process, and what to do."""
    holder = pid(folder)
    if _is_own(folder):
        who = "this process"  # a notebook's is not to be ended for it
    elif holder is not None and (holder == os.getpid() or not _lives(holder)):
        who = f"process {holder} of another machine or container"
    else:
        who = "another process" if holder is None else f"process {holder}"  # one that prunes it is not named
    return RunError(f"run {folder.name} is being trained by {who}; {advice}")


def _is_own(folder: Path) -> bool:
    """Whether this process trains the run. Its id alone does not say so: it is 1 in each of two containers."""
    if pid(folder) != os.getpid():
        return False
    with contextlib.suppress(FileNotFoundError):
        return any(os.path.samestat(folder.stat(), own) for own in list(_own.values()))
    return False


def _locked(folder: Path, seconds: float) -> "FileLock | None":
    """Lock a folder; None if another process still holds the lock after that time.

    Raises:
        RunError: the folder cannot be written to, or its disk has no locks.
    """
    from filelock import Timeout

    lock = _lock_of(folder / ".lock")
    try:
        lock.acquire(timeout=seconds)
    except Timeout:
        return None
    except OSError as error:
        is_refused = error.errno in (errno.EACCES, errno.EPERM)
        if is_refused and os.access(folder, os.W_OK) and (folder / ".lock").exists():
            advice = "remove its file .lock, which is another user's, or choose another --runs-dir"
        elif is_refused or error.errno == errno.EROFS:
            advice = "check that the folder can be written to"
        elif error.errno in (*NO_SPACE, *NO_FILES):
            advice = what_helps(error)
        else:
            advice = "choose another --runs-dir, on a local disk"
        raise RunError(f"{folder}: cannot be locked ({error.strerror or error}); {advice}") from error
    return lock


def _lock_of(path: Path) -> "FileLock":
    from filelock import FileLock

    # it then locks by the file's existence, which serves as well: that of a dead process is passed over
    warnings.filterwarnings("ignore", "flock not supported", UserWarning)
    return FileLock(path, thread_local=False)


@contextlib.contextmanager
def in_turn(runs_folder: Path, waiting: Callable[[], object]) -> Iterator[None]:
    """Let one sweep at a time use a folder of runs. The others call `waiting` once, and wait.

    Raises:
        RunError: the folder cannot be made or written to.
    """
    lock = _turn(runs_folder)
    if lock is None:
        waiting()
    while lock is None:
        lock = _locked(runs_folder, LOCK_SECONDS)
    with contextlib.suppress(OSError):  # it stays, so whoever may make runs here must be able to lock it, too
        (runs_folder / ".lock").chmod(runs_folder.stat().st_mode & 0o666)
    try:
        yield
    finally:
        lock.release()


def check_turns(runs_folder: Path) -> None:
    """Refuse a folder that no sweep could use, before the first run is announced.

    Raises:
        RunError: the folder cannot be made or written to.
    """
    if (lock := _turn(runs_folder)) is not None:
        lock.release()


def _turn(runs_folder: Path) -> "FileLock | None":
    try:
        runs_folder.mkdir(parents=True, exist_ok=True)
        if (runs_folder / ".lock").is_symlink():  # opening it would empty what it points to
            raise RunError(f"{runs_folder / '.lock'}: is a link; remove it")
    except OSError as error:
        why = error.strerror or error
        raise RunError(f"{runs_folder}: no run can be made there ({why}); choose another --runs-dir") from error
    return _locked(runs_folder, 0)


def release(lock: "FileLock", folder: Path) -> None:
    """Release the lock on a run's folder."""
    if _is_own(folder):  # else the folder was replaced
        with contextlib.suppress(OSError):  # a .pid that stays is harmless: without the lock it means nothing
            (folder / ".pid").unlink(missing_ok=True)
    _own.pop(lock, None)
    lock.release()


def pid(folder: Path) -> int | None:
    """The id of the process that holds the lock, or held it when it was killed; None if it is not known."""
    with contextlib.suppress(OSError, ValueError):
        return int(read_own(folder / ".pid", MOST_PID_BYTES))
    return None


def is_locked(folder: Path) -> bool:
    """Whether a living process holds the lock. Writes nothing if the disk has flock: it may be read-only."""
    holder = pid(folder)
    if holder is None:
        return False
    try:
        return _is_held(folder / ".lock")
    except FileNotFoundError:
        return False
    except OSError:  # the lock cannot be opened, so the process id decides
        return _lives(holder)


def _is_refused(path: Path) -> bool:
    """Whether the lock cannot be taken. It is released at once, and takes what a dead process left."""
    from filelock import Timeout

    try:
        with _lock_of(path).acquire(timeout=0):
            return False
    except Timeout:
        return True


if sys.platform == "win32":
    _is_held = _is_refused

    def _lives(_: int) -> bool:
        return True  # os.kill(process, 0), as below, would end the process on Windows

else:
    import fcntl

    def _is_held(path: Path) -> bool:
        with open_own(path) as stream:
            try:
                fcntl.flock(stream, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                return True
            except OSError as error:
                if error.errno != errno.ENOSYS:
                    raise
                return _is_refused(path)  # a disk without flock: the file names the machine, too, and filelock knows it
        return False

    def _lives(process: int) -> bool:
        try:
            os.kill(process, 0)
        except (ProcessLookupError, OverflowError):
            return False
        except PermissionError:  # another user's process
            return True
        return process > 0
