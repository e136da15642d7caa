"""Training as a stream of events: `for event in train(config, run, control)`."""

import contextlib
import time
import traceback
from collections.abc import Generator, Iterator
from dataclasses import asdict
from enum import Enum

from mnist_sum_tui.atomic import read_own, to_bytes, write_atomic
from mnist_sum_tui.config import TrainConfig
from mnist_sum_tui.data.dataset import Split
from mnist_sum_tui.errors import RunError
from mnist_sum_tui.inference.evaluate import EvalReport, score
from mnist_sum_tui.inference.infer import infer_batches, normalised
from mnist_sum_tui.machine.figures import Meter
from mnist_sum_tui.machine.hardware import choose, set_up
from mnist_sum_tui.machine.ranks import Ranks
from mnist_sum_tui.runs import checkpoint_file
from mnist_sum_tui.runs.event_json import to_dict
from mnist_sum_tui.runs.events import Advice, Changed, EpochDone, Event, Notice, Progress, Samples, System, Validated
from mnist_sum_tui.runs.health_event import Health
from mnist_sum_tui.runs.journal import read_events
from mnist_sum_tui.runs.run import Run
from mnist_sum_tui.training.coach import HEARD, Coach
from mnist_sum_tui.training.control import Control
from mnist_sum_tui.training.distributed import joined
from mnist_sum_tui.training.diverged import divergence
from mnist_sum_tui.training.early_stopping import Ending
from mnist_sum_tui.training.final_test import tested
from mnist_sum_tui.training.health import HealthWatch
from mnist_sum_tui.training.prepare import Training, prepare
from mnist_sum_tui.training.recorder import Recorder, scores
from mnist_sum_tui.training.requests import Requests
from mnist_sum_tui.training.resume import check_kinds, has_own_folder, load_matching, turned_after
from mnist_sum_tui.training.sample_answers import sample_answers
from mnist_sum_tui.training.state import RunState
from mnist_sum_tui.training.step import DivergedError, StepResult
from mnist_sum_tui.training.timing import USUAL, Pace, Paces


def train(
    config: TrainConfig, run: Run, control: Control | None = None, paces: Paces | None = None
) -> Generator[Event]:
    """Train in the run's folder, from its newest checkpoint if it has one, and yield the events.

    Every event is in metrics.jsonl before it is yielded. Once training has begun, the last event is Finished, except
    after KeyboardInterrupt or `close`. An unexpected error is raised after Finished, and error.txt in the run's folder
    has its traceback. A new run that cannot begin leaves no folder. The whole process gets the number of torch's
    threads, and keeps freed memory. Of torchrun's processes the leading one calls this, the others `help_training`.

    Raises:
        UsageError: the device is missing, the run is complete, or the config does not fit the run.
        RunError: the folder cannot be locked or written, another process has ended, or the disk is too full.
        DataError: the images are missing, damaged, or not those that the run began with.
        CheckpointError: the checkpoint is damaged or of another network.
    """
    check_kinds(config, run)
    ranks, control = Ranks.of_environment(), control or Control()
    try:
        with run.lock():  # first, because a new run is locked already and must be unlocked in any case
            hardware = choose(config, ranks)
            set_up(hardware)
            loaded, file, damaged = load_matching(run, config)
            later, is_asked = turned_after(run, config, loaded)
            flags = {"is_from_run": has_own_folder(run, config, loaded), "is_asked": is_asked}
            state = RunState(config, loaded, str(file), name=f"run {run.id}", later=later, **flags)
            with joined(ranks, control) as processes:
                raw = read_own(file, checkpoint_file.MAX_BYTES) if loaded and not processes.is_alone else b""
                given = {"config": state.config.to_dict(), "later": [to_dict(event) for event in later]}
                processes.share({**given, **flags}, raw)
                training = prepare(state, hardware, processes)
                test = state.load_images("test")  # now, so that missing images are noticed before the first step
                recorder = Recorder(run, state, later, damaged)
                with recorder.open(hardware):
                    yield from _Trainer(training, test, recorder, control, paces or USUAL).events()
    except BaseException:
        run.remove_if_unused()
        raise


class NoReport(Enum):
    """Why a validation measured nothing."""

    NO_IMAGES = "no images are held out"
    STOPPED = "a stop was asked for"


class _Trainer:
    """The training loop of the leading process."""

    def __init__(self, training: Training, test: Split, recorder: Recorder, control: Control, paces: Paces) -> None:
        self.training, self.test, self.recorder, self.control, self.paces = training, test, recorder, control, paces
        self.state, self.learner, self.batches = training.state, training.learner, training.batches
        file = recorder.run.metrics_file
        self.ending = Ending(training.state, training.batches, control, read_events(file, EpochDone.kind, Changed.kind))
        self.requests = Requests(training, recorder, control, self._validated, self.ending.why_of)
        self.coach = Coach(training.state.config, read_events(file, *HEARD), training.state.knobs)
        self.sampling, self.health = Pace(paces.samples, paces.samples_share), HealthWatch(training)
        self.validation, self.meter = training.validation, Meter()

    def events(self) -> Iterator[Event]:
        """All events; the last one says how the run ended."""
        state, recorder = self.state, self.recorder
        if state.loaded is None:
            recorder.keep_epoch(self.learner)
        try:
            started = recorder.started(self.training)
            yield from self._with_advice(started)
            yield from recorder.lost()
            self.ending.begin()
            yield from self.requests.agree()
            while state.epoch <= state.config.epochs and not self.requests.is_stopping:
                yield from self._epoch()
            yield from self._end()
        except DivergedError as error:
            if error.result is not None:
                yield self._diverging(error.result)
            turns, has_checkpoint = state.knobs.turns, recorder.run.resume_file.exists()
            words = divergence(state.step, state.config, turns, has_checkpoint=has_checkpoint)
            yield recorder.finished("diverged", words)
        except (GeneratorExit, KeyboardInterrupt):  # the caller reads no more events; the last checkpoint is kept
            raise
        except BaseException as error:
            with contextlib.suppress(RunError):  # the disk itself may have failed
                recorder.check_folder()
                write_atomic(recorder.run.error_file, to_bytes(traceback.format_exc()))
            with contextlib.suppress(RunError):
                yield recorder.finished("failed", str(error) or type(error).__name__)
            raise

    def _end(self) -> Iterator[Event]:
        """Save, because a stop was asked for; or test the best epoch's weights, and write report.json."""
        if self.state.epoch <= self.state.config.epochs:
            yield self.recorder.save(self.learner, "stop")
            yield self.recorder.finished("stopped", f"stopped {self.control.why}; everything is saved")
        else:
            self.recorder.check_folder()
            report = tested(self.recorder.run, self.training, self.test)
            self.recorder.report(report)
            yield self.recorder.finished("completed", self.ending.why, report)

    def _epoch(self) -> Iterator[Event]:
        """Train to the end of the epoch, validate and save, unless it is asked to stop."""
        for result in self.training.epoch():
            yield from self._reports(result)
            if self.control.is_calling or self.requests.is_paused or not self.learner.is_alone:
                yield from self.requests.serve()
                yield from self.requests.agree()  # with several processes, after each step
                if self.requests.is_stopping:
                    return
        report = self._validate()
        self.requests.is_stopping = self.learner.processes.any(report is NoReport.STOPPED)
        if self.requests.is_stopping:
            return  # a resumed run starts with this validation
        done = self._epoch_done(None if isinstance(report, NoReport) else report)
        self.state.next_epoch()
        yield from self._with_advice(done)
        yield self.recorder.save(self.learner, "epoch", best=done.best)
        self.ending.note_epoch(done)
        yield from self.requests.agree()

    def _reports(self, result: StepResult) -> Iterator[Event]:
        """The events that are due after a step."""
        now, state = time.perf_counter(), self.state
        if now - self.requests.progress_sent_at >= self.paces.progress or state.batch == self.batches.steps_per_epoch:
            self.requests.progress_sent_at = now
            yield from self._progress(result)
        yield from self._samples()
        yield from self._health()
        if now - state.saved_at >= self.paces.autosave:
            yield self.recorder.save(self.learner, "timer")

    def _progress(self, result: StepResult) -> Iterator[Event]:
        means, remaining = self.state.take_recent(), self._remaining(epochs_done=self.state.epoch - 1)
        yield from self._with_advice(self.recorder.event(Progress, **means, lr=result.lr, remaining=remaining))
        self.recorder.keep_config()
        self.ending.note_time()
        if self.meter.age >= self.paces.system and self.learner.is_alone:
            yield from self._with_advice(self.recorder.event(System, **asdict(self.meter.read())))

    def _wants(self, pace: Pace) -> bool:
        """Whether something optional is due: at the end of each epoch, and from time to time if a dashboard asks."""
        return self.state.batch == self.batches.steps_per_epoch or (self.control.samples and pace.is_due)

    def _samples(self) -> Iterator[Event]:
        """Samples, if they are due; the last step's stay on the screen."""
        if self._wants(self.sampling):
            answers = self.sampling.timed(lambda: sample_answers(self.learner, self.training.shown))
            yield self.recorder.event(Samples, **answers)

    def _health(self) -> Iterator[Event]:
        """A Health, if it is due; the last step has a look, whatever others cost."""
        is_next_last = self.state.step == self.batches.total_steps - 1
        is_due = is_next_last or self.health.is_begun or self._wants(self.health.pace)
        if is_due and (health := self.health.look(is_next_last)) is not None:
            yield from self._with_advice(self.recorder.event(Health, **health))

    def _with_advice(self, event: Event) -> Iterator[Event]:
        """The event, and then the coach's Advice if it has something new to say."""
        yield event
        if (said := self.coach.add(event)) is not None:
            yield self.recorder.event(Advice, topic=said[0], words=said[1])

    def _validate(self) -> EvalReport | NoReport:
        """Evaluate the validation images with all ten numbers; meanwhile the pages have the weights as they are now."""
        self.requests.renew_weights()
        if len(self.validation) == 0:
            return NoReport.NO_IMAGES
        begin, network, hardware = time.perf_counter(), self.learner.network, self.learner.hardware
        batches = normalised(self.validation.images, hardware.device)
        outputs = infer_batches(network, batches, hardware, lambda: not self.control.stopping)
        self.state.add_validation(time.perf_counter() - begin)
        return NoReport.STOPPED if outputs is None else score(outputs, self.validation, with_reliability=False)

    def _validated(self) -> Event:
        report = self._validate()
        if isinstance(report, NoReport):
            return self.recorder.event(Notice, message=f"no validation: {report.value}")
        return self.recorder.event(Validated, **scores(report))

    def _epoch_done(self, report: EvalReport | None) -> EpochDone:
        means, lr = self.state.totals.means(), self.batches.learning_rate(self.state.step - 1)
        best, remaining = self.state.note_best(report, self.batches.scheduled_rate), self._remaining(self.state.epoch)
        return self.recorder.event(EpochDone, **means, **scores(report, "val_"), lr=lr, remaining=remaining, best=best)

    def _remaining(self, epochs_done: int) -> float | None:
        steps, validations = self.batches.total_steps - self.state.step, self.state.config.epochs - epochs_done
        return self.state.forecast.told(steps, validations)

    def _diverging(self, result: StepResult) -> Event:
        """A Progress event for the step whose loss is not finite, so that the charts show where the curve ends."""
        return self.recorder.event(Progress, **result.totals.means(), lr=result.lr, remaining=None)
