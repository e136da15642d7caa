"""The registry of networks: build a network from its name."""

import threading
from collections.abc import Callable

import torch

from mnist_sum_tui.errors import unknown
from mnist_sum_tui.models import own
from mnist_sum_tui.models.compact import Compact
from mnist_sum_tui.models.deep import Deep
from mnist_sum_tui.models.keen import Keen
from mnist_sum_tui.models.layers import SumNetwork, to_memory_format
from mnist_sum_tui.models.original import Original, OriginalTwoLayerHead, Pictured
from mnist_sum_tui.models.swift import Swift
from mnist_sum_tui.own_network import is_own
from mnist_sum_tui.recipes import MODELS

_BUILDERS: dict[str, Callable[[], SumNetwork]] = {
    "original": Original,
    "original-2fc": OriginalTwoLayerHead,
    "pictured": Pictured,
    "compact": Compact,
    "swift": Swift,
    "keen": Keen,
    "deep": Deep,
}

_BUILDING = threading.RLock()
"""held while a network draws its weights from torch's one global generator, which the dashboard's threads share; a
network of one's own may build another within its own"""


def build(name: str, seed: int = 0) -> SumNetwork:
    """Build a network on the CPU. Its initial weights depend only on `seed`; torch's global generator is unchanged.

    Raises:
        UsageError: the name is unknown, or the file of a network of the user's own cannot be used.
    """
    make = _builder(name)
    with _BUILDING, torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        network = make()
    return to_memory_format(network, torch.channels_last)


def skeleton(name: str) -> SumNetwork:
    """The network of `build` without memory for its weights, to be filled with loaded ones.

    It leaves torch's global random generator alone, because another thread may be building a network with it.

    Raises:
        UsageError: the name is unknown.
    """
    if is_own(name):  # its __init__ may compute more than weights
        return build(name)
    with torch.device("meta"):
        return to_memory_format(_builder(name)(), torch.channels_last)


def _builder(name: str) -> Callable[[], SumNetwork]:
    if is_own(name):
        return own.builder(name)
    if name not in _BUILDERS:
        raise unknown("model", name, MODELS)
    return _BUILDERS[name]


def parameter_count(network: torch.nn.Module) -> int:
    """The number of trainable parameters."""
    return sum(parameter.numel() for parameter in network.parameters())
