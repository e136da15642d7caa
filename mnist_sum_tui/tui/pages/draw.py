"""Draw: a pad for a digit of one's own, and what the network predicts while one draws."""

import time
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container, Horizontal, Vertical
from textual.widgets import Static

from mnist_sum_tui.glyphs import BRAILLE
from mnist_sum_tui.tui.pages.predicting import NumberPage, note
from mnist_sum_tui.tui.predictions.messages import DrawingPredicted
from mnist_sum_tui.tui.predictions.requests import PredictDrawing
from mnist_sum_tui.tui.widgets.answer import AllTen, AnswerText
from mnist_sum_tui.tui.widgets.digit import Digit
from mnist_sum_tui.tui.widgets.draw_pad import DrawPad
from mnist_sum_tui.tui.widgets.probability_bars import ProbabilityBars
from mnist_sum_tui.tui.widgets.strokes import RADII, Sheet, scale_for

REST_COLUMNS, REST_ROWS = 56, 6
"""what the pad leaves to the frame, the picture, the bars; and to the tabs, the line about the pen, the footer"""
HINT = "Draw a digit with the mouse,\nor space and the arrow keys."


class DrawPage(NumberPage):
    """The pad, what the network sees of it, and what both heads predict."""

    page_name = "draw"
    AUTO_FOCUS = "#pad"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("c", "clear", "Clear"),
        Binding("t", "thickness", "Thickness"),
        Binding("e", "rubber", "Rubber"),
        Binding("plus", "number(1)", "Number", key_display="0-9 + -"),
        Binding("minus", "number(-1)", "Number down", show=False),
        Binding("b", "look", "Look", show=False),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._answer: DrawingPredicted | None = None
        self.milliseconds: float | None = None
        """from the last stroke to its answer on the screen"""

    def compose_page(self) -> ComposeResult:
        """DrawPad, picture and words, bars."""
        with Horizontal(id="draw"):
            with Vertical(id="drawing"):
                yield DrawPad(id="pad")
                yield Static(id="pen", markup=False)
            with Container(id="rest"):
                with Vertical(id="seen-and-said"):
                    yield Digit(id="seen")
                    yield Static(HINT, id="hint", markup=False)
                    yield AnswerText(id="verdict")
                    yield AllTen(id="all-ten")
                with Vertical(id="bars"):
                    yield ProbabilityBars("Digit", id="digit-bars")
                    yield ProbabilityBars("Sum", id="sum-bars")
        yield note()

    def on_mount(self) -> None:
        """Name the parts."""
        self.query_one("#pad").border_title = "Draw here"
        self.query_one("#pad").border_subtitle = "right button rubs out"
        seen = self.query_one("#seen", Digit)
        seen.border_title, seen.look = "Network sees", "blocks"
        self.query_one("#all-ten").border_title = "All ten numbers"
        self.show_answer()

    def take_room(self) -> None:
        """As large a pad as leaves room for the rest."""
        super().take_room()
        scale = max(1, scale_for(self.room.width - REST_COLUMNS, self.room.height - REST_ROWS))
        pad = self.query_one("#pad", DrawPad)
        pad.styles.width, pad.styles.height = 28 * scale + 2, 14 * scale + 2
        self.query_one("#drawing").styles.width = 28 * scale + 2

    def on_screen_resume(self) -> None:
        """The page comes into view: load the network, or predict again, because the weights may be others."""
        self._request(self.query_one(DrawPad).sheet)

    def on_draw_pad_drawn(self, message: DrawPad.Drawn) -> None:
        """A stroke."""
        self._request(message.sheet)

    def _request(self, sheet: Sheet) -> None:
        self.predictions.request(PredictDrawing(sheet, time.perf_counter()), self.post_message)

    def on_drawing_predicted(self, message: DrawingPredicted) -> None:
        """The predictions."""
        self._answer = message
        self.milliseconds = None if message.image is None else (time.perf_counter() - message.requested) * 1000
        self.note()
        self.show_answer()

    def show_answer(self) -> None:
        """Show what is known, for the chosen number."""
        if not self.is_mounted:
            return
        answer, pad = self._answer, self.query_one(DrawPad)
        predictions = () if answer is None else answer.predictions or ()
        shown = predictions[self.number] if predictions else None
        self.query_one("#seen", Digit).image = None if answer is None else answer.image
        self.query_one("#hint").display = shown is None
        self.query_one(AnswerText).display = shown is not None
        self.query_one(AnswerText).said = shown
        digits, sums = (shown.digit_probabilities, shown.sum_probabilities) if shown else ((0.0,) * 10, (0.0,) * 19)
        self.query_one("#digit-bars", ProbabilityBars).probabilities = digits
        self.query_one("#sum-bars", ProbabilityBars).probabilities = sums
        ten = self.query_one(AllTen)
        ten.predictions, ten.chosen = predictions, self.number
        tool = "rubber" if pad.rubs_out else f"{pad.pen} pen"
        lines = [f"number {self.number} {BRAILLE.between} {tool}"]
        if self.milliseconds is not None:
            lines.append(f"answered in {self.milliseconds:.0f} ms")
        if answer is not None:
            lines.append(answer.source)
        self.query_one("#pen", Static).update("\n".join(lines))

    def action_clear(self) -> None:
        """A new sheet."""
        self.query_one(DrawPad).clear()

    def action_thickness(self) -> None:
        """The next thickness."""
        pad, names = self.query_one(DrawPad), list(RADII)
        pad.pen = names[(names.index(pad.pen) + 1) % len(names)]
        self.show_answer()

    def action_rubber(self) -> None:
        """Draw or rub out with the keyboard and the left button."""
        pad = self.query_one(DrawPad)
        pad.rubs_out = not pad.rubs_out
        self.show_answer()

    def action_look(self) -> None:
        """What the network sees, in half-blocks or characters."""
        self.query_one("#seen", Digit).switch_look()
