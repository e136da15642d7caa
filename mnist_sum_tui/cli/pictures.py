"""Print small pictures side by side: in half-blocks if the terminal has true colour, else in characters."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from mnist_sum_tui.cli.layout import drawing_width, is_plain, say
from mnist_sum_tui.formatting import ascii_picture
from mnist_sum_tui.glyphs import ASCII, BLOCKS, current
from mnist_sum_tui.printable import cut

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

    from mnist_sum_tui.charts.thumbnail import Image
    from mnist_sum_tui.formatting import Pixels

UPPER_HALF = BLOCKS.dots[1]
GAP = 2


def has_half_blocks(out: "Console") -> bool:
    """Whether the terminal can show two grey pixels in a cell."""
    return current() is not ASCII and out.color_system == "truecolor" and not out.no_color


def half_blocks(pixels: "Pixels") -> "list[Text]":
    """Grey values 0..255 as half-blocks, two rows per line; below an odd last row it is black."""
    rows = [*pixels, [0] * len(pixels[0])] if len(pixels) % 2 else pixels
    return coloured_blocks([[(value, value, value) for value in row] for row in rows])


def coloured_blocks(rows: "Sequence[Sequence[Sequence[int]]]") -> "list[Text]":
    """Pixels of red, green and blue 0..255 as half-blocks, two rows per line."""
    from rich.text import Text

    colours = [[f"rgb({red},{green},{blue})" for red, green, blue in row] for row in rows]
    return [
        Text.assemble(*((UPPER_HALF, f"{upper} on {lower}") for upper, lower in zip(*pair, strict=True)))
        for pair in zip(colours[::2], colours[1::2], strict=True)
    ]


def print_pictures(out: "Console", pictures: "Sequence[tuple[str, Image]]", columns: int) -> None:
    """Print grey pictures (H, W) of `columns` columns with a caption below each, as many side by side as fit."""
    from rich.text import Text

    if is_plain():
        say(out, "; ".join(caption for caption, _ in pictures))
        return
    width = drawing_width(out)
    columns = min(columns, width)
    across = max(1, (width + GAP) // (columns + GAP))
    for first in range(0, len(pictures), across):
        row = pictures[first : first + across]
        drawn = [[*_small(out, image, columns), Text(cut(caption, columns), "dim")] for caption, image in row]
        height = max(map(len, drawn))
        for parts in zip(*([Text()] * (height - len(lines)) + lines for lines in drawn), strict=True):
            for part in parts:
                part.pad_right(columns - part.cell_len)
            line = Text(" " * GAP).join(parts)
            line.rstrip()
            out.print(line, soft_wrap=True)


def _small(out: "Console", image: "Image", columns: int) -> "list[Text]":
    """The picture with its longer side scaled to `columns` pixels; a cell is half as wide as high."""
    from rich.text import Text

    from mnist_sum_tui.charts.thumbnail import resize

    height, width = image.shape
    wide, high = (max(1, round(columns * side / max(height, width))) for side in (width, height))
    if has_half_blocks(out):
        return half_blocks(resize(image, wide, high).astype(int).tolist())
    grey = resize(image, wide, max(1, round(high / 2))).astype(int).tolist()
    return [Text(line) for line in ascii_picture(grey, wide=1)]
