"""`mnist-sum predict`: the digit that a network reads in an image, and its sum with a number."""

import os
import random
import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from mnist_sum_tui.cli.common import DataDir, Device, Json, ModelFile, RunOption, RunsDir, ask, print_json, source_of
from mnist_sum_tui.cli.layout import console, say
from mnist_sum_tui.cli.prediction import print_prediction, warn_of
from mnist_sum_tui.cli.preparation import preparation_facts, print_preparation
from mnist_sum_tui.cli.where_it_looked import print_where, where_facts
from mnist_sum_tui.errors import UsageError, unknown
from mnist_sum_tui.formatting import typed
from mnist_sum_tui.machine.stdio import without_lines_of_libraries
from mnist_sum_tui.printable import printable
from mnist_sum_tui.verdict import Verdict

if TYPE_CHECKING:
    from mnist_sum_tui.inference.predict import Prediction


class Predict(TyperGroup):
    """The group of commands; `predict 3` means `predict idx 3`, and `predict FILE` means `predict image FILE`."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Put the command first, where a number, a file or an option stands, as in `3` or `--run best 3`.

        Raises:
            UsageError: the first argument is neither a number, a file, nor a command.
        """
        is_short = args and re.match("-[^-]", args[0])  # -x is no option, which the library says
        if args and args[0] not in ctx.help_option_names and not is_short:
            place = self._first_argument(args)
            if place is None:
                args = ["idx", *args]
            elif args[place] in self.commands:
                args = [args[place], *args[:place], *args[place + 1 :]]
            else:
                args = [_command_for(args[place]), *args]
        return super().parse_args(ctx, args)

    def _first_argument(self, args: list[str]) -> int | None:
        """The place of the first word that is neither an option nor an option's value; None if there is none."""
        options = [option for command in self.commands.values() for option in command.params]
        with_value = {name for option in options if not getattr(option, "is_flag", True) for name in option.opts}
        is_value = False
        for place, word in enumerate(args):
            if not is_value and (word == "-" or not word.startswith("-")):
                return place
            is_value = not is_value and word in with_value
        return None


def _command_for(first: str) -> str:
    """The command that takes this as its first argument.

    Raises:
        UsageError: it is neither a number nor a file.
    """
    if first.isdecimal():
        return "idx"
    if first == "-" or Path(first).suffix or os.path.exists(first):
        return "image"
    raise UsageError(
        f"'{first}' is neither the number of a test image nor a picture: "
        "try mnist-sum predict 3, or mnist-sum predict digit.png"
    )


app = typer.Typer(
    cls=Predict,
    no_args_is_help=True,
    help="Predict the digit in an image, and its sum with a number.\n\nIn short: predict 3 for predict idx 3, and "
    "predict digit.png for predict image digit.png. The newest run that has weights answers, or the network in the "
    "package; a number that is not given is drawn at random.",
)


@app.callback()
def predict() -> None:
    """The group, which has only the options of every command: how its help is printed."""


Number = Annotated[int | None, typer.Option(help="The second input, 0 to 9.", show_default="random")]
NumberArgument = Annotated[
    int | None, typer.Argument(help="The second input, 0 to 9; as --number.", metavar="NUMBER", show_default="random")
]


def _in_range(threshold: float | None) -> float | None:
    if threshold is not None and not 0 <= threshold <= 1:
        raise UsageError(f"--threshold must be 0 to 1, not {typed(threshold)}")
    return threshold


Threshold = Annotated[
    float | None,
    typer.Option(
        callback=_in_range, help="Digit score, 0 to 1, below which it is no digit.", show_default="the network's own"
    ),
]
Explain = Annotated[bool, typer.Option("--explain", help="Show where it looked, and how a picture was prepared.")]
NeverRefuse = Annotated[bool, typer.Option("--never-refuse", help="Take everything for a digit.")]


@app.command("idx")
def predict_idx(
    index: Annotated[int, typer.Argument(help="Position of the image, from 0.", metavar="INDEX")],
    number_after: NumberArgument = None,
    number: Number = None,
    run: RunOption = None,
    split: Annotated[str, typer.Option(help="Which images: test or train.")] = "test",
    data_dir: DataDir = None,
    device: Device = None,
    runs_dir: RunsDir = None,
    model_file: ModelFile = None,
    threshold: Threshold = None,
    never_refuse: NeverRefuse = False,
    explain: Explain = False,
    json: Json = False,
) -> None:
    """Predict digit and sum for an image of MNIST."""
    if split not in ("test", "train"):
        raise unknown("split", split, ("test", "train"))
    chosen, is_drawn = _number(number_after, number)
    predictor, _ = ask(run, runs_dir, model_file, device)
    from mnist_sum_tui.data import dataset

    images = dataset.load_for_run(split, predictor.config.data_dir, data_dir)
    if not 0 <= index < len(images):
        raise UsageError(f"index {index} is out of range: the {split} images go from 0 to {len(images) - 1:,}")
    image = images.images[index]
    prediction = _judged(predictor.predict(image, chosen, int(images.labels[index])), threshold, never_refuse)
    if json:
        told = where_facts(predictor, image, chosen) if explain else {}
        print_json({"index": index, "split": split, **source_of(predictor), **prediction.to_dict(), **told})
    else:
        warn_of(console(), predictor)
        if explain:
            print_where(console(), predictor, image, prediction)
        what = f"{split} image {index:,} (digit {int(images.labels[index])})"  # which is seldom the digit of its index
        print_prediction(console(), image.tolist(), prediction, predictor, what, is_drawn=is_drawn)


@app.command("image")
def predict_image(
    file: Annotated[str, typer.Argument(help="A picture of one digit; - for standard input.", metavar="FILE")],
    number_after: NumberArgument = None,
    number: Number = None,
    run: RunOption = None,
    device: Device = None,
    runs_dir: RunsDir = None,
    model_file: ModelFile = None,
    threshold: Threshold = None,
    never_refuse: NeverRefuse = False,
    explain: Explain = False,
    json: Json = False,
) -> None:
    """Predict digit and sum for a picture of any size, dark on light or light on dark.

    The image that is printed is the one that the network gets.
    """
    chosen, is_drawn = _number(number_after, number)
    from mnist_sum_tui.data.picture import name_of, open_picture, steps

    with without_lines_of_libraries():
        picture = open_picture(file)
    prepared = steps(picture.grey, name_of(file))
    predictor, _ = ask(run, runs_dir, model_file, device)
    prediction = _judged(predictor.predict(prepared.image, chosen), threshold, never_refuse)
    if json:
        told = {"preparation": preparation_facts(picture, prepared)} if explain else {}
        told |= where_facts(predictor, prepared.image, chosen) if explain else {}
        print_json({"file": file, **source_of(predictor), **prediction.to_dict(), **told})
    else:
        warn_of(console(), predictor)
        if explain:
            print_preparation(console(), picture, prepared)
            print_where(console(), predictor, prepared.image, prediction)
        pixels, what = prepared.image.tolist(), printable(name_of(file))
        print_prediction(console(), pixels, prediction, predictor, what, is_drawn=is_drawn)
        if prediction.verdict != Verdict.SURE and predictor.config.augment != "sturdy" and not predictor.is_useless:
            say(console(), "This network was not trained for photos and drawings: try --run built-in, which was")


def _number(after: int | None, option: int | None) -> tuple[int, bool]:
    """The number that the user gave, as an argument or as an option, or a random one; and whether it is random.

    Raises:
        UsageError: both were given and differ, or it is not 0..9.
    """
    number = after if option is None else option
    if after not in (None, number):
        raise UsageError(f"the number is given twice, as {after} and as {option}: give it once")
    if number is not None and not 0 <= number <= 9:
        name = "number" if option is None else "--number"
        raise UsageError(f"{name} must be 0 to 9, not {number}")
    return (random.randrange(10), True) if number is None else (number, False)


def _judged(prediction: "Prediction", threshold: float | None, never_refuse: bool) -> "Prediction":
    """The prediction with the threshold of the options."""
    if threshold is not None and prediction.digit_score is None:
        raise UsageError(
            "this network has no digit score (not calibrated, or by an earlier version): leave --threshold out"
        )
    asked = None if never_refuse else prediction.threshold if threshold is None else threshold
    return replace(prediction, threshold=asked)
