"""Where a run stands and what it has on disk: the position, the journal, the checkpoints, the environment."""

import contextlib
import json
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, TypeVar

from mnist_sum_tui.config import MAY_CHANGE, TrainConfig
from mnist_sum_tui.errors import CheckpointError, DataError, UsageError
from mnist_sum_tui.formatting import plural
from mnist_sum_tui.inference.evaluate import EvalReport
from mnist_sum_tui.machine.hardware import Hardware, describe
from mnist_sum_tui.runs import checkpoint
from mnist_sum_tui.runs.checkpoint import Checkpoint
from mnist_sum_tui.runs.events import Checkpointed, Event, Finished
from mnist_sum_tui.runs.journal import Journal
from mnist_sum_tui.runs.own_files import remove_unfinished
from mnist_sum_tui.runs.position import Position, Totals
from mnist_sum_tui.runs.run import MORE_EPOCHS, Run
from mnist_sum_tui.training.step import Learner
from mnist_sum_tui.training.timing import Stopwatch
from mnist_sum_tui.version import __version__

AnyEvent = TypeVar("AnyEvent", bound=Event)

SCORES = ("digit_loss", "sum_loss", "digit_accuracy", "sum_accuracy", "agreement")
"""the fields that an EvalReport shares with events"""


class RunState:
    """The written side of a run in one process. Nothing is written before `open`.

    Raises:
        UsageError: the run is complete, or was begun with other settings.
        CheckpointError: its newest checkpoint is damaged.
    """

    journal: Journal

    def __init__(self, config: TrainConfig, run: Run) -> None:
        self.config, self.run = config, run
        self.loaded = load_matching(run, config)
        position = self.loaded.position if self.loaded else Position()
        own = self.loaded.config if self.loaded else config
        self.position = position.with_epochs(config.epochs, before=own.epochs)
        """as it was last saved, but for the best epoch, which is kept up to date"""
        self.step, self.epoch, self.batch = position.step, position.epoch, position.batch
        self.epoch_meter = Totals(**position.sums)
        self.has_own_images = not run.is_new and own.data_dir == config.data_dir
        """the folder of the images is what the run's files say, and not what the user asked for"""
        self.watch = Stopwatch(position.elapsed)
        self.saved = time.perf_counter()

    def know_images(self, found: Mapping[str, Mapping[str, Any]]) -> None:
        """Take note of the images, unless the run began with others.

        Raises:
            DataError: it did.
        """
        check_images(self.position, found, self.config, f"run {self.run.id}")
        self.position = replace(self.position, images=found)

    def check_place(self, steps_per_epoch: int) -> None:
        """Refuse a checkpoint whose step, epoch and batch are not one place in this run.

        Raises:
            CheckpointError: they are not.
        """
        if self.batch > steps_per_epoch or self.step != (self.epoch - 1) * steps_per_epoch + self.batch:
            raise CheckpointError(
                f"{self.run.resume_file}: stands at step {self.step:,}, epoch {self.epoch:,}, batch {self.batch:,}, "
                f"and an epoch of these images has {plural(steps_per_epoch, 'step')}; take another run or checkpoint"
            )

    @contextlib.contextmanager
    def open(self, hardware: Hardware) -> Iterator[None]:
        """Have the run's folder say that training goes on; what came after the checkpoint will happen again.

        Not before everything is there that training needs: a run that is complete must stay so if it cannot.

        Raises:
            RunError: the folder cannot be written.
        """
        run = self.run
        remove_unfinished(run.path)  # the run is locked, so nobody is writing
        run.write_config(self.config)
        run.forget_end()
        run.write_json(run.environment_file, _environment(self.config, hardware))
        length = run.metrics_file.stat().st_size if run.metrics_file.exists() else 0
        with Journal(run.metrics_file, keep=min(self.position.journal_bytes, length)) as self.journal:
            yield

    def event(self, kind: type[AnyEvent], **values: Any) -> AnyEvent:
        """An event with the three values that all carry; in the journal before anybody sees it."""
        epoch = min(self.epoch, self.config.epochs)
        event = kind(step=self.step, epoch=epoch, elapsed=self.watch.seconds, **values)
        self.journal.append(event)
        return event

    def next_epoch(self) -> None:
        """The epoch is trained and measured."""
        self.epoch, self.batch, self.epoch_meter = self.epoch + 1, 0, Totals()

    def note_best(self, report: EvalReport | None) -> bool:
        """Whether the epoch is the best so far: by the mean of the two validation accuracies, then by the loss.

        Without validation the newest is the best.
        """
        accuracy = (report.digit_accuracy + report.sum_accuracy) / 2 if report else 0.0
        loss = (report.digit_loss + report.sum_loss) / 2 if report else 0.0
        if report is not None and (accuracy, -loss) <= (self.position.best_accuracy, -self.position.best_loss):
            return False
        self.position = replace(self.position, best_epoch=self.epoch, best_accuracy=accuracy, best_loss=loss)
        return True

    def save(self, learner: Learner, reason: str, *, best: bool = False) -> Checkpointed:
        """Write last.safetensors, and best.safetensors with it if this is the best epoch.

        Raises:
            DivergedError: a weight is not finite.
            RunError: it cannot be written.
        """
        begin = time.perf_counter()
        self.journal.sync()
        self.position = replace(
            self.position,
            epoch=self.epoch,
            batch=self.batch,
            step=self.step,
            elapsed=self.watch.seconds,
            sums=self.epoch_meter.to_dict(),
            journal_bytes=self.journal.size,
        )
        if reason == "epoch":
            self.keep(learner)
        learner.save(self.run.last_file, self.position, also=self.run.best_file if best else None)
        self.saved = time.perf_counter()
        seconds = self.saved - begin
        return self.event(Checkpointed, file=self.run.last_file.name, reason=reason, seconds=seconds, best=best)

    def keep(self, learner: Learner) -> None:
        """Write the weights after the last full epoch beside the checkpoint, and thin out those of the epochs before.

        The gaps double whenever there would be more than the config asks for, so that the files of a long run are few
        and evenly spread. It comes before the checkpoint: a run that is killed between the two does both again.

        Raises:
            DivergedError, RunError: as `save`.
        """
        epoch, most = self.epoch - 1, self.config.keep
        gap = 1
        while most and epoch // gap > most:
            gap *= 2

        def stays(number: int) -> bool:
            return most > 0 and number % gap == 0

        if stays(epoch):
            learner.save(self.run.epoch_file(epoch), self.position, weights_only=True)
        for other in self.run.kept_epochs():
            if not stays(other):
                with contextlib.suppress(OSError):  # one too many does no harm; the next epoch tries again
                    self.run.epoch_file(other).unlink(missing_ok=True)

    def report(self, report: EvalReport) -> None:
        """Write report.json."""
        values = {"run": self.run.id, "epochs": self.config.epochs, "best_epoch": self.position.best_epoch}
        self.run.write_json(self.run.report_file, {**values, **report.to_dict()})

    def finished(self, reason: str, message: str, report: EvalReport | None = None) -> Finished:
        """The last event, with the test result if there is one."""
        return self.event(
            Finished,
            reason=reason,
            run=self.run.id,
            path=str(self.run.path),
            message=message,
            best_epoch=self.position.best_epoch,
            pairs=report.pairs if report else None,
            **scores(report),
        )


def scores(report: EvalReport | None, prefix: str = "") -> dict[str, float | None]:
    """The report's losses, accuracies and agreement under the names that events use; None for each without one."""
    return {prefix + name: getattr(report, name) if report else None for name in SCORES}


def check_images(position: Position, found: Mapping[str, Mapping[str, Any]], config: TrainConfig, whose: str) -> None:
    """Refuse images that are not those of the checkpoint, if it has a count and a hash of them.

    Raises:
        DataError: they are others.
    """
    for name in (name for name in found if name in position.images):
        if found[name] != position.images[name]:
            own = position.images[name]["count"]
            raise DataError(
                f"{config.data_dir or 'the package'}: its {found[name]['count']:,} {name} images are not the {own:,} "
                f"that {whose} began with; name their folder with --data-dir, or start a new run"
            )


def load_matching(run: Run, config: TrainConfig) -> Checkpoint | None:
    """The run's newest checkpoint, if it has one, and if it is this config's.

    Raises:
        UsageError: it was made with other settings, or the run is complete, or has a result but no checkpoint any more.
        CheckpointError: it is damaged.
    """
    if not run.resume_file.exists():
        if run.report_file.exists():
            raise UsageError(f"run {run.id} has no checkpoint any more, and cannot go on: start a new run")
        return None
    loaded = checkpoint.load(run.resume_file)
    own, given = loaded.config.to_dict(), config.to_dict()
    for name in sorted(own.keys() - set(MAY_CHANGE)):
        if own[name] != given[name]:
            raise UsageError(f"run {run.id} has {name} {json.dumps(own[name])}, and keeps it: start a new run")
    done = loaded.position.epoch - 1
    further = f"train it further with --epochs {done + MORE_EPOCHS}"
    if config.epochs < done:
        raise UsageError(f"run {run.id} has {plural(done, 'epoch')} already: {further}")
    if config.epochs == done and run.report_file.exists():
        raise UsageError(f"run {run.id} is complete after {done} epochs: {further}")
    return loaded


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
