"""What is seen inside a network, against a forward pass by hand."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from mnist_sum_tui.config import TrainConfig
from mnist_sum_tui.data import dataset
from mnist_sum_tui.inference.layer_views import LayerView, look_inside, patch_of
from mnist_sum_tui.machine.hardware import choose
from mnist_sum_tui.models import build
from mnist_sum_tui.models.compact import Compact
from mnist_sum_tui.models.keen import Branch, Keen
from mnist_sum_tui.models.layers import CellNetwork, SumNetwork
from mnist_sum_tui.recipes import MODELS

IMAGE = dataset.load("test").images[3]
NUMBER = dataset.one_hot(torch.tensor([7]))
FLOAT32 = choose(TrainConfig(device="cpu", precision="fp32"))


def near(view: LayerView, values: Tensor) -> bool:
    assert view.maps.shape == values[0].shape
    return np.allclose(view.maps, values[0].detach().numpy(), atol=1e-5)


def test_the_maps_are_those_of_a_forward_pass_by_hand() -> None:
    network, images = Compact().train(), dataset.normalise(IMAGE.unsqueeze(0))
    network.norm1.running_mean = torch.randn(24)
    views = look_inside(network, IMAGE, 7, FLOAT32)
    assert network.training
    network.eval()
    conv1 = network.conv1(images)
    pooled = F.relu(network.norm1(F.max_pool2d(conv1, 2)))
    conv2 = F.relu(network.norm2(network.conv2(pooled)))
    digits = network.see(images)
    cells = torch.einsum("d,n->dn", F.softmax(digits[0], 0), NUMBER[0])[None, None] * 16
    assert [view.name for view in views][:3] == ["conv1", "conv1 pooled", "conv2"]
    assert [view.kind for view in views][:3] == ["convolution 5x5", "max pooling 2x2", "convolution 3x3"]
    assert [view.kind for view in views][-3:] == ["digit scores", "digit x number", "sum scores"]
    assert [view.folded for view in views][:3] == [(), ("batch norm", "ReLU"), ("batch norm", "ReLU")]
    for view, values in zip(views[:3], (conv1, pooled, conv2), strict=True):
        assert near(view, values), view.name
    for view, values in zip(views[-3:], (digits, cells, network.add(digits, NUMBER)), strict=True):
        assert near(view, values), view.name
    assert views[0].kernels is not None
    assert views[2].kernels is not None
    assert np.array_equal(views[0].kernels, network.conv1.weight[:, 0].detach().numpy())
    assert np.allclose(views[2].kernels, network.conv2.weight.mean(1).detach().numpy())
    assert np.array_equal(patch_of(views[2], 5, 0, 0).kernel, views[2].kernels[5])  # type: ignore[arg-type]


def test_every_branch_is_seen_and_the_scores_are_their_mean() -> None:
    network, images = Keen().eval(), dataset.normalise(IMAGE.unsqueeze(0))
    views = {view.name: view for view in look_inside(network, IMAGE, 7, FLOAT32)}
    for place, branch in enumerate(network.branches):
        assert isinstance(branch, Branch)
        assert near(views[f"branches.{place}.conv1"], branch.conv1(images))
        assert near(views[f"branches.{place}.digit"], branch.see(images))
    assert views["digit"].kind == "digit scores"
    assert near(views["digit"], network.see(images))


@pytest.mark.parametrize("model", MODELS)
def test_every_network_ends_with_its_scores(model: str) -> None:
    network = build(model).eval()
    views = look_inside(network, IMAGE, 7, FLOAT32)
    kinds = [view.kind for view in views]
    entry = next(place for place, view in enumerate(views) if view.name == "number")
    digits = network.see(dataset.normalise(IMAGE.unsqueeze(0)))
    assert near(views[entry - 1], digits)
    assert near(views[-1], network.add(digits, NUMBER))
    assert kinds.count("digit scores") == kinds.count("sum scores") == 1
    assert kinds[0].startswith("convolution")
    assert all(np.isfinite(view.maps).all() for view in views)


class Unusual(SumNetwork):
    """A rim that is cut off, ReLUs in place, an uneven window, dilation, padding in words; no module adds."""

    def __init__(self) -> None:
        super().__init__()
        self.relu, self.pool, self.drop = nn.ReLU(inplace=True), nn.MaxPool2d(3, stride=2, padding=1), nn.Dropout()
        self.first, self.second = (
            nn.Conv2d(1, 4, (3, 5), padding="same"),
            nn.Conv2d(4, 1, 3, padding="same", dilation=2),
        )
        self.third, self.all = nn.Conv2d(1, 3, 1, stride=(1, 2)), nn.Flatten()
        self.digit = nn.LazyLinear(10)

    def see(self, images_nchw: Tensor) -> Tensor:
        """Digit scores."""
        x = self.pool(self.relu(self.first(self.drop(images_nchw[:, :, 1:27]))))  # 13x14
        x = self.drop(F.relu_(self.second(x)))  # 13x14
        x = F.avg_pool2d(F.avg_pool2d(F.gelu(self.third(x)), 2), kernel_size=2, stride=1)
        scores: Tensor = self.digit(self.all(x))
        return scores

    def add(self, digits_nk: Tensor, numbers_nk: Tensor) -> Tensor:
        """Sum scores."""
        return F.pad(digits_nk, (0, 9)) + F.pad(numbers_nk, (0, 9))


def seen_by_hiding(network: SumNetwork, name: str, index: int, row: int, column: int) -> list[list[int]]:
    """Which rows of the image change that place of a map, and which columns, tried one by one from noise."""
    noise = torch.randint(0, 256, (28, 28), dtype=torch.uint8)

    def value(image: Tensor) -> float:
        view = next(view for view in look_inside(network, image, 0, FLOAT32) if view.name == name)
        return float(view.maps[index, row, column])

    def is_seen(rows: int | slice, columns: int | slice) -> bool:
        changed = noise.clone()
        changed[rows, columns] ^= 255
        return value(changed) != before

    before, whole = value(noise), slice(None)
    return [[y for y in range(28) if is_seen(y, whole)], [x for x in range(28) if is_seen(whole, x)]]


@pytest.mark.parametrize(
    ("model", "name", "places"), [("swift", "conv2", [(2, 3)]), ("own", "third pooled pooled", [(0, 0), (4, 1)])]
)
def test_a_place_looked_at_the_pixels_that_change_it(model: str, name: str, places: list[tuple[int, int]]) -> None:
    torch.manual_seed(0)
    network = Unusual() if model == "own" else build(model)
    if isinstance(network, Unusual):
        look_inside(network, IMAGE, 0, FLOAT32)
        for layer in (network.first, network.second, network.third):  # so that no ReLU hides a pixel
            layer.weight.data.abs_()
            nn.init.ones_(layer.bias)  # type: ignore[arg-type]
    view = next(view for view in look_inside(network, IMAGE, 0, FLOAT32) if view.name == name)
    for row, column in places:
        patch, (rows, columns) = patch_of(view, 0, row, column), seen_by_hiding(network, name, 0, row, column)
        assert (patch.rows.start, patch.rows.stop - 1) == (rows[0], rows[-1])
        assert (patch.columns.start, patch.columns.stop - 1) == (columns[0], columns[-1])


def test_a_network_of_ones_own_is_seen_whole() -> None:
    views = look_inside(Unusual(), IMAGE, 7, FLOAT32)
    assert [(view.name, view.kind) for view in views] == [
        ("first", "convolution 3x5"),
        ("pool", "max pooling 3x3"),
        ("second", "convolution 3x3"),
        ("third", "convolution 1x1, stride 1x2"),
        ("third pooled", "mean pooling 2x2"),
        ("third pooled pooled", "mean pooling 2x2"),
        ("digit", "digit scores"),
        ("number", "number"),
        ("sum", "sum scores"),
    ]
    assert views[0].maps.min() >= 0, "its ReLU is folded in"
    assert [view.folded for view in views[:4]] == [("ReLU",), (), ("ReLU",), ("gelu",)], "its dropout does nothing here"
    assert patch_of(views[0], 1, 5, 5).kernel.shape == (3, 5)  # type: ignore[union-attr]
    assert patch_of(views[4], 1, 5, 5).kernel is None


class Reader(CellNetwork):
    """Reads the image row by row, after a convolution in three dimensions."""

    def __init__(self) -> None:
        super().__init__()
        self.volume = nn.Conv3d(1, 2, (1, 3, 3))
        self.rows = nn.GRU(26, 8, batch_first=True)
        self.digit, self.sum = nn.Linear(8, 10), nn.Linear(100, 19)

    def see(self, images_nchw: Tensor) -> Tensor:
        steps, _ = self.rows(self.volume(images_nchw.unsqueeze(1))[:, 0, 0])
        logits: Tensor = self.digit(steps[:, -1])
        return logits


def test_what_is_neither_maps_nor_single_values_is_shown_as_maps() -> None:
    views = look_inside(Reader(), IMAGE, 7, FLOAT32)
    assert [view.maps.shape for view in views] == [(2, 26, 26), (1, 26, 8), (10,), (1, 10, 10), (19,)]


class StochasticDepth(nn.Module):
    """Leaves nothing out in evaluation."""

    def forward(self, x: Tensor) -> Tensor:
        """The input."""
        return x


@pytest.mark.parametrize("module", [nn.Identity(), nn.Dropout(inplace=True), nn.Dropout3d(), StochasticDepth()])
def test_what_hands_its_input_on_is_not_named(module: nn.Module) -> None:
    network = Unusual()
    network.drop = module  # type: ignore[assignment]
    folded = {view.name: view.folded for view in look_inside(network, IMAGE, 7, FLOAT32)}
    assert (folded["first"], folded["second"]) == (("ReLU",), ("ReLU",))
