"""The health of a network's layers in training: whether weights or gradients vanish or explode, and units are dead."""

import math
from typing import Any

import torch
from torch import Tensor

from mnist_sum_tui.inference.layer_views import FOLDED
from mnist_sum_tui.models.activations import calls, layers
from mnist_sum_tui.models.layers import SumNetwork, evaluating
from mnist_sum_tui.training.prepare import Training
from mnist_sum_tui.training.timing import Pace

SECONDS, SHARE, LONGEST = 2.0, 0.009, 60.0
"""seconds between two looks while a dashboard asks; the largest share of the time for all looks, copies aside; and the
longest pause in seconds, so long that looks keep to their share on a busy machine, too"""
IMAGES = 32
"""how many training images show which units are dead"""
MOST_WEIGHTS = 1 << 16
"""of a layer, of which deviations and histogram are computed"""
BINS, REACH = 19, 4.0
"""the histogram of a layer's weights has BINS bins from -REACH to REACH, each divided by sqrt(inputs of a unit)"""


class HealthWatch:
    """Looks at the network of a training from time to time; the training is not changed by it."""

    def __init__(self, training: Training) -> None:
        self._network = training.learner.network
        dataset, device = training.batches.dataset, training.learner.hardware.device
        shown = dataset.__getitems__(list(range(min(IMAGES, len(dataset)))))
        self._images, self._numbers = shown.images.to(device), shown.numbers.to(device)
        self.pace = Pace(SECONDS, SHARE, LONGEST)
        self.is_begun = False
        """whether the weights before the coming step are noted, so that `look` must be called after that step"""
        self._before: dict[str, Tensor] = {}

    def look(self, is_next_last: bool = False) -> dict[str, Any] | None:
        """Note the weights (returns None); called again after the next step, return the fields of a Health event.

        If the next step is the last one, the weights are noted in any case, so that the last look is at its end.
        """
        found = None
        if self.is_begun:
            found = self.pace.timed(lambda: layer_health(self._network, self._before, self._images, self._numbers))
        self.is_begun = is_next_last or not self.is_begun
        if self.is_begun:
            self._before = {name: some_of(weight).clone() for name, weight in weights_of(self._network).items()}
        return found


def weights_of(network: SumNetwork) -> dict[str, Tensor]:
    """The weights by the name of their layer; without biases, normalisation layers and layers without units."""
    found = {name: getattr(layer, "weight", None) for name, layer in layers(network).items()}
    return {name: w for name, w in found.items() if isinstance(w, Tensor) and w.dim() > 1 and w.numel()}


def some_of(values: Tensor) -> Tensor:
    """At most MOST_WEIGHTS of the values, evenly spread over every dimension, float32 (N,)."""
    flat = values.detach().reshape(-1)
    step = -(-len(flat) // MOST_WEIGHTS)
    while math.gcd(step, len(flat)) > 1:  # then every ninth, say, would always be the same corner of a 3x3 kernel
        step += 1
    return flat[::step].float()


def layer_health(network: SumNetwork, before: dict[str, Tensor], images: Tensor, numbers: Tensor) -> dict[str, Any]:
    """The fields of a Health event, after a step whose gradients the network still has.

    `before` has `some_of` each layer's weights before the step; images are float32 (N, 1, 28, 28), numbers one-hot.
    """
    silent, rows = dead_shares(network, images, numbers), []
    for name, weight in weights_of(network).items():
        if weight.grad is None or name not in before:
            continue
        now = some_of(weight)
        size = now.std(correction=0)
        changes = (some_of(weight.grad).std(correction=0), (now - before[name]).std(correction=0) / size)
        known = [_short(float(value)) for value in (size, *changes)]
        rows.append((name, *known, silent.get(name, 0.0), spread(now, weight[0].numel())))
    names = ("layers", "weights", "gradients", "updates", "dead", "spread")
    return dict(zip(names, zip(*rows, strict=True), strict=True)) if rows else dict.fromkeys(names, ())


def dead_shares(network: SumNetwork, images: Tensor, numbers: Tensor) -> dict[str, float]:
    """The share of each layer's units or maps that give 0 for every image, after the layer's activation function."""
    widths = {name: len(weight) for name, weight in weights_of(network).items()}
    found, name = {}, ""
    with evaluating(network), torch.inference_mode(), calls(network, FOLDED) as seen:
        network(images, numbers)
    for call in seen:
        name = call.name if call.module is not None and call.name in widths else name
        if name and call.output.dim() > 1 and call.output.shape[1] == widths[name]:
            is_silent = (call.output == 0).transpose(0, 1).flatten(1).all(1)
            found[name] = _short(float(is_silent.float().mean()))
    return found


def spread(weights_n: Tensor, inputs: int) -> str:
    """A histogram of the weights as BINS digits, on a logarithmic scale; the fullest bin is 9."""
    edge = REACH / math.sqrt(inputs)
    counts = torch.histc(weights_n.clamp(-edge, edge), BINS, -edge, edge).log1p()
    return "".join(f"{figure:.0f}" for figure in (counts * 9 / counts.max().clamp(min=1e-9)).tolist())


def _short(value: float) -> float:
    """The value, rounded to three significant digits, to keep the journal small."""
    return float(f"{value:.3g}")
