"""WalkingPage: keys that go from one wrong, disagreeing or uncertain test image to the next, or back.

The page keeps showing the answer of the weights that were searched until the next key, because the newest weights of a
running training may have learned the image meanwhile. A line says both. It is the same for an image that the page
Mistakes opens.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from textual.binding import Binding

from mnist_sum_tui.formatting import capped, first_fit, how_sure
from mnist_sum_tui.tui.pages.image_page import ImagePage
from mnist_sum_tui.tui.predictions.load import step_of
from mnist_sum_tui.tui.predictions.messages import ImagePredicted, TestSetEvaluated
from mnist_sum_tui.tui.predictions.pairs import Step, TestSetResult, less_certain, next_pair
from mnist_sum_tui.tui.predictions.requests import EvaluateTestSet
from mnist_sum_tui.tui.predictions.weights import placed
from mnist_sum_tui.tui.session.messages import OpenInInspect
from mnist_sum_tui.tui.widgets.answer import AllTen
from mnist_sum_tui.tui.widgets.probability_bars import ProbabilityBars

if TYPE_CHECKING:
    from mnist_sum_tui.inference.predict import Prediction

WALK_KEYS = (
    Binding("w", "wrong(1)", "Wrong", tooltip="W: back"),
    Binding("W", "wrong(-1)", show=False),
    Binding("u", "uncertain(1)", "Unsure", tooltip="U: back"),
    Binding("U", "uncertain(-1)", show=False),
    Binding("d", "disagree(1)", "Disagree", tooltip="D: back"),
    Binding("D", "disagree(-1)", show=False),
)
Judge = Callable[["Prediction"], str]
"""judges a prediction in a word or two, such as `wrong`"""


def rightness(found: "Prediction") -> str:
    """`right` if digit and sum are both right, else `wrong`."""
    return "right" if found.correct else "wrong"


def agreement(found: "Prediction") -> str:
    """`agreeing` if the predicted sum is the predicted digit + number, else `disagreeing`."""
    return "agreeing" if found.agrees else "disagreeing"


def sureness(found: "Prediction") -> str:
    """The probability of the less sure answer, as text."""
    return how_sure(found.confidence)


@dataclass(frozen=True, slots=True)
class Found:
    """The evaluation and the words for the image that was found, and how predictions are judged."""

    result: TestSetResult
    words: tuple[str, ...]
    """`With number 7: wrong image 3 of 77 (digit or sum)`, then shorter forms of it"""
    judge: Judge

    def line(self, width: int, shown: "Prediction", now: "Prediction | None" = None, source: str = "") -> str:
        """The longest line that fits; during a training `Wrong ... at step 98, but right by now (step 140)`."""
        lines = [words + self._since(shown, now, source) for words in self.words]
        by_now = "" if now is None else f", {self.judge(now)} by now"
        return first_fit([*lines, f"{self.words[-1]}{by_now}"], width)

    def _since(self, shown: "Prediction", now: "Prediction | None", source: str) -> str:
        if self.result.weights.path is not None:
            return ""
        at = f" at {step_of(self.result.source)}"
        if now is None:
            return at
        found = self.judge(now)
        return f"{at}, still {found}" if found == self.judge(shown) else f"{at}, but {found} by now ({step_of(source)})"


class WalkingPage(ImagePage):
    """A page with one test image at a time and the WALK_KEYS."""

    def __init__(self) -> None:
        super().__init__()
        self._evaluated: TestSetEvaluated | None = None
        """the last evaluation on the test set; searches go on in it as long as it is of the shown weights"""
        self._then: Callable[[TestSetEvaluated], None] | None = None
        """what waits for an evaluation"""
        self._found: Found | None = None
        """what a walk has found, until the next key"""
        self._walked_to: tuple[object, ...] = ()
        """image, number and weights where `action_uncertain` was last; from others it begins with the least certain"""

    def forget_weights(self) -> None:
        """Forget the evaluation, because the weights of a new training have the same name as those of the last."""
        super().forget_weights()
        self._evaluated = None
        self.let_go()

    def on_screen_resume(self) -> None:
        """Go on with a search that waits for an evaluation, which another page's request may have replaced."""
        if self._then is not None:
            self.call_next(self._search, self._then)  # after the base class, which lets go of it

    def let_go(self) -> None:
        """Forget what was looked for, and the line about what was found."""
        if self._then is not None or self._found is not None:
            self._then = self._found = None
            self.note()

    def watch_number(self) -> None:
        """Ask again for another number, because what was found holds only for its own."""
        if self._found is not None:
            self.request_answer()
        super().watch_number()

    def take_answer(self, answer: ImagePredicted) -> None:
        """Show the answer; if an image was found by a walk, only say how the newest weights judge it."""
        if self._found is None:
            if self._then is None:
                self.note()
            super().take_answer(answer)
        elif self.answer is not None and answer.source != self._found.result.source:
            shown = self.answer.predictions[self.number]
            self.note(self._found.line(self._width, shown, answer.predictions[self.number], answer.source))

    def show_prediction(self, answer: ImagePredicted) -> "Prediction":
        """Show the prediction for the chosen number: two charts of bars, all ten numbers, where it looked."""
        shown = answer.predictions[self.number]
        digits, sums = self.query(ProbabilityBars)
        digits.probabilities, sums.probabilities = shown.digit_probabilities, shown.sum_probabilities
        digits.truth, sums.truth = shown.truth or (None, None)
        for ten in self.query(AllTen):
            ten.predictions, ten.chosen = answer.predictions, self.number
        self.show_heat(shown, answer)
        return shown

    @property
    def found_at(self) -> str:
        """The step of the training at which the image was found, if one was found by a walk; else empty."""
        found = self.searched
        return "" if found is None or found.weights.path is not None else step_of(found.source)

    @property
    def searched(self) -> TestSetResult | None:
        """The evaluation whose answer is shown, if the image was found by a walk."""
        return None if self._found is None else self._found.result

    @property
    def _width(self) -> int:
        """Columns of the note."""
        return self.room.width - 2

    def open_image(self, message: OpenInInspect) -> None:
        """Show an image with the weights by which another page found it, until the next key."""
        evaluated = message.evaluated
        if evaluated is None:
            super().open_image(message)
            return
        self._evaluated = evaluated
        number = self.number if message.number is None else message.number
        verdict = evaluated.result.predictions(message.index)[number].rightness
        step = Step(message.index, number, 1, 1)
        self._land(evaluated, step, (f"{message.back}: {verdict}",), rightness)

    def action_wrong(self, by: int) -> None:
        """Go to the next image whose digit or sum is wrong, or to the one before."""
        what = "wrong image", "(digit or sum)", "is wrong"
        self._search(lambda found: self._jump(found, found.result.wrong, by, what, rightness))

    def action_disagree(self, by: int) -> None:
        """Go to the next image whose predicted sum is not predicted digit + number, or to the one before."""
        what = "disagreeing image", "(the sum is not digit + number)", "disagrees"
        self._search(lambda found: self._jump(found, found.result.disagreeing, by, what, agreement))

    def action_uncertain(self, by: int) -> None:
        """Go to the least certain image; pressed again, to the next one after it, or to the one before."""

        def go(evaluated: TestSetEvaluated) -> None:
            scores, weights = evaluated.result.sureness, evaluated.result.weights
            is_fresh = self._walked_to != (self.index, self.number, weights)
            step = less_certain(scores, self.index, self.number, is_fresh, by)
            self._walked_to = step.image, step.number, weights
            sure = how_sure(float(scores[step.image, step.number]))
            place = f"Least sure {step.place:,} of {step.total:,}: "
            self._land(evaluated, step, (f"{place}its less sure answer has {sure}", f"{place}{sure}"), sureness)

        self._search(go)

    def _jump(
        self, evaluated: TestSetEvaluated, hits: NDArray[np.bool_], by: int, what: tuple[str, str, str], judge: Judge
    ) -> None:
        name, where, verb = what
        beside = f"number {self.number}" if hits[:, self.number].any() else "any number"
        step = next_pair(hits, self.index, self.number, by)
        if step is None:
            self.note(f"Nothing {verb}: not one of {hits.size:,} pairs of image and number")
        else:
            words = f"With {beside}: {name} {step.place:,} of {step.total:,}"
            short = f"{capped(name)} {step.place:,} of {step.total:,}"
            self._land(evaluated, step, (f"{words} {where}", words, short), judge)

    def _land(self, evaluated: TestSetEvaluated, step: Step, words: tuple[str, ...], judge: Judge) -> None:
        """Show the image that was found, with the weights that were searched."""
        result = evaluated.result
        known = placed(result.weights, evaluated.choices)
        self._then = self._found = self.session.drawing = None  # the number is not changed by the user
        self.index, self.number = step.image, step.number
        self._found = Found(result, words, judge)
        predictions = result.predictions(step.image)
        image, whose = evaluated.images[step.image], (known.chosen, known.all, result.source)
        count = len(result.labels)
        super().take_answer(ImagePredicted(step.image, image, predictions, *whose, count, result.predictor))
        self.note(self._found.line(self._width, predictions[step.number]))

    def _search(self, then: Callable[[TestSetEvaluated], None]) -> None:
        """Call `then` with an evaluation of the network on the test set, as soon as there is one."""
        answer, evaluated = self.answer, self._evaluated
        if answer and evaluated and evaluated.result.serves_for(answer.weights, answer.source):
            then(evaluated)
        else:
            self._then = then  # an evaluation in progress is continued, not repeated
            self.predictions.request(EvaluateTestSet(self.wanted), self.post_message)

    def on_test_set_evaluated(self, message: TestSetEvaluated) -> None:
        """Take in the evaluation, and continue the search that waits for it as soon as the page is in view."""
        found, answer = self._found, self.answer
        self.note("" if found is None or answer is None else found.line(self._width, answer.predictions[self.number]))
        self._evaluated = message
        if self._then is not None and self.is_current:
            then, self._then = self._then, None
            then(message)
