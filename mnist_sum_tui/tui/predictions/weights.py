"""Which weights can be used to predict: a training in progress, a run's checkpoints, the package's. No torch."""

import contextlib
import os
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from mnist_sum_tui.errors import RunError, UsageError
from mnist_sum_tui.own_network import option_for
from mnist_sum_tui.printable import printable
from mnist_sum_tui.runs import find, own_files
from mnist_sum_tui.runs.checkpoint_file import head_of
from mnist_sum_tui.runs.run import BUILT_IN, Run
from mnist_sum_tui.training.control import Control
from mnist_sum_tui.tui.session.session import Session

LIVE = "live"
SAME = " = "
"""joins the names of weights that are in several files, and so are one stop of the slider"""
NEWEST = "newest good run "
"""the words before the name of a run that is asked because it is the newest that has learned"""
EARLIER = "kept before this moment: "
"""the words before the name of weights that are older than the moment of a replay"""


@dataclass(frozen=True, slots=True)
class Weights:
    """Weights to predict with: where they come from, a checkpoint or the training in progress."""

    name: str
    """their name on the slider: `epoch 3`, `epoch 4 = best`, `last`, `live`, `built-in network`"""
    owner: str
    """their owner: a run's id, `the built-in network`, `the training in progress`"""
    path: Path | None = None
    """the checkpoint; None for the training in progress"""
    is_newest: bool = field(default=False, compare=False)
    """whether they are used because their run is the newest that has learned, and not because the user chose it"""

    def is_of(self, run: Run) -> bool:
        """Whether they are a checkpoint in the folder of this run."""
        return self.path is not None and self.path.is_relative_to(run.path)


IN_PACKAGE = Weights("built-in network", "the built-in network", BUILT_IN)


@dataclass(frozen=True, slots=True)
class Choices:
    """The weights to predict with, and all from which they were chosen, in the order of training."""

    chosen: Weights
    all: tuple[Weights, ...]


def choices(run: Run | None, folder: Path, control: Control | None, wanted: Weights | None = None) -> Choices:
    """The weights of `run` if it is being trained or has any, or else those of the newest run that has learned.

    If the user gave the file of a network, its runs come before newer ones of others.
    `wanted` is chosen if it still exists; if it is of another run, it is the only choice. Otherwise the training in
    progress is chosen, or else the best epoch (without images held out there is none), the last checkpoint, or the
    built-in network.

    Raises:
        UsageError: there are no weights at all.
    """
    found = list(_by_epoch(run).values()) if run is not None else []
    if control is not None and run is not None:
        found.append(Weights(LIVE, "the training in progress"))
    if not found:
        newest = find.to_ask(folder)
        found = [] if newest is None else [replace(each, is_newest=True) for each in _by_epoch(newest).values()]
    if not found and BUILT_IN.exists():
        found = [IN_PACKAGE]
    if wanted is not None and _is_there(wanted):
        wanted = same_weights(wanted, found) or wanted
        return Choices(wanted, tuple(found) if wanted in found else (wanted,))
    if not found:
        raise UsageError("there is no trained network yet: train one on the page Train (one epoch of compact will do)")
    return Choices(usual(found), tuple(found))


def run_of(weights: Weights, live: Run | None) -> Run | None:
    """The run of these weights, which is `live` for those of a training in progress; None for the built-in network."""
    if weights.path == BUILT_IN:
        return None
    return live if weights.path is None else Run(weights.path.parent)


def run_option(weights: Weights, live: Run | None) -> str:
    """What `mnist-sum predict` needs to ask the run of these weights, such as ` --run ID`; `live` is that which trains.

    It asks the run's best weights, whichever of its epochs these are.
    """
    if weights.path == BUILT_IN:
        return f" --run {find.BUILT_IN_NAME}"
    run = run_of(weights, live)
    if run is None:
        return ""
    own = ""
    with contextlib.suppress(RunError):
        own = option_for(run.read_config().model)
    return f" --run {run.argument}{own}"


def _is_there(weights: Weights) -> bool:
    """Whether their file exists; not so for those of a training in progress, which have none."""
    return weights.path is not None and os.path.exists(weights.path)


def usual(found: Sequence[Weights]) -> Weights:
    """The weights that are used if the user has not chosen any."""
    named = (weights for name in (LIVE, "best", "last") for weights in found if name in weights.name.split(SAME))
    return next(named, found[-1])


def placed(weights: Weights, found: tuple[Weights, ...]) -> Choices:
    """The weights as one of `found`, where their name may have changed; alone if they are not among them."""
    same = same_weights(weights, found)
    return Choices(weights, (weights,)) if same is None else Choices(same, found)


def same_weights(weights: Weights, found: Sequence[Weights]) -> Weights | None:
    """The same weights in `found`: those of the same epoch, whatever is the best now, or else of the same file."""
    epoch, *_ = weights.name.split(SAME)
    by_epoch = (each for each in found if each.owner == weights.owner and each.name.split(SAME)[0] == epoch)
    return next(by_epoch, next((each for each in found if each.path == weights.path), None))


def of_session(session: Session, wanted: Weights | None = None) -> Choices:
    """As `choices`, for the run that the user opened, or else for the session's run.

    In a replay, and in a look back at the run that trains, the weights of that time are chosen.

    Raises:
        UsageError: there are no weights.
    """
    opened, run, moment = session.network, session.run, session.shown.moment
    if run is not None and opened in (None, run) and moment is not None and wanted is None:
        wanted = nearest(run, moment.epochs_done)
    if opened is None or not own_files.is_run(opened.path):
        return choices(run, session.runs_folder, session.control, wanted)
    if wanted is None or not _is_there(wanted):  # the page Runs evaluates any run, whichever was opened
        find.weights_file(opened, "open another one on Runs (F5, Enter)")  # raises: another run's would be a surprise
    return choices(opened, session.runs_folder, None, wanted)


def asked_run(session: Session) -> Run | None:
    """The run whose weights the pages ask, or else the run on page Train; None without either."""
    with contextlib.suppress(UsageError):
        return run_of(of_session(session, session.weights).chosen, session.run) or session.run
    return session.run


def place_in_time(session: Session, weights: Weights) -> str:
    """Words before the name of weights that are not of the moment that a replay shows; empty without a replay.

    They are later than the moment if no earlier ones were kept.
    """
    moment, started = session.shown.moment, session.shown.started
    epoch = None if moment is None else epoch_of(session.run, weights)  # which looks at the run's files
    if moment is None or epoch is None or (started is not None and moment.step == epoch * started.steps_per_epoch):
        return ""
    return "later than this moment: " if epoch > moment.epochs_done else EARLIER


def why_earlier(session: Session, weights: Weights, *, is_newest: bool) -> str:
    """What to say in a replay of weights that are untrained or from before the moment shown; empty without a need.

    `is_newest`: none were kept after them.
    """
    moment = session.shown.moment
    epoch = None if moment is None else epoch_of(session.run, weights)
    if moment is None or epoch is None:
        return ""
    is_earlier = place_in_time(session, weights) == EARLIER
    if epoch and not is_earlier:
        return ""
    words = f"Weights of epoch {epoch}" if epoch else "Untrained weights"
    words += f": none kept at step {moment.step:,}." if is_earlier else "."  # one line at 80 columns
    return words if is_newest else f"{words} The key . goes to later ones."


def epoch_of(run: Run | None, weights: Weights) -> int | None:
    """After how many epochs of the run these weights were saved; None if that was within one, or in another run."""
    by_epoch = {} if run is None else _by_epoch(run)
    return next((epoch for epoch, known in by_epoch.items() if epoch >= 0 and known == weights), None)


def best_of(run: Run) -> Weights:
    """The run's best checkpoint; its last one if no epoch is done yet, or if no image is held out.

    Raises:
        UsageError: the run has neither.
    """
    path = find.weights_file(run)
    now = Weights(path.stem, printable(run.id), path)  # where its files changed between the two looks
    return next((weights for weights in _by_epoch(run).values() if weights.path == path), now)


def nearest(run: Run, epochs: int) -> Weights | None:
    """The newest weights that a run had after so many epochs, or else its oldest ones; None if no epoch is known."""
    found = {epoch: weights for epoch, weights in _by_epoch(run).items() if epoch >= 0}
    before = [epoch for epoch in found if epoch <= epochs]
    return found[max(before) if before else min(found)] if found else None


def _by_epoch(run: Run) -> dict[int, Weights]:
    """A run's checkpoints by epoch: snapshots, best and last; those with the same weights are joined.

    Joined ones take the file of the best or the last, which has more than a snapshot.
    """
    owner = printable(run.id)
    kept = run.kept_epochs()
    found = {
        epoch: Weights(f"epoch {epoch}", owner, file) for epoch, file in kept.items() if _saved_after(file) == epoch
    }
    head = head_of(run.best_file)
    best = "best" if head is None or head.is_chosen else f"epoch {head.epochs}"
    for name, path in ((best, run.best_file), ("last", run.last_file)):
        if os.path.exists(path):
            epoch = _saved_after(path)
            same = found.get(epoch)
            file = same.path if same is not None and same.path == run.best_file else path
            names = dict.fromkeys([*(() if same is None else same.name.split(SAME)), name])
            found[epoch] = Weights(SAME.join(names), owner, file)
    return found


def _saved_after(path: Path) -> int:
    """The epoch after which a checkpoint was saved; a unique negative number if it was within one, or is not known."""
    head = head_of(path)
    if head is not None and head.batches == 0:
        return head.epochs
    try:
        return -path.stat().st_ino
    except OSError:  # a snapshot that was removed just now
        return -1
