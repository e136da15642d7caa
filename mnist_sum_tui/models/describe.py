"""A network's layers as rows of a table, found by running the network, so that the table is always right."""

from dataclasses import dataclass, replace

import torch
from torch import Tensor, nn

from mnist_sum_tui.models import parameter_count, skeleton
from mnist_sum_tui.models.activations import calls

FUNCTIONS = {"relu": "ReLU", "max_pool2d": "max pool 2x2"}
"""torch's functions that a network calls between its modules, and their names in the table"""


@dataclass(frozen=True, slots=True)
class Layer:
    """One layer of a network, a row of the table."""

    name: str
    kind: str
    shape: str
    """the shape of its output for one image, after any pooling, such as `32 x 14 x 14`"""
    parameters: int


def describe(name: str) -> list[Layer]:
    """The layers of a network, in the order in which they run.

    Raises:
        UsageError: the name is unknown.
    """
    network = skeleton(name).eval()  # without memory for weights: only the shapes count
    device = next(network.parameters()).device
    image = torch.zeros(1, 1, 28, 28, device=device)
    with torch.inference_mode(), calls(network, FUNCTIONS) as seen:
        network(image, torch.zeros(1, 10, device=device))
    rows: list[Layer] = []
    if (read := seen[0].input).shape != image.shape:
        rows.append(Layer("image", f"its inner {'x'.join(map(str, read.shape[2:]))}, without the rim", _shape(read), 0))
    for call in seen:
        if call.module is not None:
            rows.append(Layer(call.name, _kind(call.module), _shape(call.output), parameter_count(call.module)))
        elif rows:
            rows[-1] = replace(rows[-1], kind=f"{rows[-1].kind}, {FUNCTIONS[call.name]}", shape=_shape(call.output))
    return rows


def _shape(output: Tensor) -> str:
    return " x ".join(str(length) for length in output.shape[1:])


def _kind(module: nn.Module) -> str:
    if isinstance(module, nn.Conv2d):
        rows, columns = module.kernel_size
        stride = f", stride {module.stride[0]}" if module.stride != (1, 1) else ""
        return f"convolution {rows}x{columns}{', padding 1' if module.padding != (0, 0) else ''}{stride}"
    names = {nn.Linear: "linear", nn.MaxPool2d: "max pool 2x2", nn.BatchNorm2d: "batch norm"}
    return next((name for kind, name in names.items() if isinstance(module, kind)), type(module).__name__)
