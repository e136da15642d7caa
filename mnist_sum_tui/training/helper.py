"""The helping processes of a run on several: the same steps as the leader's, without events and without files."""

import contextlib

from mnist_sum_tui.config import TrainConfig
from mnist_sum_tui.data import dataset
from mnist_sum_tui.machine.hardware import choose, set_up
from mnist_sum_tui.machine.ranks import Ranks
from mnist_sum_tui.runs import checkpoint
from mnist_sum_tui.runs.position import Position
from mnist_sum_tui.training.batches import Batches
from mnist_sum_tui.training.control import Control
from mnist_sum_tui.training.distributed import Group, joined
from mnist_sum_tui.training.state import check_images
from mnist_sum_tui.training.step import DivergedError, Learner


def help_training(control: Control) -> None:
    """Help the process that leads the run; returns when the run ends, in whatever way. `control` can stop it.

    The leader sends its config and its checkpoint, so nothing but the images need be on this machine.

    Raises:
        RunError: another process has ended before the run did.
        DataError, UsageError: the images or the device are not there.
    """
    world = Ranks.of_environment()
    with joined(world) as group:
        values, content = group.share({})
        config = TrainConfig.from_dict(values)
        hardware = choose(config, world)
        set_up(hardware)
        learner = Learner(config, hardware, group)
        position = Position()
        if content:
            loaded = checkpoint.decode(content, "the leader's checkpoint")
            learner.restore(loaded, "the leader's checkpoint")
            position = loaded.position.with_epochs(config.epochs, before=loaded.config.epochs)
        everything = dataset.load("train", config.data_dir, is_runs=bool(content))
        check_images(position, {"train": dataset.identity("train", config.data_dir, everything)}, config, "the run")
        images, _ = dataset.hold_out(everything, config.seed, config.all_data)
        learner.start()
        with contextlib.suppress(DivergedError):  # the leader says so
            _learn(Batches(config, images, learner, position.changes), position, group, control)


def _learn(course: Batches, position: Position, group: Group, control: Control) -> None:
    first = position.batch
    for epoch in range(position.epoch, course.config.epochs + 1):
        course.begin(epoch)
        for batch in range(first, course.steps_per_epoch):
            course.learn(batch)
            if group.any(control.stopping):
                return
        if group.any(False):  # in the middle of the validation, which is the leader's
            return
        first = 0
