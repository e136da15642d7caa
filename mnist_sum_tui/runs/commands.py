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
    parts += [f"mnist-sum train --resume latest --epochs {start.epochs}" for start in lengths[1:]]
    stops = [
        f"{start.step:,}" for before, start in pairwise(lengths) if start.step < before.epochs * before.steps_per_epoch
    ]
    if not stops:
        return " && ".join(parts), ""
    return " ; ".join(parts), f"stop it at step {', '.join(stops)}, where the number of epochs was changed"


def _was_turned(start: Started, turned: set[tuple[int, int]]) -> bool:
    """Whether the number of epochs of a resumed run had already been changed while it trained."""
    before = [(step, epochs) for step, epochs in turned if step <= start.step]
    return bool(before) and max(before)[1] == start.epochs
