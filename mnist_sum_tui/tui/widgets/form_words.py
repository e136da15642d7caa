"""The words of the form for a new run: what a recipe sets and which images it uses. Pure functions."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from rich.console import Group
from rich.table import Table
from rich.text import Text

from mnist_sum_tui.config import OPTIMIZERS, SCHEDULES, TrainConfig
from mnist_sum_tui.errors import UsageError
from mnist_sum_tui.formatting import plural, small
from mnist_sum_tui.printable import printable
from mnist_sum_tui.recipes import LARGE_MODEL, QUICK_MODEL, RECIPES

ALL_IMAGES, HELD_OUT = 60_000, 5_000
"""how many built-in images there are for training, and how many of them are held out"""
NAME_WIDTH = 13
"""the first columns of a choice; its description follows them"""
READY = {False: "loading torch ...", True: "ready"}
"""what the form says by whether torch is loaded"""
FAR_ABOVE = 20
"""from so many times the recipe's learning rate on, the form doubts that the network can learn"""
MEANING_OF_ZERO = {"patience": "off", "min_gain": "any", "target": "off", "max_minutes": "off"}
"""what an empty field shows, which counts as 0"""
SHOWN_APART = ("model", "epochs")
"""settings that, if set by hand, are told beside the recipe"""


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


def training_images(config: TrainConfig) -> int | None:
    """The number of training images; None for a folder of other images, which has not been read."""
    return None if config.data_dir is not None else ALL_IMAGES - (0 if config.all_data else HELD_OUT)


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

    A network and epochs that were chosen by hand stand beside the recipe.
    """
    lines = [recipe_sets(base), left_out(base), f"set by you: {', '.join(by_hand)}" if by_hand else ""]
    return "\n".join(line for line in lines if line)


def rate_doubt(config: TrainConfig) -> str:
    """A doubt about a learning rate that is far above the recipe's; empty without one."""
    usual = TrainConfig.of(config.recipe)
    if config.optimizer != usual.optimizer or config.lr < FAR_ABOVE * usual.lr:
        return ""
    times = f"{config.lr / usual.lr:,.0f} times the recipe's"
    return f"learning rate {small(config.lr)} is {times}: it may learn nothing"


def other_network(config: TrainConfig) -> str:
    """The label of the button for the quick network, or for the assignment's large one if the quick one is chosen."""
    return f"Use the {'quick' if config.model == LARGE_MODEL else 'large'} network"


def recipe_choices(recipes: Iterable[TrainConfig], kept: Mapping[str, Any]) -> dict[str, tuple[str, str]]:
    """The list of recipes: for each its name as a column, and its description.

    `kept` has those of the settings SHOWN_APART that were set by hand, and so stay with each recipe.
    """
    found = {}
    for own in recipes:
        config = replace(own, **kept)
        by_hand = {name: getattr(config, name) for name in SHOWN_APART if name in kept or name in asked_for(own)}
        found[own.recipe] = _choice(own.recipe, RECIPES[own.recipe].summary + _yours(by_hand))
    return found


def asked_for(base: TrainConfig) -> list[str]:
    """The settings that the user asked for on the command line: all but the network that the form begins with."""
    return [name for name, value in base.given().items() if (name, value) != ("model", QUICK_MODEL)]


def all_recipes(choices: Mapping[str, tuple[str, str]], kept: Mapping[str, Any]) -> Group:
    """The list of recipes as text: what each is for."""
    table = Table.grid("", "")
    for name, (columns, _) in choices.items():
        table.add_row(Text(columns), Text(RECIPES[name].summary))
    return Group(f"What each recipe is for{_yours(kept)}", table)


def _yours(kept: Mapping[str, Any]) -> str:
    """` (set by you: network keen, 2 epochs)`; with the values, because a recipe's description may name its own."""
    told = (plural(value, "epoch") if name == "epochs" else f"network {value}" for name, value in kept.items())
    return f" (set by you: {', '.join(told)})" if kept else ""


def model_choices(networks: Mapping[str, str]) -> dict[str, tuple[str, str]]:
    """The list of networks: for each its name as a column, and its description."""
    return {name: _choice(name, what) for name, what in networks.items()}


def _choice(name: str, words: str) -> tuple[str, str]:
    return f"{name:<{NAME_WIDTH - 1}} ", words
