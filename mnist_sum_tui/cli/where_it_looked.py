"""What `mnist-sum predict --explain` prints about where the network looked: a picture each for digit and sum."""

from typing import TYPE_CHECKING, Any

from mnist_sum_tui.cli.layout import PIPED_WIDTH, drawing_width, is_plain, say
from mnist_sum_tui.cli.pictures import GAP, coloured_blocks, has_half_blocks
from mnist_sum_tui.glyphs import current, shown

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from rich.console import Console
    from rich.text import Text
    from torch import Tensor

    from mnist_sum_tui.charts.thumbnail import Image
    from mnist_sum_tui.inference.predict import Prediction, Predictor

    Pixels = Tensor | NDArray[np.uint8]

COLUMNS = 28
"""the columns of each picture"""


def where_facts(predictor: "Predictor", image: "Pixels", number: int) -> dict[str, Any]:
    """Values for JSON: how far the log-odds of digit and sum fall when each pixel of (28, 28) is hidden."""
    from mnist_sum_tui.inference.heat import occlusion

    heat = occlusion(predictor, image, number)
    return {"where": {"digit": heat.digit.round(4).tolist(), "sum": heat.sum.round(4).tolist()}}


def print_where(out: "Console", predictor: "Predictor", image: "Pixels", prediction: "Prediction") -> None:
    """Print both heat maps over the image, side by side or below each other, and what the shades mean."""
    import numpy as np
    from rich.text import Text

    from mnist_sum_tui.charts.heat import less_sure
    from mnist_sum_tui.inference.heat import occlusion

    heat = occlusion(predictor, image, prediction.number)
    parts = []
    digit = "digit", prediction.digit, max(prediction.digit_probabilities), heat.digit
    total = "sum", prediction.sum, max(prediction.sum_probabilities), heat.sum
    for head, answer, sure, part in (digit, total):
        fall = less_sure(sure, float(part.max()))
        where = f", {place(part)}" if fall and is_plain() else ""
        caption = f"{head} {answer}: {fall or 'no place alone matters'}{where}"
        parts.append([*_drawn(out, part, np.asarray(image)), Text(caption, "dim")])
    say(out, "Where it looked", "bold")
    fits = not is_plain() and drawing_width(out) >= 2 * COLUMNS + GAP
    parts = [part[-1:] for part in parts] if is_plain() else parts
    for lines in zip(*parts, strict=True) if fits else ((line,) for part in parts for line in part):
        for line in lines[:-1]:
            line.pad_right(COLUMNS + GAP - line.cell_len)
        out.print(Text().join(lines), soft_wrap=True)
    if is_plain():
        out.print("how sure each answer is, how sure with a grey square where it matters most, and where that is")
        return
    stronger = "the stronger the orange" if has_half_blocks(out) else f"the denser the shade ({current().shades[1:]})"
    dots = "" if has_half_blocks(out) else f"; {shown(current().between)} is ink that hardly matters"
    meaning = "the less sure the answer is when a grey square lies there: it hides ink, and on paper it is new ink"
    figures = "The figures: how sure it is, and how sure with a square on the strongest place."
    words = f"{stronger.capitalize()}, {meaning}{dots}. {figures}"
    say(out, words, piped=PIPED_WIDTH)
    out.print()


def place(heat: "NDArray[np.float32]") -> str:
    """In which of nine parts of the image (28, 28) the strongest place is, for who cannot see it: `at the top left`."""
    rows, columns = heat.shape
    row, column = divmod(int(heat.argmax()), columns)
    names = ("top", "", "bottom")[3 * row // rows], ("left", "", "right")[3 * column // columns]
    return f"at the {' '.join(filter(None, names))}" if any(names) else "in the middle"


def _drawn(out: "Console", heat: "NDArray[np.float32]", image: "Image") -> "list[Text]":
    from rich.text import Text

    from mnist_sum_tui.charts.heat import coloured, shaded

    if not has_half_blocks(out):
        return [Text(line) for line in shaded(heat, image, COLUMNS, COLUMNS // 2)]
    return coloured_blocks(coloured(heat, image, COLUMNS, COLUMNS).tolist())
