"""A run at a glance, read from its config and a few of its events; and which of several runs is the best."""

import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from mnist_sum_tui.config import TrainConfig
from mnist_sum_tui.errors import RunError, UsageError
from mnist_sum_tui.printable import printable
from mnist_sum_tui.runs import notes, own_files
from mnist_sum_tui.runs.accuracies import accuracies, has_learned
from mnist_sum_tui.runs.events import Changed, Checkpointed, EpochDone, Event, Finished, Paused, Resumed, Started
from mnist_sum_tui.runs.images import Images
from mnist_sum_tui.runs.journal import check_size, last_event, read_events
from mnist_sum_tui.runs.run import Run

KINDS = ("started", "epoch", "finished", "checkpoint", "changed", "paused", "resumed")
"""the kinds of events that a summary needs"""
STATE_WORDS = {"completed": "done", "interrupted": "cut off"}
"""how two of the states are shown to a reader; the other states are shown as they are"""
ONLY_GUESSES = "only guesses"
"""how a run is shown that came to its end, but whose digit is no better than a guess"""


@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class Summary:
    """A run's state and results, as they were when it was read: two readings are two values."""

    run: Run
    config: TrainConfig | None
    """None if config.json is damaged"""
    state: str
    """running, completed, stopped, diverged, failed, interrupted, or damaged"""
    trouble: str = ""
    """why it is damaged"""
    epochs: tuple[EpochDone, ...] = field(default=(), repr=False)
    starts: tuple[Started, ...] = field(default=(), repr=False)
    """one for the beginning and one for each resume"""
    saves: tuple[Checkpointed, ...] = field(default=(), repr=False)
    changed: tuple[Changed, ...] = field(default=(), repr=False)
    """the settings that were turned while it trained"""
    finished: Finished | None = None
    steps: int = 0
    """of training, until its last event"""
    elapsed: float = 0.0
    """seconds of training"""
    is_paused: bool = False
    """running, but waiting to be resumed"""
    note: str = ""
    """what the user wrote about it"""
    size: int = 0
    """bytes on the disk"""
    created: str = ""
    """when the run was created, ISO 8601 in UTC; empty if it is not known"""

    @property
    def has_ended(self) -> bool:
        """Whether its training came to an end, and was not cut off; `runs prune --all` takes only such runs."""
        return self.finished is not None and self.state != "running"

    @property
    def state_word(self) -> str:
        """The state as it is shown to a reader."""
        if self.finished is not None and self.state == "completed" and not has_learned(self.finished):
            return ONLY_GUESSES
        return "paused" if self.is_paused else STATE_WORDS.get(self.state, self.state)

    @property
    def images(self) -> Images:
        """The images that it was trained and tested on."""
        return Images(self.config.data_dir if self.config else "?", self.starts[-1].images if self.starts else ())

    @property
    def parameters(self) -> int:
        """How many its network has, which may differ between versions; 0 if it has not begun."""
        return self.starts[-1].parameters if self.starts else 0

    @property
    def digit_accuracy(self) -> float | None:
        """The accuracy in the final test, or, before the test, in the validation of the best epoch."""
        return self._accuracies[0]

    @property
    def sum_accuracy(self) -> float | None:
        """As `digit_accuracy`."""
        return self._accuracies[1]

    @property
    def is_tested(self) -> bool:
        """Whether `digit_accuracy` and `sum_accuracy` are of the final test."""
        return accuracies(self.finished) is not None

    @property
    def best_epoch(self) -> EpochDone | None:
        """The best epoch, whose weights are in best.safetensors."""
        return next((epoch for epoch in reversed(self.epochs) if epoch.best), None)

    @property
    def validation_accuracy(self) -> float | None:
        """The mean of the best epoch's two validation accuracies."""
        return _mean(accuracies(self.best_epoch))

    @property
    def test_accuracy(self) -> float | None:
        """The mean of the final test's two accuracies."""
        return _mean(accuracies(self.finished))

    @property
    def mean_accuracy(self) -> float:
        """The mean accuracy of validation, or else of the test, or else -1; for sorting. `best_run` picks the best."""
        found = (self.validation_accuracy, self.test_accuracy)
        return next((accuracy for accuracy in found if accuracy is not None), -1.0)

    @property
    def ranked_by(self) -> str:
        """Which accuracy `best_run` compares: `validation` or `test`; empty if there is neither."""
        if self.validation_accuracy is not None:
            return "validation"
        return "test" if self.test_accuracy is not None else ""

    @property
    def _accuracies(self) -> tuple[float | None, float | None]:
        return accuracies(self.finished) or accuracies(self.best_epoch) or (None, None)


def summarise(run: Run) -> Summary:
    """Read a run. A damaged one gets the state `damaged`, because a list of runs must show it too."""
    try:
        own_files.check(run.path)
        check_size(run.metrics_file)
        created, config = run.read_created_and_config()
    except RunError as error:
        why = str(error).removeprefix(printable(f"{run.path}{os.sep}"))
        return Summary(run, None, "damaged", why, size=own_files.size(run.path), created=run.created)
    events = list(read_events(run.metrics_file, *KINDS))
    ended = events[-1] if events and isinstance(events[-1], Finished) else None
    state = "running" if run.is_running else (ended.reason if ended else "interrupted")
    newest = (last_event(run.metrics_file) if ended is None else None) or (events[-1] if events else None)
    return Summary(
        run=run,
        config=config,
        state=state,
        epochs=tuple(event for event in events if isinstance(event, EpochDone)),
        starts=tuple(event for event in events if isinstance(event, Started)),
        saves=tuple(event for event in events if isinstance(event, Checkpointed)),
        changed=tuple(event for event in events if isinstance(event, Changed)),
        finished=ended,
        steps=newest.step if newest else 0,
        elapsed=newest.elapsed if newest else 0.0,
        is_paused=state == "running" and _ends_in_a_pause(events),
        note=notes.read(run),
        size=own_files.size(run.path),
        created=created,
    )


def warning_of(run: Run) -> str:
    """What the name of a run's weights is followed by if they only guess: `, only guesses`; else nothing.

    Only the run's last event is read, because every page asks this whenever it loads weights.
    """
    ended = last_event(run.metrics_file)
    is_useless = isinstance(ended, Finished) and ended.reason == "completed" and not has_learned(ended)
    return f", {ONLY_GUESSES}" if is_useless and not run.is_running else ""


def best_run(summaries: Iterable[Summary]) -> Summary:
    """The best of the runs that can be compared: those on the same images and with the same measure.

    The images are the package's if a run with a result uses them, otherwise those of the first run with a result. The
    measure is the validation accuracy if one of these runs has it, otherwise the test accuracy.

    Raises:
        UsageError: no run has a validation or a test yet.
    """
    ranked = [found for found in summaries if found.config and found.ranked_by]
    if not ranked:
        raise UsageError("no run has a validated epoch or a test result, so none is the best: train a run, or name one")
    known_first = sorted(ranked, key=lambda found: not found.images.sha256)
    images = next((found.images for found in known_first if found.images.place is None), ranked[0].images)
    alike = [found for found in ranked if found.images.same_as(images)]
    alike = [found for found in alike if found.ranked_by == "validation"] or alike
    return max(alike, key=lambda found: (found.mean_accuracy, found.run.id))


def best_if_any(summaries: Sequence[Summary], least: int = 1) -> Summary | None:
    """As `best_run`; None if fewer than `least` runs have a validation or a test, or if also the best only guesses."""
    ranked = sum(bool(found.config and found.ranked_by) for found in summaries)
    best = best_run(summaries) if ranked >= least else None
    return None if best is None or best.state_word == ONLY_GUESSES else best


def best_of_several(summaries: Sequence[Summary]) -> Summary | None:
    """The run that a list marks as the best; None also if only one has a result, because it is the best of nothing."""
    return best_if_any(summaries, least=2)


def why_best(best: Summary, runs: Iterable[Summary], named: Callable[[str], str] = str) -> str:
    """Why a run counts as the best of these, in one line; `named` marks the name of a folder in it."""
    images = named(printable(best.config.data_dir)) if best.config and best.config.data_dir else "the built-in MNIST"
    every, own = list(runs), best.images
    if any(run.images.place == own.place and not run.images.same_as(own) for run in every):
        images += ", only where its files are the same"
    is_validated = any(run.ranked_by == "validation" for run in every)  # then the best one has one, or other images
    none = "no run on these images" if is_validated else "none"
    others = "" if best.ranked_by == "validation" else f" ({none} has a validation)"
    if not others and any(run.ranked_by == "test" for run in every):
        # even with a good test: the test images must choose nothing
        if sum(run.ranked_by == "validation" for run in every) == 1:
            return "best: the only run with a validation; others take no part, however good their test"
        others = " (runs without validation images take no part, however good their test)"
    return f"best: the highest mean {best.ranked_by} accuracy on {images}{others}"


def measured_on(summaries: Iterable[Summary]) -> str:
    """The line below a table of runs that says on which images its accuracies were measured."""
    starred = any(not found.is_tested and found.digit_accuracy is not None for found in summaries)
    return f"digit, sum: on the test images{', * on the validation images' if starred else ''}"


def _mean(both: tuple[float, float] | None) -> float | None:
    return None if both is None else sum(both) / 2


def _ends_in_a_pause(events: list[Event]) -> bool:
    turns = [event for event in events if isinstance(event, (Started, Paused, Resumed))]
    return bool(turns) and isinstance(turns[-1], Paused)
