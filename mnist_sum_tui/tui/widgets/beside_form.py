"""BesideForm: the chosen network's layers and the newest runs, beside the form on a large screen."""

from pathlib import Path
from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.containers import Vertical

from mnist_sum_tui.tui.widgets.network_layers import NetworkLayers

if TYPE_CHECKING:  # it needs numpy, which the form does not wait for
    from mnist_sum_tui.tui.widgets.latest_curves import LatestCurves


class BesideForm(Vertical):
    """Holds the network's layers, and below them how the newest runs learned."""

    def __init__(self, runs_folder: Path, *, id: str) -> None:
        super().__init__(id=id)
        self._runs_folder, self._model = runs_folder, ""
        self._curves: LatestCurves | None = None
        """made when there is room for the first time"""

    def compose(self) -> ComposeResult:
        """The layers."""
        yield NetworkLayers(id="network-layers")

    def describe(self, model: str) -> None:
        """Show this network's layers, and the rest, now or as soon as there is room; torch must be imported."""
        self._model = model
        if self.display and model:
            self.query_one(NetworkLayers).describe(model)
            if self._curves is None:
                from mnist_sum_tui.tui.widgets.latest_curves import LatestCurves

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
