"""Writes the files of a run while it trains: its events, checkpoints, environment and result."""

import contextlib
import os
import sys
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

from mnist_sum_tui import __version__
from mnist_sum_tui.config import TrainConfig
from mnist_sum_tui.errors import RunError
from mnist_sum_tui.inference.evaluate import EvalReport
from mnist_sum_tui.machine.hardware import Hardware, describe
from mnist_sum_tui.models import parameter_count
from mnist_sum_tui.runs.events import Changed, Checkpointed, Event, Finished, Notice, Started
from mnist_sum_tui.runs.journal import Journal, check_appendable, cut_after
from mnist_sum_tui.runs.own_files import remove_unfinished
from mnist_sum_tui.runs.run import Run
from mnist_sum_tui.training.prepare import Training
from mnist_sum_tui.training.state import RunState
from mnist_sum_tui.training.step import Learner

AnyEvent = TypeVar("AnyEvent", bound=Event)

SCORES = ("digit_loss", "sum_loss", "digit_accuracy", "sum_accuracy", "agreement")
"""the fields that an EvalReport shares with events"""


def spread(count: int, epochs: int) -> list[int]:
    """The numbers of `count` epochs of 1 to `epochs`, evenly spread, the first and the last among them; at most all."""
    if count >= epochs:
        return list(range(1, epochs + 1))
    return sorted({round(epochs - place * (epochs - 1) / max(count - 1, 1)) for place in range(count)})


class Recorder:
    """Writes a run's files. Nothing is written before `open`."""

    journal: Journal

    def __init__(self, run: Run, state: RunState, later: Sequence[Changed] = (), damaged: str = "") -> None:
        """`later` are the changes of settings after the state's checkpoint that still hold.

        `damaged` says which checkpoint could not be read, so that an earlier one was.
        """
        self.run, self.state, self._later, self._damaged = run, state, later, damaged
        self._epochs = state.config.epochs
        self._identity = _identity(run.path)
        self._is_short = False
        """whether metrics.jsonl had lost events from before the checkpoint"""

    @contextlib.contextmanager
    def open(self, hardware: Hardware) -> Iterator[None]:
        """Prepare the files for training; events after the checkpoint are cut off, because they will happen again.

        Call it last, so that a complete run stays complete if training cannot begin.

        Raises:
            RunError: the folder cannot be written.
        """
        run, loaded = self.run, self.state.loaded
        remove_unfinished(run.path)  # the run is locked, so nobody is writing
        check_appendable(run.metrics_file)
        run.write_json(run.environment_file, _environment(self.state.config, hardware))
        written = loaded.position.journal_bytes if loaded else 0
        self._is_short = run.metrics_file.stat().st_size < written
        keep = cut_after(run.metrics_file, written, self._later)
        run.write_config(self.state.config)
        run.forget_end()  # only after all that needs room on the disk
        with Journal(run.metrics_file, keep=keep) as self.journal:
            yield

    def check_folder(self) -> None:
        """Refuse to write if another folder, or a link, stands in the place of the run's; nothing there is no reason.

        Raises:
            RunError: it was replaced.
        """
        if _identity(self.run.path) not in (self._identity, None):
            raise RunError(
                f"{self.run.path}: was replaced while the run trained, so nothing more is written there: "
                "put the run's folder back, and resume it"
            )

    def note_length(self) -> None:
        """Write config.json again if the run's number of epochs has changed.

        Raises:
            RunError: it cannot be written, or as `check_folder`.
        """
        if self.state.config.epochs != self._epochs:
            self.keep_config()

    def keep_config(self) -> None:
        """As `note_length`, and also if the file has gone, which takes a look at the disk.

        Raises:
            RunError: as `note_length`.
        """
        self.check_folder()
        if self.state.config.epochs != self._epochs or not os.path.exists(self.run.config_file):
            self.run.write_config(self.state.config)
            self._epochs = self.state.config.epochs

    def event(self, kind: type[AnyEvent], **values: Any) -> AnyEvent:
        """Make an event with step, epoch and elapsed, and write it to the journal before it is returned."""
        state = self.state
        epoch = min(state.epoch, state.config.epochs)
        event = kind(step=state.step, epoch=epoch, elapsed=state.clock.seconds, **values)
        self.journal.append(event)
        return event

    def save(self, learner: Learner, reason: str, *, best: bool = False) -> Checkpointed:
        """Write last.safetensors, and best.safetensors with it if this is the best epoch.

        Raises:
            DivergedError: a weight is not finite.
            RunError: it cannot be written, or as `check_folder`.
        """
        self.check_folder()
        begin = time.perf_counter()
        self.journal.sync()
        position = self.state.position(self.journal.size)
        if reason == "epoch":
            self.keep_epoch(learner)
        learner.save(self.run.last_file, position, also=self.run.best_file if best else None)
        self.state.note_saved()
        seconds = time.perf_counter() - begin
        return self.event(Checkpointed, file=self.run.last_file.name, reason=reason, seconds=seconds, best=best)

    def keep_epoch(self, learner: Learner) -> None:
        """Write a snapshot of the weights after the last full epoch, and delete those that are not to stay.

        At the end as many stay as the config asks for, evenly spread, the first and the last epoch among them; and that
        from before the first. It comes before the checkpoint: a run that is killed in between repeats both.

        Raises:
            DivergedError, RunError: as `save`.
        """
        epoch, config = self.state.epoch - 1, self.state.config
        if config.keep:
            learner.save(self.run.epoch_file(epoch), self.state.position(), weights_only=True)
        kept = self.run.kept_epochs()
        wanted = [each for each in spread(config.keep, config.epochs) if each <= epoch]
        stay = (
            {min(kept, key=lambda there: abs(there - each)) for each in wanted} | {0, epoch} if config.keep else set()
        )
        for other in kept.keys() - stay:
            with contextlib.suppress(OSError):  # an extra snapshot does no harm; the next epoch tries again
                kept[other].unlink(missing_ok=True)

    def started(self, training: Training) -> Started:
        """The first event of a training, or of its resumption."""
        config, hardware = self.state.config, training.learner.hardware
        return self.event(
            Started,
            run=self.run.id,
            path=str(self.run.path),
            model=config.model,
            recipe=config.recipe,
            parameters=parameter_count(training.learner.network),
            epochs=config.epochs,
            batch_size=config.batch_size,
            steps_per_epoch=training.batches.steps_per_epoch,
            train_images=len(training.batches.dataset),
            validation_images=len(training.validation),
            device=hardware.device.type,
            precision=hardware.precision,
            threads=hardware.threads,
            seed=config.seed,
            resumed=self.state.loaded is not None,
            images=self.state.fingerprints,
        )

    def lost(self) -> Iterator[Notice]:
        """What was found damaged: the newest checkpoint, or metrics.jsonl, if it has lost events from before it."""
        if self._damaged:
            yield self.event(Notice, message=self._damaged)
        if self._is_short:
            lacks = f"some of what came up to step {self.state.step:,} is missing in its curves"
            yield self.event(Notice, message=f"metrics.jsonl is shorter than the checkpoint says: {lacks}")

    def report(self, report: EvalReport) -> None:
        """Write report.json, and config.json if that has gone.

        Raises:
            RunError: as `note_length`.
        """
        self.keep_config()
        values = {"run": self.run.id, "epochs": self.state.config.epochs, "best_epoch": self.state.best_epoch}
        self.run.write_json(self.run.report_file, {**values, **report.to_dict()})

    def finished(self, reason: str, message: str, report: EvalReport | None = None) -> Finished:
        """The last event, with the test result if there is one."""
        return self.event(
            Finished,
            reason=reason,
            run=self.run.id,
            path=str(self.run.path),
            message=message,
            best_epoch=self.state.best_epoch,
            pairs=report.pairs if report else None,
            majority=report.majority if report else 0.0,
            **scores(report),
        )


def scores(report: EvalReport | None, prefix: str = "") -> dict[str, float | None]:
    """The report's losses, accuracies and agreement under the names that events use; all None without a report."""
    return {prefix + name: getattr(report, name) if report else None for name in SCORES}


def _identity(folder: Path) -> tuple[int, int] | None:
    """What tells a folder from all others, and from a link to it; None if it is gone."""
    with contextlib.suppress(OSError):
        found = folder.lstat()
        return found.st_dev, found.st_ino
    return None


def _environment(config: TrainConfig, hardware: Hardware) -> dict[str, Any]:
    return {
        "mnist_sum": __version__,
        **describe(),
        "device": hardware.device.type,
        "precision": hardware.precision,
        "reason": hardware.reason,
        "threads": hardware.threads,
        "seed": config.seed,
        "started": datetime.now(UTC).isoformat(),
        "command": sys.argv,
    }
