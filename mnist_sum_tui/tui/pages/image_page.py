"""ImagePage: what pages with one test image at a time share: which image, its predictions, keys to other images."""

import contextlib
import random
import time
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.errors import NoWidget
from textual.events import MouseEvent
from textual.reactive import var

from mnist_sum_tui.glyphs import BRAILLE
from mnist_sum_tui.tui.pages.dialogs import GoTo
from mnist_sum_tui.tui.pages.heat_page import HeatPage
from mnist_sum_tui.tui.pages.weights_bar import WeightsPage
from mnist_sum_tui.tui.predictions.messages import ImagePredicted
from mnist_sum_tui.tui.predictions.requests import PredictImage
from mnist_sum_tui.tui.session.messages import OpenInInspect
from mnist_sum_tui.tui.widgets.digit import Digit

NEWEST_SECONDS = 1.0
"""while a training goes on, the predictions are renewed at most once in so many seconds"""
TICK_SECONDS = 0.25
"""how often the page looks whether it is time to renew them"""
SHARE, LONGEST = 0.01, 4.0
"""the largest share of the time that renewing may take (it costs a training half as much again), and the longest wait,
which ends it in any case"""


class ImagePage(WeightsPage, HeatPage):
    """Shows one test image at a time; it has the class -empty until there are predictions for it."""

    AUTO_FOCUS = ""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "step(-1)", "Image", key_display=" ".join(BRAILLE.arrows[:2])),
        Binding("right", "step(1)", show=False),
        Binding("up", "number(1)", "Number", key_display=f"{BRAILLE.arrows[2]} {BRAILLE.arrows[3]} 0-9"),
        Binding("down", "number(-1)", show=False),
        Binding("o", "heat", show=False),  # `h` is the key on every page; on Draw `o` opens a picture
    ]

    index: var[int] = var(0, init=False)
    """the index of the image in the test file"""

    def __init__(self) -> None:
        super().__init__()
        self.add_class("-empty")  # here, and not when all its widgets would have to be styled again
        self.answer: ImagePredicted | None = None
        """the answer that is shown"""
        self._asked = self._due = 0.0
        """when the present request was sent, or 0 if it is answered; and when the next one is due (time.monotonic)"""

    def show_image(self, answer: ImagePredicted) -> None:
        """Show the image of a new answer; `show_answer` follows. Each page has its own."""
        raise NotImplementedError

    def let_go(self) -> None:
        """Forget what was being looked for, because something else is wanted."""

    def on_mount(self) -> None:
        """Keep up with a training."""
        self.set_interval(TICK_SECONDS, self.keep_up)

    def on_screen_resume(self) -> None:
        """Ask again when the page comes into view, because another page's request may have replaced ours."""
        self.index, self.number = self.session.image, self.session.number
        self.request_answer()

    def watch_index(self) -> None:
        """Note the image in the session, because other pages show the same one."""
        self.session.image = self.index

    def show_index(self, index: int) -> None:
        """Show a test image."""
        self.index, self.session.drawing = index, None
        self.request_answer()

    def open_image(self, message: OpenInInspect) -> None:
        """Show an image that another page has chosen."""
        if message.number is not None:
            self.number = message.number
        self.show_index(message.index)

    def request_answer(self) -> None:
        """Ask for the predictions for the image, with the weights that are wanted."""
        self.let_go()
        self._renew()

    def _ask(self) -> None:
        if self.is_mounted:
            self.predictions.request(PredictImage(self.index, self.wanted), self.post_message)

    def keep_up(self) -> None:
        """Renew the predictions while a training goes on, and once after it; ask again if there is no answer at all.

        Not below a question: the quiz asks, too, and of two such requests only the newer one is answered.
        """
        answer, is_over = self.answer, not self.session.is_training
        if not self.is_active or (self.wanted is not None and answer is not None):
            return
        if is_over and answer is not None and answer.weights.path is not None:
            return
        if time.monotonic() >= self._due or (is_over and not self._asked):
            self._renew()

    def _renew(self) -> None:
        self._asked = time.monotonic()
        self._due = self._asked + LONGEST  # if no answer comes; if one does, `_rest` says when
        self._ask()

    def on_image_predicted(self, message: ImagePredicted) -> None:
        """Show the predictions, if they are for the present image."""
        is_other = message.index != self.index % message.count or self.is_late(message.weights, message.choices)
        if not is_other:  # otherwise a newer request is on its way
            self.take_answer(message)

    def take_answer(self, answer: ImagePredicted) -> None:
        """Show the image and its predictions."""
        if self._asked:
            self.call_after_refresh(self._rest)  # drawing takes as long as predicting
        self.index, self.answer = answer.index, answer  # there may be fewer test images now
        if self.has_class("-empty"):
            self.remove_class("-empty")
            self.call_after_refresh(self.show_answer)  # once more, when the width of each line is known
        self.show_weights(answer.weights, answer.choices, answer.source)
        self.show_image(answer)
        self.show_answer()

    def _rest(self) -> None:
        """Delay the next answer so that this one, with its drawing, took at most SHARE of the time."""
        now = time.monotonic()
        wait = min(max((now - self._asked) / SHARE, NEWEST_SECONDS), LONGEST)
        self._asked, self._due = 0.0, now + wait

    def action_step(self, by: int) -> None:
        """Go to the next or the previous image; the first follows the last."""
        if self.answer is not None:
            self.show_index((self.index + by) % self.answer.count)

    def on_mouse_scroll_down(self, event: MouseEvent, by: int = 1) -> None:
        """On a picture the wheel goes to the next image."""
        with contextlib.suppress(NoWidget):  # after a resize the place may be outside
            if isinstance(self.get_widget_at(event.screen_x, event.screen_y)[0], Digit):
                self.action_step(by)

    def on_mouse_scroll_up(self, event: MouseEvent) -> None:
        """And back."""
        self.on_mouse_scroll_down(event, -1)

    def action_random(self) -> None:
        """Go to a random image."""
        if self.answer is not None:
            self.show_index(random.randrange(self.answer.count))

    def action_goto(self) -> None:
        """Ask for the index of an image, and go there."""
        if self.answer is not None:
            self.ask(GoTo("image", self.answer.count - 1), self.show_index)
