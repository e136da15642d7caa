"""SampleStrip: a few validation images, each with the network's current answer, and the addition table of the first."""

from itertools import chain, repeat

import numpy as np
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.reactive import reactive
from textual.strip import Strip
from textual.style import Style
from textual.visual import Visual
from textual.widget import Widget

from mnist_sum_tui.charts.thumbnail import Image, as_grey, resize, shrink
from mnist_sum_tui.formatting import equation, first_fit
from mnist_sum_tui.glyphs import BRAILLE
from mnist_sum_tui.runs.events import SAMPLE_COUNT, Samples
from mnist_sum_tui.sizes import SUMS
from mnist_sum_tui.tui.widgets.half_blocks import blocks, sheet_of

WHOLE, CLOSE = len("9 + 9 = 18 x"), len("9+9=18 x")
"""columns of the longest equation and its mark, with spaces and without"""
WRONG = (
    "{0} + {1}: read {2}, sum {3} {4}",
    "{0}+{1}: read {2}, sum {3} {4}",
    "{0}+{1}: {2}, {3} {4}",
    "{0}+{1}: {2},{3} {4}",
    "{0}+{1}:{2},{3}{4}",
    "{0}+{1}:{2},{3}",
    "{2}, {3} {4}",
    "{4}",
)
"""forms of a wrong answer: the true digit and the number, the digit and the sum that the network answered, and a sign;
it goes before the number does: without that nobody can tell what is wrong, and a colon in place of `=` says that"""
ROWS_PER_COLUMN = 0.6
"""rows of an image per column; 0.5 would keep the proportions, but slightly narrow digits are larger"""


class Captioned(Widget):
    """A picture with a line of words below. The picture stays as it is drawn while only the words change."""

    _lines: tuple[Strip, ...] = ()
    """the lines of the picture; empty if they are to be drawn again"""

    @property
    def _rows(self) -> int:
        """How many rows the picture takes; 0 if there is none, or no room for it."""
        raise NotImplementedError

    def _picture(self) -> Content:
        """The picture, if it has rows."""
        raise NotImplementedError

    def _words(self, width: int) -> Content:
        """The words, in so many columns."""
        raise NotImplementedError

    def render(self) -> Content:
        """The picture and the words."""
        words = self._words(self.content_size.width)
        return self._picture() + "\n" + words if self._rows else words

    def render_line(self, y: int) -> Strip:
        """As `render`, line by line."""
        rows, width = self._rows, self.content_size.width
        if not rows:
            return super().render_line(y)
        if y > rows:
            return Strip.blank(width, self.rich_style)
        if y == rows:
            return Visual.to_strips(self, self._words(width), width, 1, self.visual_style)[0]
        drawn = self._lines
        if len(drawn) != rows or drawn[0].cell_length != width:  # a line may be asked for before the new size is told
            lines = Visual.to_strips(self, self._picture(), width, rows, self.visual_style)
            drawn = self._lines = (*(line.adjust_cell_length(width, self.rich_style) for line in lines),)
        return drawn[y]

    def notify_style_update(self) -> None:
        """Draw the picture again, because the theme has changed."""
        super().notify_style_update()
        self._lines = ()


class Sample(Captioned):
    """Shows one image, as large as possible, above its equation with a mark for right or wrong."""

    image: reactive[Image | None] = reactive(None, always_update=True)
    answer: reactive[tuple[int, int, int, int] | None] = reactive(None)
    """the true digit, the number, the predicted digit and sum"""

    def watch_image(self) -> None:
        """Draw another image."""
        self._lines = ()

    @property
    def _columns(self) -> int:
        """The columns of the narrowest sample, for all: some have a column more."""
        assert self.parent is not None
        tiles = self.parent.query_children(Sample)
        return min((tile.content_size.width for tile in tiles if tile.display), default=self.content_size.width)

    @property
    def _rows(self) -> int:
        width, height = self._columns, self.content_size.height
        return 0 if height < 4 or not width else min(height - 1, round(min(width, height * 2) * ROWS_PER_COLUMN))

    def _picture(self) -> Content:
        width, height = self.content_size
        if self.image is None:  # not read yet; the words keep their place
            return Content("\n" * (self._rows - 1))
        columns = min(self._columns, height * 2)
        _, _, paper, ink = self.colors
        indent = " " * ((width - columns) // 2)
        rows = blocks(shrink(self.image, columns, self._rows * 2), paper, ink).split("\n")
        return Content("\n").join(Content.assemble(indent, row) for row in rows)

    def _words(self, width: int) -> Content:
        if self.answer is None:
            return Content("...".center(width))
        label, number, digit, total = self.answer
        is_right = digit == label and total == label + number
        words = caption(label, number, digit, total, self._columns)
        return Content.styled(words.center(width).rstrip(), "$text-success" if is_right else "$text-error bold")


def caption(label: int, number: int, digit: int, total: int, width: int) -> str:
    """The question and both answers: `3 + 5: read 7, sum 12 ✗`, `3+5: 7,12 ✗`, `3+5:7,12`, at least `✗`.

    All samples of a strip get the same form, the longest in which those with the longest sums fit. A right answer is an
    equation; a wrong one is none, because `7+5=13` with the sign of what is wrong would look like our error.
    """
    if digit == label and total == label + number:
        answer = equation(digit, number, total)
        close = answer.replace(" ", "")
        return f"{answer if width >= WHOLE else close} {BRAILLE.right}" if width >= CLOSE else BRAILLE.right
    return first_fit([form.format(label, number, digit, total, BRAILLE.wrong) for form in WRONG], width - (total < 10))


class AdditionPicture(Captioned):
    """Shows the addition table of the first image: a row per number, a column per sum; adding makes a diagonal.

    It is drawn in half-blocks, brighter where a sum is more probable.
    """

    rows: reactive[tuple[str, ...]] = reactive(())
    label: reactive[int] = reactive(0)
    step: reactive[int] = reactive(0)
    """after which step the answers were given"""

    def watch_rows(self) -> None:
        """Draw another table."""
        self._lines = ()

    @property
    def _rows(self) -> int:
        width, height = self.content_size
        return 0 if height < 4 or width < SUMS else min(height - 1, len(self.rows))

    @property
    def _columns(self) -> int:
        return self.content_size.width // SUMS * SUMS

    def _picture(self) -> Content:
        _, _, paper, ink = self.colors
        sheet = sheet_of(paper, ink)  # else a table of a young network would be a few specks on the page
        drawn = blocks(table_image(self.rows, self._columns, 2 * self._rows), sheet, ink)
        return drawn.stylize_before(Style(background=sheet))

    def _words(self, width: int) -> Content:  # noqa: ARG002  the table may be narrower
        if not self._rows:
            return Content()
        short = f"{self.label} + each number"
        words = first_fit((f"step {self.step:,}: {short}", short), self._columns).center(self._columns)
        return Content.styled(words, "$text-muted")


def table_image(rows: tuple[str, ...], width: int, height: int) -> Image:
    """An addition table in tenths as an image (height, width): black for 0, white for 9."""
    return as_grey(resize(np.array([[int(share) for share in row] for row in rows]) / 9, width, height))


class SampleStrip(Horizontal):
    """Shows the samples side by side."""

    def compose(self) -> ComposeResult:
        """One widget per image."""
        for place in range(SAMPLE_COUNT):
            yield Sample(classes=f"{'-spare' if place >= 6 else ''} {'-last' if place == SAMPLE_COUNT - 1 else ''}")
        yield AdditionPicture()

    def on_resize(self) -> None:
        """Draw all samples: one that keeps its size has as many rows as the narrowest, which may have changed."""
        for sample in self.query(Sample):
            sample.refresh()

    def show(self, samples: Samples | None, images: dict[int, Image]) -> None:
        """Show the newest answers, or that there are none yet; images may be added in a later call."""
        if samples is None:
            for widget in self.query(Sample):
                widget.answer = None
                if not images and widget.image is not None:  # it is of another run
                    widget.image = None
            self.query_one(AdditionPicture).rows = ()
            return
        answers = zip(samples.labels, samples.numbers, samples.digits, samples.sums, strict=True)
        told = chain(zip(samples.indices, answers, strict=True), repeat((-1, None)))  # a run may have fewer samples
        for widget, (index, answer) in zip(self.query(Sample), told, strict=False):
            if widget.image is not images.get(index):
                widget.image = images.get(index)
            widget.answer = answer
        table = self.query_one(AdditionPicture)
        table.rows, table.label = samples.addition, samples.labels[0] if samples.labels else 0
        table.step = samples.step
        self.set_class(bool(samples.addition), "-with-table")
