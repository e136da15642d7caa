"""The words of the form for a new run: what a recipe sets, which images it uses, how long it takes. Pure functions."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from rich.console import Group
from rich.table import Table
from rich.text import Text

from mnist_sum_tui.config import OPTIMIZERS, SCHEDULES, TrainConfig
from mnist_sum_tui.errors import UsageError
from mnist_sum_tui.formatting import about, plural, small
from mnist_sum_tui.printable import printable
from mnist_sum_tui.recipes import LARGE_MODEL, QUICK_MODEL, RECIPES
from mnist_sum_tui.tui.session.network_speeds import HELD_OUT, TIMED_BATCHES, Speeds, epoch_seconds, training_images

NAME_WIDTH, TIME_WIDTH = 13, 19
"""the first two columns of a choice; its description follows them"""
READY = {False: "loading torch ...", True: "ready"}
"""what the form says by whether torch is loaded"""
FAR_ABOVE = 20
"""from so many times the recipe's learning rate on, the form doubts that the network can learn"""
MEANING_OF_ZERO = {"patience": "off", "min_gain": "any", "target": "off", "max_minutes": "off"}
"""what an empty field shows, which counts as 0"""
TIMED = ("model", "epochs")
"""settings with a field on which the time of a training depends"""


def typed(config: TrainConfig, name: str) -> str:
    """A setting as it stands in its field; empty for 0 in a field that says what this means."""
    text = str(getattr(config, name)).removesuffix(".0")
    return "" if text == "0" and name in MEANING_OF_ZERO else text


def in_form(error: UsageError) -> str:
    """What is wrong with the settings, without the names of options, which are fields here."""
    return str(error).replace("add --hold-out (in a sweep --all-data no), or ", "").replace("--", "")


def replaced(failed: float, rate: float) -> str:
    """That a learning rate which failed was replaced by another one."""
    return f"the learning rate {small(failed)} learned nothing, so {small(rate)} is filled in"


def introduction(config: TrainConfig) -> str:
    """The introduction: what the network learns."""
    images = training_images(config)
    examples = "examples" if images is None else f"{images:,} examples"
    return (
        "One network, two answers: the digit, and its sum with a number. "
        f"Nobody tells it how to add: it learns both from {examples} while you watch."
    )


def recipe_sets(config: TrainConfig) -> str:
    """The settings of a recipe that the form has no fields for."""
    parts = [OPTIMIZERS[config.optimizer], SCHEDULES[config.schedule]]
    for name, words in (("weight_decay", "weight decay"), ("label_smoothing", "label smoothing")):
        if getattr(config, name):
            parts.append(f"{words} {small(getattr(config, name))}")
    if config.sum_weight != 0.5:
        parts.append(f"the sum counts {small(config.sum_weight)}")
    if config.augment != "none":
        parts.append(f"augmentation {config.augment}")
    if config.outliers:
        parts.append(f"outliers {small(config.outliers)}")
    return f"sets {', '.join(parts)}"


def left_out(config: TrainConfig) -> str:
    """Which images train and which validate; the user's own by their folder."""
    images = training_images(config)
    count = f"{images:,} images" if images is not None else f"images in {printable(config.data_dir or '')}"
    if config.all_data:
        return f"all {count} train: no validation, so no best epoch"
    held_out = "one in twelve validates" if images is None else f"{HELD_OUT:,} validate"
    return f"{count} train; {held_out} each epoch and choose{'s' * (images is None)} the best"


def sets(base: TrainConfig, by_hand: Sequence[str]) -> str:
    """What a recipe sets, which images train, and the labels of what was changed by hand: a line for each.

    A network and epochs that were chosen by hand stand beside the recipe, with the time that they take.
    """
    lines = [recipe_sets(base), left_out(base), f"set by you: {', '.join(by_hand)}" if by_hand else ""]
    return "\n".join(line for line in lines if line)


def time_words(config: TrainConfig, speeds: Speeds) -> str:
    """How long the training takes on this machine; empty while that is not known."""
    seconds = epoch_seconds(config, speeds)
    if config.model in speeds and config.batch_size not in TIMED_BATCHES:
        return f"how long it takes with batches of {config.batch_size:,} is not known"
    if seconds is None:
        return ""
    speed, source = speeds[config.model], "measured in an earlier run"
    if speed.is_measured and not speed.is_like(config):
        source = "estimated from an earlier run"
    elif not speed.is_measured:
        source = "longer beside what runs now" if speed.is_disturbed else "estimated"  # one line in 80 columns
    if config.epochs == 1:
        return f"{about(seconds)} here ({source})"
    return f"{about(config.epochs * seconds)} here: {config.epochs} epochs of {about(seconds)} ({source})"


def rate_doubt(config: TrainConfig) -> str:
    """A doubt about a learning rate that is far above the recipe's; empty without one."""
    usual = TrainConfig.of(config.recipe)
    if config.optimizer != usual.optimizer or config.lr < FAR_ABOVE * usual.lr:
        return ""
    times = f"{config.lr / usual.lr:,.0f} times the recipe's"
    return f"learning rate {small(config.lr)} is {times}: it may learn nothing"


def total(config: TrainConfig, speeds: Speeds) -> str:
    """`about 12 min`, the time of the whole training; empty while that is not known."""
    seconds = epoch_seconds(config, speeds)
    return "" if seconds is None else about(config.epochs * seconds)


def other_network(config: TrainConfig, speeds: Speeds) -> str:
    """The label of the button for the quick network, or for the assignment's large one if the quick one is chosen."""
    is_large = config.model == LARGE_MODEL
    time = total(replace(config, model=QUICK_MODEL if is_large else LARGE_MODEL), speeds)
    name = f"Use the {'quick' if is_large else 'large'} network"
    return f"{name}: {time}" if time else name


def recipe_choices(
    recipes: Iterable[TrainConfig], kept: Mapping[str, Any], speeds: Speeds
) -> dict[str, tuple[str, str]]:
    """The list of recipes: for each its columns, with the time of the whole training, and its description.

    `kept` has those of the settings TIMED that were set by hand, and so stay with each recipe.
    """
    found = {}
    for own in recipes:
        config = replace(own, **kept)
        time = _short(total(config, speeds), "in all")
        by_hand = {name: getattr(config, name) for name in TIMED if name in kept or name in asked_for(own)}
        words = RECIPES[own.recipe].summary + _yours(by_hand)
        found[own.recipe] = _choice(own.recipe, time, words, _has_times(config, speeds))
    return found


def asked_for(base: TrainConfig) -> list[str]:
    """The settings that the user asked for on the command line: all but the network that the form begins with."""
    return [name for name, value in base.given().items() if (name, value) != ("model", QUICK_MODEL)]


def all_recipes(choices: Mapping[str, tuple[str, str]], kept: Mapping[str, Any]) -> Group:
    """The list of recipes as text: what each is for, with the time that it takes with the settings set by hand."""
    table = Table.grid("", "")
    for name, (columns, _) in choices.items():
        table.add_row(Text(columns), Text(RECIPES[name].summary))
    return Group(f"What each recipe is for{_yours(kept)}", table)


def _yours(kept: Mapping[str, Any]) -> str:
    """` (set by you: network keen, 2 epochs)`; with the values, because a recipe's description may name its own."""
    told = (plural(value, "epoch") if name == "epochs" else f"network {value}" for name, value in kept.items())
    return f" (set by you: {', '.join(told)})" if kept else ""


def model_choices(networks: Mapping[str, str], config: TrainConfig, speeds: Speeds) -> dict[str, tuple[str, str]]:
    """The list of networks: for each its columns, with the time of an epoch, and its description."""
    found = {}
    for name, what in networks.items():
        seconds = epoch_seconds(replace(config, model=name), speeds)
        time = _short("" if seconds is None else about(seconds), "per epoch")
        found[name] = _choice(name, time, what, _has_times(config, speeds))
    return found


def _short(time: str, of_what: str) -> str:
    """`~12 min in all`."""
    return f"{time.replace('about ', '~')} {of_what}" if time else ""


def _has_times(config: TrainConfig, speeds: Speeds) -> bool:
    return bool(speeds) and training_images(config) is not None


def _choice(name: str, time: str, words: str, has_times: bool) -> tuple[str, str]:
    return f"{name:<{NAME_WIDTH - 1}} {f'{time:<{TIME_WIDTH}}' if has_times else ''}", words
