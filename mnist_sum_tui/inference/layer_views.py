"""The path of an image through a network, layer by layer, and the patch of the image that each place in a map sees."""

from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from mnist_sum_tui.data.dataset import normalise, one_hot
from mnist_sum_tui.machine.hardware import Hardware
from mnist_sum_tui.models.activations import Call, calls
from mnist_sum_tui.models.describe import POOLING, in_words, pair
from mnist_sum_tui.models.layers import DIGITS, NUMBERS, SumNetwork, evaluating
from mnist_sum_tui.sizes import SIDE

Array = NDArray[np.float32]

FOLDED = ("relu", "relu_", "leaky_relu", "elu", "selu", "gelu", "silu", "hardswish", "tanh", "sigmoid", "batch_norm")
"""functions that become part of the layer before them"""
DROPOUTS = (nn.Dropout, nn.Dropout1d, nn.Dropout2d, nn.Dropout3d, nn.AlphaDropout, nn.FeatureAlphaDropout)
"""modules that change nothing in evaluation, even those that say they work in place"""
PLACES = torch.arange(SIDE * SIDE, dtype=torch.float32).view(SIDE, SIDE)
"""an image in which each pixel's value is its index; the first layer's input shows which part a network cuts out"""


class Axis(NamedTuple):
    """Which pixels of the image each place of a map sees, along one axis; some may be outside, in the padding."""

    first: int
    """the first pixel that place 0 sees"""
    step: int
    """pixels from one place to the next"""
    size: int
    """how many pixels a place sees"""
    low: int = 0
    high: int = SIDE
    """the network reads the pixels from `low` to `high` - 1"""

    def seen(self, place: int) -> slice:
        """The pixels of the image that a place sees."""
        first = self.first + place * self.step
        return slice(max(self.low, first), min(self.high, first + self.size))

    def behind(self, size: int, stride: int, padding: int, spread: int) -> "Axis":
        """The axis after one more layer, whose windows have `size` places that are `spread` apart."""
        reach = self.size + (size - 1) * spread * self.step
        return self._replace(first=self.first - padding * self.step, step=self.step * stride, size=reach)


Field = tuple[Axis, Axis]
"""rows and columns"""
WHOLE = (Axis(0, 0, SIDE), Axis(0, 0, SIDE))
"""every place may see the whole image; used where nothing better is known"""


@dataclass(frozen=True, slots=True)
class LayerView:
    """The output of one layer for one image."""

    name: str
    """the layer's name in the network, such as `conv1` or `branches.0.digit`; `number` for the sum head's input"""
    kind: str
    """in plain English, such as `convolution 3x3`, `max pooling 2x2`, `linear`, `digit scores`, `sum scores`"""
    maps: Array
    """(M, H, W), or (M,) for a layer of single values"""
    kernels: Array | None = None
    """(M, k, k) for a convolution, each the mean over the maps that it reads; the first layer reads one, the image"""
    field: Field = WHOLE
    """see `patch_of`"""
    folded: tuple[str, ...] = ()
    """what came after the layer and is in its maps, in running order, such as `("batch norm", "ReLU")`"""


@dataclass(frozen=True, slots=True)
class Patch:
    """The part of the image that one place in a map depends on."""

    rows: slice
    columns: slice
    """rows and columns of the image, each within 0..27"""
    kernel: Array | None
    """(k, k), the map's kernel; None if the layer is not a convolution"""


def patch_of(view: LayerView, index: int, row: int, column: int) -> Patch:
    """The patch of the image that the place (row, column) of map `index` sees.

    It is right for layers that run one after the other. A layer that joins several paths has the patch of the last one.
    """
    rows, columns = view.field
    return Patch(rows.seen(row), columns.seen(column), None if view.kernels is None else view.kernels[index])


def look_inside(
    network: SumNetwork, image_hw: Tensor | NDArray[np.uint8], number: int, hardware: Hardware
) -> list[LayerView]:
    """The path of a uint8 image (28, 28) and a number 0..9 through the network, in running order.

    It ends with `digit scores` (10,), `number` (the input of the sum head), any layers in between, and `sum scores`
    (19,). Scores are before the softmax. Convolutions, linear layers and pooling are layers of their own. Batch
    normalisation, ReLU and other functions that keep the size are folded into the layer before them, whose maps are
    taken after them. For a sum head of digit x number, `number` is one map (1, 10, 10), whose rows are the digits.
    """
    images = torch.stack([normalise(torch.as_tensor(image_hw).unsqueeze(0))[0], PLACES.unsqueeze(0)])
    images, watched = images.to(hardware.device), {*POOLING, *FOLDED}
    with evaluating(network), torch.inference_mode(), hardware.autocast(), calls(network, watched) as seen:
        scores = network.see(images)
        before = len(seen)
        numbers = one_hot(torch.full((len(images),), number, device=images.device))
        sums = network.add(scores, numbers)
    way = _ending(_views(seen[:before]), LayerView("digit", "digit scores", _array(scores)))
    adding = seen[before:]
    way.append(_entry(adding[0].input if adding else numbers))
    return way + _ending(_views(adding), LayerView("sum", "sum scores", _array(sums)))


def _views(seen: list[Call]) -> list[LayerView]:
    views: list[LayerView] = []
    for call in seen:
        kind = _kind(call)
        if kind:
            views.append(_view(call, kind, views[-1] if views else None))
        elif views and call.output.shape == call.input.shape:
            folded = views[-1].folded if _is_idle(call) else (*views[-1].folded, in_words(call))
            views[-1] = replace(views[-1], maps=_array(call.output), folded=folded)
    return views


def _is_idle(call: Call) -> bool:
    """Whether a module hands its input on, as dropout does in evaluation; one that works in place has changed it."""
    is_same = call.module is not None and call.output is call.input
    return isinstance(call.module, DROPOUTS) or (is_same and not getattr(call.module, "inplace", False))


def _view(call: Call, kind: str, before: LayerView | None) -> LayerView:
    is_map = call.output.dim() == 4
    name = call.name if call.module else f"{before.name} pooled" if before else "image pooled"
    kernels = _array(call.module.weight.float().mean(1)[None]) if isinstance(call.module, nn.Conv2d) else None
    field = _behind(call, _start(call.input) or (before.field if before else WHOLE)) if is_map else WHOLE
    return LayerView(name, kind, _array(call.output), kernels, field)


def _ending(views: list[LayerView], scores: LayerView) -> list[LayerView]:
    """The views with the scores as the last one, instead of the layer that gave them."""
    is_last = bool(views) and np.array_equal(views[-1].maps.reshape(-1), scores.maps)
    return [*views[:-1], replace(scores, name=views[-1].name)] if is_last else [*views, scores]


def _entry(taken: Tensor) -> LayerView:
    """The view of the sum head's input."""
    values = _array(taken)
    if values.size == DIGITS * NUMBERS:
        return LayerView("number", "digit x number", values.reshape(1, DIGITS, NUMBERS))
    return LayerView("number", "digit scores and number" if values.size > NUMBERS else "number", values)


def _kind(call: Call) -> str | None:
    """The kind of a layer in words; None for a call that is folded into the layer before it."""
    if call.module is None:
        is_own = call.name in POOLING
    elif isinstance(call.module, nn.Conv2d | nn.MaxPool2d | nn.AvgPool2d | nn.Linear):
        is_own = True
    else:
        is_own = call.output.shape != call.input.shape and not isinstance(call.module, nn.Flatten)
    return in_words(call) if is_own else None


def _start(images: Tensor) -> Field | None:
    """The part of the image that a layer reads; None if its input is not the image."""
    if images.dim() != 4 or images.shape[1] != 1:
        return None
    read = images[1, 0].float().cpu()
    row, column = divmod(int(read[0, 0].nan_to_num()), SIDE)
    rows, columns = read.shape
    is_cut = torch.equal(read, PLACES[row : row + rows, column : column + columns])
    return (Axis(row, 1, 1, row, row + rows), Axis(column, 1, 1, column, column + columns)) if is_cut else None


def _behind(call: Call, field: Field) -> Field:
    """The field after a layer whose input has this field."""
    asked = call.options if call.module is None else vars(call.module)
    if "kernel_size" not in asked:
        return WHOLE
    sizes, spread = pair(asked["kernel_size"]), pair(asked.get("dilation", 1))
    strides, padding = pair(asked.get("stride") or sizes), asked.get("padding", 0)
    if isinstance(padding, str):
        padding = tuple(
            step * (size - 1) // 2 if padding == "same" else 0 for size, step in zip(sizes, spread, strict=True)
        )
    rows, columns = zip(sizes, strides, pair(padding), spread, strict=True)
    return field[0].behind(*rows), field[1].behind(*columns)


def _array(values: Tensor) -> Array:
    """The values of the first item of the batch, which is the image; 0 where broken weights give no number.

    They are maps (M, H, W) or single values (M,): the steps of a sequence (L, C) are the rows of one map.
    """
    array: Array = values[0].detach().float().nan_to_num().cpu().numpy()
    return array.reshape(-1, *array.shape[-2:]) if array.ndim > 1 else array.reshape(-1)
