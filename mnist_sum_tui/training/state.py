"""The state of a run while it trains: epoch, batch and step, totals, time and best epoch. Nothing else stores them."""

import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, replace

from mnist_sum_tui.config import TrainConfig
from mnist_sum_tui.data import dataset
from mnist_sum_tui.data.dataset import Split
from mnist_sum_tui.errors import CheckpointError, DataError
from mnist_sum_tui.formatting import plural
from mnist_sum_tui.inference.evaluate import EvalReport
from mnist_sum_tui.runs.chance import standard_error
from mnist_sum_tui.runs.checkpoint import Checkpoint
from mnist_sum_tui.runs.events import Changed
from mnist_sum_tui.runs.knob_turns import Turn, needed
from mnist_sum_tui.runs.position import Position, Totals, with_length
from mnist_sum_tui.training.knobs import Knobs
from mnist_sum_tui.training.step import StepResult
from mnist_sum_tui.training.timing import Forecast, Stopwatch


class RunState:
    """The state of a run in one process. Its fields are written here and nowhere else."""

    def __init__(
        self,
        config: TrainConfig,
        loaded: Checkpoint | None = None,
        source: str = "",
        *,
        name: str = "the run",
        is_from_run: bool = False,
        later: Sequence[Changed] = (),
        is_asked: bool = False,
    ) -> None:
        """Begin at a checkpoint, or at the first step without one.

        In messages `source` is the checkpoint and `name` the run. `is_from_run` says that the folder of images comes
        from the run's files and not from the user. `later` are the changes of settings after the checkpoint; each holds
        again from its step on. `is_asked` says that the user asks for another number of epochs instead of those that
        are set for later steps.
        """
        position = loaded.position if loaded else Position()
        own = loaded.config if loaded else config
        self.loaded, self.source, self.name = loaded, source, name
        self.epoch, self.batch, self.step = position.epoch, position.batch, position.step
        self.totals = Totals(**position.sums)
        """the totals over the current epoch"""
        self.recent = Totals()
        """the totals over the steps since the last Progress"""
        self.clock = Stopwatch(position.elapsed)
        self.forecast = Forecast()
        self.best_epoch = position.best_epoch
        self._best_accuracy, self._best_loss = position.best_accuracy, position.best_loss
        """the highest of the validations, and its loss"""
        self.knobs = Knobs.of(config, position, own.epochs, later, is_asked)
        self.config = replace(config, epochs=self.knobs.epochs)
        self._images = dict(position.images)
        self._is_from_run = is_from_run
        self._take_length()
        self.saved_at = time.perf_counter()

    def add(self, result: StepResult) -> None:
        """Count a step, without the time in which the process was stopped."""
        measured = result.totals
        if stopped := self.forecast.steps.stopped(measured.seconds):
            self.clock.leave_out(stopped)
            measured = replace(measured, seconds=measured.seconds - stopped)
        self.step, self.batch = self.step + 1, self.batch + 1
        for totals in (self.totals, self.recent):
            totals.add(measured)
        self.forecast.add_step(measured.seconds)
        self._take_length()

    def add_validation(self, seconds: float) -> None:
        """Count the time of a validation, as that of a step."""
        stopped = self.forecast.validations.stopped(seconds)
        self.clock.leave_out(stopped)
        self.forecast.validations.add(seconds - stopped)

    def turn(self, turn: Turn) -> tuple[Turn, str]:
        """Change a setting from the turn's step on, or from the next step; returns the noted turn and the old value."""
        noted = replace(turn, step=max(turn.step, self.step))
        if noted.setting == "epochs":  # what has begun cannot be taken back
            noted = replace(noted, value=str(max(int(noted.value), self.fewest_epochs)))
        before = self.knobs.value_at(noted.setting, noted.step)
        self.knobs.turns = needed((*self.knobs.turns, noted), self.step)
        self._take_length()
        return noted, before

    @property
    def fewest_epochs(self) -> int:
        """The smallest number of epochs that the run can have now."""
        return max(self.epoch if self.batch else self.epoch - 1, 1)

    def _take_length(self) -> None:
        """Give the run a new number of epochs, if one was set for the next step."""
        for turn in self.knobs.turns:
            if turn.setting == "epochs" and turn.step == self.step:
                self.config = replace(self.config, epochs=max(int(turn.value), self.fewest_epochs))
                self.knobs.lengths = with_length(self.knobs.lengths, self.step, self.config.epochs)

    def take_recent(self) -> dict[str, float]:
        """The means over the steps since the last call, under the names that events use."""
        means, self.recent = self.recent.means(), Totals()
        return means

    def next_epoch(self) -> None:
        """Go to the next epoch; call it when this one is trained and validated."""
        self.epoch, self.batch, self.totals = self.epoch + 1, 0, Totals()

    def note_best(self, report: EvalReport | None, rate_of: Callable[[int], float]) -> bool:
        """Whether this epoch counts as the best so far: by the mean of the two validation accuracies.

        One that ended with a lower learning rate than the best (`rate_of` tells it) also counts if it is less than a
        standard error below the highest: chance may have put that there, and smaller steps make better weights.
        Otherwise the highest is the best, of two that are equally high the one with the lower loss. Without validation
        (None) the newest epoch is the best.
        """
        if report is not None:
            accuracy = (report.digit_accuracy + report.sum_accuracy) / 2
            loss, highest = (report.digit_loss + report.sum_loss) / 2, self._best_accuracy
            is_finer = self.best_epoch is None or rate_of(self.epoch) < rate_of(self.best_epoch)
            if (accuracy, -loss) > (highest, -self._best_loss):
                self._best_accuracy, self._best_loss = accuracy, loss
            elif not is_finer or accuracy <= highest - standard_error(highest, report.images):
                return False
        self.best_epoch = self.epoch
        return True

    def note_saved(self) -> None:
        """Note that a checkpoint has been written now."""
        self.saved_at = time.perf_counter()

    def position(self, journal_bytes: int = 0) -> Position:
        """The state as a checkpoint stores it."""
        return Position(
            epoch=self.epoch,
            batch=self.batch,
            step=self.step,
            elapsed=self.clock.seconds,
            sums=asdict(self.totals),
            best_epoch=self.best_epoch,
            best_accuracy=self._best_accuracy,
            best_loss=self._best_loss,
            journal_bytes=journal_bytes,
            images=self._images,
            changes=self.knobs.lengths,
            turns=self.knobs.turns,
        )

    def load_images(self, split: str) -> Split:
        """Load the `train` or `test` images, which must be those that the run began with.

        Raises:
            DataError: they are missing or damaged, or they are other images.
        """
        images = dataset.load(split, self.config.data_dir, is_from_run=self._is_from_run)
        found = dataset.identity(split, self.config.data_dir, images)
        known = self._images.setdefault(split, found)
        if found != known:
            raise DataError(
                f"{self.config.data_dir or 'the package'}: its {found['count']:,} {split} images are not the "
                f"{known['count']:,} that {self.name} began with; name their folder with --data-dir, or start a new run"
            )
        return images

    @property
    def fingerprints(self) -> tuple[str, ...]:
        """The SHA-256 of the training images and of the test images; both are loaded."""
        return tuple(self._images[split]["sha256"] for split in ("train", "test"))

    def check_place(self, steps_per_epoch: int) -> None:
        """Refuse a checkpoint whose step, epoch and batch contradict each other.

        Raises:
            CheckpointError: they contradict each other.
        """
        if self.batch > steps_per_epoch or self.step != (self.epoch - 1) * steps_per_epoch + self.batch:
            raise CheckpointError(
                f"{self.source}: contradicts itself (step {self.step:,}, epoch {self.epoch:,}, batch {self.batch:,}; "
                f"{plural(steps_per_epoch, 'step')} per epoch); choose another run or checkpoint"
            )
