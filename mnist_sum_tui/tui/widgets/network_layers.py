"""NetworkLayers: the layers of the chosen network, beside the form for a new run if the screen is large enough."""

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from textual.widgets import Static

from mnist_sum_tui.own_network import is_own
from mnist_sum_tui.tui.widgets.run_details import in_columns

if TYPE_CHECKING:  # it needs torch, which the form does not wait for
    from mnist_sum_tui.models.describe import Layer

HEADS = ("layer", "kind", "output", "parameters")
BRANCHES, FIRST = "branches.", "branches.0."


def layer_lines(name: str, layers: "Sequence[Layer]") -> str:
    """A network's name, and a line for each layer: its name, its kind, the shape of its output, its parameters.

    Of branches that are alike only the first is listed, with their number before each name and one's parameters.
    """
    total = f"{sum(layer.parameters for layer in layers):,}"
    branches = len({layer.name.split(".")[1] for layer in layers if layer.name.startswith(BRANCHES)})
    layers = [layer for layer in layers if not layer.name.startswith(BRANCHES) or layer.name.startswith(FIRST)]
    counts = [f"{layer.parameters:,}" if layer.parameters else "" for layer in layers]
    rows = [[layer.name.replace(FIRST, f"{branches} x "), layer.kind, layer.shape] for layer in layers]
    figures = [count.rjust(len(HEADS[-1])) for count in (*counts, total)]
    listed = [[*row, figure] for row, figure in zip([*rows, ["in all", "", ""]], figures, strict=True)]
    return f"Network {name}, layer by layer\n\n{in_columns([HEADS, *listed])}"


class NetworkLayers(Static):
    """Describes a network of the program in a thread."""

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id, markup=False)
        self._wanted = ""

    def describe(self, name: str) -> None:
        """Show the layers of this network; torch must be imported."""
        if name == self._wanted:
            return
        self._wanted = name
        if is_own(name):  # to look at it would build it and seed torch, perhaps while a training begins
            self.update("")
        else:
            self.run_worker(partial(self._work, name), thread=True, exclusive=True, exit_on_error=False)

    def _work(self, name: str) -> None:
        from mnist_sum_tui.models.describe import describe

        self.app.call_later(self._take, name, layer_lines(name, describe(name)))

    def _take(self, name: str, lines: str) -> None:
        """Show the lines, unless another network was chosen meanwhile."""
        if name == self._wanted:
            self.update(lines)
