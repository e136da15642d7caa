"""The curves of a run on the disk, read once per version of its file, because those of a long run take seconds."""

from functools import lru_cache
from pathlib import Path

from mnist_sum_tui.charts.series import Series
from mnist_sum_tui.runs.journal import read_events
from mnist_sum_tui.runs.run import Run

KEPT = 64
"""more than are shown at once, or each would be read again before it is asked for again"""


Version = tuple[int, int, int]
"""a file's number, time and size"""


def curves_of(run: Run) -> Series:
    """The curves as the run's file has them now, empty without one; they are shared, so do not add to them."""
    try:
        found = run.metrics_file.stat()
    except OSError:
        return Series()
    kept, version = _kept(run.metrics_file), (found.st_ino, found.st_mtime_ns, found.st_size)
    if (curves := kept.get(version)) is None:
        curves = Series(read_events(run.metrics_file, *Series.KINDS))
        kept.clear()  # a run that trains has a new version every few seconds
        kept[version] = curves
    return curves


@lru_cache(KEPT)
def _kept(_path: Path) -> dict[Version, Series]:
    """The curves of a file's newest version that was read; empty before."""
    return {}
