"""The command line that trains a run, and the one that repeats a run that was stopped and resumed."""

import shlex
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from mnist_sum_tui.config import TrainConfig
from mnist_sum_tui.own_network import is_own, option_for
from mnist_sum_tui.printable import printable
from mnist_sum_tui.runs.events import Changed, Started


def command(config: TrainConfig) -> str:
    """The command that trains with this config: recipe, model, epochs, seed, and what differs from the recipe."""
    told = {"model", "recipe", "epochs", "seed"} | config.given().keys()
    if not config.patience:
        told -= {"min_gain"}  # which then means nothing, and is refused
    words = ["mnist-sum", "train"]
    for name, value in config.to_dict().items():
        if name == "all_data" and name in told:
            words.append("--all-data" if value else "--hold-out")
        elif name == "model" and is_own(value):
            words += shlex.split(option_for(value))
        elif name in told:
            words += [f"--{name.replace('_', '-')}", str(value)]
    return printable(shlex.join(words))


def reproduction(config: TrainConfig, starts: Sequence[Started], changed: Sequence[Changed] = ()) -> tuple[str, str]:
    """The commands that repeat a run, in one line; and what the user must do by hand, which is mostly empty.

    A run that was resumed without more epochs needs one command, because it ends bit for bit as if it had not stopped.
    Settings that were changed during the run become `--change` options of the first command; --max-minutes is left out
    then, because it would come to another number of epochs.
    """
    turned = {(event.at, int(event.value)) for event in changed if event.setting == "epochs"}
    if turned:
        config = replace(config, max_minutes=0.0)
    lengths = [
        start
        for row, start in enumerate(starts)
        if not row or (start.epochs != starts[row - 1].epochs and not _was_turned(start, turned))
    ]
    planned = "".join(f" --change {event.at}:{event.setting}={event.value}" for event in changed)
    first = command(replace(config, epochs=starts[0].epochs) if starts else config) + planned
    if len(lengths) < 2:
        return first, ""
    parts = [first]
    own = printable(option_for(config.model))
    parts += [f"mnist-sum train --resume latest --epochs {start.epochs}{own}" for start in lengths[1:]]
    stops = [f"{start.step:,}" for before, start in pairwise(lengths) if not _was_over(config, before, start, changed)]
    if not stops:
        return " && ".join(parts), ""
    return " ; ".join(parts), f"stop it at step {', '.join(stops)}, where the number of epochs was changed"


def _was_over(config: TrainConfig, before: Started, start: Started, changed: Sequence[Changed]) -> bool:
    """Whether a run had come to its end before it was resumed with more epochs.

    The end itself is no longer in the journal, because it came after the checkpoint. An epoch's end counts as the end
    of a run that ends by itself: to stop such a run between two epochs is hardly possible by hand.
    """
    for event in changed:
        if before.step <= event.step < start.step:
            before = before.after(event)
    ends_itself = bool(config.patience or config.target or config.max_minutes)
    return start.step >= before.total_steps or (ends_itself and start.step % start.steps_per_epoch == 0)


def _was_turned(start: Started, turned: set[tuple[int, int]]) -> bool:
    """Whether the number of epochs of a resumed run had already been changed while it trained."""
    before = [(step, epochs) for step, epochs in turned if step <= start.step]
    return bool(before) and max(before)[1] == start.epochs
