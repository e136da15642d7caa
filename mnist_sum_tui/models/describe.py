"""A network's layers as rows of a table, found by running the network, so that the table is always right."""

from dataclasses import dataclass
from functools import partial

import torch
from torch import Tensor, nn

from mnist_sum_tui.models import build, parameter_count


@dataclass(frozen=True, slots=True)
class Layer:
    """One module of a network."""

    name: str
    kind: str
    shape: str
    """of its output for one image, such as `32 x 14 x 14`"""
    parameters: int


def describe(name: str) -> list[Layer]:
    """The layers of a network, in the order in which they run.

    Raises:
        UsageError: the name is unknown.
    """
    network = build(name).eval()
    layers: list[Layer] = []

    def note(layer: str, module: nn.Module, _inputs: tuple[Tensor, ...], output: Tensor) -> None:
        shape = " x ".join(str(length) for length in output.shape[1:])
        layers.append(Layer(layer, _kind(module), shape, parameter_count(module)))

    for layer, module in network.named_modules():
        if not any(module.children()):
            module.register_forward_hook(partial(note, layer))
    with torch.inference_mode():
        network(torch.zeros(1, 1, 28, 28), torch.zeros(1, 10))
    return layers


def _kind(module: nn.Module) -> str:
    if isinstance(module, nn.Conv2d):
        rows, columns = module.kernel_size
        return f"convolution {rows}x{columns}{', padding 1' if module.padding != (0, 0) else ''}"
    names = {nn.Linear: "linear", nn.MaxPool2d: "max pool 2x2", nn.BatchNorm2d: "batch norm"}
    return next((name for kind, name in names.items() if isinstance(module, kind)), type(module).__name__)
