"""Inspect: a test image beside a number, and what the network predicts for both."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container, Horizontal, Vertical
from textual.widgets import Static

from mnist_sum_tui.tui.pages.heat_page import HEAT_KEYS
from mnist_sum_tui.tui.pages.predicting import note_room
from mnist_sum_tui.tui.pages.walking import WALK_KEYS, WalkingPage
from mnist_sum_tui.tui.pages.weights_bar import WEIGHT_KEYS, weights_bar
from mnist_sum_tui.tui.predictions.messages import ImagePredicted
from mnist_sum_tui.tui.widgets.answer import AllTen, AnswerText
from mnist_sum_tui.tui.widgets.digit import Digit
from mnist_sum_tui.tui.widgets.heat_pair import HeatPair
from mnist_sum_tui.tui.widgets.probability_bars import ProbabilityBars


class InspectPage(WalkingPage):
    """One test image at a time."""

    page_name = "inspect"
    BINDINGS: ClassVar[list[BindingType]] = [
        *WALK_KEYS,
        *HEAT_KEYS,
        *WEIGHT_KEYS,
        Binding("g", "goto", "Go to"),
        Binding("r", "random", "Random"),
        Binding("b", "look", "Picture style"),
        Binding("z", "app.quiz", "Quiz"),
    ]

    def compose_page(self) -> ComposeResult:
        """The picture, the answer in words and bars, the slider."""
        with Horizontal(id="inspect"):
            with Vertical(id="left"):
                yield Digit(id="picture")
                yield HeatPair()
                yield AllTen(id="all-ten-left")
            yield Digit(id="beside")
            with Container(id="answers"):
                with Vertical(id="answer"):
                    yield Static(id="which", markup=False)
                    yield AnswerText(id="verdict")
                    yield ProbabilityBars("Digit", id="digit-bars")
                    yield AllTen(id="all-ten")
                yield ProbabilityBars("Sum", id="sum-bars")
        yield from note_room()
        yield from weights_bar()

    def on_mount(self) -> None:
        """Name the parts."""
        self.query_one("#beside", Digit).look = "blocks"
        for ten in self.query(AllTen):
            ten.border_title = "All ten numbers"

    def on_screen_resume(self) -> None:
        """From here on Inside, too, shows a test image."""
        self.session.drawing = None
        super().on_screen_resume()

    def show_image(self, answer: ImagePredicted) -> None:
        """In characters, and where there is room in half-blocks beside them."""
        for digit in self.query(Digit):
            digit.image = answer.image

    def show_answer(self) -> None:
        """Show the predictions for the chosen number."""
        answer = self.answer
        if answer is None or not self.is_mounted:
            return
        self.query_one("#which", Static).update(f"#{answer.index:,}  number {self.number}")
        self.query_one(AnswerText).said = self.show_prediction(answer)

    def action_look(self) -> None:
        """Characters or half-blocks; the picture beside it, where there is one, has the other look."""
        for digit in self.query(Digit):
            digit.switch_look()
