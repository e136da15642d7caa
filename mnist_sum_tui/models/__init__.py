"""The registry of networks: a name to a network with its first weights."""

from collections.abc import Callable

import torch

from mnist_sum_tui.errors import unknown
from mnist_sum_tui.models.compact import Compact
from mnist_sum_tui.models.keen import Keen
from mnist_sum_tui.models.layers import SumNetwork, laid_out
from mnist_sum_tui.models.original import Original, OriginalTwoLayerHead, Pictured
from mnist_sum_tui.models.swift import Swift
from mnist_sum_tui.recipes import MODELS

_BUILDERS: dict[str, Callable[[], SumNetwork]] = {
    "original": Original,
    "original-2fc": OriginalTwoLayerHead,
    "pictured": Pictured,
    "compact": Compact,
    "swift": Swift,
    "keen": Keen,
}


def build(name: str, seed: int = 0) -> SumNetwork:
    """A new network on the CPU, its first weights decided by `seed` alone; the global generator is left as it was.

    Raises:
        UsageError: unknown name.
    """
    make = _builder(name)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        network = make()
    return laid_out(network, torch.channels_last)


def skeleton(name: str) -> SumNetwork:
    """The same network without memory for its weights, for somebody who brings weights of their own.

    The global generator is left alone: another thread may be building a network with it.

    Raises:
        UsageError: unknown name.
    """
    with torch.device("meta"):
        return laid_out(_builder(name)(), torch.channels_last)


def _builder(name: str) -> Callable[[], SumNetwork]:
    if name not in _BUILDERS:
        raise unknown("model", name, MODELS)
    return _BUILDERS[name]


def parameter_count(network: torch.nn.Module) -> int:
    """The number of trainable values."""
    return sum(parameter.numel() for parameter in network.parameters())
