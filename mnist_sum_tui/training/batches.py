"""Which images each step trains on, at which learning rate and with which seed; the same in every process of a run.

Everything is a function of the config, the recorded changes, the epoch and the step, so a run can be resumed anywhere.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from torch import Tensor

from mnist_sum_tui.config import TrainConfig
from mnist_sum_tui.data import dataset
from mnist_sum_tui.data.dataset import Batch, Split, Stream, SumDataset
from mnist_sum_tui.training import schedule
from mnist_sum_tui.training.knobs import Knobs


@dataclass(frozen=True, slots=True)
class StepPlan:
    """What one training step needs: its images, its learning rate and its seed."""

    dataset: SumDataset
    rows: Tensor
    """int64 (N,): the batch as rows of the data set, for all processes together"""
    lr: float
    augment_seed: int
    config: TrainConfig | None = None
    """the settings at this step, if some were changed during training; None: the learner's own"""

    def batch(self, part: slice) -> Batch:
        """A part of the batch, or all of it: images, labels, numbers and sums."""
        return self.dataset.__getitems__(self.rows, part)


class Batches:
    """The steps of each epoch."""

    def __init__(self, config: TrainConfig, images: Split, knobs: Knobs | None = None) -> None:
        """`knobs` has the changes of settings, which are looked up for each step; None: no setting ever changes."""
        self.dataset = SumDataset(images, config.seed)
        self.steps_per_epoch = -(-len(images) // config.batch_size)
        self.smallest = len(images) - (self.steps_per_epoch - 1) * config.batch_size
        """images in the last batch of an epoch"""
        self._config = config
        self._knobs = knobs or Knobs(config)

    def epoch(self, epoch: int, start: int = 0) -> Iterator[StepPlan]:
        """The plans of an epoch, counted from 1, from its batch `start` on, counted from 0."""
        of_epoch = self.dataset.at_epoch(epoch)
        rows = of_epoch.order().split(self._config.batch_size)
        for batch in range(start, self.steps_per_epoch):
            seed = dataset.seed_for(self._config.seed, epoch, Stream.AUGMENT, batch)
            step = (epoch - 1) * self.steps_per_epoch + batch
            yield StepPlan(of_epoch, rows[batch], self.learning_rate(step), seed, self._knobs.config_at(step))

    def learning_rate(self, step: int) -> float:
        """The learning rate of a step, counted from 0 over the whole run."""
        return self._knobs.rate_at(step, self.steps_per_epoch)

    def scheduled_rate(self, epoch: int) -> float:
        """The schedule's learning rate at an epoch's end, without the user's factor: of those only the last is kept."""
        knobs, step = self._knobs, epoch * self.steps_per_epoch - 1
        return schedule.rate_at(knobs.config, knobs.lengths, self.steps_per_epoch, step)

    @property
    def total_steps(self) -> int:
        """The number of steps in the whole run, by its present number of epochs."""
        return self.steps_per_epoch * self._knobs.epochs
