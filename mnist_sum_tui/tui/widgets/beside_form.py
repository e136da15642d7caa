"""BesideForm: training images and the chosen network's layers, beside the form on a large screen."""

from textual.app import ComposeResult
from textual.containers import Vertical

from mnist_sum_tui.tui.widgets.network_layers import NetworkLayers
from mnist_sum_tui.tui.widgets.training_images import TrainingImages


class BesideForm(Vertical):
    """Holds an image of each digit, and below them the layers of the network."""

    def __init__(self, data_dir: str | None, *, id: str) -> None:
        super().__init__(id=id)
        self._data_dir, self._model = data_dir, ""

    def compose(self) -> ComposeResult:
        """Both."""
        yield TrainingImages(self._data_dir, id="training-images")
        yield NetworkLayers(id="network-layers")

    def describe(self, model: str) -> None:
        """Show this network's layers, and images, now or as soon as there is room; torch must be imported."""
        self._model = model
        if self.display and model:
            self.query_one(NetworkLayers).describe(model)
            self.query_one(TrainingImages).read()

    def on_show(self) -> None:
        """Show both when the screen has become large enough."""
        self.describe(self._model)
