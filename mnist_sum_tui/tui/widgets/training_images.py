"""TrainingImages: a training image of each digit, beside the form for a new run if the screen is large enough."""

from typing import TYPE_CHECKING

from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from mnist_sum_tui.sizes import DIGITS

if TYPE_CHECKING:  # numpy, which the form does not wait for
    import numpy as np
    from numpy.typing import NDArray

    from mnist_sum_tui.charts.thumbnail import Image

A_ROW = 5
"""images in a row"""
GAP = 3
"""columns between two images"""
WORDS = "Of the {:,} training images, the first of each digit:"


class TrainingImages(Widget):
    """Reads its images in a thread, once they are asked for."""

    images: "reactive[list[Image | None]]" = reactive([])
    """the first image (28, 28) of each digit, or None"""
    _count = 0
    """how many training images there are"""

    def __init__(self, data_dir: str | None, *, id: str) -> None:
        super().__init__(id=id)
        self._data_dir = data_dir

    def read(self) -> None:
        """Read the images."""
        self.run_worker(self._work, thread=True, exit_on_error=False)

    def _work(self) -> None:
        from mnist_sum_tui.data import mnist_files

        images, labels = mnist_files.read("train", self._data_dir, is_from_run=True)  # so that nothing is downloaded
        self.app.call_later(self._take, first_of_each(images, labels), len(images))

    def _take(self, images: "list[Image | None]", count: int) -> None:
        self._count = count
        self.images = images

    def render(self) -> Content:
        """A heading, and two rows of images with their digits below; nothing before the images are read."""
        if not self.images:
            return Content("")
        from mnist_sum_tui.tui.widgets.half_blocks import blocks

        cell = self.content_size.width // A_ROW
        _, _, paper, ink = self.colors
        lines = [Content(WORDS.format(self._count))]
        for first in range(0, DIGITS, A_ROW):
            digits = range(first, first + A_ROW)
            captions = "".join(str(digit).center(cell - GAP) + " " * GAP for digit in digits)
            lines += [Content(""), blocks(side_by_side(self.images[first : first + A_ROW], cell), paper, ink)]
            lines.append(Content(captions))
        return Content("\n").join(lines)


def first_of_each(images: "NDArray[np.uint8]", labels: "NDArray[np.uint8]") -> "list[Image | None]":
    """The first image (28, 28) of each digit, copied, so that the others are freed; None if there is none."""
    places = [(labels == digit).nonzero()[0] for digit in range(DIGITS)]
    return [images[found[0]].copy() if len(found) else None for found in places]


def side_by_side(images: "list[Image | None]", cell: int) -> "Image":
    """The images beside each other, for half-blocks, each `cell` columns wide with the gap after it."""
    import numpy as np

    from mnist_sum_tui.charts.thumbnail import shrink

    side = max(cell - GAP, 1)
    drawn = [np.zeros((side, side), np.uint8) if image is None else shrink(image, side, side) for image in images]
    return np.hstack([np.pad(image, ((0, 0), (0, cell - side))) for image in drawn])
