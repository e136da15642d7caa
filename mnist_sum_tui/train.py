"""Training as a stream of events: `for event in train(config, run, control)`. The files of the run are written here."""

import json
import sys
import time
import traceback
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, TypeVar

import numpy as np
import torch

from mnist_sum_tui import __version__, checkpoint, data
from mnist_sum_tui.checkpoint import Checkpoint, Position
from mnist_sum_tui.config import TrainConfig
from mnist_sum_tui.control import Control
from mnist_sum_tui.errors import UsageError
from mnist_sum_tui.evaluate import EvalReport, evaluate, infer, score
from mnist_sum_tui.events import (
    Checkpointed,
    EpochDone,
    Event,
    Finished,
    Notice,
    Paused,
    Progress,
    Resumed,
    Samples,
    Started,
    Validated,
)
from mnist_sum_tui.hardware import choose, describe
from mnist_sum_tui.journal import Journal
from mnist_sum_tui.learner import DivergedError, Learner
from mnist_sum_tui.meter import Forecast, Meter, Stopwatch
from mnist_sum_tui.models import parameter_count
from mnist_sum_tui.runs import Run
from mnist_sum_tui.schedule import learning_rate

AnyEvent = TypeVar("AnyEvent", bound=Event)

PROGRESS_SECONDS = 0.1
SAMPLES_SECONDS = 1.0
AUTOSAVE_SECONDS = 120.0
"""what a power cut can cost, at most, besides the epoch ends; a save of the largest network takes under a second"""
SAMPLE_COUNT = 8
MAY_CHANGE = ("epochs", "device", "precision", "threads")
"""what a resumed run may have otherwise than the run that it resumes"""


def train(config: TrainConfig, run: Run, control: Control | None = None) -> Iterator[Event]:
    """Train in the run's folder, from its newest checkpoint if it has one, and yield what happens.

    Every event is in metrics.jsonl before it is yielded. The last one is Finished, whatever happened. The number of
    torch's threads is set for the process. An error that nobody foresaw is raised after Finished, and error.txt in the
    run's folder has its traceback.

    Raises:
        UsageError: the device is not there, or the run is complete, or the config is not that of the run.
        RunError, DataError, CheckpointError: as their messages say.
    """
    with run.lock():
        trainer = _Trainer(config, run, control or Control())
        with trainer.journal:
            yield from trainer.events()


class _Trainer:
    """One process's part of a run."""

    def __init__(self, config: TrainConfig, run: Run, control: Control) -> None:
        self.config, self.run, self.control = config, run, control
        self.hardware = choose(config)
        torch.set_num_threads(self.hardware.threads)
        loaded = _load_matching(run, config)
        self.resumed = loaded is not None
        train_split, self.validation = data.hold_out(data.load("train", config.data_dir), config.seed, config.all_data)
        self.learner = Learner(config, self.hardware)
        self.position = Position()
        if loaded is not None:
            self.learner.restore(loaded, run.last_file)
            self.position = loaded.position
        self.dataset = data.SumDataset(train_split, config.seed, max(1, self.position.epoch))
        self.steps_per_epoch = -(-len(train_split) // config.batch_size)
        self.total_steps = self.steps_per_epoch * config.epochs
        self.watch = Stopwatch(self.position.elapsed)
        self.epoch_meter, self.meter, self.forecast = Meter(**self.position.sums), Meter(), Forecast()
        self.step, self.epoch, self.batch = self.position.step, self.position.epoch, self.position.batch
        self.sent = self.sampled = self.saved = time.perf_counter()
        run.write_config(config)
        run.write_json(run.environment_file, self._environment())
        self.journal = Journal(run.metrics_file, keep=self.position.journal_bytes)

    def events(self) -> Iterator[Event]:
        """The whole of it, with an end for each way in which it can end."""
        try:
            yield self._started()
            while self.epoch <= self.config.epochs and not self.control.stopping:
                yield from self._epoch()
            if self.epoch <= self.config.epochs:
                yield self._save("stop")
                yield self._finished("stopped", "stopped as asked; everything is saved")
            else:
                yield self._tested()
        except DivergedError:
            nan = {name: float("nan") for name in ("digit_loss", "sum_loss", "digit_accuracy", "sum_accuracy")}
            yield self._event(Progress, **nan, lr=self._lr(), images_per_second=0.0, remaining=None)
            yield self._finished("diverged", self._divergence())
        except (GeneratorExit, KeyboardInterrupt):  # nobody listens any more; the last checkpoint stands
            raise
        except BaseException as error:
            self.run.error_file.write_text(traceback.format_exc(), encoding="utf-8")
            yield self._finished("failed", str(error) or type(error).__name__)
            raise

    def _epoch(self) -> Iterator[Event]:
        """Train to the end of the epoch, measure, save; or stop where it is asked to."""
        self.dataset = self.dataset.at_epoch(self.epoch)
        rows = self.dataset.order().split(self.config.batch_size)
        while self.batch < len(rows):
            self._step(self.dataset.__getitems__(rows[self.batch]))
            yield from self._reports()
            yield from self._requests()
            if self.control.stopping:
                return
        report = self._validate()
        if report is None and len(self.validation):
            return  # asked to stop meanwhile; the resumed run begins with this validation
        done = self._epoch_done(report)
        self.epoch, self.batch, self.epoch_meter = self.epoch + 1, 0, Meter()
        yield done
        yield self._save("epoch", best=done.best)

    def _step(self, batch: data.Batch) -> None:
        begin = time.perf_counter()
        seed = data.seed_for(self.config.seed, self.epoch, "augment", self.batch)
        measured = self.learner.step(batch, self._lr(), seed)
        self.step, self.batch = self.step + 1, self.batch + 1
        seconds = time.perf_counter() - begin
        for meter in (self.meter, self.epoch_meter):
            meter.add(len(batch), *measured)
            meter.seconds += seconds
        self.forecast.steps += 1
        self.forecast.step_seconds += seconds

    def _reports(self) -> Iterator[Event]:
        """What goes out by the clock."""
        now = time.perf_counter()
        if now - self.sent >= PROGRESS_SECONDS or self.batch == self.steps_per_epoch:
            yield self._event(Progress, **self.meter.means(), lr=self._lr(self.step - 1), remaining=self._remaining())
            self.sent, self.meter = now, Meter()
        if self.control.samples and now - self.sampled >= SAMPLES_SECONDS and len(self.validation):
            yield self._samples()
            self.sampled = now
        if now - self.saved >= AUTOSAVE_SECONDS:
            yield self._save("timer")

    def _requests(self) -> Iterator[Event]:
        """What was asked for through `control`, also while it is paused."""
        is_waiting = False
        while True:
            if self.control.take("checkpoint"):
                yield self._save("request")
            if self.control.take("weights"):
                self.control.deliver(self.step, self.learner.copy_weights())
            if self.control.take("validate"):
                yield self._validated()
            if not self.control.paused:
                break
            if not is_waiting:
                self.watch.pause()
                is_waiting = True
                yield self._event(Paused)
            self.control.wait(1.0)
        if is_waiting:
            self.watch.resume()
            self.sent = time.perf_counter()
            yield self._event(Resumed)

    def _validate(self) -> EvalReport | None:
        """The validation images with all ten numbers; None if there are none, or a stop came between."""
        if len(self.validation) == 0:
            return None
        begin = time.perf_counter()
        outputs = infer(self.learner.network, self.validation.images, self.hardware, lambda: not self.control.stopping)
        self.forecast.validations += 1
        self.forecast.validation_seconds += time.perf_counter() - begin
        return None if outputs is None else score(outputs, self.validation)

    def _validated(self) -> Event:
        report = self._validate()
        if report is None:
            return self._event(Notice, message="no validation: no images are held out, or a stop was asked for")
        names = ("digit_loss", "sum_loss", "digit_accuracy", "sum_accuracy", "agreement")
        return self._event(Validated, **{name: getattr(report, name) for name in names})

    def _epoch_done(self, report: EvalReport | None) -> EpochDone:
        names = ("digit_loss", "sum_loss", "digit_accuracy", "sum_accuracy", "agreement")
        measured = {f"val_{name}": getattr(report, name) if report else None for name in names}
        return self._event(
            EpochDone,
            **self.epoch_meter.means(),
            **measured,
            lr=self._lr(self.step - 1),
            remaining=self._remaining(epochs_done=self.epoch),
            best=self._is_best(report),
        )

    def _is_best(self, report: EvalReport | None) -> bool:
        """By the mean of the two validation accuracies, then by the loss; without validation the newest is the best."""
        accuracy = (report.digit_accuracy + report.sum_accuracy) / 2 if report else 0.0
        loss = (report.digit_loss + report.sum_loss) / 2 if report else 0.0
        before = (self.position.best_accuracy, -self.position.best_loss)
        if report is not None and (accuracy, -loss) <= before:
            return False
        self.position = replace(self.position, best_epoch=self.epoch, best_accuracy=accuracy, best_loss=loss)
        return True

    def _save(self, reason: str, *, best: bool = False) -> Event:
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
        self.learner.save(self.run.last_file, self.position, also=self.run.best_file if best else None)
        self.saved = time.perf_counter()
        return self._event(
            Checkpointed, file=self.run.last_file.name, reason=reason, seconds=self.saved - begin, best=best
        )

    def _tested(self) -> Event:
        """The best epoch's weights on the test images; report.json."""
        best = checkpoint.load(self.run.best_file)
        self.learner.restore_weights(best.weights, self.run.best_file)
        report = evaluate(self.learner.network, data.load("test", self.config.data_dir), self.hardware)
        values = {"run": self.run.id, "epochs": self.config.epochs, "best_epoch": self.position.best_epoch}
        self.run.write_json(self.run.report_file, {**values, **report.to_dict()})
        return self._finished("completed", "all epochs are done", report)

    def _finished(self, reason: str, message: str, report: EvalReport | None = None) -> Event:
        names = ("digit_accuracy", "sum_accuracy", "agreement", "digit_loss", "sum_loss", "pairs")
        return self._event(
            Finished,
            reason=reason,
            run=self.run.id,
            path=str(self.run.path),
            message=message,
            best_epoch=self.position.best_epoch,
            **{name: getattr(report, name) if report else None for name in names},
        )

    def _started(self) -> Event:
        config = self.config
        return self._event(
            Started,
            run=self.run.id,
            path=str(self.run.path),
            model=config.model,
            recipe=config.recipe,
            parameters=parameter_count(self.learner.network),
            epochs=config.epochs,
            batch_size=config.batch_size,
            steps_per_epoch=self.steps_per_epoch,
            train_images=len(self.dataset),
            validation_images=len(self.validation),
            device=self.hardware.device.type,
            precision=self.hardware.precision,
            threads=self.hardware.threads,
            seed=config.seed,
            resumed=self.resumed,
        )

    def _samples(self) -> Event:
        shown = self.validation.take(torch.arange(min(SAMPLE_COUNT, len(self.validation))))
        outputs = infer(self.learner.network, shown.images, self.hardware)
        assert outputs is not None  # nobody said stop
        numbers = np.random.default_rng(self.config.seed).integers(0, 10, len(shown))
        sums = outputs.sums.argmax(2)[torch.arange(len(shown)), torch.from_numpy(numbers)]
        return self._event(
            Samples,
            indices=tuple(shown.indices.tolist()),
            labels=tuple(shown.labels.tolist()),
            numbers=tuple(numbers.tolist()),
            digits=tuple(outputs.digits.argmax(1).tolist()),
            sums=tuple(sums.tolist()),
        )

    def _lr(self, step: int | None = None) -> float:
        return learning_rate(self.config, self.step if step is None else step, self.total_steps)

    def _remaining(self, epochs_done: int | None = None) -> float | None:
        done = self.epoch - 1 if epochs_done is None else epochs_done
        validations = self.config.epochs - done if len(self.validation) else 0
        return self.forecast.remaining(self.total_steps - self.step, validations)

    def _divergence(self) -> str:
        kept = "nothing was saved yet" if not self.run.last_file.exists() else "the last good checkpoint is kept"
        return (
            f"the loss is no longer a number after step {self.step}: {kept}; try a lower --lr than {self.config.lr:g}"
        )

    def _environment(self) -> dict[str, Any]:
        return {
            "mnist_sum": __version__,
            **describe(),
            "device": self.hardware.device.type,
            "precision": self.hardware.precision,
            "reason": self.hardware.reason,
            "threads": self.hardware.threads,
            "seed": self.config.seed,
            "started": datetime.now(UTC).isoformat(),
            "command": sys.argv,
        }

    def _event(self, kind: type[AnyEvent], **values: Any) -> AnyEvent:
        """An event with the three values that all carry; in the journal before anybody sees it."""
        event = kind(step=self.step, epoch=min(self.epoch, self.config.epochs), elapsed=self.watch.seconds, **values)
        self.journal.append(event)
        return event


def _load_matching(run: Run, config: TrainConfig) -> Checkpoint | None:
    """The run's newest checkpoint, if it has one, and if it is this config's."""
    if not run.last_file.exists():
        return None
    loaded = checkpoint.load(run.last_file)
    own, given = loaded.config.to_dict(), config.to_dict()
    for name in own.keys() - set(MAY_CHANGE):
        if own[name] != given[name]:
            raise UsageError(
                f"run {run.id} has {name} {json.dumps(own[name])}: a resumed run keeps it; start a new run"
            )
    if loaded.position.epoch > config.epochs and run.report_file.exists():
        done = loaded.position.epoch - 1
        raise UsageError(f"run {run.id} is complete after {done} epochs: train it further with --epochs {done + 5}")
    return loaded
