"""Which weights there are to predict with: a training in progress, a run's checkpoints, the package's. No torch."""

import contextlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path

from mnist_sum_tui.atomic import open_own
from mnist_sum_tui.errors import UsageError
from mnist_sum_tui.printable import printable
from mnist_sum_tui.runs import find
from mnist_sum_tui.runs.run import BUILT_IN, Run
from mnist_sum_tui.training.control import Control
from mnist_sum_tui.tui.session.session import Session

LIVE = "live"
SAME = " = "
"""joins the names of one stop: the same weights are in several files"""
MOST_HEADER = 256 << 10
"""bytes of a checkpoint's head that are read"""
KEPT_HEADS = 1000
BUILT_IN_NETWORK = "built-in network"


@dataclass(frozen=True, slots=True)
class Weights:
    """One place to take weights from: a checkpoint file, or the training in progress."""

    name: str
    """what the slider calls it: `epoch 3`, `epoch 4 = best`, `last`, `live`, `built-in network`"""
    owner: str
    """whose they are: a run's id, `the built-in network`, `the training in progress`"""
    path: Path | None = None
    """the checkpoint; None for the training in progress"""
    is_newest: bool = field(default=False, compare=False)
    """whether they are asked because their run is the newest, and not because somebody chose it"""


@dataclass(frozen=True, slots=True)
class Choices:
    """The weights to predict with, and all that could be chosen instead, in the order of training."""

    chosen: Weights
    all: tuple[Weights, ...]


def choices(run: Run | None, folder: Path, control: Control | None, wanted: Weights | None = None) -> Choices:
    """The weights of the session's run if it is trained now or has any, else those of the newest run that has any.

    `wanted` is chosen while it is there (of another run: it alone). Otherwise the training in progress comes first,
    then the best epoch, the last checkpoint, and the built-in network.

    Raises:
        UsageError: there are no weights at all.
    """
    found = list(_of_run(run)) if run is not None else []
    if control is not None and run is not None:
        found.append(Weights(LIVE, "the training in progress"))
    if not found:
        files = (_of_run(other) for other in find.list_runs(folder))
        found = [replace(each, is_newest=True) for each in next(filter(None, files), ())]
    if not found and BUILT_IN.exists():
        found = [Weights(BUILT_IN_NETWORK, f"the {BUILT_IN_NETWORK}", BUILT_IN)]
    if wanted is not None and wanted.path is not None and wanted.path.exists():
        wanted = same_weights(wanted, found) or wanted
        return Choices(wanted, tuple(found) if wanted in found else (wanted,))
    if not found:
        raise UsageError("there is no trained network yet: train one on the page Train (one epoch of compact will do)")
    return Choices(usual(found), tuple(found))


def usual(found: Sequence[Weights]) -> Weights:
    """Those that are asked if nobody chooses."""
    named = (weights for name in (LIVE, "best", "last") for weights in found if name in weights.name.split(SAME))
    return next(named, found[-1])


def placed(weights: Weights, found: tuple[Weights, ...]) -> Choices:
    """The weights among others, where their name may have become another; alone if they are not among them."""
    same = same_weights(weights, found)
    return Choices(weights, (weights,)) if same is None else Choices(same, found)


def same_weights(weights: Weights, found: Sequence[Weights]) -> Weights | None:
    """The weights among others: of their epoch, even if the best or the last is another by now; else of their file."""
    epoch, *_ = weights.name.split(SAME)
    by_epoch = (each for each in found if each.owner == weights.owner and each.name.split(SAME)[0] == epoch)
    return next(by_epoch, next((each for each in found if each.path == weights.path), None))


def of_session(session: Session, wanted: Weights | None = None) -> Choices:
    """As `choices`: of the run that the user opened, else of the session's run.

    In a replay, or while somebody looks back at the run that trains, those of that time.

    Raises:
        UsageError: there are no weights.
    """
    opened, run, moment = session.network, session.run, session.shown.moment
    if run is not None and opened in (None, run) and moment is not None and wanted is None:
        wanted = nearest(run, moment.epochs_done)
    if opened is None or not find.is_run(opened.path):
        return choices(run, session.runs_folder, session.control, wanted)
    find.weights_file(opened)  # another run's weights in its place would be a surprise
    return choices(opened, session.runs_folder, None, wanted)


def is_later(session: Session, weights: Weights) -> bool:
    """Whether a replay shows a moment before these weights, as where its run has kept none from before it."""
    run, moment = session.run, session.shown.moment
    if run is None or moment is None:
        return False
    return any(epoch > moment.epochs_done and known == weights for epoch, known in _by_epoch(run).items())


def best_of(run: Run) -> Weights:
    """The run's best checkpoint, or its last while no epoch is done.

    Raises:
        UsageError: it has neither.
    """
    path = find.weights_file(run)
    return next(weights for weights in _of_run(run) if weights.path == path)


def nearest(run: Run, epochs: int) -> Weights | None:
    """The newest weights that a run had after so many epochs, else the oldest that there are; None if unknown."""
    found = {epoch: weights for epoch, weights in _by_epoch(run).items() if epoch >= 0}
    before = [epoch for epoch in found if epoch <= epochs]
    return found[max(before) if before else min(found)] if found else None


def _of_run(run: Run) -> tuple[Weights, ...]:
    return tuple(_by_epoch(run).values())


def _by_epoch(run: Run) -> dict[int, Weights]:
    """A run's checkpoints: the epochs that were kept, the best, the last. The same weights are one stop.

    Its file is the best or the last, which say more than an epoch's weights.
    """
    owner = printable(run.id)
    kept = {epoch: run.epoch_file(epoch) for epoch in run.kept_epochs()}
    found = {epoch: Weights(f"epoch {epoch}", owner, file) for epoch, file in kept.items() if _epoch_of(file) == epoch}
    for name, path in (("best", run.best_file), ("last", run.last_file)):
        if path.exists():
            epoch = _epoch_of(path)
            same = found.get(epoch)
            file = same.path if same is not None and same.path == run.best_file else path
            found[epoch] = Weights(name if same is None else f"{same.name}{SAME}{name}", owner, file)
    return found


def _epoch_of(path: Path) -> int:
    """The epoch that a checkpoint was saved after; within one, or if it does not say, a negative number of its own."""
    try:
        found = path.stat()
    except OSError:  # thinned out just now
        return -1
    return _epoch_in(path, found.st_mtime_ns, found.st_size, found.st_ino)


@lru_cache(KEPT_HEADS)
def _epoch_in(path: Path, _time: int, _size: int, file: int) -> int:
    """As `_epoch_of`. Only the head is read, once while the file stays as it is: this is asked at every stroke."""
    with contextlib.suppress(OSError, ValueError, TypeError, KeyError, RecursionError), open_own(path) as stream:
        header = json.loads(stream.read(min(int.from_bytes(stream.read(8), "little"), MOST_HEADER)))
        position = json.loads(header["__metadata__"]["mnist_sum"])["position"]
        if position["batch"] == 0 and isinstance(position["epoch"], int):
            return position["epoch"] - 1
    return -file
