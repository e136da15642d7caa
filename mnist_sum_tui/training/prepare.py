"""Prepare a training: images, network, optimizer, checkpoint; the same way in the leading and the helping processes."""

from collections.abc import Iterator
from dataclasses import dataclass

from mnist_sum_tui.data import dataset
from mnist_sum_tui.data.dataset import Split
from mnist_sum_tui.errors import UsageError
from mnist_sum_tui.machine.hardware import Hardware
from mnist_sum_tui.runs.turns import Turn
from mnist_sum_tui.training.batches import Batches
from mnist_sum_tui.training.control import Control
from mnist_sum_tui.training.distributed import Processes
from mnist_sum_tui.training.state import RunState
from mnist_sum_tui.training.step import Learner, StepResult


@dataclass(frozen=True, slots=True)
class Training:
    """The parts of a training that is ready for its next step."""

    state: RunState
    learner: Learner
    batches: Batches
    validation: Split
    shown: Split
    """of whose first images the answers are shown: the validation's, or without any the training's"""

    def agree(self, control: Control) -> tuple[bool, list[tuple[Turn, str]]]:
        """Whether a process should stop; and the turns that the state has taken now, with the values before them."""
        is_stopping, turns = self.learner.processes.agree(control.stopping, control.take_turns())
        made = (self.state.turn(turn) for turn in turns)
        return is_stopping, [(turn, before) for turn, before in made if turn.value != before]

    def epoch(self) -> Iterator[StepResult]:
        """Make the steps that are left in the current epoch.

        Raises:
            DivergedError, RunError: as `Learner.step`.
        """
        for plan in self.batches.epoch(self.state.epoch, start=self.state.batch):
            result = self.learner.step(plan)
            self.state.add(result)
            yield result


def prepare(state: RunState, hardware: Hardware, processes: Processes) -> Training:
    """Prepare network, optimizer, images and batches for the state's next step.

    Raises:
        CheckpointError: the checkpoint is another network's, or does not fit these images.
        DataError: the images are missing, damaged, or not those that the run began with.
        UsageError: the last batch of an epoch is too small for so many processes.
    """
    config = state.config
    learner = Learner(config, hardware, processes)
    if state.loaded is not None:
        learner.restore(state.loaded, state.source)
    train, validation = dataset.hold_out(state.load_images("train"), config.seed, config.all_data)
    learner.connect()
    batches = Batches(config, train, state.knobs)
    if batches.smallest < processes.ranks.size:
        raise UsageError(
            f"the last batch has {batches.smallest} images for {processes.ranks.size} processes: change --batch-size"
        )
    state.check_place(batches.steps_per_epoch)
    return Training(state, learner, batches, validation, validation if len(validation) else train)
