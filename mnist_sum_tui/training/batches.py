"""Which images each step trains on, at which learning rate, with which seed. The same in every process of a run.

Everything is a function of the config, the epoch and the step, so a run can be resumed anywhere.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from torch import Tensor

from mnist_sum_tui.config import TrainConfig
from mnist_sum_tui.data import dataset
from mnist_sum_tui.data.dataset import Batch, Split, Stream, SumDataset
from mnist_sum_tui.runs.position import Change
from mnist_sum_tui.training.schedule import rate_at


@dataclass(frozen=True, slots=True)
class StepPlan:
    """What one training step needs: its images, its learning rate and its seed."""

    dataset: SumDataset
    rows: Tensor
    """int64 (N,): the batch as rows of the data set, for all processes together"""
    lr: float
    augment_seed: int

    def batch(self, part: slice) -> Batch:
        """A part of the batch, or all of it: images, labels, numbers and sums."""
        return self.dataset.__getitems__(self.rows, part)


class Batches:
    """The steps of each epoch."""

    def __init__(self, config: TrainConfig, images: Split, changes: Sequence[Change] = ()) -> None:
        """`changes`: how the run's number of epochs was changed; without any, it has the config's from the start."""
        self.dataset = SumDataset(images, config.seed)
        self.steps_per_epoch = -(-len(images) // config.batch_size)
        self.total_steps = self.steps_per_epoch * config.epochs
        self.smallest = len(images) - (self.steps_per_epoch - 1) * config.batch_size
        """images in the last batch of an epoch"""
        self._config = config
        self._changes = changes or (Change(0, config.epochs),)

    def epoch(self, epoch: int, start: int = 0) -> Iterator[StepPlan]:
        """The plans of an epoch, counted from 1, from its batch `start` on, counted from 0."""
        of_epoch = self.dataset.at_epoch(epoch)
        rows = of_epoch.order().split(self._config.batch_size)
        for batch in range(start, self.steps_per_epoch):
            seed = dataset.seed_for(self._config.seed, epoch, Stream.AUGMENT, batch)
            lr = self.learning_rate((epoch - 1) * self.steps_per_epoch + batch)
            yield StepPlan(of_epoch, rows[batch], lr, seed)

    def learning_rate(self, step: int) -> float:
        """The learning rate of a step, counted from 0 over the whole run."""
        return rate_at(self._config, self._changes, self.steps_per_epoch, step)
