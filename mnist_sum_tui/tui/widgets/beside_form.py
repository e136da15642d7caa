"""BesideForm: training images, the chosen network's layers and the newest runs, beside the form on a large screen."""

from pathlib import Path

from textual.app import ComposeResult
from textual.containers import Vertical

from mnist_sum_tui.tui.widgets.latest_curves import LatestCurves
from mnist_sum_tui.tui.widgets.network_layers import NetworkLayers
from mnist_sum_tui.tui.widgets.training_images import TrainingImages


class BesideForm(Vertical):
    """Holds an image of each digit, below them the network's layers, and below these how the newest runs learned."""

    def __init__(self, data_dir: str | None, runs_folder: Path, *, id: str) -> None:
        super().__init__(id=id)
        self._data_dir, self._runs_folder, self._model = data_dir, runs_folder, ""

    def compose(self) -> ComposeResult:
        """All three."""
        yield TrainingImages(self._data_dir, id="training-images")
        yield NetworkLayers(id="network-layers")
        yield LatestCurves(self._runs_folder, id="latest-curves")

    def describe(self, model: str) -> None:
        """Show this network's layers, and images, now or as soon as there is room; torch must be imported."""
        self._model = model
        if self.display and model:
            self.query_one(NetworkLayers).describe(model)
            self.query_one(TrainingImages).read()

    def on_show(self) -> None:
        """Show all when the screen has become large enough, or the form comes back."""
        self.query_one(LatestCurves).read()
        self.describe(self._model)
