"""Remove a run's epoch snapshots, which take most of its space on the disk. Nothing else is removed."""

from pathlib import Path

from mnist_sum_tui.runs import locking, own_files
from mnist_sum_tui.runs.run import Run


def kept_files(run: Run) -> list[Path]:
    """The snapshots of the run's epochs, which `prune` would remove.

    Raises:
        RunError: the run is being trained, its folder or one of its files is a link, or it is another program's.
    """
    own_files.check_no_link(run.path, "pruned", "prune")
    own_files.check(run.path)
    run.check_own()
    if run.is_running:
        raise locking.taken(run.path)
    return [*run.kept_epochs().values()]


def prune(run: Run) -> int:
    """Remove the run's epoch snapshots, with the run locked meanwhile; returns how many bytes that freed.

    Raises:
        RunError: another process trains the run, or one of its files is a link or cannot be removed.
    """
    with run.lock(is_named=False):  # it is what makes room on a full disk
        before = own_files.size(run.path)
        own_files.remove(*run.kept_epochs().values())
        return before - own_files.size(run.path)
