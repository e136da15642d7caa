"""The options that make a TrainConfig, shared by `train` and `tui`."""

from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Annotated, Any

import typer

from mnist_sum_tui.cli.common import complete_model, complete_recipe
from mnist_sum_tui.config import AUGMENTATIONS, MAY_CHANGE, OPTIMIZERS, PRECISIONS, SCHEDULES, TrainConfig
from mnist_sum_tui.errors import UsageError
from mnist_sum_tui.recipes import RECIPES
from mnist_sum_tui.runs import find
from mnist_sum_tui.runs.run import Run

_RECIPE_SETS = "from the recipe"

Model = Annotated[
    str | None,
    typer.Option(
        help="A network; `mnist-sum model` shows them.",
        autocompletion=complete_model,
        show_default=_RECIPE_SETS,
    ),
]
Recipe = Annotated[
    str | None,
    typer.Option(
        help=f"A named way to train: {', '.join(RECIPES)}.",
        autocompletion=complete_recipe,
        show_default="standard",
    ),
]
Epochs = Annotated[int | None, typer.Option(help="Passes over the training images.", show_default=_RECIPE_SETS)]
BatchSize = Annotated[int | None, typer.Option(help="Images a step.", show_default=_RECIPE_SETS)]
Lr = Annotated[float | None, typer.Option(help="Learning rate, or its peak.", show_default=_RECIPE_SETS)]
Optimizer = Annotated[str | None, typer.Option(help=f"{', '.join(OPTIMIZERS)}.", show_default=_RECIPE_SETS)]
Momentum = Annotated[float | None, typer.Option(help="SGD's momentum, or AdamW's beta1.", show_default=_RECIPE_SETS)]
Beta2 = Annotated[float | None, typer.Option("--beta2", help="AdamW's beta2.", show_default=_RECIPE_SETS)]
WeightDecay = Annotated[float | None, typer.Option(help="Weight decay.", show_default=_RECIPE_SETS)]
Schedule = Annotated[str | None, typer.Option(help=f"{', '.join(SCHEDULES)}.", show_default=_RECIPE_SETS)]
Warmup = Annotated[
    float | None, typer.Option(help="Share of the steps in which the learning rate rises.", show_default=_RECIPE_SETS)
]
LabelSmoothing = Annotated[
    float | None, typer.Option(help="Share of the loss that asks for all classes alike.", show_default=_RECIPE_SETS)
]
SumWeight = Annotated[
    float | None, typer.Option(help="The sum's share of the loss; the digit has the rest.", show_default=_RECIPE_SETS)
]
Augment = Annotated[str | None, typer.Option(help=f"{', '.join(AUGMENTATIONS)}.", show_default=_RECIPE_SETS)]
Seed = Annotated[int | None, typer.Option(help="Decides everything that is random.", show_default="0")]
Precision = Annotated[str | None, typer.Option(help=f"{', '.join(PRECISIONS)}.", show_default="auto")]
Threads = Annotated[int | None, typer.Option(help="CPU threads.", show_default="every usable core")]
AllData = Annotated[
    bool | None,
    typer.Option(
        "--all-data/--hold-out",
        help="Train on all 60,000 images and validate on none, or hold 5,000 out.",
        show_default=_RECIPE_SETS,
    ),
]
Keep = Annotated[
    int | None, typer.Option(help="Epochs whose weights stay, to look back at; 0 for none.", show_default="8")
]
Name = Annotated[str, typer.Option(help="A word or two for the run's folder.")]


def settings_in(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Of a command's arguments, those that are settings of a TrainConfig, the recipe aside."""
    return {
        item.name: arguments[item.name] for item in fields(TrainConfig) if item.name in arguments.keys() - {"recipe"}
    }


def run_to_resume(resume: str | None, name: str, folder: Path) -> Run | None:
    """The run that `--resume` means.

    Raises:
        UsageError: no such run, or it was to get a name.
    """
    if resume is None:
        return None
    if name:
        raise UsageError("--name is for a new run: leave it out, or --resume")
    return find.find(resume, folder)


def build_config(resumed: Run | None, recipe: str | None, settings: Mapping[str, Any]) -> TrainConfig:
    """A new config, or that of the run to resume with what may change.

    Raises:
        UsageError: a value out of its range, or one that a resumed run cannot change.
    """
    given = {name: value for name, value in settings.items() if value is not None}
    if resumed is None:
        return TrainConfig.of("standard" if recipe is None else recipe, **given)
    if recipe is not None:
        given["recipe"] = recipe
    own = resumed.read_config().to_dict()
    for name, value in given.items():
        if name not in MAY_CHANGE and own[name] != value:
            option = f"--{name.replace('_', '-')}"
            raise UsageError(f"run {resumed.id} has {option} {own[name]}, which --resume keeps: leave out {option}")
    return TrainConfig.from_dict({**own, **given})
