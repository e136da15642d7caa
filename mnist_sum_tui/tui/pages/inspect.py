"""Inspect: a test image beside a number, and what the network predicts for both."""

import random
from collections.abc import Callable
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.reactive import reactive
from textual.widgets import Static

from mnist_sum_tui.glyphs import BRAILLE
from mnist_sum_tui.runs.events import Event, Started
from mnist_sum_tui.tui.pages.dialogs import GoTo
from mnist_sum_tui.tui.pages.predicting import NumberPage, note
from mnist_sum_tui.tui.predictions.messages import ImagePredicted, TestSetEvaluated
from mnist_sum_tui.tui.predictions.requests import EvaluateTestSet, PredictImage
from mnist_sum_tui.tui.predictions.test_set import TestSetResult, less_certain, next_pair
from mnist_sum_tui.tui.predictions.weights import Weights
from mnist_sum_tui.tui.widgets.answer import AllTen, AnswerText
from mnist_sum_tui.tui.widgets.digit import Digit
from mnist_sum_tui.tui.widgets.probability_bars import ProbabilityBars
from mnist_sum_tui.tui.widgets.slider import Slider

NEWEST_SECONDS = 1.0
"""how often the predictions are brought up to date while a training goes on"""


class InspectPage(NumberPage):
    """One test image at a time."""

    page_name = "inspect"
    AUTO_FOCUS = ""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "step(-1)", "Image", key_display=" ".join(BRAILLE.arrows[:2])),
        Binding("right", "step(1)", "Next image", show=False),
        Binding("up", "number(1)", "Number", key_display=f"{BRAILLE.arrows[2]} {BRAILLE.arrows[3]} 0-9"),
        Binding("down", "number(-1)", "Number down", show=False),
        Binding("w", "wrong", "Wrong"),
        Binding("u", "uncertain", "Unsure"),
        Binding("d", "disagree", "Differ"),
        Binding("r", "random", "Random"),
        Binding("g", "goto", "Go to"),
        Binding("comma", "slide(-1)", "Weights", key_display=", ."),
        Binding("b", "look", "Look"),
        Binding("full_stop", "slide(1)", "Later weights", show=False),
    ]

    index: reactive[int] = reactive(0)
    """of the image in the test file"""

    def __init__(self) -> None:
        super().__init__()
        self._answer: ImagePredicted | None = None
        self._wanted: Weights | None = None
        self._result: TestSetResult | None = None
        self._then: Callable[[TestSetResult], None] | None = None
        self._walked_to: int | None = None

    def compose_page(self) -> ComposeResult:
        """The picture, the answer in words and bars, the slider."""
        with Horizontal(id="inspect"):
            yield Digit(id="picture")
            with Vertical(id="answer"):
                yield Static(id="which", markup=False)
                yield AnswerText(id="verdict")
                yield ProbabilityBars("Digit", id="digit-bars")
                yield AllTen(id="all-ten")
            yield ProbabilityBars("Sum", id="sum-bars")
        yield note()
        with Horizontal(id="weights"):
            yield Static("Weights ", id="weights-title")
            yield Slider(id="slider")
            yield Static(id="source", markup=False)

    def on_mount(self) -> None:
        """Nothing is known yet; keep up with a training."""
        self.add_class("-empty")
        self.query_one("#all-ten").border_title = "All ten numbers"
        self.set_interval(NEWEST_SECONDS, self._keep_up)

    def on_screen_resume(self) -> None:
        """The page comes into view: weights may have come or gone, and another page's request replaced ours."""
        self._forget_then()
        self._request()

    def on_run_event(self, event: Event) -> None:
        """A training that begins is what there is to look at, whatever weights were chosen before."""
        super().on_run_event(event)
        if isinstance(event, Started):
            self.forget_weights()

    def forget_weights(self) -> None:
        """Ask the network that is there now."""
        self._wanted = self._result = None

    def show_index(self, index: int) -> None:
        """Show a test image."""
        self.index = index
        self._request()

    def _request(self) -> None:
        if self.is_mounted:
            self.predictions.request(PredictImage(self.index, self._wanted), self.post_message)

    def _keep_up(self) -> None:
        """While a training goes on, and once after its end, when its best weights take the place of the newest."""
        answer = self._answer
        if answer is None or self._wanted is not None or not self.is_current:
            return
        if self.session.is_training or answer.weights.path is None:
            self._request()

    def on_image_predicted(self, message: ImagePredicted) -> None:
        """The predictions."""
        if message.index != self.index % message.count:  # of other test images there may be fewer
            return  # a newer request is on its way
        self.index = message.index
        self._answer = message
        self.remove_class("-empty")
        if self._then is None:
            self.note()
        self.query_one(Digit).image = message.image
        slider = self.query_one(Slider)
        slider.names = tuple(weights.name for weights in message.choices)
        slider.chosen = message.choices.index(message.weights)
        self.query_one("#source", Static).update(message.source)
        self.show_answer()

    def show_answer(self) -> None:
        """Show what is known, for the chosen number."""
        answer = self._answer
        if answer is None or not self.is_mounted:
            return
        shown = answer.predictions[self.number]
        label = shown.label
        self.query_one("#which", Static).update(f"#{answer.index:,}  number {self.number}")
        self.query_one(AnswerText).said = shown
        digit_bars, sum_bars = (
            self.query_one("#digit-bars", ProbabilityBars),
            self.query_one("#sum-bars", ProbabilityBars),
        )
        digit_bars.probabilities, digit_bars.truth = shown.digit_probabilities, label
        sum_bars.probabilities = shown.sum_probabilities
        sum_bars.truth = None if label is None else label + self.number
        ten = self.query_one(AllTen)
        ten.predictions, ten.chosen = answer.predictions, self.number

    def action_step(self, by: int) -> None:
        """The next or the previous image, going round."""
        if self._answer is not None:
            self.show_index((self.index + by) % self._answer.count)

    def action_random(self) -> None:
        """Any image."""
        if self._answer is not None:
            self.show_index(random.randrange(self._answer.count))

    def action_look(self) -> None:
        """Characters or half-blocks."""
        self.query_one(Digit).switch_look()

    def action_goto(self) -> None:
        """Ask for a place in the test file."""
        if self._answer is not None:
            self.app.push_screen(GoTo(self._answer.count), self._go)

    def _go(self, index: int | None) -> None:
        if index is not None:
            self.show_index(index)

    def action_slide(self, by: int) -> None:
        """Earlier or later weights."""
        if self._answer is not None:
            at = self._answer.choices.index(self._answer.weights) + by
            if 0 <= at < len(self._answer.choices):
                self._choose_weights(at)

    def on_slider_moved(self, message: Slider.Moved) -> None:
        """Other weights, by the mouse."""
        self._choose_weights(message.chosen)

    def _choose_weights(self, at: int) -> None:
        if self._answer is not None and at < len(self._answer.choices):
            chosen = self._answer.choices[at]
            self._wanted = None if chosen.path is None else chosen
            self._forget_then()
            self._request()

    def action_wrong(self) -> None:
        """The next image whose digit or sum is wrong."""
        self._with_result(lambda result: self._jump(result.wrong, "is wrong"))

    def action_disagree(self) -> None:
        """The next image whose predicted sum is not the predicted digit plus the number."""
        self._with_result(lambda result: self._jump(result.disagreeing, "disagrees"))

    def action_uncertain(self) -> None:
        """The least certain image; pressed again, the next one after it."""

        def go(result: TestSetResult) -> None:
            is_fresh = self._walked_to != self.index
            self._walked_to, _ = less_certain(result.sureness, self.index, self.number, is_fresh)
            self.show_index(self._walked_to)

        self._with_result(go)

    def _jump(self, hits: NDArray[np.bool_], what: str) -> None:
        pair = next_pair(hits, self.index, self.number)
        if pair is None:
            self.note(f"Nothing {what}: not one of {hits.size:,} pairs of image and number")
            return
        self.number = pair[1]
        self.show_index(pair[0])

    def _with_result(self, then: Callable[[TestSetResult], None]) -> None:
        """Do it when the network has been evaluated on the test set; at once if it has been."""
        answer, result = self._answer, self._result
        if answer is None:
            return
        if result is not None and result.serves_for(answer.weights, answer.source):
            then(result)
        else:
            self._then = then
            self.predictions.request(EvaluateTestSet(self._wanted), self.post_message)

    def on_test_set_evaluated(self, message: TestSetEvaluated) -> None:
        """The network has been evaluated on the test set."""
        then, self._then = self._then, None
        self.note()
        self._result = message.result
        if self._answer is not None and self._answer.source != message.result.source:
            self._request()  # a training has written other weights there in the meantime
        if then is not None:
            then(message.result)

    def _forget_then(self) -> None:
        """What was to be done with a result is no longer wanted."""
        if self._then is not None:
            self._then = None
            self.note()
