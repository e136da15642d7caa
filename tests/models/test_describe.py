"""The table of a network's layers, for settings that none of the program's own networks has."""

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from mnist_sum_tui.models import describe as layers
from mnist_sum_tui.models.layers import CellNetwork


class Odd(CellNetwork):
    def __init__(self) -> None:
        super().__init__()
        self.wide = nn.Conv2d(1, 4, (5, 3), stride=(2, 1), padding=2)
        self.same = nn.Conv2d(4, 4, 3, padding="same")
        self.pool = nn.AvgPool2d(4)
        self.digit, self.sum = nn.Linear(4, 10), nn.Linear(100, 19)

    def see(self, images_nchw: Tensor) -> Tensor:
        x = F.max_pool2d(F.relu(self.wide(images_nchw)), (1, 2))
        logits: Tensor = self.digit(F.avg_pool2d(self.pool(self.same(x)), 3).flatten(1))
        return logits


class Buffered(Odd):
    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("scale", torch.ones(4, 1, 1), persistent=False)

    def get_extra_state(self) -> dict[str, int]:
        return {"version": 1}

    def see(self, images_nchw: Tensor) -> Tensor:
        logits: Tensor = self.digit(self.pool(self.same(self.wide(images_nchw) * self.scale)).amax((2, 3)))
        return logits


def test_a_network_with_more_than_its_weights_has_a_table(monkeypatch: pytest.MonkeyPatch) -> None:
    def without_memory(_: str) -> Buffered:
        with torch.device("meta"):
            return Buffered()

    monkeypatch.setattr(layers, "skeleton", without_memory)
    assert [layer.name for layer in layers.describe("buffered")] == ["wide", "same", "pool", "digit", "sum"]


def test_the_table_says_what_the_layers_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(layers, "skeleton", lambda _: Odd())
    with torch.inference_mode():
        table = {layer.name: (layer.kind, layer.shape) for layer in layers.describe("odd")}
    assert table["wide"] == ("convolution 5x3, padding 2, stride 2x1, ReLU, max pooling 1x2", "4 x 14 x 15")
    assert table["same"][0] == "convolution 3x3, padding same"
    assert table["pool"][0] == "mean pooling 4x4, mean pooling 3x3"


class Rows(CellNetwork):
    def __init__(self) -> None:
        super().__init__()
        self.digit, self.sum = nn.Linear(784, 10), nn.Linear(100, 19)

    def see(self, images_nchw: Tensor) -> Tensor:
        logits: Tensor = self.digit(images_nchw.flatten(1))
        return logits


def test_only_an_image_whose_rim_is_cut_off_has_a_row(monkeypatch: pytest.MonkeyPatch) -> None:
    assert layers.describe("swift")[0].kind == "its inner 23x23, without the rim"
    monkeypatch.setattr(layers, "skeleton", lambda _: Rows())
    assert [layer.name for layer in layers.describe("rows")] == ["digit", "sum"]
