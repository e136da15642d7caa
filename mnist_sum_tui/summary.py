"""What a run came to, in one line: read from its small files and the few events that matter."""

from collections.abc import Iterable
from dataclasses import dataclass

from mnist_sum_tui.config import TrainConfig
from mnist_sum_tui.errors import RunError, UsageError
from mnist_sum_tui.events import EpochDone, Event, Finished, Started
from mnist_sum_tui.journal import read_events
from mnist_sum_tui.own_files import check
from mnist_sum_tui.runs import Run


@dataclass(frozen=True, slots=True)
class Summary:
    """A run at a glance."""

    run: Run
    config: TrainConfig | None
    """None if config.json is damaged"""
    state: str
    """running, completed, stopped, diverged, failed, interrupted, or damaged"""
    epochs: tuple[EpochDone, ...] = ()
    started: Started | None = None
    finished: Finished | None = None
    elapsed: float = 0.0
    """seconds of training"""

    @property
    def digit_accuracy(self) -> float | None:
        """On the test images at the end, before that on the validation images of the best epoch."""
        return self._accuracy("digit_accuracy")

    @property
    def sum_accuracy(self) -> float | None:
        """As `digit_accuracy`."""
        return self._accuracy("sum_accuracy")

    @property
    def is_tested(self) -> bool:
        """Whether the accuracies are those of the final test."""
        return self.finished is not None and self.finished.digit_accuracy is not None

    @property
    def best_epoch(self) -> EpochDone | None:
        """The epoch whose weights are kept as the best."""
        return next((epoch for epoch in reversed(self.epochs) if epoch.best), None)

    @property
    def mean_accuracy(self) -> float:
        """What runs are ranked by: mean validation accuracy of the best epoch, else of the test; -1 without either."""
        best = self.best_epoch
        if best is not None and best.val_digit_accuracy is not None and best.val_sum_accuracy is not None:
            return (best.val_digit_accuracy + best.val_sum_accuracy) / 2
        digit, total = self.digit_accuracy, self.sum_accuracy
        return -1.0 if digit is None or total is None else (digit + total) / 2

    def _accuracy(self, name: str) -> float | None:
        if self.is_tested:
            return getattr(self.finished, name)  # type: ignore[no-any-return]
        return getattr(self.best_epoch, f"val_{name}") if self.best_epoch else None


def summarise(run: Run) -> Summary:
    """Read a run; one that is damaged gets the state `damaged`, for a list must show it too."""
    try:
        check(run.path)
        config = run.read_config()
    except RunError:
        return Summary(run, None, "damaged")
    events = list(read_events(run.metrics_file, "started", "epoch", "finished", "checkpoint"))
    ended = events[-1] if events and isinstance(events[-1], Finished) else None
    state = "running" if run.is_running else (ended.reason if ended else "interrupted")
    return Summary(
        run=run,
        config=config,
        state=state,
        epochs=tuple(event for event in events if isinstance(event, EpochDone)),
        started=_last_started(events),
        finished=ended,
        elapsed=events[-1].elapsed if events else 0.0,
    )


def best_run(runs: Iterable[Run]) -> Run:
    """The run with the highest `Summary.mean_accuracy`.

    Raises:
        UsageError: none has finished an epoch.
    """
    ranked = [(summarise(run).mean_accuracy, run.id, run) for run in runs]
    score, _, run = max(ranked, key=lambda item: item[:2], default=(-1.0, "", None))
    if run is None or score < 0:
        raise UsageError("no run has finished an epoch yet: train one to its end, or name a run")
    return run


def _last_started(events: list[Event]) -> Started | None:
    return next((event for event in reversed(events) if isinstance(event, Started)), None)
