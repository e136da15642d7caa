"""Prepare a training: images, network, optimizer, checkpoint; the same way in the leading and the helping processes."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from mnist_sum_tui.data import dataset
from mnist_sum_tui.data.dataset import Split
from mnist_sum_tui.errors import UsageError
from mnist_sum_tui.formatting import plural
from mnist_sum_tui.machine.hardware import Hardware
from mnist_sum_tui.runs.knob_turns import Turn
from mnist_sum_tui.training.batches import Batches
from mnist_sum_tui.training.control import Control
from mnist_sum_tui.training.distributed import Processes
from mnist_sum_tui.training.state import RunState
from mnist_sum_tui.training.step import Learner, StepResult


class Agreement(NamedTuple):
    """What all processes of a run do before the next step."""

    is_stopping: bool
    made: list[tuple[Turn, str]]
    """the changes of settings that the state has taken, each with the value before it"""


@dataclass(frozen=True, slots=True)
class Training:
    """The parts of a training that is ready for its next step."""

    state: RunState
    learner: Learner
    batches: Batches
    validation: Split
    shown: Split
    """the images whose first ones are shown with the network's answers: validation images, or else training images"""

    def agree(self, control: Control) -> Agreement:
        """Agree with the other processes on a stop and on changes of settings, and have the state take these.

        One for a later step counts although its value holds anyway, because another may be set for a step before it.
        """
        now = self.state.step
        is_stopping, turns = self.learner.processes.agree(control.stopping, control.take_turns())
        made = [self.state.turn(turn) for turn in sorted(turns, key=lambda turn: max(turn.step, now))]
        return Agreement(
            is_stopping, [(turn, before) for turn, before in made if turn.value != before or turn.step > now]
        )

    def end_before(self, turns: Iterable[Turn]) -> int | None:
        """The step at which the run is to end, if one of these changes comes only then or later; else None."""
        end = self.state.config.epochs * self.batches.steps_per_epoch
        return end if any(turn.setting != "epochs" and turn.step >= end for turn in turns) else None

    def epoch(self) -> Iterator[StepResult]:
        """Make the remaining steps of the current epoch, and yield the result of each.

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
        CheckpointError: the checkpoint is of another network, or does not fit these images.
        DataError: the images are missing, damaged, or not those that the run began with.
        UsageError: an epoch's last batch has fewer images than there are processes, there are too few images to hold
            out what the config needs, or the network cannot be built.
    """
    config = state.config
    learner = Learner(config, hardware, processes)
    if state.loaded is not None:
        learner.restore(state.loaded, state.source)
    train, validation = dataset.hold_out(state.load_images("train"), config.seed, config.all_data)
    if not len(validation) and (config.target or config.patience):
        raise UsageError(f"--target and --patience need images to validate, and of {len(train)} none are held out")
    learner.connect()
    if not processes.is_alone:
        state.clock.restart()  # they may have waited for each other, which is no training
    batches = Batches(config, train, state.knobs)
    if batches.smallest < processes.ranks.size:
        last = plural(batches.smallest, "image")
        raise UsageError(f"the last batch has {last} for {processes.ranks.size} processes: change --batch-size")
    state.check_place(batches.steps_per_epoch)
    return Training(state, learner, batches, validation, validation if len(validation) else train)
