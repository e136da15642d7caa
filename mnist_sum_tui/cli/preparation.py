"""What `mnist-sum predict image --explain` prints about the preparation: its steps in pictures and in words."""

from typing import TYPE_CHECKING, Any

from mnist_sum_tui.cli.layout import PIPED_WIDTH, drawing_width, say
from mnist_sum_tui.cli.pictures import GAP, print_pictures
from mnist_sum_tui.formatting import percent

if TYPE_CHECKING:
    from rich.console import Console

    from mnist_sum_tui.data.picture import Picture, Preparation

LEAST_COLUMNS, MOST_COLUMNS = 12, 28
NAMES = ("as it came", "ink found", "boxed", "centred")


def preparation_words(picture: "Picture", found: "Preparation") -> list[str]:
    """What was done to the picture, a line per step."""
    from mnist_sum_tui.data.picture import INK_SIDE
    from mnist_sum_tui.sizes import SIDE

    height, width = found.grey.shape
    _, _, box_width, box_height = found.box
    side, longer, of = max(("height", box_height, height), ("width", box_width, width), key=lambda each: each[1])
    lines = []
    if picture.turned:
        lines.append(f"it was turned {picture.turned}, as its EXIF data says")
    if max(width, height) < max(picture.width, picture.height):
        lines.append(f"{picture.width:,} x {picture.height:,} pixels were averaged to {width:,} x {height:,}")
    swapped = "ink and paper were swapped, because MNIST's ink is bright and its paper dark"
    lines.append(swapped if found.ink.is_dark else "the ink is bright and the paper dark, as in MNIST")
    lines.append(f"what has less than {percent(found.ink.threshold, 0)} of the strongest ink counts as paper")
    if found.ink.has_grain:
        lines.append("the paper has grain, so single dark or bright pixels count as paper, too")
    if found.ink.is_cleared:
        lines.append("shadows, lines on the paper, a printed box, what reaches the edge, and specks are left out")
    done = "not scaled" if longer == INK_SIDE else f"{'enlarged' if longer < INK_SIDE else 'scaled down'} to {INK_SIDE}"
    filled = f"the digit's longer side, its {side}, filled {longer:,} pixels of {of:,}"
    lines.append(f"{filled}; it was cut out and {done}, in an image of {SIDE}")
    lines.append("its centre of mass was moved to the centre")
    return lines


def preparation_facts(picture: "Picture", found: "Preparation") -> dict[str, Any]:
    """What was done to the picture, as values for JSON."""
    return {
        "width": picture.width,
        "height": picture.height,
        "turned": picture.turned or None,
        "swapped": found.ink.is_dark,
        "threshold": found.ink.threshold,
        "grain": found.ink.has_grain,
        "cleared": found.ink.is_cleared,
        "box": found.box,
        "image": found.image.tolist(),
    }


def print_preparation(out: "Console", picture: "Picture", found: "Preparation") -> None:
    """Print pictures of the four steps side by side, and what was done in words."""
    import numpy as np

    columns = min(max((drawing_width(out) - 3 * GAP) // 4, LEAST_COLUMNS), MOST_COLUMNS)
    boxed = (found.scaled * 255).astype(np.uint8)
    block = max(1, max(found.ink.share.shape) // columns)  # the mean of a cell would hide a small digit
    rows, across = (-(-side // block) for side in found.ink.share.shape)
    padded = np.pad(found.ink.share * 255, [(0, -side % block) for side in found.ink.share.shape])
    ink = padded.reshape(rows, block, across, block).max((1, 3)).astype(np.uint8)
    say(out, "How the picture was prepared", "bold")
    print_pictures(out, list(zip(NAMES, (found.grey, ink, boxed, found.image), strict=True)), columns)
    for line in preparation_words(picture, found):
        say(out, f"- {line}", indent=2, piped=PIPED_WIDTH)
    out.print()
