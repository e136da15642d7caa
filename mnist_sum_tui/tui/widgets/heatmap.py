"""Heatmaps of 10x10 values: each cell has a number or a character, so that it can be read without colours."""

from dataclasses import dataclass
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.color import Color
from textual.content import Content
from textual.geometry import Size
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget

from mnist_sum_tui.formatting import first_fit, percent
from mnist_sum_tui.glyphs import BRAILLE
from mnist_sum_tui.tui.widgets.common import MOVES
from mnist_sum_tui.tui.widgets.map_lines import LABELS, Cell, Grid, cell_style, fitted, map_lines

DOWN, RIGHT = BRAILLE.arrows[3], BRAILLE.arrows[1]
"""the directions in which rows and columns are counted"""
TITLE_ENDS = 3
"""columns of a widget's upper edge that its title must leave"""
INKS = BRAILLE.shades[1:]
"""shades from the lowest value to the highest; none is blank, so that a row of low values is no gap"""


def confusion_text(value: float | None) -> str:
    """A count as text; 0 is a dot, so that the other counts stand out."""
    return f"{value:.0f}" if value else BRAILLE.between


def accuracy_text(value: float) -> str:
    """A share 0..1 as a percentage with one decimal; `100` only if nothing is wrong."""
    return "100" if value == 1 else percent(value, 1, "")


def ink(share: float | None) -> str:
    """A character for a value's position (0..1) between the lowest and the highest one; None is `·`."""
    return BRAILLE.between if share is None else INKS[int(share * (len(INKS) - 1))]


def shares(grid: Grid, low: float, high: float) -> list[list[float | None]]:
    """The values scaled to 0..1 from low to high, of which low may be the larger; 0 if both are equal."""
    span = high - low
    return [
        [None if value is None else min(max((value - low) / span, 0.0), 1.0) if span else 0.0 for value in row]
        for row in grid
    ]


def ends(grid: Grid) -> tuple[float, float]:
    """The lowest and the highest value."""
    known = [value for row in grid for value in row if value is not None]
    return (min(known), max(known)) if known else (0.0, 1.0)


class Heatmap(Widget, can_focus=True):
    """Base class of the 10x10 heatmaps; arrow keys and Enter, or a click, choose a cell."""

    BINDINGS: ClassVar[list[BindingType]] = [*MOVES, Binding("enter", "pick", "Show these")]

    grid: reactive[Grid | None] = reactive[Grid | None](None)
    cursor: reactive[Cell] = reactive((0, 0))

    @dataclass(eq=False)
    class Picked(Message):
        """A cell was chosen."""

        heatmap: "Heatmap"
        row: int
        column: int

    @property
    def cell(self) -> int:
        """Columns per cell."""
        return max(2, min((self.content_size.width - LABELS) // 10, 6))

    @property
    def has_key_line(self) -> bool:
        """Whether the key of the colours has its own line; otherwise it is in the title."""
        return self.screen.has_class("-tall") or self.screen.has_class("-giant")

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:  # noqa: ARG002
        """Ten rows, one for the labels, and one for the key if it has its own line."""
        return 12 if self.has_key_line else 11

    def watch_grid(self) -> None:
        """Set the title again, because the key may be in it."""
        self.border_title = self.title()

    on_resize = watch_grid

    def title(self) -> str:
        """What the rows and columns are."""
        return ""

    def lines(self, cursor: Cell | None) -> Content:
        """The map and its key; `grid` must be known."""
        raise NotImplementedError

    def _red(self, *, is_text: bool) -> Color:
        """The theme's colour of errors, or that of text, which 16 colours or none still show."""
        return Color.parse(self.app.theme_variables["text-error" if is_text else "error"])

    def render(self) -> Content:
        """The map; empty before the first result."""
        return Content("") if self.grid is None else self.lines(self.cursor if self.has_focus else None)

    def action_move(self, x: int, y: int) -> None:
        """Go to a neighbouring cell."""
        row, column = self.cursor
        self.cursor = min(max(row + y, 0), 9), min(max(column + x, 0), 9)

    def action_pick(self) -> None:
        """Choose the cell under the cursor."""
        if self.grid is not None:
            self.post_message(self.Picked(self, *self.cursor))

    def on_click(self, event: events.Click) -> None:
        """Choose the cell under the mouse."""
        row, column = event.y - self.gutter.top - 1, (event.x - self.gutter.left - LABELS) // self.cell
        if 0 <= row < 10 and 0 <= column < 10:
            self.cursor = row, column
            self.action_pick()


class Confusion(Heatmap):
    """Confusion matrix: number of images by true digit (rows) and predicted digit (columns)."""

    def title(self) -> str:
        """What the rows and columns are."""
        short = f"Digit: true {DOWN} read as {RIGHT}"
        is_key = self._is_shaded and not self.has_key_line
        longer = f"{short} {self._key()}" if is_key else "Digit: row: true, column: read as"
        return first_fit((longer, short, f"true {DOWN} read as {RIGHT}"), self.size.width - TITLE_ENDS)

    def _errors(self) -> list[list[float]]:
        rows = enumerate(self.grid or ())
        return [[0.0 if at == label else value or 0.0 for at, value in enumerate(row)] for label, row in rows]

    @property
    def _is_shaded(self) -> bool:
        """Whether shades replace the counts, because a count does not fit into its cell."""
        words = [confusion_text(value) for row in self._errors() for value in row]
        return any(fitted(word, self.cell).strip() != word for word in words)

    def _key(self) -> str:
        counts = [value for row in self._errors() for value in row if value]
        return f"{INKS[0]} {min(counts):.0f} to {INKS[-1]} {max(counts):.0f}"

    def lines(self, cursor: Cell | None) -> Content:
        """The counts; the more frequent an error, the stronger its background."""
        _, _, paper, _ = self.colors
        errors, is_shaded = self._errors(), self._is_shaded
        red = self._red(is_text=is_shaded)
        most = max(1, *map(max, errors))
        if is_shaded:
            texts = [[ink(value / most if value else None) for value in row] for row in errors]
        else:
            texts = [[confusion_text(value) for value in row] for row in self.grid or ()]
        is_small = self.cell < 5  # a count such as 1135 and a gap do not fit
        for label, row in enumerate(texts if is_small else ()):
            row[label] = "="
        strengths = [[0.0] * 10 for _ in range(10)] if is_shaded else shares(errors, 0, most)
        content = map_lines(texts, strengths, self.cell, paper, red, cursor)
        if not self.has_key_line:
            return content
        if is_shaded:
            return content + f"\n = right {BRAILLE.between} none {self._key()}"
        words = f"{' = right' if is_small else '   mistakes:'} {BRAILLE.between} none "
        swatch = cell_style(paper, red, 1.0)
        return content + "\n" + Content.assemble((words, "$foreground-muted"), (f" {most:.0f} ", swatch), " most")


class SumMap(Heatmap):
    """Accuracy of the sum by true digit (rows) and number (columns)."""

    @property
    def _is_small(self) -> bool:
        """Whether shades replace the percentages, because these do not fit."""
        return self.cell < 5

    def _key(self, is_short: bool = False) -> str:
        low, high = (accuracy_text(share) for share in ends(self.grid or ()))
        return f"{INKS[0]}{high}% {INKS[-1]}{low}%" if is_short else f"{INKS[0]} {high} to {INKS[-1]} {low} %"

    def title(self) -> str:
        """What the rows and columns are, and the key if it has no line of its own."""
        axes = f"digit{DOWN} number{RIGHT}"
        lines = ["Sum: row: digit, column: number", f"Sum: {axes}"]
        if self._is_small and not self.has_key_line and self.grid is not None:
            long, short = self._key(), self._key(is_short=True)
            lines = [f"Sum: {axes} {long}", f"Sum: {axes} {short}", f"Sum: {long}", f"Sum: {short}"]
        return first_fit(lines, self.size.width - TITLE_ENDS)

    def lines(self, cursor: Cell | None) -> Content:
        """Percentages, or shades if they do not fit; as in the other map, the more mistakes, the stronger."""
        grid = self.grid or ()
        _, _, paper, _ = self.colors
        red = self._red(is_text=self._is_small)
        strengths = shares(grid, *ends(grid)[::-1])
        if self._is_small:
            texts = [[ink(share) * (self.cell - 1) for share in row] for row in strengths]
            content = map_lines(texts, [[0.0] * 10 for _ in range(10)], self.cell, paper, red, cursor)
            return content + f"\n {self._key()} are right" if self.has_key_line else content
        texts = [["-" if value is None else accuracy_text(value) for value in row] for row in grid]
        content = map_lines(texts, strengths, self.cell, paper, red, cursor)
        if not self.has_key_line:
            return content
        low, high = (accuracy_text(share) for share in ends(grid))
        swatch = cell_style(paper, red, float(low != high))
        return content + "\n" + Content.assemble(f"   {high} to ", (f" {low} ", swatch), " % of the sums are right")
