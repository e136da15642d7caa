"""TrainReads: what the page Train reads in threads: the ghost run and the sample images."""

from typing import TYPE_CHECKING

from textual import work

from mnist_sum_tui.config import TrainConfig
from mnist_sum_tui.runs.ghost import find_ghost
from mnist_sum_tui.runs.run import Run
from mnist_sum_tui.tui.pages.base import Page

if TYPE_CHECKING:  # they need numpy, and the first frame does not
    from mnist_sum_tui.charts.series import Series
    from mnist_sum_tui.charts.thumbnail import Image


class TrainReads(Page):
    """Reads files in threads, because it would take too long in the thread that draws, and passes the result on."""

    def __init__(self) -> None:
        super().__init__()
        self._images: dict[tuple[tuple[int, ...], str | None], dict[int, Image]] = {}
        """the sample images that are known, by their places in the training file and its folder"""

    def take_ghost(self, series: "Series") -> None:
        """Draw the ghost run behind the curves; defined by the page."""
        raise NotImplementedError

    def take_images(self, images: "dict[int, Image]") -> None:
        """Show the sample images; defined by the page."""
        raise NotImplementedError

    def ask_ghost(self) -> None:
        """Read the ghost run of the session's run, or wait with it until Started has told that run's images."""
        session = self.session
        self.workers.cancel_group(self, "ghost")  # that of the run before would be drawn behind this one
        is_told = session.started is not None or not session.is_training
        if is_told and session.run is not None and session.config is not None:
            self._find_ghost(session.config, session.run)

    @work(thread=True, exclusive=True, group="ghost", exit_on_error=False)
    def _find_ghost(self, config: TrainConfig, current: Run) -> None:
        """Read the curves of the ghost run."""
        ghost = find_ghost(self.session.runs_folder, config, current)
        if ghost is not None:
            from mnist_sum_tui.tui.session.run_curves import curves_of

            self.take_found(self.take_ghost, curves_of(ghost))

    def load_images(self, indices: tuple[int, ...], data_dir: str | None) -> None:
        """Take the sample images; they are read once, because that takes seconds and a replay shows them at once."""
        known = self._images.get((indices, data_dir))
        if known is None:
            self._read_images(indices, data_dir)
        else:
            self.workers.cancel_group(self, "images")  # those of the run before would replace them
            self.take_images(known)

    @work(thread=True, exclusive=True, group="images", exit_on_error=False)
    def _read_images(self, indices: tuple[int, ...], data_dir: str | None) -> None:
        """Read the whole file, of which these are a part."""
        found = self._images[indices, data_dir] = sample_images(indices, data_dir)
        self.take_found(self.take_images, found)


def sample_images(indices: tuple[int, ...], data_dir: str | None) -> "dict[int, Image]":
    """The images of a run's samples, by their index in the training file.

    Raises:
        DataError: the file is missing or damaged.
    """
    from mnist_sum_tui.data import mnist_files  # numpy

    images = mnist_files.read("train", data_dir, is_from_run=True)[0]
    return {index: images[index].copy() for index in indices if index < len(images)}  # a journal may name any
