"""How this process is set up for training: how threads wait, how memory is kept, how torch is imported."""

import ctypes
import gc
import os
import sys
import time
from pathlib import Path

SHORT, LONG = "1000", "300000"
"""turns of a loop: some 20 to 60 microseconds, and some milliseconds, which is what GNU's OpenMP does by itself"""
LOAD = Path("/proc/loadavg")
SAMPLES, APART_SECONDS = 3, 0.001


def set_waiting(may_be_alone: bool = False) -> None:
    """Let torch's threads spin for a short time while they wait for one another, and then sleep.

    Spinning on is quickest alone; but on cores that others use too, the thread that is waited for may not be running at
    all. Images/s of `compact` on two EPYC cores, one trainer and each of two at once: sleeping at once 5,850 and 3,040;
    GOMP_SPINCOUNT 1,000: 8,280 and 2,840; 20,000: 7,930 and 805. On a virtual machine to fall asleep costs more:
    with 300,000 recipe `sprint` took 0.87 of the time that it took with 1,000 (the median of twelve pairs, 0.69 to
    1.10; two Xeon cores of 2019). So with `may_be_alone` it is the long time if nothing else runs just now.
    Steps/s of two trainers at once there: both short 29 and 32, one long 18 and 26, both long 4 and 5; the second one
    to start is not alone.

    The policy `active` is for GNU's OpenMP alone, where it only says that this count holds too while the process has
    more such threads than cores, as under the dashboard (with `passive` it is then 0: `compact` ran at 0.75 of its
    speed). KMP_BLOCKTIME has LLVM's and Intel's sleep at once. Whoever has set OMP_WAIT_POLICY knows better.
    """
    if "OMP_WAIT_POLICY" in os.environ:
        return
    if sys.platform == "linux":
        os.environ.setdefault("GOMP_SPINCOUNT", LONG if may_be_alone and is_alone() else SHORT)
        os.environ.setdefault("KMP_BLOCKTIME", "0")
    os.environ["OMP_WAIT_POLICY"] = "active" if sys.platform == "linux" else "passive"


def is_alone() -> bool:
    """Whether this is the only process that computes on this machine, as most of a few looks at it say.

    The fourth field of /proc/loadavg says how many threads run now (proc(5)); where it cannot be read, or does not even
    count this one, others may be there.
    """
    alone = 0
    for _ in range(SAMPLES):
        time.sleep(APART_SECONDS)
        try:
            alone += LOAD.read_text(encoding="ascii").split()[3].split("/")[0] == "1"
        except (OSError, ValueError, IndexError):
            return False
    return 2 * alone > SAMPLES


M_TRIM_THRESHOLD, M_MMAP_THRESHOLD, M_ARENA_MAX = -1, -3, -8
"""from glibc's malloc.h"""
LARGEST_BLOCK = 1 << 30
LARGEST_OF_OLD = 32 << 20
"""what older versions of glibc take at most for M_MMAP_THRESHOLD: half of an arena's largest size"""


def keep_freed_memory() -> None:
    """Have the process keep the memory that it frees; does nothing where the C library is not glibc.

    A step frees and takes the same large blocks again. By itself glibc may give them back to the system each time, and
    then every page has to be brought in anew. `compact`, batch 128, bf16, two EPYC cores, six pairs of processes: a
    step takes 4 % less in the median, 1 to 20 % less; the peak of memory is the same.

    A thread other than the main one gets an arena of its own, which cannot grow beyond 64 MB and gives back what it
    frees: a training thread that was begun before this call brings in 11,000 pages a second, one
    begun after it 20 to 30 (`original`).
    """
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (OSError, AttributeError, TypeError):
        return
    if mallopt(M_MMAP_THRESHOLD, LARGEST_BLOCK) or mallopt(M_MMAP_THRESHOLD, LARGEST_OF_OLD):
        mallopt(M_TRIM_THRESHOLD, LARGEST_BLOCK)  # which by itself would freeze the other one at 128 kB
    mallopt(M_ARENA_MAX, 1)


def import_torch() -> None:
    """Import torch without the garbage collector, which would look through its modules several times, and find nothing.

    What the import made stays to the end of the process, so the collector need not look at it later either. Import
    torch: 0.62 s instead of 0.71 (five pairs, two EPYC cores); each full collection later on: nothing instead of 65
    to 200 ms, in which the dashboard would answer no key.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        import torch  # noqa: F401
    finally:
        gc.freeze()
        if was_enabled:
            gc.enable()
