"""A network's layers as rows of a table, found by running the network."""

from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import Tensor, nn

from mnist_sum_tui.models import parameter_count, skeleton
from mnist_sum_tui.models.activations import Call, calls

POOLING = {"max_pool2d": "max pooling", "avg_pool2d": "mean pooling"}
FUNCTIONS = {"relu": "ReLU", **POOLING}
"""torch's functions that a network calls between its modules, in words"""
MODULES: dict[type[nn.Module], str] = {
    nn.Conv2d: "convolution",
    nn.MaxPool2d: POOLING["max_pool2d"],
    nn.AvgPool2d: POOLING["avg_pool2d"],
    nn.Linear: "linear",
    nn.BatchNorm2d: "batch norm",
    nn.ReLU: FUNCTIONS["relu"],
}
"""torch's modules in words; others keep their class's name"""
NO_PADDING = ("valid", (0, 0))


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
    network = skeleton(name).eval()
    # torch can run a skeleton without weights, too, but for that it imports 800 modules (1.2 s)
    fill: Any = network._apply  # as `Module.to` does; it has no type hints
    fill(lambda each: torch.zeros(each.shape, dtype=each.dtype) if each.is_meta else each)
    image = torch.zeros(1, 1, 28, 28)
    with torch.inference_mode(), calls(network, FUNCTIONS) as seen:
        network(image, torch.zeros(1, 10))
    rows: list[Layer] = []
    read = seen[0].input
    if read.shape != image.shape and read.stride() == image.stride():  # a crop, not a view as one vector
        rows.append(Layer("image", f"its inner {'x'.join(map(str, read.shape[2:]))}, without the rim", _shape(read), 0))
    for call in seen:
        if call.module is not None:
            rows.append(
                Layer(call.name, in_words(call, with_padding=True), _shape(call.output), parameter_count(call.module))
            )
        elif rows:
            rows[-1] = replace(rows[-1], kind=f"{rows[-1].kind}, {in_words(call)}", shape=_shape(call.output))
    return rows


def _shape(output: Tensor) -> str:
    return " x ".join(str(length) for length in output.shape[1:])


def in_words(call: Call, *, with_padding: bool = False) -> str:
    """A layer, or one of torch's functions: `convolution 3x3, stride 2`, `max pooling 2x2`, `linear`, `ReLU`."""
    module = call.module
    if module is None:
        name = FUNCTIONS.get(call.name.rstrip("_"), call.name.replace("_", " "))
        options = call.options
    else:
        name = next((name for kind, name in MODULES.items() if isinstance(module, kind)), type(module).__name__)
        options = vars(module)
    if isinstance(module, nn.Conv2d):
        padding = f", padding {amount(module.padding)}" if with_padding and module.padding not in NO_PADDING else ""
        stride = "" if module.stride == (1, 1) else f", stride {amount(module.stride)}"
        return f"{name} {sides(module.kernel_size)}{padding}{stride}"
    return f"{name} {sides(options['kernel_size'])}" if name in POOLING.values() else name


def pair(value: Any) -> tuple[int, int]:
    """A setting of a convolution or pooling for rows and columns, which torch also takes as one number."""
    return (value, value) if isinstance(value, int) else (value[0], value[-1])


def sides(size: Any) -> str:
    """A window's size, as `3x3`."""
    return "x".join(map(str, pair(size)))


def amount(value: Any) -> str:
    """A stride or padding: `2`, `2x1` where rows and columns differ, or torch's `same`."""
    return value if isinstance(value, str) else str(pair(value)[0]) if len({*pair(value)}) == 1 else sides(value)
