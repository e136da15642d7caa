"""The commands for a run: to train it, to repeat one that was stopped and resumed, to go on, to predict, to prune."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

from mnist_sum_tui.config import TrainConfig, option_name
from mnist_sum_tui.formatting import typed
from mnist_sum_tui.own_network import is_own, option_for
from mnist_sum_tui.printable import shell_word
from mnist_sum_tui.runs.events import Changed, Started
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


def asked(starts: Sequence[Started], changed: Sequence[Changed]) -> list[Started]:
    """The first start of a run, and each that asked for another number of epochs than the run had, or set by itself."""
    own = {int(event.value) for event in changed if event.setting == "epochs"}
    found = list(starts[:1])
    for start in starts[1:]:
        if start.epochs not in {found[-1].epochs, *own}:
            found.append(start)
    return found


def reproduction(config: TrainConfig, starts: Sequence[Started], changed: Sequence[Changed] = ()) -> tuple[str, str]:
    """The commands that repeat a run, in one line; and what the user must do by hand, which is mostly empty.

    A run that was resumed without another number of epochs needs one command, because it ends bit for bit as if it had
    not stopped, which a limit of time does. Settings that were changed during the run become `--change` options.
    """
    parts, by_hand, config = asked(starts, changed), list[str](), replace(config, max_minutes=0.0)
    if len(parts) > 1:  # what ended one of them may have been given only to a later one
        config = replace(config, patience=0, min_gain=0.0, target=0.0)
    if any(event.setting == "epochs" and not event.why for event in changed):  # as earlier versions could
        by_hand.append("its number of epochs was changed while it trained")
    begins, options = [(part.step, part.elapsed) for part in parts[1:]], [""] * max(len(parts), 1)
    for event in changed:
        if event.setting != "epochs":
            options[bisect_right(begins, (event.step, event.elapsed))] += f" --change {event.turn}"
    text = command(replace(config, epochs=parts[0].epochs) if parts else config) + options[0]
    stops = [part.step < before.epochs * part.steps_per_epoch for before, part in pairwise(parts)]
    for part, is_stop, turns in zip(parts[1:], stops, options[1:], strict=True):
        text += f" {';' if is_stop else '&&'} {resumption('latest', config.model, part.epochs)}{turns}"
    if any(stops):
        steps = ", ".join(f"{part.step:,}" for part, is_stop in zip(parts[1:], stops, strict=True) if is_stop)
        by_hand.append(f"stop it at step {steps}, where the number of epochs was changed")
    return text, "; ".join(by_hand)
