"""The page Draw: a pad to draw a digit on, and what the network predicts meanwhile."""

import contextlib
import time
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container, Horizontal, Vertical
from textual.widgets import Static

from mnist_sum_tui.errors import PictureError
from mnist_sum_tui.formatting import how_sure
from mnist_sum_tui.glyphs import BRAILLE
from mnist_sum_tui.tui.pages.drawing_files import FILE_KEYS, DrawingFiles
from mnist_sum_tui.tui.pages.heat_page import HEAT_KEYS, HeatPage
from mnist_sum_tui.tui.pages.predicting import note_room
from mnist_sum_tui.tui.pages.weights_bar import WEIGHT_KEYS, weights_bar
from mnist_sum_tui.tui.predictions.messages import DrawingPredicted, Trouble, Working
from mnist_sum_tui.tui.predictions.requests import PredictDrawing
from mnist_sum_tui.tui.widgets.addition_table import AdditionTable
from mnist_sum_tui.tui.widgets.answer import AllTen, AnswerText, Likeness
from mnist_sum_tui.tui.widgets.common import put
from mnist_sum_tui.tui.widgets.digit import Digit
from mnist_sum_tui.tui.widgets.draw_pad import DrawPad
from mnist_sum_tui.tui.widgets.gallery import Earlier, Gallery, Item
from mnist_sum_tui.tui.widgets.heat_pair import HeatPair
from mnist_sum_tui.tui.widgets.probability_bars import ProbabilityBars
from mnist_sum_tui.tui.widgets.strokes import scale_for

REST_COLUMNS, REST_ROWS = 56, 6
"""columns that the pad leaves for frame, picture and bars; rows for tabs, frame, note, weights and footer"""
HINT = "Draw a digit with the mouse, or space and the arrow keys."
HINT_FOR_KEYS = "Space puts the pen down or up, the arrow keys move it."
HINT_WITHOUT_MOUSE = f"No mouse here? {HINT_FOR_KEYS}"
MOUSE_SECONDS = 10
"""if no event of the mouse comes within this time, the page names the keys to draw with"""
MOST_EARLIER = 50


class DrawPage(DrawingFiles, HeatPage):
    """The pad, what the network sees of it, and what both heads predict."""

    page_name = "draw"
    AUTO_FOCUS = "#pad"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("plus", "number(1)", "Number", key_display="0-9 + -"),
        Binding("minus", "number(-1)", show=False),
        Binding("c", "clear", "Clear"),
        Binding("z", "undo", "Undo"),
        Binding("ctrl+z", "undo", show=False),
        *HEAT_KEYS,
        *WEIGHT_KEYS,
        *FILE_KEYS,
        Binding("t", "thickness", "Thickness"),
        Binding("e", "rubber", "Rubber"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._answer: DrawingPredicted | None = None
        self._earlier: list[tuple[NDArray[np.uint8], NDArray[np.uint8], Item]] = []
        """the pad's sheet, what was predicted, and the small picture of each"""
        self._awaited = ""
        """what is being done before a drawing can be read, if that takes a while"""
        self.milliseconds: float | None = None
        """the time from the last stroke to its answer on the screen"""

    def compose_page(self) -> ComposeResult:
        """DrawPad, picture and words, bars; earlier drawings, if there is room."""
        with Horizontal(id="draw"):
            with Vertical(id="drawing"):
                yield DrawPad(id="pad")
                yield Static(id="below-pad", markup=False)
            with Container(id="rest"):
                with Vertical(id="seen-and-said"):
                    yield Digit(id="seen")
                    yield HeatPair()
                    yield Likeness(id="likeness")
                    yield AnswerText(id="verdict")
                    self._keys = HINT if self.dashboard.takes_mouse else HINT_FOR_KEYS
                    yield Static(self._keys, id="hint", markup=False)
                    yield AllTen(id="all-ten")
                    yield AdditionTable(id="additions")
                with Vertical(id="bars"):
                    yield ProbabilityBars("Digit", id="digit-bars")
                    yield ProbabilityBars("Sum", id="sum-bars")
                    yield AllTen()
        yield Earlier(id="earlier")
        yield from note_room()
        yield from weights_bar()

    def on_mount(self) -> None:
        """Give the parts their titles."""
        self.query_one("#pad").border_title = "Draw here"
        seen = self.query_one("#seen", Digit)
        seen.border_title, seen.look = "Network sees", "blocks"
        self.query_one("#earlier").border_title = "Earlier drawings: c keeps this one here; click one twice to take it"
        if self.dashboard.takes_mouse:
            self.set_interval(MOUSE_SECONDS, self._say_keys)  # a mouse may come later
        self.show_answer()

    def _say_keys(self) -> None:
        self._keys = HINT if self.dashboard.has_mouse else HINT_WITHOUT_MOUSE
        self._await(self._awaited)

    def _await(self, what: str) -> None:
        """Say, where the answer will stand, how to draw, or what the drawing waits for; empty for nothing."""
        self._awaited, waits = what, what and self.drawing.any()
        put(self.query_one("#hint", Static), f"{what} Then your drawing is read." if waits else self._keys)

    def take_room(self) -> None:
        """Make the pad as large as possible."""
        super().take_room()
        if not self.is_mounted:
            return
        scale = scale_for(self.room.width - REST_COLUMNS, self.room.height - REST_ROWS)
        pad = self.query_one("#pad", DrawPad)
        pad.styles.width, pad.styles.height = 28 * scale + 2, 14 * scale + 2
        self.query_one("#drawing").styles.width = 28 * scale + 2
        self.call_after_refresh(lambda: self.focused or pad.focus())  # earlier drawings may be hidden, with the focus

    def on_screen_resume(self) -> None:
        """The page comes into view: load the network, or predict again, because the weights may be others."""
        self.number = self.session.number
        self.request_answer()

    def keep_state(self) -> None:
        """Ask once more when the training is over."""
        super().keep_state()
        if self.is_outdated:
            self.request_answer()

    def on_draw_pad_drawn(self, message: DrawPad.Drawn) -> None:
        """Predict again after a stroke, unless the pad has another sheet by now."""
        if message.sheet is self.query_one(DrawPad).sheet:
            self._drawing = None
            self.request_answer()

    def request_answer(self) -> None:
        """Ask for the predictions for the drawing."""
        drawing = self.drawing
        self.session.drawing = drawing if drawing.any() else None
        self._await(self._awaited)
        self.predictions.request(PredictDrawing(drawing, time.perf_counter(), self.wanted), self.post_message)

    def on_working(self, message: Working) -> None:
        """A drawing has to wait; the base class shows how far it is."""
        self._await(message.text)

    def on_drawing_predicted(self, message: DrawingPredicted) -> None:
        """Show the predictions, unless other weights are wanted by now."""
        self._await("")
        if self.is_late(message.weights, message.choices):
            return
        self._answer = message
        self.milliseconds = None if message.image is None else (time.perf_counter() - message.requested) * 1000
        self.note()
        self.show_weights(message.weights, message.choices, message.source)
        self.show_answer()

    def on_trouble(self, _: Trouble) -> None:
        """Hide an answer to another drawing; the base class says why there is none to this one."""
        self._await("")
        if self._answer is not None and self._answer.drawing is not self.drawing:
            self._answer = self.milliseconds = None
            self.show_answer()

    def on_likeness_resized(self) -> None:
        """Write the name of the bar, with its figures if there is room."""
        self.query_one("#seen").border_subtitle = self.query_one(Likeness).title

    def show_answer(self) -> None:
        """Show what is known, for the chosen number."""
        if not self.is_mounted:
            return
        answer, pad = self._answer, self.query_one(DrawPad)
        predictions = () if answer is None else answer.predictions or ()
        shown = predictions[self.number] if predictions else None
        self.query_one("#seen", Digit).image = None if answer is None else answer.image
        self.query_one(AnswerText).display = shown is not None
        self.query_one(AnswerText).said = self.query_one(Likeness).said = shown
        self.on_likeness_resized()
        digits, sums = (shown.digit_probabilities, shown.sum_probabilities) if shown else ((0.0,) * 10, (0.0,) * 19)
        self.query_one("#hint").display = shown is None
        self.query_one("#digit-bars", ProbabilityBars).probabilities = digits
        self.query_one("#sum-bars", ProbabilityBars).probabilities = sums
        for ten in self.query(AllTen):
            ten.predictions, ten.chosen = predictions, self.number
        self.query_one(AdditionTable).predictions = predictions
        self.show_heat(shown, answer)
        pad.border_subtitle = f"number {self.number} {BRAILLE.between} {pad.pen} {'rubber' if pad.rubs_out else 'pen'}"
        rubs = "right button rubs out" if self.dashboard.takes_mouse else "e rubs out"
        answered = "" if self.milliseconds is None else f"\nanswered in {self.milliseconds:.0f} ms"
        self.query_one("#below-pad", Static).update(f"{rubs}{answered}")  # seen where the height leaves rows

    def action_clear(self) -> None:
        """Begin a new sheet; the drawing goes to the earlier ones, which are shown if there is room."""
        pad = self.query_one(DrawPad)
        if self.has_class("-heat"):  # the next drawing would begin with the figures
            self.action_heat()
        if not pad.sheet.any():
            pad.rubs_out = False  # a rubber may have blanked it
            self.show_answer()
            self.note("There is nothing to clear")
            return
        if (item := self._as_item()) is not None:
            newest = max((item.key for _, _, item in self._earlier), default=0)
            self._earlier.insert(0, (pad.sheet, self.drawing, item._replace(key=newest + 1)))
            del self._earlier[MOST_EARLIER:]
            self.query_one(Gallery).items = tuple(item for _, _, item in self._earlier)
            self.add_class("-kept")
        pad.clear()

    def _as_item(self) -> Item | None:
        """The drawing as the network sees it, with its answer if that has come already; None for a blank one."""
        from mnist_sum_tui.data.picture import prepare  # Pillow

        answer = self._answer
        if answer is not None and answer.drawing is self.drawing and answer.image is not None and answer.predictions:
            shown = answer.predictions[self.number]
            return Item(answer.image, f"{shown.digit}  {how_sure(max(shown.digit_probabilities), 0)}", 0)
        with contextlib.suppress(PictureError):
            return Item(prepare(self.drawing), "", 0)
        return None

    def on_gallery_opened(self, message: Gallery.Opened) -> None:
        """Bring an earlier drawing back, even if another one was put before it since."""
        for sheet, drawing, item in self._earlier:
            if item.key == message.key:
                self.query_one(DrawPad).show(sheet)
                self._drawing = drawing
                self.request_answer()

    def action_undo(self) -> None:
        """Undo the last stroke, or the last clearing."""
        if not self.query_one(DrawPad).undo():
            self.note("There is nothing to undo")

    def action_thickness(self) -> None:
        """Choose the next thickness of the pen."""
        self.query_one(DrawPad).change_pen()
        self.show_answer()

    def action_rubber(self) -> None:
        """Switch between pen and rubber, for the keyboard and the left button."""
        self.query_one(DrawPad).rubs_out ^= True
        self.show_answer()
