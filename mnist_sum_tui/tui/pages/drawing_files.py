"""DrawingFiles: open a picture as a drawing, and save as a picture what is predicted."""

from datetime import datetime
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from textual import work
from textual.binding import Binding
from textual.widgets import Input

from mnist_sum_tui.charts.thumbnail import Image, enlarged
from mnist_sum_tui.errors import MnistSumError
from mnist_sum_tui.formatting import capped
from mnist_sum_tui.machine.stdio import without_lines_of_libraries
from mnist_sum_tui.printable import shell_word
from mnist_sum_tui.tui.pages.dialogs import LineInput, LineQuestion
from mnist_sum_tui.tui.pages.weights_bar import WeightsPage
from mnist_sum_tui.tui.predictions import drawings
from mnist_sum_tui.tui.predictions.weights import run_option
from mnist_sum_tui.tui.textual_fixes import pass_on
from mnist_sum_tui.tui.widgets.draw_pad import DrawPad

FILE_KEYS = (
    Binding("o", "open_picture", "Open", tooltip="a picture"),
    Binding("s", "save", "Save", tooltip="as a picture"),
)


class Picture(NamedTuple):
    """A picture that was read."""

    grey_hw: NDArray[np.uint8]
    image: Image
    """28x28, prepared for the network"""


class OpenPicture(LineQuestion[Picture]):
    """Asks for the path of a picture, until one can be read."""

    def __init__(self) -> None:
        question = "Which picture? The path of a PNG or JPEG with one digit"
        super().__init__(question, "", LineInput("Open", placeholder="digit.png"))

    def on_input_submitted(self, message: Input.Submitted) -> None:
        """Read what was typed, if anything was."""
        if message.value.strip():
            self.read_picture(message.value)
        else:
            self.say("Type the path of a picture first")

    @work(thread=True, exclusive=True, group="picture", exit_on_error=False)
    def read_picture(self, typed: str) -> None:
        """Read the picture as `predict image` does, in a thread, because a large one takes a while."""
        from mnist_sum_tui.data import picture

        try:
            with without_lines_of_libraries():
                grey_hw = picture.read_picture(path := drawings.path_of(typed))
            found = Picture(grey_hw, picture.prepare(grey_hw, path))
        except MnistSumError as error:
            pass_on(self, self.say, str(error))
        else:
            pass_on(self, self.give, found)

    def give(self, found: Picture) -> None:
        """Close with the picture."""
        self.dismiss(found)


class DrawingFiles(WeightsPage):
    """A page with a DrawPad, and FILE_KEYS to open a picture and to save what is predicted."""

    _drawing: NDArray[np.uint8] | None = None
    """what is predicted if it is not the pad's sheet: the last sheet, or the grey values of an opened picture"""

    @property
    def drawing(self) -> NDArray[np.uint8]:
        """The pad's sheet, or the grey values of a picture that was opened and not drawn on since."""
        return self.query_one(DrawPad).sheet if self._drawing is None else self._drawing

    def show_picture(self, grey_hw: NDArray[np.uint8], image: Image) -> None:
        """Predict a picture as it was read, and put it on the pad, where it can be drawn on."""
        self.query_one(DrawPad).show(enlarged(image, 2))
        self._drawing = grey_hw
        self.request_answer()

    def action_save(self) -> None:
        """Save what is predicted as a picture, and say where."""
        drawing = self.drawing
        if not drawing.any():
            self.note("There is nothing to save: draw a digit first")
        else:
            self._pack(drawing.copy(), self.session.number)

    @work(thread=True, group="save", exit_on_error=False)
    def _pack(self, drawing: NDArray[np.uint8], number: int) -> None:
        """Make the file in a thread, because that of a photo takes a while."""
        self.call_later(self._write, drawings.png(drawing), number)

    def _write(self, content: bytes, number: int) -> None:
        try:
            path = drawings.save(self.session.runs_folder, content, datetime.now())
        except MnistSumError as error:
            self.note(capped(str(error)), is_error=True)
        else:
            option = "" if self._shown is None else run_option(self._shown, self.session.run)
            command = f"mnist-sum predict image {shell_word(str(path))} --number {number}{option}"
            self.note(f"Saved; read it by: {command}")

    def action_open_picture(self) -> None:
        """Ask for a picture, and show it."""
        self.ask(OpenPicture(), lambda found: self.show_picture(*found))
