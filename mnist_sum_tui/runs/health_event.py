"""Health, the event that says how the layers of a network do. Deviations are standard deviations."""

from dataclasses import dataclass
from typing import Annotated

from mnist_sum_tui.runs.events import Event
from mnist_sum_tui.runs.json_values import Loss, Matching, Share


@dataclass(frozen=True, slots=True, kw_only=True)
class Health(Event):
    """How each layer with weights did in one step; every field has one value for each layer, in their order."""

    kind = "health"

    layers: tuple[str, ...]
    """the layers' names within the network"""
    weights: tuple[Loss, ...]
    """deviation of the weights; as of all deviations, of at most 65,536 weights, evenly spread"""
    gradients: tuple[Loss, ...]
    """deviation of the gradient of the weights"""
    updates: tuple[Loss, ...]
    """deviation of what the step added to the weights, as a share of `weights`; 0.001 is usual"""
    dead: tuple[Share, ...]
    """share of the units, or maps, that gave 0 for each of 32 training images"""
    spread: tuple[Annotated[str, Matching("[0-9]{19}")], ...]
    """how the weights are spread, from -4 to 4 / sqrt(inputs of a unit): how full each bin is, by its logarithm"""

    def __post_init__(self) -> None:
        fields = (self.weights, self.gradients, self.updates, self.dead, self.spread)
        if any(len(values) != len(self.layers) for values in fields):
            raise ValueError("layers, weights, gradients, updates, dead and spread must have the same length")
