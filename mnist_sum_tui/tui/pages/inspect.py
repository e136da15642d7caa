"""The page Inspect: a test image with a number, and what the network predicts for both."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container, Vertical
from textual.widgets import Static

from mnist_sum_tui.tui.pages.heat_page import HEAT_KEYS
from mnist_sum_tui.tui.pages.predicting import awaited, note_room
from mnist_sum_tui.tui.pages.walking_page import WALK_KEYS, WalkingPage
from mnist_sum_tui.tui.pages.weights_bar import WEIGHT_KEYS, weights_bar
from mnist_sum_tui.tui.predictions.messages import ImagePredicted, TestSetEvaluated
from mnist_sum_tui.tui.predictions.selection import all_wrong
from mnist_sum_tui.tui.widgets.addition_table import AdditionTable
from mnist_sum_tui.tui.widgets.answer import AllTen, AnswerText
from mnist_sum_tui.tui.widgets.digit import Digit
from mnist_sum_tui.tui.widgets.gallery import Gallery, Item
from mnist_sum_tui.tui.widgets.heat_pair import HeatPair
from mnist_sum_tui.tui.widgets.probability_bars import ProbabilityBars


class InspectPage(WalkingPage):
    """Shows one test image at a time, with the predictions for it."""

    page_name = "inspect"
    is_heat_beside = True
    _listed: TestSetEvaluated | None = None
    """the evaluation whose wrong images are listed"""
    BINDINGS: ClassVar[list[BindingType]] = [
        *WALK_KEYS[:2],
        *HEAT_KEYS,  # so early that the footer shows it at 80 columns
        Binding("b", "look", "Picture style"),  # and this at 120
        *WALK_KEYS[2:],
        *WEIGHT_KEYS,
        Binding("g", "goto", "Go to"),
        Binding("r", "random", "Random"),
        Binding("z", "app.quiz", "Quiz"),
    ]

    def compose_page(self) -> ComposeResult:
        """The picture, the answer in words and bars, the slider."""
        yield awaited(self.page_name)
        with Container(id="inspect"):
            yield Digit(id="picture")
            yield HeatPair()
            with Container(id="answers"):
                with Vertical(id="answer"):
                    yield Static(id="which", markup=False)
                    yield AnswerText(id="verdict")
                    yield ProbabilityBars("Digit", id="digit-bars")
                    yield AllTen(id="all-ten")
                yield ProbabilityBars("Sum", id="sum-bars")
                yield Digit(id="beside")
            yield AllTen(id="all-ten-left")
            yield AdditionTable(id="additions")
            yield Gallery(id="mistaken")
        yield from note_room()
        yield from weights_bar()

    def on_mount(self) -> None:
        """Set the looks and titles of the parts."""
        self.query_one("#beside", Digit).look = "blocks"
        gallery = self.query_one(Gallery)
        gallery.border_title, gallery.can_focus = "Wrong images: w finds them", False

    def on_screen_resume(self) -> None:
        """Drop the drawing, so that Inside shows a test image again, too; the base class then asks for the answer."""
        self.session.drawing = None

    def show_image(self, answer: ImagePredicted) -> None:
        """Show the image in characters, and, if there is room, in half-blocks beside them."""
        for digit in self.query(Digit):
            digit.image = answer.image
        found = self._evaluated
        listed = found if found is not None and found.result.serves_for(answer.weights, answer.source) else None
        if listed is not self._listed:
            self._listed, chosen = listed, () if listed is None else all_wrong(listed.result).chosen
            images = () if listed is None else listed.images
            self.query_one(Gallery).items = tuple(Item(images[each.image], each.caption, each.image) for each in chosen)
        self.query_one(Gallery).mark(answer.index)

    def on_gallery_opened(self, message: Gallery.Opened) -> None:
        """Show an image of the list of wrong ones."""
        self.show_index(message.key)

    def show_answer(self) -> None:
        """Show the predictions for the chosen number."""
        answer = self.answer
        if answer is None or not self.is_mounted:
            return
        self.query_one("#which", Static).update(f"#{answer.index:,}  number {self.number}")
        text = self.query_one(AnswerText)
        text.at, text.said = self.found_at, self.show_prediction(answer)
        self.query_one(AdditionTable).predictions = answer.predictions

    def action_look(self) -> None:
        """Switch between characters and half-blocks; a second picture beside it has the other look."""
        for digit in self.query(Digit):
            digit.switch_look()
