"""The curves of a run on the disk, read once per version of its file, because those of a long run take seconds."""

from functools import lru_cache
from pathlib import Path

from mnist_sum_tui.charts.series import Series
from mnist_sum_tui.runs.journal import read_events
from mnist_sum_tui.runs.run import Run

KEPT = 64
"""more than are shown at once, or each would be read again before it is asked for again"""


def curves_of(run: Run) -> Series:
    """The curves as the run's file has them now, empty without one; they are shared, so do not add to them."""
    try:
        found = run.metrics_file.stat()
    except OSError:
        return Series()
    return _read(run.metrics_file, found.st_ino, found.st_mtime_ns, found.st_size)


@lru_cache(KEPT)
def _read(path: Path, _file: int, _time: int, _size: int) -> Series:
    return Series(read_events(path, *Series.KINDS))
