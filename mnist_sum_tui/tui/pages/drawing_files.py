"""DrawingFiles: keys that open a picture as a drawing, and that save a drawing as a picture."""

import shlex
from datetime import datetime
from typing import ClassVar, NamedTuple

import numpy as np
from numpy.typing import NDArray
from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import Input, Label

from mnist_sum_tui.charts.thumbnail import Image
from mnist_sum_tui.errors import MnistSumError
from mnist_sum_tui.printable import printable
from mnist_sum_tui.tui.pages.predicting import PredictingPage
from mnist_sum_tui.tui.predictions import drawings
from mnist_sum_tui.tui.predictions.messages import Trouble
from mnist_sum_tui.tui.textual_fixes import Question
from mnist_sum_tui.tui.widgets.draw_pad import DrawPad

FILE_KEYS = (
    Binding("o", "open", "Open", tooltip="a picture"),
    Binding("s", "save", "Save", tooltip="as a picture"),
)


class Picture(NamedTuple):
    """A picture that was read."""

    grey_hw: NDArray[np.uint8]
    image: Image
    """28x28, prepared for the network"""


class OpenPicture(Question[Picture | None]):
    """A line to type the path of a picture into; it stays until one is read. None if cancelled."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "dismiss(None)", "Cancel")]

    def compose(self) -> ComposeResult:
        """The question and the line."""
        with Vertical(classes="dialog"):
            yield Label("Which picture? The path of a PNG or JPEG with one digit", markup=False)
            yield Input(placeholder="digit.png")
            yield Label("Enter opens it, Escape goes back", id="said", classes="hint", markup=False)

    def on_input_submitted(self, message: Input.Submitted) -> None:
        """Read what was typed, if anything was."""
        if message.value.strip():
            self.read_picture(message.value)

    @work(thread=True, exclusive=True, group="picture", exit_on_error=False)
    def read_picture(self, typed: str) -> None:
        """Read it as `predict image` does; a large one takes a while."""
        from mnist_sum_tui.data import picture

        try:
            grey_hw = picture.read_picture(drawings.path_of(typed))
            found = Picture(grey_hw, picture.prepare(grey_hw))
        except MnistSumError as error:
            self.call_later(self.say, str(error))
        else:
            self.call_later(self.give, found)

    def give(self, found: Picture) -> None:
        """Close with what was read."""
        self.dismiss(found)

    def say(self, trouble: str) -> None:
        """Say why it could not be read, where it was asked for."""
        if self.is_mounted:
            said = self.query_one("#said", Label)
            said.update(printable(trouble))
            said.add_class("-error")


class DrawingFiles(PredictingPage):
    """A page with a DrawPad, whose drawings come from files and go to files by FILE_KEYS."""

    def show_picture(self, grey_hw: NDArray[np.uint8], image: Image) -> None:
        """Predict a picture as it was read, and show it; defined by the page."""
        raise NotImplementedError

    def action_save(self) -> None:
        """Save the sheet as a picture, and say where."""
        sheet = self.query_one(DrawPad).sheet
        if not sheet.any():
            self.note("There is nothing to save: draw a digit first")
            return
        try:
            path = drawings.save(self.session.runs_folder, sheet, datetime.now())
        except MnistSumError as error:
            self.on_trouble(Trouble(str(error)))
        else:
            self.note(f"Saved; read it by: mnist-sum predict image {shlex.quote(str(path))}")

    def action_open(self) -> None:
        """Ask for a picture, and show it."""

        def show(found: Picture | None) -> None:
            if found is not None:
                self.show_picture(*found)

        self.app.push_screen(OpenPicture(), show)
