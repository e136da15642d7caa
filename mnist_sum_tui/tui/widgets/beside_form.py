"""BesideForm: training images, the chosen network's layers and the newest runs, beside the form on a large screen."""

from pathlib import Path
from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.containers import Vertical

from mnist_sum_tui.tui.widgets.network_layers import NetworkLayers
from mnist_sum_tui.tui.widgets.training_images import TrainingImages

if TYPE_CHECKING:  # it needs numpy, which the form does not wait for
    from mnist_sum_tui.tui.widgets.latest_curves import LatestCurves


class BesideForm(Vertical):
    """Holds an image of each digit, below them the network's layers, and below these how the newest runs learned."""

    def __init__(self, data_dir: str | None, runs_folder: Path, *, id: str) -> None:
        super().__init__(id=id)
        self._data_dir, self._runs_folder, self._model = data_dir, runs_folder, ""
        self._curves: LatestCurves | None = None
        """made when there is room for the first time"""

    def compose(self) -> ComposeResult:
        """Images and layers."""
        yield TrainingImages(self._data_dir, id="training-images")
        yield NetworkLayers(id="network-layers")

    def describe(self, model: str) -> None:
        """Show this network's layers, and the rest, now or as soon as there is room; torch must be imported."""
        self._model = model
        if self.display and model:
            self.query_one(NetworkLayers).describe(model)
            if self._curves is None:
                from mnist_sum_tui.tui.widgets.latest_curves import LatestCurves

                self.query_one(TrainingImages).read()
                self._curves = LatestCurves(self._runs_folder, id="latest-curves")
                self.mount(self._curves)

    def on_show(self) -> None:
        """Show all when the screen has become large enough, and the newest runs when the form is shown again."""
        self.read()
        self.describe(self._model)

    def read(self) -> None:
        """Read the newest runs again."""
        if self._curves is not None:
            self._curves.read()
