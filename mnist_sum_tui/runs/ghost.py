"""The ghost run: the best earlier run of the same network on the same images, against which a run is compared."""

from functools import lru_cache
from pathlib import Path
from threading import Lock

from mnist_sum_tui.config import TrainConfig
from mnist_sum_tui.runs.find import list_runs
from mnist_sum_tui.runs.run import BUILT_IN, Run
from mnist_sum_tui.runs.summary import best_if_any, summarise

_turn = Lock()


def find_ghost(folder: Path, config: TrainConfig, current: Run) -> Run | None:
    """The best of the runs before this one in the folder; None if none has finished an epoch. Reads all their files.

    At the start of a training the dashboard and the coach ask, each in a thread; who comes second has not to read.
    The demo has none: it came with the program, and the user's runs are nothing to it.
    """
    if current.path.resolve().is_relative_to(BUILT_IN.parents[1]):
        return None
    with _turn:
        return _best_of(tuple(list_runs(folder)), config.model, config.data_dir, current)


@lru_cache(maxsize=1)
def _best_of(runs: tuple[Run, ...], model: str, data_dir: str | None, current: Run) -> Run | None:
    created = current.created
    summaries = [summarise(run) for run in runs if run.id != current.id and (not created or run.created <= created)]
    same = model, data_dir
    alike = [found for found in summaries if found.config and (found.config.model, found.config.data_dir) == same]
    best = best_if_any(alike)
    return None if best is None else best.run
