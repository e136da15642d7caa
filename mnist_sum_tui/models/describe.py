"""A network's layers as rows of a table, found by running the network, so that the table is always right."""

from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import torch
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode

from mnist_sum_tui.models import build, parameter_count

FUNCTIONS = {"relu": "ReLU", "max_pool2d": "max pool 2x2"}
"""what a network does between its modules, by the name of torch's function, and as a row of the table names it"""


@dataclass(frozen=True, slots=True)
class Layer:
    """One module of a network."""

    name: str
    kind: str
    shape: str
    """of its output for one image, behind any pooling, such as `32 x 14 x 14`"""
    parameters: int


def describe(name: str) -> list[Layer]:
    """The layers of a network, in the order in which they run.

    Raises:
        UsageError: the name is unknown.
    """
    network, seen = build(name).eval(), _Seen()
    for layer, module in network.named_modules():
        if not any(module.children()):
            module.register_forward_pre_hook(seen.enter)
            module.register_forward_hook(partial(seen.leave, layer))
    with torch.inference_mode(), seen:
        network(torch.zeros(1, 1, 28, 28), torch.zeros(1, 10))
    return seen.layers


class _Seen(TorchFunctionMode):
    """The layers that were run, and in the line of each the pooling and the ReLU that follow it as plain functions."""

    def __init__(self) -> None:
        super().__init__()
        self.layers: list[Layer] = []
        self._is_inside = False

    def enter(self, _module: nn.Module, _inputs: tuple[Tensor, ...]) -> None:
        self._is_inside = True

    def leave(self, layer: str, module: nn.Module, _inputs: tuple[Tensor, ...], output: Tensor) -> None:
        self._is_inside = False
        self.layers.append(Layer(layer, _kind(module), _shape(output), parameter_count(module)))

    def __torch_function__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        output = func(*args, **(kwargs or {}))
        word = FUNCTIONS.get(getattr(func, "__name__", ""))
        if word and not self._is_inside and self.layers:
            last = self.layers[-1]
            self.layers[-1] = replace(last, kind=f"{last.kind}, {word}", shape=_shape(output))
        return output


def _shape(output: Tensor) -> str:
    return " x ".join(str(length) for length in output.shape[1:])


def _kind(module: nn.Module) -> str:
    if isinstance(module, nn.Conv2d):
        rows, columns = module.kernel_size
        stride = f", stride {module.stride[0]}" if module.stride != (1, 1) else ""
        return f"convolution {rows}x{columns}{', padding 1' if module.padding != (0, 0) else ''}{stride}"
    names = {nn.Linear: "linear", nn.MaxPool2d: "max pool 2x2", nn.BatchNorm2d: "batch norm"}
    return next((name for kind, name in names.items() if isinstance(module, kind)), type(module).__name__)
