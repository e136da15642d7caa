"""How many processor threads torch takes for the thread that asks, without touching those of a training beside it.

torch.set_num_threads would reach the whole process. OpenMP's own setting belongs to the calling thread, and torch reads
it for each operation. One thread is the better choice for a single image: a team of two waits for its slower half, and
beside a training that has the cores that is a time slice. Measured on two busy cores, from a stroke on the pad to its
answer, n=60: median 5 to 7 ms and 95th percentile 25 to 30 ms with one thread; 10 to 50 and 150 to 180 with two.
"""

import ctypes
from functools import cache
from pathlib import Path


def take_threads(count: int) -> None:
    """From now on the calling thread computes with `count` threads; does nothing where torch's OpenMP is not found."""
    library = _openmp()
    if library is not None:
        import torch

        torch.get_num_threads()  # torch sets a thread's number when it is first asked; after that it is ours
        library.omp_set_num_threads(count)


@cache
def _openmp() -> ctypes.CDLL | None:
    """The OpenMP library that torch has loaded."""
    import torch

    home = Path(torch.__file__).parent
    folders = (home / "lib", home.parent / "torch.libs")
    found = [path for folder in folders for name in ("libgomp*", "libomp*") for path in sorted(folder.glob(name))]
    try:
        return ctypes.CDLL(str(found[0])) if found else None
    except OSError:
        return None
