"""The ghost run: the best earlier run of the same network on the same images."""

import math
from pathlib import Path

from mnist_sum_tui.config import TrainConfig
from mnist_sum_tui.runs.created import seconds_since_1970
from mnist_sum_tui.runs.find import list_runs
from mnist_sum_tui.runs.run import BUILT_IN, Run
from mnist_sum_tui.runs.summary import ONLY_GUESSES, best_if_any, summarise


def find_ghost(folder: Path, config: TrainConfig, current: Run) -> Run | None:
    """The best earlier run in the folder; None if no run there has finished an epoch and does better than guessing.

    It reads the files of all runs.

    The built-in demo run has no ghost run, because the user's runs say nothing about it.
    """
    if current.path.resolve().is_relative_to(BUILT_IN.parents[1]):
        return None
    begun, created = summarise(current), seconds_since_1970(current.created)
    parameters = begun.starts[-1].parameters if begun.starts else 0
    found = [summarise(run) for run in list_runs(folder) if run.id != current.id]
    found = [run for run in found if created == -math.inf or seconds_since_1970(run.created) <= created]
    found = [run for run in found if run.config and run.config.model == config.model]
    found = [run for run in found if run.images.same_as(begun.images) and parameters in (0, run.parameters)]
    best = best_if_any([run for run in found if run.state_word != ONLY_GUESSES])
    return None if best is None else best.run
