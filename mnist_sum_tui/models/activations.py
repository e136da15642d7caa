"""What a network's layers take in and give out while it runs: the one hook for everything that looks inside."""

import contextlib
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any
from weakref import WeakKeyDictionary

from torch import Tensor, nn

from mnist_sum_tui.models.layers import DIGITS


@dataclass(frozen=True, slots=True)
class Activation:
    """What one layer took in and gave out; neither is copied."""

    input: Tensor
    output: Tensor


@contextlib.contextmanager
def watch(network: nn.Module, names: Collection[str] | None = None) -> Iterator[dict[str, Activation]]:
    """Note the activations of the named layers by name, in the order in which they run; None is every layer.

    A layer that runs again replaces what it gave before. The hooks are gone when the block ends.
    """
    seen: dict[str, Activation] = {}

    def note(name: str, _layer: nn.Module, inputs: tuple[Tensor, ...], output: Any) -> None:
        seen[name] = Activation(inputs[0], output)

    wanted = layers(network) if names is None else {name: network.get_submodule(name) for name in names}
    handles = [layer.register_forward_hook(partial(note, name)) for name, layer in wanted.items()]
    try:
        yield seen
    finally:
        for handle in handles:
            handle.remove()


def layers(network: nn.Module) -> dict[str, nn.Module]:
    """The modules that have no others inside, by name."""
    return {name: layer for name, layer in network.named_modules() if not any(layer.children())}


def score_layers(network: nn.Module) -> list[str]:
    """The names of the layers with ten outputs: the last before the digit's scores, one in each branch."""
    if network not in _SCORE_LAYERS:
        widths = {
            name: getattr(layer, "out_features", getattr(layer, "out_channels", 0))
            for name, layer in layers(network).items()
        }
        _SCORE_LAYERS[network] = [name for name, width in widths.items() if width == DIGITS]
    return _SCORE_LAYERS[network]


_SCORE_LAYERS: WeakKeyDictionary[nn.Module, list[str]] = WeakKeyDictionary()
"""found once per network, because looking takes 0.1 ms"""
