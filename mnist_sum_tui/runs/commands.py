"""The commands for a run: to train it, to repeat one that was stopped and resumed, to go on, to predict, to prune."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

from mnist_sum_tui.config import TrainConfig, option_name
from mnist_sum_tui.formatting import typed
from mnist_sum_tui.own_network import is_own, option_for
from mnist_sum_tui.printable import shell_word
from mnist_sum_tui.runs.events import Changed, Started
from mnist_sum_tui.runs.parts import parts_of
from mnist_sum_tui.runs.runs_folder import is_default


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
            words.append(option_for(value).lstrip())
        elif name in told:
            words += [f"--{option_name(name)}", shell_word(typed(value))]
    return " ".join(words)


def resumption(run: str, model: str, epochs: int | None = None) -> str:
    """The command that resumes a run of a network; `run` is its argument, and `epochs` their number, if a new one."""
    longer = f" --epochs {epochs}" if epochs else ""
    return f"mnist-sum train --resume {run}{longer}{option_for(model)}"


def prediction(run: str, model: str) -> str:
    """The command that predicts with a run of a network; `run` is its argument."""
    return f"mnist-sum predict 3 --run {run}{option_for(model)}"


def pruning(folder: Path) -> str:
    """The command that frees space in a folder of runs."""
    where = "" if is_default(folder) else f" --runs-dir {shell_word(str(folder))}"
    return f"mnist-sum runs prune --all{where}"


def reproduction(config: TrainConfig, starts: Sequence[Started], changed: Sequence[Changed] = ()) -> tuple[str, str]:
    """The commands that repeat a run, in one line; and what the user must do by hand, which is mostly empty.

    A run that was resumed without another number of epochs needs one command, because it ends bit for bit as if it had
    not stopped. Settings that were changed during the run become `--change` options, and so does the end of a part that
    ended after an epoch, because the change with which it ended is no longer in the journal. What would end a run by
    itself is left out where that is told as a change.
    """
    parts, stops = parts_of(starts, changed), []
    if len(parts) > 1:  # what ended each of them is told as a change, and may have been given only to a later one
        config = replace(config, max_minutes=0.0, patience=0, min_gain=0.0, target=0.0)
    elif any(event.setting == "epochs" for event in changed):
        config = replace(config, max_minutes=0.0)
    text = command(replace(config, epochs=starts[0].epochs) if starts else config)
    text += _options(parts[0].changed if parts else changed)
    for before, part in pairwise(parts):
        step, per_epoch = part.start.step, part.start.steps_per_epoch
        if step < before.epochs_at(step) * per_epoch:
            if step > 0 and step % per_epoch == 0:
                text += f" --change {step}:epochs={step // per_epoch}"
            else:
                stops.append(f"{step:,}")
        text += " ; " if stops else " && "
        text += resumption("latest", config.model, part.start.epochs) + _options(part.changed)
    return text, f"stop it at step {', '.join(stops)}, where the number of epochs was changed" if stops else ""


def _options(changed: Iterable[Changed]) -> str:
    return "".join(f" --change {event.turn}" for event in changed)
