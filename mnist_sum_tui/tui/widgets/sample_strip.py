"""SampleStrip: a few validation images, each with the network's current answer, and the addition table of the first."""

import numpy as np
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.reactive import reactive
from textual.strip import Strip
from textual.visual import Visual
from textual.widget import Widget

from mnist_sum_tui.charts.thumbnail import Image, as_grey, resize, shrink
from mnist_sum_tui.formatting import equation, first_fit
from mnist_sum_tui.glyphs import BRAILLE
from mnist_sum_tui.runs.events import Samples
from mnist_sum_tui.tui.widgets.digit import blocks

COUNT = 8
SUMS = 19
WHOLE = len("9 + 9 = 18 x")
"""columns of the longest equation and its mark"""
ROWS_PER_COLUMN = 0.6
"""rows of an image per column; 0.5 would keep the proportions, but slightly narrow digits are larger"""


class Sample(Widget):
    """Shows one image above its equation."""

    image: reactive[Image | None] = reactive(None, always_update=True)
    answer: reactive[tuple[int, int, int, int] | None] = reactive(None)
    """the true digit, the number, the predicted digit and sum"""

    _lines: tuple[Strip, ...] = ()
    """the lines of the image; empty if they are to be drawn again"""

    def render(self) -> Content:
        """The image as large as possible, and the equation with a mark for right or wrong."""
        rows, words = self._rows, self._words(self.content_size.width)
        if self.image is None or not rows:  # not read yet; the words keep their place
            return Content("\n" * rows) + words
        return self._picture() + "\n" + words

    def render_line(self, y: int) -> Strip:
        """As `render`, line by line; those of the image stay when the answer changes, because they take most time."""
        rows, width = self._rows, self.content_size.width
        if self.image is None or not rows:
            return super().render_line(y)
        if y > rows:
            return Strip.blank(width, self.rich_style)
        if y == rows:
            return Visual.to_strips(self, self._words(width), width, 1, self.visual_style)[0]
        self._lines = self._lines or (*Visual.to_strips(self, self._picture(), width, rows, self.visual_style),)
        return self._lines[y]

    def notify_style_update(self) -> None:
        """Draw the image again, because the theme has changed."""
        super().notify_style_update()
        self._lines = ()

    def watch_image(self) -> None:
        """Draw another image."""
        self._lines = ()

    on_resize = watch_image

    @property
    def _rows(self) -> int:
        """How many rows the image takes; 0 if there is no room for one."""
        width, height = self.content_size
        return 0 if height < 4 or not width else min(height - 1, round(min(width, height * 2) * ROWS_PER_COLUMN))

    def _picture(self) -> Content:
        """The image in the middle."""
        assert self.image is not None
        width, height = self.content_size
        columns = min(width, height * 2)
        _, _, paper, ink = self.colors
        indent = " " * ((width - columns) // 2)
        rows = blocks(shrink(self.image, columns, self._rows * 2), paper, ink).split("\n")
        return Content("\n").join(Content.assemble(indent, row) for row in rows)

    def _words(self, width: int) -> Content:
        if self.answer is None:
            return Content("...".center(width))
        label, number, digit, total = self.answer
        is_right = digit == label and total == label + number
        words = caption(label, number, digit, total, width)
        return Content.styled(words.center(width).rstrip(), "$text-success" if is_right else "$text-error bold")


def caption(label: int, number: int, digit: int, total: int, width: int) -> str:
    """The question and the answer, in the longest form that fits: `3 + 5: read 7 + 5 = 12 ✗`, at least `✗`.

    If the two answers do not fit together: `3 + 5: read 3, sum 9 ✗`.
    """
    answer = equation(digit, number, total)
    close = answer.replace(" ", "")
    if digit == label and total == label + number:
        forms = [f"{close} {BRAILLE.right}"]
        if width >= WHOLE:  # the same form for all images
            forms.insert(0, f"{answer} {BRAILLE.right}")
    else:
        if digit + number != total:  # as one equation it would look like our error
            answer = close = f"{digit}, sum {total}"
        read, short = f"read {answer} {BRAILLE.wrong}", f"{close} {BRAILLE.wrong}"
        forms = [f"{label} + {number}: {read}", f"{label}+{number}: read {short}", read, f"read {short}", short]
    return first_fit([*forms, forms[-1][-1]], width)


class AdditionPicture(Widget):
    """Shows the addition table of the first image: a row per number, a column per sum; adding makes a diagonal."""

    rows: reactive[tuple[str, ...]] = reactive(())
    label: reactive[int] = reactive(0)
    step: reactive[int] = reactive(0)
    """after which step the answers were given"""

    def render(self) -> Content:
        """The table in half-blocks, brighter where a sum is more probable, and its caption."""
        width, height = self.content_size
        if not self.rows or height < 4 or width < SUMS:
            return Content()
        columns = width // SUMS * SUMS
        _, _, paper, ink = self.colors
        picture = blocks(table_image(self.rows, columns, 2 * min(height - 1, len(self.rows))), paper, ink)
        short = f"sums of {self.label} + 0 to 9"
        words = first_fit((f"step {self.step:,}: {short}", short), columns).center(columns)
        return Content("\n").join([picture, Content.styled(words, "$text-muted")])


def table_image(rows: tuple[str, ...], width: int, height: int) -> Image:
    """An addition table in tenths as an image (height, width): black for 0, white for 9."""
    return as_grey(resize(np.array([[int(share) for share in row] for row in rows]) / 9, width, height))


class SampleStrip(Horizontal):
    """Shows the samples side by side."""

    def compose(self) -> ComposeResult:
        """One widget per image."""
        for place in range(COUNT):
            yield Sample(classes=f"{'-spare' if place >= 6 else ''} {'-last' if place == COUNT - 1 else ''}")
        yield AdditionPicture()

    def show(self, samples: Samples | None, images: dict[int, Image]) -> None:
        """Show the newest answers, or that there are none yet; images may be added in a later call."""
        if samples is None:
            for widget in self.query(Sample):
                widget.answer = None
            self.query_one(AdditionPicture).rows = ()
            return
        rows = zip(samples.indices, samples.labels, samples.numbers, samples.digits, samples.sums, strict=True)
        for widget, (index, *answer) in zip(self.query(Sample), rows, strict=False):
            if widget.image is None or widget.image is not images.get(index):
                widget.image = images.get(index)
            widget.answer = (answer[0], answer[1], answer[2], answer[3])
        table = self.query_one(AdditionPicture)
        table.rows, table.label = samples.addition, samples.labels[0] if samples.labels else 0
        table.step = samples.step
        self.set_class(bool(samples.addition), "-with-table")
