"""Which run is meant by what somebody types, and which of its weights."""

from pathlib import Path

from mnist_sum_tui.errors import UsageError, unknown
from mnist_sum_tui.runs import Run, is_run, list_runs
from mnist_sum_tui.summary import best_run, summarise


def find(name: str, folder: Path) -> Run:
    """The run called `latest`, `best`, by its id (or a beginning of it that only one run has), or by its path.

    `best_run` says which is the best.

    Raises:
        UsageError: no such run.
    """
    if not name:
        raise UsageError("the name of a run is empty: mnist-sum runs lists them; latest and best work too")
    as_path = Path(name)
    if as_path.name != name or name in (".", ".."):
        if is_run(as_path):
            return Run(as_path.resolve() if as_path.name in ("", "..") else as_path)  # its name is the run's
        raise UsageError(f"{name!r} is not a run's folder (it has no config.json): mnist-sum runs lists the runs")
    runs = list_runs(folder)
    if not runs:
        raise UsageError(f"there are no runs in {folder} yet: make one with mnist-sum train")
    if name == "latest":
        return runs[0]
    if name == "best":
        return best_run(map(summarise, runs)).run
    matches = [run for run in runs if run.id == name] or [run for run in runs if run.id.startswith(name)]
    if len(matches) > 1:
        raise UsageError(f"run {name!r} could be {matches[0].id} or {matches[1].id}: give more of it")
    if matches:
        return matches[0]
    raise unknown("run", name, [run.id for run in runs], "mnist-sum runs lists the runs; latest and best work too")


def to_ask(name: str | None, folder: Path) -> Run | None:
    """The run whose network to ask: `find(name)`, or without a name the newest that has weights, if there is one.

    Raises:
        UsageError: no such run, or it has no weights yet.
    """
    if name is None:
        return next((run for run in list_runs(folder) if run.best_weights), None)
    run = find(name, folder)
    weights_file(run)  # which complains, if need be, before anything slow is imported
    return run


def weights_file(run: Run) -> Path:
    """The run's `best_weights`.

    Raises:
        UsageError: there are none.
    """
    if run.best_weights is None:
        raise UsageError(f"run {run.id} has no weights yet: wait for its first epoch, or choose another run")
    return run.best_weights
