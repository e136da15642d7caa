"""Helpers for the tests of a run's folder."""

from pathlib import Path

from mnist_sum_tui.config import TrainConfig
from mnist_sum_tui.runs import find
from mnist_sum_tui.runs.run import Run

CONFIG = TrainConfig.of("sprint", epochs=1, threads=1, batch_size=110)


def old_run(folder: Path, config: TrainConfig = CONFIG) -> Run:
    """A run as another process sees it: not locked by this one."""
    return Run(find.create(folder, config).path)


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}
