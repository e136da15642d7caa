"""The ghost run: the best earlier run of the same network on the same images."""

import math
from collections.abc import Sequence
from pathlib import Path

from mnist_sum_tui.config import TrainConfig
from mnist_sum_tui.runs.created import seconds_since_1970
from mnist_sum_tui.runs.events import Started
from mnist_sum_tui.runs.find import list_runs
from mnist_sum_tui.runs.images import Images
from mnist_sum_tui.runs.run import BUILT_IN, Run
from mnist_sum_tui.runs.summary import ONLY_GUESSES, best_if_any, summarise


def find_ghost(folder: Path, config: TrainConfig, current: Run) -> Run | None:
    """The best earlier run in the folder; None if no run there has finished an epoch and does better than guessing.

    It reads the files of all runs.

    The built-in demo run has no ghost run, because the user's runs say nothing about it.
    """
    if current.path.resolve().is_relative_to(BUILT_IN.parents[1]):
        return None
    begun = summarise(current)
    return _best_of(list_runs(folder), config.model, begun.images, begun.starts, current)


def _best_of(runs: Sequence[Run], model: str, images: Images, starts: tuple[Started, ...], current: Run) -> Run | None:
    """As `find_ghost`, among these runs."""
    created, parameters = seconds_since_1970(current.created), starts[-1].parameters if starts else 0
    summaries = [summarise(run) for run in runs if run.id != current.id]
    earlier = [found for found in summaries if created == -math.inf or seconds_since_1970(found.created) <= created]
    alike = [found for found in earlier if found.config and found.config.model == model]
    alike = [found for found in alike if found.images.same_as(images) and parameters in (0, found.parameters)]
    best = best_if_any([found for found in alike if found.state_word != ONLY_GUESSES])
    return None if best is None else best.run
