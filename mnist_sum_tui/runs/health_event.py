"""Health, the event about the state of a network's layers. Deviations are standard deviations."""

from dataclasses import dataclass
from typing import Annotated

from mnist_sum_tui.runs.event_base import Event
from mnist_sum_tui.runs.json_values import Loss, Matching, Share


@dataclass(frozen=True, slots=True, kw_only=True)
class Health(Event):
    """The state of each layer with weights in one step; every field has one value per layer, in the same order."""

    kind = "health"

    layers: tuple[str, ...]
    """the layers' names within the network"""
    weights: tuple[Loss, ...]
    """deviation of the weights; all deviations are computed from at most 65,536 evenly spread weights"""
    gradients: tuple[Loss, ...]
    """deviation of the gradient of the weights"""
    updates: tuple[Loss, ...]
    """deviation of the step's change of the weights, divided by that of the weights; 0.001 is usual"""
    dead: tuple[Share, ...]
    """share of dead units or maps: those that gave 0 for all of 32 training images"""
    spread: tuple[Annotated[str, Matching("[0-9]{19}")], ...]
    """a histogram of the weights from -4 to 4 / sqrt(inputs of a unit): 19 bins, each a digit on a logarithmic scale"""

    def __post_init__(self) -> None:
        fields = (self.weights, self.gradients, self.updates, self.dead, self.spread)
        if any(len(values) != len(self.layers) for values in fields):
            raise ValueError("layers, weights, gradients, updates, dead and spread must have the same length")
