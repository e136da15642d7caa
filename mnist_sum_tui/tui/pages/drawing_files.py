"""DrawingFiles: keys that open a picture as a drawing, and that save a drawing as a picture."""

from datetime import datetime

import numpy as np
from numpy.typing import NDArray
from textual import work
from textual.binding import Binding
from textual.message import Message

from mnist_sum_tui.charts.thumbnail import Image
from mnist_sum_tui.errors import MnistSumError
from mnist_sum_tui.tui.pages.dialogs import OpenPicture
from mnist_sum_tui.tui.pages.predicting import PredictingPage
from mnist_sum_tui.tui.predictions import drawings
from mnist_sum_tui.tui.predictions.messages import Trouble
from mnist_sum_tui.tui.widgets.draw_pad import DrawPad

FILE_KEYS = (
    Binding("o", "open", "Open", tooltip="a picture"),
    Binding("s", "save", "Save", tooltip="as a picture"),
)


class DrawingFiles(PredictingPage):
    """A page with a DrawPad, whose drawings come from files and go to files by FILE_KEYS."""

    class Opened(Message):
        """A picture was read by a thread."""

        def __init__(self, grey_hw: NDArray[np.uint8], image: Image) -> None:
            super().__init__()
            self.grey_hw = grey_hw
            self.image = image
            """28x28, prepared for the network"""

    def show_picture(self, grey_hw: NDArray[np.uint8], image: Image) -> None:
        """Predict a picture as it was read, and show it; to be given by the page."""
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
            self.note(f"Saved as {path}; mnist-sum predict image reads it")

    def action_open(self) -> None:
        """Ask for a picture, and read it."""

        def read(typed: str | None) -> None:
            if typed:
                self.read_picture(typed)

        self.app.push_screen(OpenPicture(), read)

    @work(thread=True, exclusive=True, group="picture", exit_on_error=False)
    def read_picture(self, typed: str) -> None:
        """Read it as `predict image` does; a large one takes a while."""
        from mnist_sum_tui.data import picture

        try:
            grey_hw = picture.read_picture(drawings.path_of(typed))
            self.post_found(self.Opened(grey_hw, picture.prepare(grey_hw)))
        except MnistSumError as error:
            self.post_found(Trouble(str(error)))

    def on_drawing_files_opened(self, message: Opened) -> None:
        """The picture was read."""
        self.show_picture(message.grey_hw, message.image)
