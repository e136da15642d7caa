"""BesideForm: training images, the chosen network's layers and all recipes, beside the form on a large screen."""

from collections.abc import Mapping

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Static

from mnist_sum_tui.tui.widgets.choice import hanging
from mnist_sum_tui.tui.widgets.network_layers import NetworkLayers
from mnist_sum_tui.tui.widgets.training_images import TrainingImages


class BesideForm(Vertical):
    """Holds an image of each digit, below them the layers of the network, and below these what each recipe is for."""

    def __init__(self, data_dir: str | None, *, id: str) -> None:
        super().__init__(id=id)
        self._data_dir, self._model = data_dir, ""
        self._recipes: Mapping[str, tuple[str, str]] = {}

    def compose(self) -> ComposeResult:
        """All three."""
        yield TrainingImages(self._data_dir, id="training-images")
        yield NetworkLayers(id="network-layers")
        yield Static(id="all-recipes", markup=False)

    def describe(self, model: str, recipes: Mapping[str, tuple[str, str]]) -> None:
        """Show this network's layers, images and recipes, now or as soon as there is room; torch must be imported.

        Of each recipe `recipes` has the first columns and the last.
        """
        self._model, self._recipes = model, recipes
        if self.display and model:
            lines = [hanging(first, last, self.size.width) for first, last in recipes.values()]
            self.query_one("#all-recipes", Static).update("\n".join(["What each recipe is for", *lines]))
            self.query_one(NetworkLayers).describe(model)
            self.query_one(TrainingImages).read()

    def on_show(self) -> None:
        """Show all when the screen has become large enough."""
        self.describe(self._model, self._recipes)
