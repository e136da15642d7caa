"""Find the layers of a network from which `digit_score` is computed."""

from typing import NamedTuple
from weakref import WeakKeyDictionary

from torch import nn

from mnist_sum_tui.models.activations import layers
from mnist_sum_tui.models.layers import DIGITS, SumNetwork


class ScoreLayers(NamedTuple):
    """Two kinds of layers; each branch of a network has one of each."""

    logits: dict[str, nn.Module]
    """those with ten outputs, the digit's logits"""
    strokes: dict[str, nn.Module]
    """the convolutions, one of each branch, whose maps show which strokes the image has"""


def score_layers(network: SumNetwork) -> ScoreLayers:
    """The layers of a network from which `digit_score` is computed."""
    if network not in _SCORE_LAYERS:
        found = layers(network)
        logits = {
            name: layer
            for name, layer in found.items()
            if getattr(layer, "out_features", getattr(layer, "out_channels", 0)) == DIGITS
        }
        branches: dict[str, list[str]] = {}
        for name, layer in found.items():
            if isinstance(layer, nn.Conv2d):
                branches.setdefault(name.rpartition(".")[0], []).append(name)
        early = [names[: network.strokes_in][-1] for names in branches.values()]
        _SCORE_LAYERS[network] = ScoreLayers(logits, {name: found[name] for name in early})
    return _SCORE_LAYERS[network]


_SCORE_LAYERS: WeakKeyDictionary[SumNetwork, ScoreLayers] = WeakKeyDictionary()
"""the answers of `score_layers`, kept because searching a network takes 0.1 ms"""
