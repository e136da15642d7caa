"""Check before a run begins whether the disk has room for all that it may write."""

import shutil

from torch import nn

from mnist_sum_tui.config import TrainConfig
from mnist_sum_tui.errors import RunError, UsageError
from mnist_sum_tui.formatting import byte_size
from mnist_sum_tui.runs import find, own_files
from mnist_sum_tui.runs.checkpoint_file import MAX_BYTES, MAX_HEADER_BYTES
from mnist_sum_tui.runs.commands import pruning
from mnist_sum_tui.runs.run import Run

VALUES = {"sgd": 1, "nesterov": 1, "adamw": 2}
"""how many numbers each optimizer stores per weight"""
CHECKPOINTS = 3
"""how many checkpoints may exist at once: the newest, the best, and the next one while it is written"""
REST = 2_000_000
"""bytes for the events of a long run, its report and its settings"""


def bytes_needed(weights: int, config: TrainConfig, *, kept: bool = True) -> int:
    """The most bytes that a run takes, from the bytes of its weights; `kept` counts the epoch snapshots, too."""
    epochs = min(config.keep, config.epochs) + 1 if kept and config.keep else 0
    return CHECKPOINTS * weights * (1 + VALUES[config.optimizer]) + epochs * weights + REST


def check_room(run: Run, network: nn.Module, config: TrainConfig) -> None:
    """Refuse a run that is likely to fill its disk.

    Raises:
        RunError: too little is free; the message says how much the run needs and what to do.
        UsageError: the network is too large for a checkpoint to be read again.
    """
    weights = sum(tensor.nbytes for tensor in network.state_dict().values())
    if (size := weights * (1 + VALUES[config.optimizer])) + MAX_HEADER_BYTES > MAX_BYTES:
        most = f"{byte_size(size)} with the optimizer's values, at most {byte_size(MAX_BYTES)}"
        raise UsageError(f"network {config.model} is too large to be saved ({most}): make it smaller")
    try:
        free, has = shutil.disk_usage(run.path).free, own_files.size(run.path)
    except OSError:  # the folder has gone, which the first file that is written says; or its disk does not tell
        return
    if free + has >= (needed := bytes_needed(weights, config)):
        return
    least = bytes_needed(weights, config, kept=False)
    folder = run.path.parent
    can_prune = any(found.has_ended and found.run.kept_epochs() for found in find.summaries(folder))
    ways = [f"free some space ({pruning(folder)})" if can_prune else "free some space"]
    ways += [f"take --keep 0 ({byte_size(least)})"] if least <= free + has else []
    ways += [] if run.resume_file.exists() else ["choose another --runs-dir"]  # a resumed run stays in its folder
    raise RunError(
        f"{folder}: {byte_size(free)} are free there, and the run may take {byte_size(needed)}: "
        f"{', '.join(ways[:-1])}{', or ' if ways[1:] else ''}{ways[-1]}"
    )
