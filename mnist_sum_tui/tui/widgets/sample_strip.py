"""SampleStrip: a few validation images, each with the network's current answer."""

import numpy as np
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from mnist_sum_tui.charts.thumbnail import Image, shrink
from mnist_sum_tui.formatting import RAMP, equation
from mnist_sum_tui.glyphs import BRAILLE
from mnist_sum_tui.runs.events import Samples
from mnist_sum_tui.tui.widgets.digit import blocks

COUNT = 8
ROOM_FOR_CHARACTERS = 18
"""columns; if there are fewer, half-blocks are easier to read than characters"""
ROWS_PER_COLUMN = 0.6
"""0.5 would keep the proportions; slightly narrow digits are larger"""


class Sample(Widget):
    """One image above its equation."""

    image: reactive[Image | None] = reactive(None, always_update=True)
    answer: reactive[tuple[int, int, int, int] | None] = reactive(None)
    """the true digit, the number, the predicted digit and sum"""

    def render(self) -> Content:
        """The image as large as fits, and the equation with a mark for right or wrong."""
        width, height = self.content_size
        words = self._words(width)
        if height < 4 or self.image is None:
            return words
        columns = min(width, height * 2)
        rows = min(height - 1, round(columns * ROWS_PER_COLUMN))
        return Content("\n").join([*_picture(self.image, columns, rows, self).split("\n"), words])

    def _words(self, width: int) -> Content:
        if self.answer is None:
            return Content("...".center(width))
        label, number, digit, total = self.answer
        is_right = digit == label and total == label + number
        said, mark = equation(digit, number, total), BRAILLE.right if is_right else BRAILLE.wrong
        if width < len("9 + 9 = 18 v"):
            said = said.replace(" ", "")
        return Content.styled(f"{said} {mark}", "$text-success" if is_right else "$text-error bold")


class SampleStrip(Horizontal):
    """Shows the samples side by side."""

    def compose(self) -> ComposeResult:
        """One widget per image."""
        for place in range(COUNT):
            yield Sample(classes="" if place < 6 else "-spare")  # hidden on a narrow screen

    def show(self, samples: Samples, images: dict[int, Image]) -> None:
        """Show the newest answers; an image that is not loaded yet appears at a later call."""
        rows = zip(samples.indices, samples.labels, samples.numbers, samples.digits, samples.sums, strict=True)
        for widget, (index, *answer) in zip(self.query(Sample), rows, strict=False):
            if widget.image is None or widget.image is not images.get(index):
                widget.image = images.get(index)
            widget.answer = (answer[0], answer[1], answer[2], answer[3])


def _picture(image: Image, columns: int, rows: int, widget: Widget) -> Content:
    """The image in characters if they fit, else in half-blocks."""
    if columns >= ROOM_FOR_CHARACTERS:
        small = shrink(image, columns, rows)
        ramp = np.array(list(RAMP))
        return Content("\n".join("".join(row) for row in ramp[small.astype(int) * len(RAMP) // 256].tolist()))
    _, _, paper, ink = widget.colors
    return blocks(shrink(image, columns, rows * 2), paper, ink)
