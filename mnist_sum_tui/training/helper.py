"""The helping processes of a run: they make the same steps as the leader, without events and files."""

import contextlib

from mnist_sum_tui.config import TrainConfig
from mnist_sum_tui.machine.hardware import choose, set_up
from mnist_sum_tui.machine.ranks import Ranks
from mnist_sum_tui.runs import checkpoint
from mnist_sum_tui.runs.event_json import from_dict
from mnist_sum_tui.runs.events import Changed
from mnist_sum_tui.training.control import Control
from mnist_sum_tui.training.distributed import joined
from mnist_sum_tui.training.prepare import Training, prepare
from mnist_sum_tui.training.state import RunState
from mnist_sum_tui.training.step import DivergedError


def help_training(control: Control) -> None:
    """Help the process that leads the run; returns when the run ends, however it ends. `control` can stop it.

    The leader sends its config and its checkpoint, so this machine needs nothing but the images.

    Raises:
        RunError: another process has ended before the run did.
        DataError, UsageError: the images or the device are missing.
    """
    ranks = Ranks.of_environment()
    with joined(ranks, control) as processes:
        values, content = processes.share({})
        config, source = TrainConfig.from_dict(values["config"]), "the leader's checkpoint"
        hardware = choose(config, ranks)
        set_up(hardware)
        later = [event for event in map(from_dict, values["later"]) if isinstance(event, Changed)]
        loaded = checkpoint.decode(content, source) if content else None
        flags = {name: values[name] for name in ("is_from_run", "is_asked")}
        state = RunState(config, loaded, source, later=later, **flags)
        training = prepare(state, hardware, processes)
        with contextlib.suppress(DivergedError):  # the leader reports it
            _train(training, control)


def _train(training: Training, control: Control) -> None:
    """Make the same steps as the leader until the run ends, and agree with it wherever it does."""
    state, processes = training.state, training.learner.processes
    if training.agree(control).is_stopping:  # the leader may have had requests before its first step
        return
    while state.epoch <= state.config.epochs:
        for _ in training.epoch():
            if training.agree(control).is_stopping:
                return
        if processes.any(False):  # only the leader validates, and it may be stopped meanwhile
            return
        state.next_epoch()
        if training.agree(control).is_stopping:
            return
