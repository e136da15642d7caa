"""Check whether a run can be resumed, and with how many epochs: not fewer than it has begun. Does not need torch."""

import os

from mnist_sum_tui.errors import UsageError
from mnist_sum_tui.formatting import plural
from mnist_sum_tui.runs.events import Event, Finished
from mnist_sum_tui.runs.journal import last_event
from mnist_sum_tui.runs.position import Position
from mnist_sum_tui.runs.run import Run
from mnist_sum_tui.runs.summary import summarise

MORE_EPOCHS = 5
"""how many more epochs are suggested when a run is complete"""


def lost_checkpoint(run: Run) -> str:
    """That a run has a result but no checkpoint to resume it from, in one line; empty if it is not so."""
    is_lost = os.path.exists(run.report_file) and not os.path.exists(run.resume_file)
    return f"run {run.id} has a result but no checkpoint, so it cannot go on: start a new run" if is_lost else ""


def has_completed(end: Event | None) -> bool:
    """Whether a run with this last event has its final test behind it; a kill may come between report.json and it."""
    return isinstance(end, Finished) and end.reason == "completed"


def check_length(run: Run, epochs: int, position: Position) -> None:
    """Refuse a number of epochs that is smaller than what the run has begun, or that leaves nothing to train.

    Raises:
        UsageError: the number is too small, or the run is complete.
    """
    done, begun = position.epoch - 1, position.reached_epoch
    further = f"train it further with --epochs {done + MORE_EPOCHS}"
    if epochs < done:
        raise UsageError(f"run {run.id} has {plural(done, 'epoch')} already: {further}")
    if epochs < begun:
        raise UsageError(
            f"run {run.id} has begun epoch {begun} (it is at step {position.step:,}): "
            f"give --epochs {begun} or more, or leave it out"
        )
    if epochs == done and os.path.exists(run.report_file) and has_completed(last_event(run.metrics_file)):
        raise UsageError(f"run {run.id} is complete after {plural(done, 'epoch')}: {further}")


def check_resumable(run: Run, epochs: int) -> None:
    """As `check_length`, but from the run's events instead of its checkpoint; a run without events is not refused.

    Raises:
        UsageError: as `check_length`.
    """
    found = summarise(run)
    if not found.starts or not found.saves or not os.path.exists(run.resume_file):
        return
    step, steps_per_epoch = found.saves[-1].step, found.starts[-1].steps_per_epoch
    done, batch = divmod(step, steps_per_epoch)
    check_length(run, epochs, Position(epoch=done + 1, batch=batch, step=step))
