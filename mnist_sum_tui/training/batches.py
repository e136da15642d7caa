"""What is learnt in which step: the same in every process of a run, and in every run with the same seed."""

from collections.abc import Sequence

from mnist_sum_tui.config import TrainConfig
from mnist_sum_tui.data import dataset
from mnist_sum_tui.data.dataset import Split, SumDataset
from mnist_sum_tui.errors import UsageError
from mnist_sum_tui.runs.position import Change
from mnist_sum_tui.training.schedule import rate_at
from mnist_sum_tui.training.step import Learner

Measured = tuple[float, float, float, float]
"""digit loss, sum loss, right digits, right sums"""


class Batches:
    """The batches of each epoch, their learning rates, and the seeds of their augmentation; `begin` comes first."""

    def __init__(
        self, config: TrainConfig, images: Split, learner: Learner, changes: Sequence[Change] | None = None
    ) -> None:
        self.config, self.learner = config, learner
        self.changes = changes or (Change(0, config.epochs),)
        self.dataset = SumDataset(images, config.seed)
        self.steps_per_epoch = -(-len(images) // config.batch_size)
        self.total_steps = self.steps_per_epoch * config.epochs
        smallest, processes = len(images) - (self.steps_per_epoch - 1) * config.batch_size, learner.group.world.size
        if smallest < processes:
            raise UsageError(f"the last batch has {smallest} images for {processes} processes: change --batch-size")

    def begin(self, epoch: int) -> None:
        """Turn to an epoch, from 1."""
        self.epoch = epoch
        self.dataset = self.dataset.at_epoch(epoch)
        self._rows = self.dataset.order().split(self.config.batch_size)

    def images_in(self, batch: int) -> int:
        """The images of the epoch's batch, counted from 0, in all processes together."""
        return len(self._rows[batch])

    def learn(self, batch: int) -> Measured:
        """Make the step of the epoch's batch, counted from 0.

        Raises:
            DivergedError, RunError: as `Learner.step`.
        """
        rows = self._rows[batch]
        seed = dataset.seed_for(self.config.seed, self.epoch, "augment", batch)
        own = self.dataset.__getitems__(rows, self.learner.group.world.part(len(rows)))
        return self.learner.step(own, self.lr((self.epoch - 1) * self.steps_per_epoch + batch), seed)

    def lr(self, step: int) -> float:
        """The learning rate of a step, counted from 0 over the whole run."""
        return rate_at(self.config, self.changes, self.steps_per_epoch, step)
