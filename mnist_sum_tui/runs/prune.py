"""Drop a run's kept epochs: the weights from along its way, which take most of its space. Nothing else is touched."""

from pathlib import Path

from mnist_sum_tui.errors import RunError
from mnist_sum_tui.runs import own_files
from mnist_sum_tui.runs.run import Run


def kept_files(run: Run) -> list[Path]:
    """The snapshots of the run's epochs, which `prune` would remove.

    Raises:
        RunError: it is being trained; it is a link, or one of its files is one.
    """
    if run.path.is_symlink():
        raise RunError(f"{run.path}: is a link and is not pruned; prune the run that it points to")
    own_files.check(run.path)
    if run.is_running:
        raise RunError(f"run {run.id} is being trained by process {run.pid}; stop it first")
    return [run.epoch_file(epoch) for epoch in run.kept_epochs()]


def prune(run: Run) -> int:
    """Remove them while nobody can begin to train the run; returns how many bytes that freed.

    Raises:
        RunError: as `kept_files`, or one cannot be removed.
    """
    with run.lock():
        before = own_files.size(run.path)
        own_files.remove(*(run.epoch_file(epoch) for epoch in run.kept_epochs()))
        return before - own_files.size(run.path)
