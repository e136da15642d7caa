"""The quiz: ten test images that the user and the network read, one at a time; half are hard for the network."""

import re
import time
from datetime import datetime
from typing import TYPE_CHECKING, ClassVar

import numpy as np
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.events import Key
from textual.widgets import Input, Label, Static

from mnist_sum_tui.errors import MnistSumError
from mnist_sum_tui.formatting import word_by_word
from mnist_sum_tui.printable import printable
from mnist_sum_tui.runs.quiz_scores import keep_score, read_scores
from mnist_sum_tui.tui.pages.predicting import working_line
from mnist_sum_tui.tui.predictions.messages import ImagePredicted, TestSetEvaluated, Trouble, Working
from mnist_sum_tui.tui.predictions.quiz import Answered, Asked, choose, score_lines, score_of
from mnist_sum_tui.tui.predictions.requests import EvaluateTestSet, PredictImage
from mnist_sum_tui.tui.predictions.weights import NEWEST
from mnist_sum_tui.tui.predictions.worker import PredictionWorker
from mnist_sum_tui.tui.session.session import Session
from mnist_sum_tui.tui.textual_fixes import Question
from mnist_sum_tui.tui.widgets.answer_input import AnswerInput
from mnist_sum_tui.tui.widgets.digit import Digit
from mnist_sum_tui.tui.widgets.key_footer import KeyFooter

if TYPE_CHECKING:
    from mnist_sum_tui.inference.predict import Prediction

INTRODUCTION = (
    "Ten test images for you and the network: which digit is it, and what is its sum with the number? Half of them are "
    "among those that the network is least sure of."
)


class QuizScreen(Question[None]):
    """Asks for digit and sum, compares with the network's answers, and keeps the score."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "close", "Close"),
        Binding("n", "again", "Ten others"),
    ]
    AUTO_FOCUS = "#typed-digit"
    VERTICAL_BREAKPOINTS = [(0, "-short"), (22, "-medium")]  # noqa: RUF012
    CSS = """
    QuizScreen {
        align: center middle;
        background: $background;  /* the page below may show the answer */
        #quiz-image { width: 28; height: 14; }
        #told { width: 1fr; height: auto; padding-left: 2; }
        Horizontal { height: auto; }
        Input { width: 1fr; border-title-color: $text-muted; }
        &.-short #quiz-image { width: 12; height: 5; }
        &.-short #told { padding-left: 1; max-height: 5; }
        &.-short Input { border: none; height: 1; padding: 0 1; }
        &.-short .dialog { padding: 0 1; }
    }
    """

    def __init__(self, session: Session, predictions: PredictionWorker) -> None:
        """`predictions` is the worker that asks the network."""
        super().__init__()
        self.session, self.predictions = session, predictions
        self.waiting: list[Asked] = []
        """the images that are not answered yet, beginning with the one that is shown"""
        self.answers: list[Answered] = []
        self._found: TestSetEvaluated | None = None
        self._typed: tuple[int, int, float] | None = None
        """the user's digit and sum, and the seconds that they took"""
        self._said: tuple[Prediction, float] | None = None
        """the network's answer, and its seconds"""
        self._asked_at = self._requested_at = 0.0
        """when the user and when the network was asked"""
        self._has_failed = False
        """whether the network could not answer"""

    def compose(self) -> ComposeResult:
        """The question; the image beside the answers; two fields; a line that says what to do."""
        with Vertical(classes="dialog"):
            yield Label("The quiz", id="asked", classes="question", markup=False)
            with Horizontal():
                yield Digit(id="quiz-image")
                yield Static(INTRODUCTION, id="told", markup=False)
            with Horizontal():
                yield AnswerInput(id="typed-digit", placeholder="wait", type="integer", max_length=1, disabled=True)
                yield AnswerInput(id="typed-sum", placeholder="wait", type="integer", max_length=2, disabled=True)
            yield Label("", id="hint", classes="hint", markup=False)
        yield KeyFooter()

    def on_mount(self) -> None:
        """Have the network evaluated, to find the images that are hard for it."""
        self.query_one(Digit).look = "blocks"
        self._evaluate()

    def _evaluate(self) -> None:
        self._has_failed = False
        self.predictions.request(EvaluateTestSet(self.session.weights), self.post_message)

    def on_key(self, event: Key) -> None:
        """Enter shows the next image; a digit typed so soon after it that no field has the focus is taken, too."""
        field = self.query_one("#typed-digit", AnswerInput)
        if event.key == "enter" and self.focused is None:
            event.stop()  # the app would do it only after the keys that are typed next
            self.action_next()
        elif event.character in {*"0123456789"} and not field.disabled:
            field.post_message(Key(event.key, event.character))

    def _hint(self, words: str, is_error: bool = False) -> None:
        hint = self.query_one("#hint", Label)
        hint.update(printable(words))
        hint.set_class(is_error, "-error")

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer ten others when all are answered."""
        is_over = bool(self.answers) and not self.waiting
        return is_over if action == "again" else super().check_action(action, parameters)

    # Messages of the worker.

    def on_working(self, message: Working) -> None:
        """Say what is being done."""
        self._hint(working_line(message.text, message.share, self.query_one("#hint").content_size.width))

    def on_trouble(self, message: Trouble) -> None:
        """Say what is wrong, for example that there is no network; the next Enter asks it again."""
        self._has_failed = True
        self._hint(message.text, is_error=True)

    def on_test_set_evaluated(self, message: TestSetEvaluated) -> None:
        """Begin, because it is known now which images are hard."""
        if self._found is None:
            self._found = message
            self.action_again()

    def on_image_predicted(self, message: ImagePredicted) -> None:
        """Take in the network's answer."""
        if self.waiting and self._said is None and message.index == self.waiting[0].image:
            self._said = message.predictions[self.waiting[0].number], time.perf_counter() - self._requested_at
            self._tell()

    # Questions and results.

    def _ask(self) -> None:
        assert self._found is not None
        asked, self._typed, self._said = self.waiting[0], None, None
        place, total = len(self.answers) + 1, len(self.answers) + len(self.waiting)
        self.query_one("#asked", Label).update(
            f"Image {place} of {total}: which digit, and its sum with {asked.number}?"
        )
        self.query_one(Digit).image = self._found.images[asked.image]
        told = self.query_one("#told", Static)
        source = re.sub(f"^{NEWEST}", f"the {NEWEST}", self._found.result.source)
        lines = printable(f"You against {source}").replace(", ", ",\n", 1).splitlines()
        told.update("\n".join(word_by_word(line, told.content_size.width or len(line)) for line in lines))
        self._hint("Type the digit, then the sum, then Enter")
        for field, name in zip(self.query(Input), ("digit", "sum"), strict=True):
            field.disabled, field.value, field.placeholder, field.border_title = False, "", name, name
        self.set_focus(self.query_one("#typed-digit"))
        self.refresh_bindings()
        self._asked_at = time.perf_counter()
        self._request()

    def _request(self) -> None:
        """Have the network read the image that is shown."""
        assert self._found is not None
        self._has_failed, self._requested_at = False, time.perf_counter()
        weights = self._found.result.weights
        asked = PredictImage(self.waiting[0].image, weights if weights.path else None)
        self.predictions.request(asked, self.post_message)

    def on_input_changed(self, message: Input.Changed) -> None:
        """Go from the digit's field to that of the sum."""
        if message.input.id == "typed-digit" and message.input.value.isdecimal():
            self.set_focus(self.query_one("#typed-sum"))

    def on_input_submitted(self) -> None:
        """Take both answers, or say what is missing."""
        if self._typed is not None and self._said is not None:
            return  # a second Enter, pressed before the fields were disabled
        digit, total = (field.value for field in self.query(Input))
        if digit.isdecimal() and total.isdecimal() and int(total) <= 18:
            self._typed = int(digit), int(total), time.perf_counter() - self._asked_at
            if self._has_failed:
                self._request()
            self._tell()
        else:
            missing = next((field for field in self.query(Input) if not field.value), None)
            self._hint("A digit is 0 to 9, a sum 0 to 18: type both, then Enter", is_error=missing is None)
            wrong = missing or self.query_one("#typed-sum", Input)
            wrong.focus()
            wrong.select_all()  # so that the next digit replaces a sum above 18

    def _tell(self) -> None:
        """Compare both answers, if both are there."""
        if self._typed is None or self._said is None:
            return
        self.answers.append(Answered(*self._typed, *self._said))
        self.waiting = self.waiting[1:]
        for field in self.query(Input):
            field.disabled = True
        lines = self.answers[-1].lines()
        if not self.waiting:
            self.query_one("#asked", Label).update("The quiz is over")
            lines = [*self._end(), "", *lines]  # first, because there may be little room
        self.query_one("#told", Static).update("\n".join(lines))
        self._hint("Enter: the next image" if self.waiting else "n: ten others")
        self.refresh_bindings()

    def _end(self) -> list[str]:
        assert self._found is not None
        folder = self.session.runs_folder
        before = read_scores(folder)
        score = score_of(self.answers, self._found.result.source, f"{datetime.now():%Y-%m-%d}")
        lines = score_lines(score, before)
        try:
            keep_score(folder, score)
        except MnistSumError as error:
            self.notify(str(error), severity="warning")
        return lines

    def action_close(self) -> None:
        """Close; of a quiz that is not over, say the score so far, which is not kept."""
        if self.answers and self.waiting:
            both = score_lines(score_of(self.answers, "", ""), [])[:2]
            self.notify("; ".join(" ".join(line.split()) for line in both), title="The quiz so far")
        self.dismiss()

    def action_next(self) -> None:
        """Go to the next image, if there is one; Enter never begins a new quiz, so the score stays on the screen."""
        if self._found is None and self._has_failed:
            self._evaluate()
        elif self._typed is not None and self._said is not None and self.waiting:
            self._ask()

    def action_again(self) -> None:
        """Begin with ten new images, if none is waiting."""
        if self._found is not None and not self.waiting:
            self.answers, self.waiting = [], choose(self._found.result.sureness, np.random.default_rng())
            self._ask()
