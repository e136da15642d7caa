"""The sample images of the animation, each with the network's answer below it."""

import numpy as np

from mnist_sum_tui.charts.thumbnail import Image
from mnist_sum_tui.errors import DataError
from mnist_sum_tui.export.moving.film import Film, number, row
from mnist_sum_tui.export.moving.looks import COLOURS, EDGE, INNER, LINE
from mnist_sum_tui.export.moving.story import Story
from mnist_sum_tui.export.sample_images import images_of
from mnist_sum_tui.runs.events import Samples

TOP, TILE, MOST = 468, 86, 7
"""y of the strip, size of an image with its frame, and number of images"""
LEVELS = 6
"""grey levels of ink"""
MARKS = {
    True: f'<path d="M3 12l5 6L18 5" fill="none" stroke="{COLOURS["digit"]}" stroke-width="3"/>',
    False: f'<path d="M4 5L17 18M17 5L4 18" fill="none" stroke="{COLOURS["wrong"]}" stroke-width="3"/>',
}
LOOKS = {True: "digit", False: "wrong"}


def strip(story: Story, film: Film, data_dir: str | None) -> str:
    """The sample images side by side, from the folder of the run's images, or the built-in MNIST; empty without any.

    Raises:
        DataError: the images are not there.
    """
    if not story.samples:
        return ""
    images = images_of(story.samples[0], MOST, data_dir)
    if images is None:
        where = "the built-in MNIST" if data_dir is None else data_dir
        raise DataError(f"the images of the training are not in {where}, so there is no moving picture")
    found = []
    for place, image in enumerate(images):
        x = EDGE + INNER / MOST * place
        drawn = f'<g transform="translate(4 4) scale({(TILE - 8) / 28:.4f})">{pixels(image)}</g>'
        found.append(f'<g transform="translate({number(x)} {TOP})">{_answers(story, film, place, drawn)}</g>')
    return "\n".join(found)


def _answers(story: Story, film: Film, place: int, drawn: str) -> str:
    """An image in a frame, with its equation and a tick or cross."""
    given = story.samples[0].numbers[place]
    frames, marks, edges = [(0.0, row(18, f"? + {given} = ?", "muted"))], [(0.0, "")], [(0.0, f"stroke:{LINE}")]
    for event in story.samples:
        at, (words, right) = story.second(event.step), answer(event, place)
        frames.append((at, row(18, words)))
        marks.append((at, MARKS[right]))
        edges.append((at, f"stroke:{COLOURS[LOOKS[right]]}"))
    end = edges[-1][1].removeprefix("stroke:")
    look = f'width="{TILE - 2}" height="{TILE - 2}" rx="6" stroke-width="2" stroke="{end}"'
    return (
        f'<rect class="{film.animate(edges, jump=True)}" x="1" y="1" {look}/>{drawn}'
        f"{film.reel((TILE + 6, 0, 24, 24), marks)}{film.reel((0, TILE + 6, 132, 26), frames)}"
    )


def answer(event: Samples, place: int) -> tuple[str, bool]:
    """`7 + 5 = 12` with each answer coloured as right or wrong; and whether both are right."""
    label, given, digit, total = (values[place] for values in (event.labels, event.numbers, event.digits, event.sums))
    is_read, is_added = digit == label, total == label + given
    said = (
        f'<tspan class="{LOOKS[is_read]}">{digit}</tspan> + {given} = <tspan class="{LOOKS[is_added]}">{total}</tspan>'
    )
    return said, is_read and is_added


def pixels(image: Image) -> str:
    """An image as SVG paths, one unit per pixel.

    Each grey level is drawn over the darker ones, so that no gaps show between pixels.
    """
    found = []
    for level in range(1, LEVELS + 1):
        inked = image >= 255 * (level - 0.5) / LEVELS
        runs = ""
        for y, line in enumerate(inked):
            edges = np.flatnonzero(np.diff(line.astype(int), prepend=0, append=0))
            runs += "".join(f"M{begin} {y}h{end - begin}v1h{begin - end}z" for begin, end in edges.reshape(-1, 2))
        if runs:
            grey = f"{round(255 * level / LEVELS):02x}"
            found.append(f'<path fill="#{grey * 3}" d="{runs}"/>')
    return "".join(found)
