"""Training as a stream of events: `for event in train(config, run, control)`."""

import contextlib
import time
import traceback
from collections.abc import Iterator

import numpy as np
import torch

from mnist_sum_tui.atomic import read_own, to_bytes, write_atomic
from mnist_sum_tui.config import TrainConfig
from mnist_sum_tui.data import dataset
from mnist_sum_tui.errors import MnistSumError, RunError
from mnist_sum_tui.inference.evaluate import EvalReport, evaluate, infer, score
from mnist_sum_tui.machine.hardware import choose, set_up
from mnist_sum_tui.machine.ranks import Ranks
from mnist_sum_tui.models import parameter_count
from mnist_sum_tui.runs import checkpoint
from mnist_sum_tui.runs.events import EpochDone, Event, Notice, Paused, Progress, Resumed, Samples, Started, Validated
from mnist_sum_tui.runs.position import Totals
from mnist_sum_tui.runs.run import Run
from mnist_sum_tui.training.batches import Batches
from mnist_sum_tui.training.control import Control
from mnist_sum_tui.training.distributed import joined
from mnist_sum_tui.training.state import RunState, scores
from mnist_sum_tui.training.step import DivergedError, Learner
from mnist_sum_tui.training.timing import Forecast, Pace

PROGRESS_SECONDS = 0.1
SAMPLES_SECONDS, SAMPLES_SHARE = 1.0, 0.005
"""the share of the training's time; the eight images take `original` 8 ms, so they come each 1.6 s"""
AUTOSAVE_SECONDS = 120.0
"""what a power cut can cost, at most, besides the epoch ends; a save of the largest network takes under a second"""
SAMPLE_COUNT = 8


def train(config: TrainConfig, run: Run, control: Control | None = None) -> Iterator[Event]:
    """Train in the run's folder, from its newest checkpoint if it has one, and yield what happens.

    Every event is in metrics.jsonl before it is yielded. Once training has begun the last one is Finished, whatever
    happened. An error that nobody foresaw is raised after Finished, and error.txt in the run's folder has its
    traceback. A new run that cannot begin leaves no folder. For the whole process, the number of torch's threads is
    set, and freed memory is kept. Where torchrun has started several processes, this is the one that leads; the others
    call `help_training`.

    Raises:
        UsageError: the device is not there, or the run is complete, or the config is not that of the run.
        RunError, DataError, CheckpointError: as their messages say.
    """
    world = Ranks.of_environment()
    try:
        with run.lock():  # first: a new run is held already, and however this ends, the lock is free then
            hardware = choose(config, world)
            set_up(hardware)
            log = RunState(config, run)
            raw = read_own(run.resume_file, checkpoint.MAX_BYTES) if log.loaded and world.size > 1 else b""
            with joined(world) as group:
                group.share(config.to_dict(), raw)
                trainer = _Trainer(log, Learner(config, hardware, group), control or Control())
                with log.open(hardware):
                    yield from trainer.events()
    except MnistSumError:
        run.remove_if_unused()
        raise


class _Trainer:
    """The loop."""

    def __init__(self, log: RunState, learner: Learner, control: Control) -> None:
        self.log, self.learner, self.control = log, learner, control
        self.config = config = log.config
        self.test = dataset.load("test", config.data_dir, is_runs=log.has_own_images)  # now: a missing one fails early
        if log.loaded is not None:
            learner.restore(log.loaded, log.run.resume_file)
        everything = dataset.load("train", config.data_dir, is_runs=log.has_own_images)
        found = {"train": everything, "test": self.test}
        log.know_images({name: dataset.identity(name, config.data_dir, images) for name, images in found.items()})
        train_split, self.validation = dataset.hold_out(everything, config.seed, config.all_data)
        learner.start()
        self.course = Batches(config, train_split, learner, log.position.changes)
        log.check_place(self.course.steps_per_epoch)
        self.is_stopping = False
        """one of the processes was asked to stop"""
        self.meter, self.forecast = Totals(), Forecast()
        self.sent = time.perf_counter()
        self.sampling = Pace(SAMPLES_SECONDS, SAMPLES_SHARE)

    def events(self) -> Iterator[Event]:
        """The whole of it, with an end for each way in which it can end."""
        log = self.log
        if log.loaded is None:
            log.keep(self.learner)
        try:
            yield self._started()
            while log.epoch <= self.config.epochs and not self.is_stopping:
                yield from self._epoch()
            if log.epoch <= self.config.epochs:
                yield log.save(self.learner, "stop")
                yield log.finished("stopped", "stopped as asked; everything is saved")
            else:
                yield self._tested()
        except DivergedError:
            nan = dict.fromkeys(("digit_loss", "sum_loss", "digit_accuracy", "sum_accuracy"), float("nan"))
            yield log.event(Progress, **nan, lr=self.course.lr(log.step), images_per_second=0.0, remaining=None)
            yield log.finished("diverged", self._divergence())
        except (GeneratorExit, KeyboardInterrupt):  # nobody listens any more; the last checkpoint stands
            raise
        except BaseException as error:
            with contextlib.suppress(RunError):  # the disk may be the very trouble
                write_atomic(log.run.error_file, to_bytes(traceback.format_exc()))
            with contextlib.suppress(RunError):
                yield log.finished("failed", str(error) or type(error).__name__)
            raise

    def _epoch(self) -> Iterator[Event]:
        """Train to the end of the epoch, measure, save; or stop where it is asked to."""
        log, group = self.log, self.learner.group
        self.course.begin(log.epoch)
        while log.batch < self.course.steps_per_epoch:
            self._step()
            yield from self._reports()
            yield from self._requests()
            self.is_stopping = group.any(self.control.stopping)
            if self.is_stopping:
                return
        report = self._validate()
        self.is_stopping = group.any(report is None and len(self.validation) > 0)
        if self.is_stopping:
            return  # the resumed run begins with this validation
        done = self._epoch_done(report)
        log.next_epoch()
        yield done
        yield log.save(self.learner, "epoch", best=done.best)

    def _step(self) -> None:
        log = self.log
        begin = time.perf_counter()
        images = self.course.images_in(log.batch)
        measured = self.course.learn(log.batch)
        log.step, log.batch = log.step + 1, log.batch + 1
        seconds = time.perf_counter() - begin
        for meter in (self.meter, log.epoch_meter):
            meter.add(images, *measured)
            meter.seconds += seconds
        self.forecast.steps += 1
        self.forecast.step_seconds += seconds

    def _reports(self) -> Iterator[Event]:
        """What goes out by the clock."""
        now, log = time.perf_counter(), self.log
        if now - self.sent >= PROGRESS_SECONDS or log.batch == self.course.steps_per_epoch:
            lr, remaining = self.course.lr(log.step - 1), self._remaining(epochs_done=log.epoch - 1)
            yield log.event(Progress, **self.meter.means(), lr=lr, remaining=remaining)
            self.sent, self.meter = now, Totals()
        if self.control.samples and self.sampling.is_due and len(self.validation):
            yield self.sampling.timed(self._samples)
        if now - log.saved >= AUTOSAVE_SECONDS:
            yield log.save(self.learner, "timer")

    def _requests(self) -> Iterator[Event]:
        """What was asked for through `control`, also while it is paused."""
        is_waiting = False
        while True:
            if self.control.take("checkpoint"):
                yield self.log.save(self.learner, "request")
            if self.control.take("weights"):
                self.control.deliver(self.log.step, self.learner.copy_weights())
            if self.control.take("validate"):
                yield self._validated()
            if not self.control.paused:
                break
            if not is_waiting:
                self.log.watch.pause()
                is_waiting = True
                yield self.log.event(Paused)
            self.control.wait(1.0)
        if is_waiting:
            self.log.watch.resume()
            self.sent = time.perf_counter()
            yield self.log.event(Resumed)

    def _validate(self) -> EvalReport | None:
        """The validation images with all ten numbers; None if there are none, or a stop came between."""
        if len(self.validation) == 0:
            return None
        begin = time.perf_counter()
        network, hardware = self.learner.network, self.learner.hardware
        outputs = infer(network, self.validation.images, hardware, lambda: not self.control.stopping)
        self.forecast.validations += 1
        self.forecast.validation_seconds += time.perf_counter() - begin
        return None if outputs is None else score(outputs, self.validation)

    def _validated(self) -> Event:
        report = self._validate()
        if report is None:
            return self.log.event(Notice, message="no validation: no images are held out, or a stop was asked for")
        return self.log.event(Validated, **scores(report))

    def _epoch_done(self, report: EvalReport | None) -> EpochDone:
        return self.log.event(
            EpochDone,
            **self.log.epoch_meter.means(),
            **scores(report, "val_"),
            lr=self.course.lr(self.log.step - 1),
            remaining=self._remaining(epochs_done=self.log.epoch),
            best=self.log.note_best(report),
        )

    def _tested(self) -> Event:
        """The best epoch's weights on the test images; report.json."""
        run = self.log.run
        best = checkpoint.load(run.best_file)
        self.learner.restore_weights(best.weights, run.best_file)
        report = evaluate(self.learner.network, self.test, self.learner.hardware)
        self.log.report(report)
        return self.log.finished("completed", "all epochs are done", report)

    def _started(self) -> Event:
        config, hardware, run = self.config, self.learner.hardware, self.log.run
        return self.log.event(
            Started,
            run=run.id,
            path=str(run.path),
            model=config.model,
            recipe=config.recipe,
            parameters=parameter_count(self.learner.network),
            epochs=config.epochs,
            batch_size=config.batch_size,
            steps_per_epoch=self.course.steps_per_epoch,
            train_images=len(self.course.dataset),
            validation_images=len(self.validation),
            device=hardware.device.type,
            precision=hardware.precision,
            threads=hardware.threads,
            seed=config.seed,
            resumed=self.log.loaded is not None,
        )

    def _samples(self) -> Event:
        shown = self.validation.take(torch.arange(min(SAMPLE_COUNT, len(self.validation))))
        outputs = infer(self.learner.network, shown.images, self.learner.hardware)
        assert outputs is not None  # nobody said stop
        numbers = np.random.default_rng(self.config.seed).integers(0, 10, len(shown))
        sums = outputs.sums.argmax(2)[torch.arange(len(shown)), torch.from_numpy(numbers)]
        return self.log.event(
            Samples,
            indices=tuple(shown.indices.tolist()),
            labels=tuple(shown.labels.tolist()),
            numbers=tuple(numbers.tolist()),
            digits=tuple(outputs.digits.argmax(1).tolist()),
            sums=tuple(sums.tolist()),
        )

    def _remaining(self, epochs_done: int) -> float | None:
        validations = self.config.epochs - epochs_done if len(self.validation) else 0
        return self.forecast.remaining(self.course.total_steps - self.log.step, validations)

    def _divergence(self) -> str:
        log = self.log
        kept = "the last good checkpoint is kept" if log.run.resume_file.exists() else "nothing was saved yet"
        return f"the loss is no longer a number after step {log.step}: {kept}; try a lower --lr than {self.config.lr:g}"
