"""`mnist-sum predict`: the digit that a network reads in an image, and its sum with a number."""

import random
from typing import TYPE_CHECKING, Annotated

import typer

from mnist_sum_tui.cli.common import DataDir, Device, Json, RunOption, RunsDir, console, folder_or_default, print_json
from mnist_sum_tui.errors import UsageError, unknown
from mnist_sum_tui.formatting import ascii_picture, bar, equation, percent, trim
from mnist_sum_tui.machine.process import import_torch
from mnist_sum_tui.printable import printable
from mnist_sum_tui.runs import find

if TYPE_CHECKING:
    from mnist_sum_tui.formatting import Pixels
    from mnist_sum_tui.inference.predict import Prediction, Predictor

app = typer.Typer(no_args_is_help=True, help="Predict the digit in an image, and its sum with a number.")

Number = Annotated[int | None, typer.Option(help="The second input, 0 to 9.", show_default="random")]


@app.command(
    "idx", context_settings={"ignore_unknown_options": True}
)  # so that -1 is an index, and its error names the range
def predict_idx(
    index: Annotated[int, typer.Argument(help="Position of the image, from 0.", metavar="INDEX")],
    number: Number = None,
    run: RunOption = None,
    split: Annotated[str, typer.Option(help="Which images: test or train.")] = "test",
    data_dir: DataDir = None,
    device: Device = None,
    runs_dir: RunsDir = None,
    json: Json = False,
) -> None:
    """Predict digit and sum for an image of MNIST."""
    if split not in ("test", "train"):
        raise unknown("split", split, ("test", "train"))
    chosen = _number(number)
    folder = folder_or_default(runs_dir)
    asked = find.for_prediction(run, folder)
    import_torch()
    from mnist_sum_tui.data import dataset
    from mnist_sum_tui.inference.predict import load_predictor

    predictor = load_predictor(asked, folder, device or "auto")
    images = dataset.load_for_run(split, predictor.config.data_dir, data_dir)
    if not 0 <= index < len(images):
        raise UsageError(f"index {index} is out of range: the {split} images go from 0 to {len(images) - 1:,}")
    image = images.images[index]
    prediction = predictor.predict(image, chosen, int(images.labels[index]))
    if json:
        print_json({"index": index, "split": split, "source": predictor.source, **prediction.to_dict()})
    else:
        _show(image.tolist(), prediction, predictor, f"{split} image {index:,}", is_drawn=number is None)


@app.command("image")
def predict_image(
    file: Annotated[str, typer.Argument(help="A picture of one digit; - for standard input.", metavar="FILE")],
    number: Number = None,
    run: RunOption = None,
    device: Device = None,
    runs_dir: RunsDir = None,
    json: Json = False,
) -> None:
    """Predict digit and sum for a picture of any size, dark on light or light on dark.

    The image that is printed is the one that the network gets.
    """
    chosen = _number(number)
    from mnist_sum_tui.data.picture import prepare, read_picture

    image = prepare(read_picture(file))
    folder = folder_or_default(runs_dir)
    asked = find.for_prediction(run, folder)
    import_torch()
    from mnist_sum_tui.inference.predict import load_predictor

    predictor = load_predictor(asked, folder, device or "auto")
    prediction = predictor.predict(image, chosen)
    if json:
        print_json({"file": file, "source": predictor.source, **prediction.to_dict()})
    else:
        _show(image.tolist(), prediction, predictor, printable(file), is_drawn=number is None)


def _number(number: int | None) -> int:
    if number is not None and not 0 <= number <= 9:
        raise UsageError(f"number {number} is outside 0..9: choose a number from 0 to 9")
    return random.randrange(10) if number is None else number


def _show(pixels: "Pixels", prediction: "Prediction", predictor: "Predictor", what: str, *, is_drawn: bool) -> None:
    from rich.table import Table
    from rich.text import Text

    picture = ascii_picture(trim(pixels))
    said = Text("\n" * max(0, (len(picture) - 10) // 2))
    said.append(f"{what}\n", "dim")
    said.append(f"number {prediction.number}{' (random)' if is_drawn else ''}\n\n", "dim")
    colour = {True: "green", False: "red", None: "cyan"}[prediction.correct]
    verdict = {True: "  right", False: "  wrong", None: ""}[prediction.correct]
    said.append(equation(prediction.digit, prediction.number, prediction.sum), f"bold {colour}")
    said.append(f"{verdict}\n\n", colour)
    for name, value, probabilities in (
        ("digit", prediction.digit, prediction.digit_probabilities),
        ("sum", prediction.sum, prediction.sum_probabilities),
    ):
        share = probabilities[value]
        said.append(f"{name:<5} {value:>2}  {bar(share, 10)} {percent(share)}\n")
    if prediction.label is not None and not prediction.correct:
        truth = equation(prediction.label, prediction.number, prediction.label + prediction.number)
        said.append(f"\ncorrect: {truth}\n")
    elif not prediction.agrees:
        said.append("\nthe two heads disagree\n")
    table = Table.grid(padding=(0, 3))
    table.add_row(Text("\n".join(picture), no_wrap=True), said)
    out = console()
    out.print(table)
    out.print(f"by {predictor.source}", style="dim", soft_wrap=True)
