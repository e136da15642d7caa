"""Which weights there are to predict with: a training in progress, a run's checkpoints, the package's. No torch."""

from dataclasses import dataclass
from pathlib import Path

from mnist_sum_tui.errors import UsageError
from mnist_sum_tui.printable import printable
from mnist_sum_tui.runs import find
from mnist_sum_tui.runs.run import BUILT_IN, Run
from mnist_sum_tui.training.control import Control
from mnist_sum_tui.tui.session.session import Session

LIVE = "live"
BOTH = "best = last"
"""the last epoch is the best one: one file, one stop"""
BUILT_IN_NETWORK = "built-in network"


@dataclass(frozen=True, slots=True)
class Weights:
    """One place to take weights from: a checkpoint file, or the training in progress."""

    name: str
    """what the slider calls it: `epoch 3`, `best`, `last`, `best = last`, `live`, `built-in network`"""
    owner: str
    """whose they are: a run's id, `the built-in network`, `the training in progress`"""
    path: Path | None = None
    """the checkpoint; None for the training in progress"""


@dataclass(frozen=True, slots=True)
class Choices:
    """The weights to predict with, and all that could be chosen instead, in the order of training."""

    chosen: Weights
    all: tuple[Weights, ...]


def choices(run: Run | None, folder: Path, control: Control | None, wanted: Weights | None = None) -> Choices:
    """What there is: of the session's run if it is trained now or has weights, else of the newest run that has any.

    `wanted` is chosen while it is there (of another run: it alone). Otherwise the training in progress comes first,
    then the best epoch, the last checkpoint, and the built-in network.

    Raises:
        UsageError: there are no weights at all.
    """
    found = list(_of_run(run)) if run is not None else []
    if control is not None and run is not None:
        found.append(Weights(LIVE, "the training in progress"))
    if not found:
        newest = (list(_of_run(other)) for other in find.list_runs(folder))
        found = next((files for files in newest if files), [])
    if not found and BUILT_IN.exists():
        found = [Weights(BUILT_IN_NETWORK, f"the {BUILT_IN_NETWORK}", BUILT_IN)]
    if wanted is not None and wanted.path is not None and wanted.path.exists():
        wanted = next((weights for weights in found if weights.path == wanted.path), wanted)  # its name may be another
        return Choices(wanted, tuple(found) if wanted in found else (wanted,))
    if not found:
        raise UsageError("there is no trained network yet: train one on the page Train (one epoch of compact will do)")
    by_name = {weights.name: weights for weights in found}
    default = next((by_name[name] for name in (LIVE, "best", BOTH, "last") if name in by_name), found[-1])
    return Choices(default, tuple(found))


def of_session(session: Session, wanted: Weights | None = None) -> Choices:
    """As `choices`: of the run that the user opened, else of the session's run.

    Raises:
        UsageError: there are no weights.
    """
    opened = session.network
    if opened is None or not find.is_run(opened.path):
        return choices(session.run, session.runs_folder, session.control, wanted)
    find.weights_file(opened)  # another run's weights in its place would be a surprise
    return choices(opened, session.runs_folder, None, wanted)


def best_of(run: Run) -> Weights:
    """The run's best checkpoint, or its last while no epoch is done.

    Raises:
        UsageError: it has neither.
    """
    path = find.weights_file(run)
    return next(weights for weights in _of_run(run) if weights.path == path)


def _of_run(run: Run) -> tuple[Weights, ...]:
    """A run's checkpoints: the epochs that were kept, then the best, then the last."""
    owner = printable(run.id)
    kept = [Weights(f"epoch {epoch}", owner, run.epoch_file(epoch)) for epoch in run.kept_epochs()]
    ends = [(name, path) for name, path in (("best", run.best_file), ("last", run.last_file)) if path.exists()]
    if len(ends) == 2 and run.best_file.samefile(run.last_file):
        ends = [(BOTH, run.best_file)]
    return (*kept, *(Weights(name, owner, path) for name, path in ends))
