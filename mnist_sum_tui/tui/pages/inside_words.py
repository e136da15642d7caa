"""The page Inside's words about each layer, for readers who see one for the first time."""

from typing import TYPE_CHECKING

from mnist_sum_tui.charts.scatter import MOST, DigitMap
from mnist_sum_tui.charts.thumbnail import as_maps
from mnist_sum_tui.formatting import a_digit, percent, plural, wrapped
from mnist_sum_tui.glyphs import BRAILLE
from mnist_sum_tui.printable import printable
from mnist_sum_tui.sizes import DIGITS, SIDE
from mnist_sum_tui.training.dead_units import short_name
from mnist_sum_tui.tui.widgets.large_map import LargeMap
from mnist_sum_tui.tui.widgets.maps import is_scores, reads_image

if TYPE_CHECKING:
    from mnist_sum_tui.inference.layer_views import LayerView
    from mnist_sum_tui.inference.predict import Prediction

SLIDING = "slide show: space ends it", "space ends slides"
"""what is said while another image comes every few seconds, the longest first"""
NEEDED_ROWS = 19
"""rows that the words must leave free, for tabs, two rows of maps, the line of those that are left, weights, footer"""
ENDS = ("digit scores", "sum scores")
"""kinds of layers whose values are shown as bars"""
FEW_LAYERS, MORE_LAYERS = 10, 22
"""on a large screen so many layers, and the views below them, fit under the image at its full size: the fewer with the
ten sums below them, the more without"""
VIEWS = {
    "table": "addition table: 10x19",
    "means": "mean tables: 10 of 10x19",
    "health": "health of the layers",
    "map": "map of the digits",
}
"""the views besides the layers, by their CSS class: the last rows of the list"""
MEANS = (
    "Per true digit, the mean addition table of all its test images. Downwards: the numbers 0 to 9; to the right: the "
    "sums 0 to 18. A network that adds has a diagonal in each, one column further from digit to digit; "
    "grey beside it is doubt, grey everywhere a guess."
)
NO_MEANS = "All test images are being read with these weights. Then each true digit has its mean addition table here."
NO_HEALTH = (
    "Here you will see how each layer does while a network trains: whether its weights move, and whether units fall "
    "silent. Start a training (F1), or open or replay a run (F5). Runs of earlier versions have no such figures."
)
TOO_EARLY = "These weights are from before the first look at the layers. Later ones (key .) have figures."
NAMES, ROOTS = "The numbers are only names.", "Empty: 0 or less. Weak values are shown stronger."
SHIFTED = "Batch norm shifts and scales each map, so one that was empty may light up."
UP_OR_DOWN = " The columns go up from the line at 0 or down below it."
AXES = (
    " Across and up are the two directions in which that layer's values differ most (principal components): only how "
    "near two points are has a meaning, not where they are."
)
EARLIER_MAP = "This is still the map of {}. That of the weights that are chosen now follows in some seconds."
NO_MAP = "Here you will see all test images as points, near each other where the network sees them as alike."


def brief(words: str, width: int, rows: int) -> str:
    """The first sentences, as many as fit into `rows` rows of `width` columns, but at least one."""
    said, *others = words.split(". ")
    for sentence in others:
        if len(wrapped(f"{said}. {sentence}.", max(width, 1))) > rows:
            return f"{said}."
        said = f"{said}. {sentence}"
    return said


def map_words(shown: DigitMap | None, index: int, *, before: str = "", is_drawn: bool, is_roomy: bool) -> str:
    """Words about the map of the digits, and about the image under its cursor, unless a drawing is shown.

    They say what the axes are if there is room (`is_roomy`). `before` names the weights of the map if these are not the
    chosen ones, whose map is still being made.
    """
    if shown is None:
        return NO_MAP
    if before:
        return EARLIER_MAP.format(printable(before))
    label, digit = int(shown.labels[index]), int(shown.digits[index])
    read = f", read as {digit}" if digit != label else ""
    misread = f"{BRAILLE.wrong}: misread"
    if shown.share_wrong > MOST:
        misread = f"{percent(shown.share_wrong, 0)} are misread, too many to mark"
    which = f"Cursor (m, arrows): #{index:,}, {a_digit(label)}{read}"
    return (
        f"{'The drawing is not on it' if is_drawn else which}. All test images as points: the more alike two are to "
        "the layer before the scores, the nearer they are. A figure: the digit of most points there (colours repeat); "
        f"{misread}.{AXES if is_roomy else ''}"
    )


def layer_row(view: "LayerView") -> str:
    """A row of the list: `conv1: 8 maps of 28x28`, `conv1 pooled: 8 of 14x14`, `hidden: 128 values`.

    Pooled maps are those of the row above, and their size, in which they differ, must not be cut off.
    """
    words, maps = shape_words(view), view.maps
    if "pooling" in view.kind:
        words = words.replace(" maps", "")
    if len(maps) == 1 and maps.ndim == 3:
        words = f"{maps.shape[1]}x{maps.shape[2]}"
    return f"{short_name(view.name)}: {words}"


def shape_words(view: "LayerView") -> str:
    """`8 maps of 28x28`, `128 values`."""
    count, *sides = view.maps.shape
    return f"{plural(count, 'map')} of {'x'.join(map(str, sides))}" if sides else plural(count, "value")


def layer_words(
    view: "LayerView", number: int, is_dark: bool, has_columns: bool = True, is_sorted: bool = False
) -> str:
    """What the layer does, and how to read its pictures in a dark or light theme.

    `has_columns` says that there is room for the scores as columns beside the bars of their probabilities, `is_sorted`
    that the strongest maps come first.
    """
    if view.kind == "image":
        return (
            f"The image goes in: 28x28 grey values. The number {number} comes in much later, after the digit scores. "
            "The list at the left has the layers in the order in which the image passes through them, and below them "
            "what the network has learned as a whole."
        )
    kind = f"{view.kind[:1].upper()}{view.kind[1:]}{_functions(view, 'then')}"
    if is_sorted and len(as_maps(view.maps)) > 1:
        kind = f"Strongest maps first {BRAILLE.between} {kind}"
    return (
        _map_layer_words(view, kind, is_dark)
        or _head_words(view, number, UP_OR_DOWN if has_columns else "")
        or f"{kind}: each square is one value, made of all values of the layer before. Strong ones stand out."
    )


def _map_layer_words(view: "LayerView", kind: str, is_dark: bool) -> str:
    """Words about a convolution or a pooling, which `kind` names; empty for other layers."""
    if reads_image(view):
        ink, paper = ("white", "black") if is_dark else ("black", "white")
        return (
            f"{kind}: each map has one filter (small square: {ink} counts for, {paper} against), laid on "
            f"{patches_words(view)}. A place stands out where its patch fits, often at an edge; "
            f"empty paper may fit, too. {NAMES} {ROOTS}"
        )
    if view.kernels is not None:
        return (
            f"{kind}: each map joins all maps of the layer before. It stands out where it finds its pattern; "
            f"each place sees {_part(view)} of the image. {NAMES} {ROOTS}"
        )
    if "pooling" in view.kind:
        kept = "the strongest" if "max" in view.kind else "the mean"
        maps = "smaller maps" if view.folded else "the same maps, smaller"
        words = f"{kind}: {maps}. Of each square {kept} is kept: what was found, less exactly where."
        return f"{words} {f'{SHIFTED} ' if 'batch norm' in view.folded else ''}{ROOTS}"
    return ""


def _head_words(view: "LayerView", number: int, columns: str) -> str:
    """Words about scores (with `columns` after them), or about how the number comes in; empty for other layers."""
    if view.kind == "digit scores":
        return (
            "Ten scores, one for each digit. "
            f"As probabilities (the bars) they are the first answer, the digit.{columns}"
        )
    if view.kind == "sum scores":
        return (
            "Nineteen scores, one for each sum, 0 to 18. "
            f"As probabilities (the bars) they are the second answer, the sum.{columns}"
        )
    if view.kind == "digit x number":
        return (
            f"Here the number comes in. Row: digit, column: number. Only column {number} is lit, in the rows of the "
            "digits that it considers: one, if it is sure. Each cell is one addition, whose sum the next layer learns."
        )
    if view.name == "number":
        return (
            f"Here the number comes in. Above: the ten digit scores. Below: ten places, of which only that of {number} "
            "is lit. The layers that follow have to learn to add them."
        )
    return ""


def _functions(view: "LayerView", word: str) -> str:
    """What lies between the layer and its maps, after a word: `, then batch norm and ReLU`; empty if nothing."""
    return f", {word} {' and '.join(view.folded)}" if view.folded else ""


def patches_words(view: "LayerView") -> str:
    """On which patches a first layer lays its filters: `every 3x3 patch of the image`."""
    rows, columns = view.field
    gap = {1: "every", 2: "every second", 3: "every third"}.get(rows.step, f"every {rows.step}th")
    part = "the image"
    if max(rows.low, columns.low, SIDE - rows.high, SIDE - columns.high) > 0:
        part = f"the inner {rows.high - rows.low}x{columns.high - columns.low} of the image, without its rim"
    return f"{gap} {rows.size}x{columns.size} patch of {part}"


def place_words(large: LargeMap) -> str:
    """Where the cursor is on a map, the value there, and the part of the image on which it depends."""
    assert large.view is not None
    (row, column), patch = large.place, large.patch
    value = as_maps(large.view.maps)[large.index, row, column]
    rows, columns = (f"{part.start + 1} to {part.stop}" for part in (patch.rows, patch.columns))
    return (
        f"{_place(large.view, large.index, row, column)}: {value:.2f}{_functions(large.view, 'after')}. "
        f"It depends on the framed part of the image: rows {rows}, columns {columns}. Arrows move the cursor."
    )


def _place(view: "LayerView", index: int, row: int, column: int) -> str:
    """A place of a map in words: `Map 3 of conv1 at row 2, column 5`, or what it stands for, if it has a meaning."""
    if is_scores(view):
        return f"{short_name(view.name)}: score of {'digit' if len(view.maps) == DIGITS else 'sum'} {column}"
    if view.kind == "digit x number":
        return f"Digit {row} with number {column}"
    return f"Map {index + 1} of {short_name(view.name)} at row {row + 1}, column {column + 1}"


def _part(view: "LayerView") -> str:
    """How much of the image a place sees: `a 9x9 patch`, `all`; `18x18 to 24x24 pixels` if some see padding, too."""
    pixels = []
    for axis, count in zip(view.field, view.maps.shape[1:], strict=True):
        seen = map(axis.seen, range(count))
        pixels.append([max(0, part.stop - part.start) for part in seen])
    (rows, columns), most = map(min, pixels), "x".join(str(max(along)) for along in pixels)
    least = f"{rows}x{columns}"
    if least != most:
        return f"{least} to {most} pixels"
    return "all" if rows == columns == SIDE else f"{'an' if rows in (8, 11, 18) else 'a'} {least} patch"


def truth_words(said: "Prediction") -> str:
    """The right answer in words, which must be known: the digit, or, if the digit is right, the sum."""
    assert said.truth is not None
    return f"it is {a_digit(said.truth[0])}" if said.digit != said.truth[0] else f"it is {said.truth[1]}"
