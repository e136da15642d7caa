"""The ghost run: the best earlier run of the same network on the same images, and why a run may differ from it."""

import math
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from threading import Lock

from mnist_sum_tui.config import TrainConfig
from mnist_sum_tui.runs.created import seconds_since_1970
from mnist_sum_tui.runs.differences import epochs_asked, told_apart, why_other
from mnist_sum_tui.runs.events import Started
from mnist_sum_tui.runs.find import list_runs
from mnist_sum_tui.runs.images import Images
from mnist_sum_tui.runs.journal import read_events
from mnist_sum_tui.runs.run import BUILT_IN, Run
from mnist_sum_tui.runs.summary import ONLY_GUESSES, best_if_any, summarise

_turn = Lock()


def find_ghost(folder: Path, config: TrainConfig, current: Run) -> Run | None:
    """The best earlier run in the folder; None if no run there has finished an epoch and does better than guessing.

    It reads the files of all runs.

    When a training starts, the dashboard and the coach both ask, each in its own thread; the second gets the cached
    answer. The built-in demo run has no ghost run, because the user's runs say nothing about it.
    """
    if current.path.resolve().is_relative_to(BUILT_IN.parents[1]):
        return None
    with _turn:
        begun = replace(summarise(current), config=config)
        return _best_of(tuple(list_runs(folder)), config.model, begun.images, begun.starts, current)


def why_apart(ghost: Run, config: TrainConfig, current: Run) -> str:
    """Why the current run, trained with `config`, may learn differently from its ghost run, in a few words.

    Raises:
        RunError: the ghost run was removed meanwhile.
    """
    theirs = _as_begun(ghost, ghost.read_config())
    found = summarise(ghost)
    return why_other(theirs, _as_begun(current, config), bool(found.changed), epochs_asked(found))


def can_explain(ghost: Run, config: TrainConfig, current: Run) -> bool:
    """Whether any setting differs that may explain why one of the two runs is ahead.

    Raises:
        RunError: the ghost run was removed meanwhile.
    """
    return bool(told_apart(_as_begun(ghost, ghost.read_config()), _as_begun(current, config)))


def _as_begun(run: Run, config: TrainConfig) -> TrainConfig:
    """The settings with the epochs that the run was first asked for, because later ones change nothing before."""
    first = next(read_events(run.metrics_file, "started"), None)
    return replace(config, epochs=first.epochs) if isinstance(first, Started) else config


@lru_cache(maxsize=1)
def _best_of(
    runs: tuple[Run, ...], model: str, images: Images, starts: tuple[Started, ...], current: Run
) -> Run | None:
    """As `find_ghost`; sought anew when the run is resumed, because others may have gone on meanwhile."""
    created, parameters = seconds_since_1970(current.created), starts[-1].parameters if starts else 0
    summaries = [summarise(run) for run in runs if run.id != current.id]
    earlier = [found for found in summaries if created == -math.inf or seconds_since_1970(found.created) <= created]
    alike = [found for found in earlier if found.config and found.config.model == model]
    alike = [found for found in alike if found.images.same_as(images) and parameters in (0, found.parameters)]
    best = best_if_any([found for found in alike if found.state_word != ONLY_GUESSES])
    return None if best is None else best.run
