"""Set up this process for training: how its threads wait, that it keeps freed memory, how it imports torch."""

import ctypes
import gc
import os
import sys
import threading
import time
from pathlib import Path

SHORT, LONG = "1000", "300000"
"""iterations of OpenMP's waiting loop: SHORT takes 20 to 60 microseconds, LONG milliseconds (GNU's default)"""
LOAD = Path("/proc/loadavg")
SAMPLES, APART_SECONDS = 3, 0.001
"""how many samples `is_alone` takes, and the pause before each"""


def set_waiting(may_be_alone: bool = False) -> None:
    """Set how long torch's threads spin while they wait for each other, before they sleep. Call it before torch loads.

    The time is short, because spinning threads can keep the very thread that they wait for from running when other
    programs use the cores too. With `may_be_alone` it is long if nothing else runs now, which is faster on virtual
    machines. `guide/measurements.md` has the figures.

    GOMP_SPINCOUNT is read by GNU's OpenMP; the policy `active` makes it hold even when the process has more threads
    than cores, as with the dashboard. KMP_BLOCKTIME makes LLVM's and Intel's threads sleep at once. If the user has set
    OMP_WAIT_POLICY, nothing is changed.
    """
    if "OMP_WAIT_POLICY" in os.environ:
        return
    if sys.platform == "linux":
        os.environ.setdefault("GOMP_SPINCOUNT", LONG if may_be_alone and is_alone() else SHORT)
        os.environ.setdefault("KMP_BLOCKTIME", "0")
    os.environ["OMP_WAIT_POLICY"] = "active" if sys.platform == "linux" else "passive"


def is_alone() -> bool:
    """Whether nothing else computes on this machine now; the majority of a few samples decides.

    The fourth field of /proc/loadavg is the number of running threads (proc(5)). If it cannot be read, or does not even
    count this thread, the answer is no.
    """
    alone = 0
    for _ in range(SAMPLES):
        time.sleep(APART_SECONDS)
        try:
            alone += LOAD.read_text(encoding="ascii").split()[3].split("/")[0] == "1"
        except (OSError, ValueError, IndexError):
            return False
    return 2 * alone > SAMPLES


def keep_folder_out() -> None:
    """Have the Pythons that this process starts not import from the current folder, unless this one does.

    `python -m`, with which visitors and benches start, looks there first: a student's `random.py` would take the place
    of Python's own.
    """
    if not {"", os.getcwd()} & set(sys.path):  # noqa: PTH109
        os.environ["PYTHONSAFEPATH"] = "1"


M_TRIM_THRESHOLD, M_MMAP_THRESHOLD, M_ARENA_MAX = -1, -3, -8
"""from glibc's malloc.h"""
LARGEST_BLOCK = 1 << 30
"""how many freed bytes are kept at most"""
LARGEST_OF_OLD = 32 << 20
"""the highest M_MMAP_THRESHOLD that older versions of glibc accept: half of an arena's largest size"""


def keep_freed_memory() -> None:
    """Have the process keep freed memory for reuse; does nothing where the C library is not glibc.

    A training step, and each batch of an evaluation, frees large blocks and allocates them again. By default glibc may
    return them to the system each time, and then every page has to be mapped again: a step takes about 4 % longer, an
    evaluation a third (`guide/measurements.md`).

    Call it before the process has threads: a thread gets its own arena by default, which cannot grow beyond 64 MB
    and returns what it frees.
    """
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (OSError, AttributeError, TypeError):
        return
    if mallopt(M_MMAP_THRESHOLD, LARGEST_BLOCK) or mallopt(M_MMAP_THRESHOLD, LARGEST_OF_OLD):
        mallopt(M_TRIM_THRESHOLD, LARGEST_BLOCK)  # alone, this would fix the mmap threshold at 128 kB
    mallopt(M_ARENA_MAX, 1)


def try_threads(count: int) -> None:
    """Start so many threads, and end them: where OpenMP can start no thread, it ends the whole process at once.

    Raises:
        RuntimeError: they cannot be started.
    """
    is_over = threading.Event()
    threads = [threading.Thread(target=is_over.wait, name="trial") for _ in range(count)]
    started = list[threading.Thread]()
    try:
        for thread in threads:
            thread.start()
            started.append(thread)
    finally:
        is_over.set()
        for thread in started:
            thread.join()


COLLECT_AFTER = 5_000
"""new objects before the garbage collector looks; Python 3.11 has 700, so it would look a hundred times while the first
page opens"""
YOUNG = 3
"""collections until those that outlived them are looked at again; with Python's 10 that took up to 30 ms at once"""


def collect_less_often() -> None:
    """Have the garbage collector look for cycles less often, because it took a fifth of the dashboard's time.

    Little memory is kept longer, because a training step leaves no cycles.
    """
    gc.set_threshold(COLLECT_AFTER, YOUNG)


def import_torch() -> None:
    """Import torch with the garbage collector off, because it would scan torch's objects several times and free none.

    The collector also skips these objects from then on. Otherwise each full collection would block the dashboard for 65
    to 200 ms. If torch is there already, nothing is done: what a dashboard leaves behind would be skipped, too.
    """
    if "torch" in sys.modules:
        return
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        import torch  # noqa: F401
    finally:
        gc.freeze()
        if was_enabled:
            gc.enable()
