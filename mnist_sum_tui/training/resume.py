"""Find the checkpoint to resume a run from and the changes after it, and refuse a config that does not fit."""

import contextlib
from pathlib import Path

from mnist_sum_tui.config import MAY_CHANGE, TrainConfig, option_name, value_words
from mnist_sum_tui.errors import CheckpointError, RunError, UsageError
from mnist_sum_tui.runs import checkpoint
from mnist_sum_tui.runs.checkpoint import Checkpoint
from mnist_sum_tui.runs.checkpoint_file import ADVICE
from mnist_sum_tui.runs.events import Changed
from mnist_sum_tui.runs.journal import changes_after
from mnist_sum_tui.runs.position import Position
from mnist_sum_tui.runs.resumable import check_length, lost_checkpoint
from mnist_sum_tui.runs.run import Run


def check_kinds(config: object, run: object) -> None:
    """Refuse what is no config or no run.

    Raises:
        TypeError: it is something else, such as the path of a run's folder.
    """
    if not (isinstance(config, TrainConfig) and isinstance(run, Run)):
        found = f"train takes a TrainConfig and a Run, not {type(config).__name__} and {type(run).__name__}"
        raise TypeError(f"{found}: find.create(folder, config) makes a Run, and find.by_name(id, folder) finds one")


def load_newest(run: Run) -> tuple[Checkpoint, Path, str]:
    """The run's newest whole checkpoint, its file, and what was damaged, in words; empty if nothing was.

    Raises:
        CheckpointError: both the newest and that of the best epoch are damaged.
    """
    try:
        return checkpoint.load(run.resume_file), run.resume_file, ""
    except CheckpointError as error:
        try:
            loaded = checkpoint.load(run.best_file)
        except CheckpointError:
            raise error from None
        why = str(error).removesuffix(f"; {ADVICE}")
        return loaded, run.best_file, f"{why}: it goes on from {run.best_file.name}, step {loaded.position.step:,}"


def load_matching(run: Run, config: TrainConfig) -> tuple[Checkpoint | None, Path, str]:
    """The run's checkpoint as `load_newest` finds it; None if the run has not begun.

    The best epoch's is read, too, because the training may end with its weights.

    Raises:
        UsageError: the run has other settings, the number of epochs is below what has begun, the run is complete, or
            it has a result but no longer a checkpoint.
        CheckpointError: the checkpoint or that of the best epoch is damaged or missing.
    """
    if why := lost_checkpoint(run):
        raise UsageError(why)
    if not run.resume_file.exists():
        return None, run.resume_file, ""
    loaded, file, damaged = load_newest(run)
    own, given = loaded.config.to_dict(), config.to_dict()
    for name in sorted(own.keys() - set(MAY_CHANGE)):
        if own[name] != given[name]:
            was = f"run {run.id} was trained with {option_name(name)} {value_words(name, own[name])}"
            raise UsageError(f"{was}, which cannot be changed on resume: start a new run")
    check_length(run, config.epochs, loaded.position)
    if loaded.position.best_epoch and not (run.best_file.exists() and run.best_file.samefile(file)):
        try:
            checkpoint.load(run.best_file)
        except CheckpointError as error:
            lost = f"the weights of its best epoch are lost ({str(error).removesuffix(f'; {ADVICE}')})"
            raise CheckpointError(f"run {run.id} cannot go on, because {lost}: start a new run") from error
    return loaded, file, damaged


def turned_after(run: Run, config: TrainConfig, loaded: Checkpoint | None) -> tuple[list[Changed], bool]:
    """The changes after the checkpoint that still hold, and whether the user asks for a number of epochs instead.

    That number wins over all changes of `epochs` that were made since or are to come.

    Raises:
        RunError: config.json, which has the number that was set last, is damaged.
    """
    position = loaded.position if loaded else Position()
    later = changes_after(run.metrics_file, position.journal_bytes)
    is_asked = bool(later or position.turns) and config.epochs != run.read_config().epochs
    return [event for event in later if event.setting != "epochs" or not is_asked], is_asked


def has_own_folder(run: Run, config: TrainConfig, loaded: Checkpoint | None) -> bool:
    """Whether one of the run's files names the config's folder of images, so that nothing may be downloaded into it.

    config.json may name another than the checkpoint: it is written first, and a stranger's may say anything.
    """
    if run.is_new:
        return False
    own = {loaded.config.data_dir} if loaded else set()
    with contextlib.suppress(RunError):
        own.add(run.read_config().data_dir)
    return config.data_dir in own
