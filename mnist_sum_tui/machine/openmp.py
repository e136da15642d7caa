"""Set the number of CPU threads that torch uses in one thread, without changing that of a training in another thread.

torch.set_num_threads changes the whole process. OpenMP's own setting belongs to the calling thread, and torch reads it
for each operation. For a single image one CPU thread is best. Two threads wait for the slower one, and while a training
uses the cores, the slower one may wait a whole time slice. `guide/measurements.md` has the figures.
"""

import ctypes
from functools import cache
from pathlib import Path


def take_threads(count: int) -> None:
    """Have torch compute with `count` threads in the calling thread; does nothing if torch's OpenMP is not found."""
    library = _openmp()
    if library is not None:
        import torch

        torch.get_num_threads()  # torch sets its own number on first use, so use it before
        library.omp_set_num_threads(count)


@cache
def _openmp() -> ctypes.CDLL | None:
    """The OpenMP library that torch has loaded; None if it is not found."""
    import torch

    home = Path(torch.__file__).parent
    folders = (home / "lib", home.parent / "torch.libs")
    found = [path for folder in folders for name in ("libgomp*", "libomp*") for path in sorted(folder.glob(name))]
    try:
        return ctypes.CDLL(str(found[0])) if found else None
    except OSError:
        return None
