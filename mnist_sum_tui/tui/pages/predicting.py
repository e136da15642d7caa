"""PredictingPage: what pages with predictions share: the worker, and a line that says what it is doing."""

from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.reactive import var
from textual.widgets import Static

from mnist_sum_tui.formatting import capped, percent, track
from mnist_sum_tui.glyphs import BRAILLE
from mnist_sum_tui.printable import printable
from mnist_sum_tui.tui.pages.about import AWAITED
from mnist_sum_tui.tui.pages.base import Page
from mnist_sum_tui.tui.predictions.messages import Trouble, Working
from mnist_sum_tui.tui.widgets.answer import AllTen

if TYPE_CHECKING:
    from mnist_sum_tui.inference.evaluate import EvalReport
    from mnist_sum_tui.tui.predictions.worker import PredictionWorker

BAR_WIDTH = 20
SHEETS = [Path(__file__).parents[1] / name for name in ("pages.tcss", "draw.tcss", "inside.tcss")]
"""the style sheets of the pages after the first, which would delay it; always read together, so in the same order"""


def working_line(text: str, share: float | None, width: int) -> str:
    """What is being done, with a bar and a percentage if the share is known; the bar gets the room that is left."""
    if share is None:
        return text
    figure = f" {percent(share, 0):>5}"
    room = min(BAR_WIDTH, width - len(text) - len(figure) - 1)
    return f"{text} {''.join(track(share, room))}{figure}" if room > 2 else f"{text}{figure}"


def accuracy_words(report: "EvalReport") -> str:
    """An evaluation's three figures in words: accuracy of digit and sum, and agreement."""
    found = (report.digit_accuracy, report.sum_accuracy, report.agreement)
    digit, total, agreement = (percent(share) for share in found)
    return f" {BRAILLE.between} ".join((f"digit {digit}", f"sum {total}", f"agreement {agreement}"))


class PredictingPage(Page):
    """A page that shows predictions. It has a line with the id `note`, which is hidden while there is nothing to say.

    While there is nothing else to show, the page has the class -empty, and the note takes its room.
    """

    CSS_PATH: ClassVar = [*SHEETS]

    @property
    def predictions(self) -> "PredictionWorker":
        """The worker that all pages share."""
        return self.dashboard.predictions

    def note(self, text: str = "", *, is_error: bool = False) -> None:
        """Show a line of text; an empty text hides it."""
        if self.is_mounted:
            note = self.query_one("#note", Static)
            if not text and not note.display:  # an update lays out the whole screen, and this is called every second
                return
            note.update(printable(text))
            note.display = bool(text)
            self.set_class(bool(text), "-noting")
            note.set_class(is_error, "-error")

    def on_working(self, message: Working) -> None:
        """Say what is being done and how far it is."""
        self.note(working_line(message.text, message.share, self.room.width - 2))

    def on_trouble(self, message: Trouble) -> None:
        """Say why something could not be done."""
        self.note(capped(message.text), is_error=True)

    def on_unmount(self) -> None:
        """End the worker's thread when the app ends."""
        self.predictions.close()


class NumberPage(PredictingPage):
    """A page with a number besides the image; the digit keys choose it."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding(str(digit), f"choose({digit})", show=False) for digit in range(10)]

    number: var[int] = var(7, init=False)
    """the second input, 0..9; the same on all pages"""

    def show_answer(self) -> None:
        """Show what is known for the chosen number; defined by the page."""
        raise NotImplementedError

    def watch_number(self) -> None:
        """Show the answer for the new number, and note it; the predictions for all ten are known already."""
        self.session.number = self.number
        self.show_answer()

    def action_number(self, by: int) -> None:
        """Choose the next higher or lower number; 0 follows 9."""
        self.number = (self.number + by) % 10

    def action_choose(self, number: int) -> None:
        """Choose a number."""
        self.number = number

    def on_all_ten_chosen(self, message: AllTen.Chosen) -> None:
        """A line of all ten was clicked."""
        self.number = message.number


def awaited(page: str) -> Static:
    """What the page will show, in words that stand in its middle as long as it is empty."""
    return Static(AWAITED[page], id="awaited", markup=False)


def note_room() -> ComposeResult:
    """The line for notes, in a row that is always reserved, so that a note that comes or goes moves nothing."""
    with Container(id="note-room"):
        yield note()


def note() -> Static:
    """The line for `PredictingPage.note`."""
    line = Static(id="note", markup=False)
    line.display = False
    return line
