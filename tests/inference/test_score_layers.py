"""The layers from which the digit score is computed."""

import torch
from torch import Tensor, nn

from mnist_sum_tui.config import TrainConfig
from mnist_sum_tui.data import dataset
from mnist_sum_tui.inference import calibrate
from mnist_sum_tui.inference.confidence import NOT_CALIBRATED, look
from mnist_sum_tui.inference.infer import BATCH_SIZE, infer
from mnist_sum_tui.inference.score_layers import score_layers
from mnist_sum_tui.machine.hardware import choose
from mnist_sum_tui.models import build
from mnist_sum_tui.models.activations import watch
from mnist_sum_tui.models.layers import CellNetwork
from mnist_sum_tui.recipes import MODELS


def test_every_network_has_its_layers_of_scores() -> None:
    found = {model: score_layers(build(model)) for model in MODELS}
    early = {model: [*strokes] for model, (_, strokes) in found.items()}
    assert early.pop("keen") == ["branches.0.conv2", "branches.1.conv2", "branches.2.conv2"]
    assert early.pop("deep") == ["conv4"]
    assert {*map(tuple, early.values())} == {("conv2",)}
    assert {model: [*logits] for model, (logits, _) in found.items()} == {
        "original": ["conv7"],
        "original-2fc": ["conv7"],
        "pictured": ["dense2"],
        "compact": ["digit"],
        "swift": ["digit"],
        "keen": ["branches.0.digit", "branches.1.digit", "branches.2.digit"],
        "deep": ["digit"],
    }


class _Parts(CellNetwork):
    """A network whose layers see quarters of the image, each with its own answer, or one image after the other."""

    def __init__(self) -> None:
        super().__init__()
        self.conv, self.part = nn.Conv2d(1, 2, 3), nn.Linear(288, 10)
        self.single, self.digit = nn.Conv2d(4, 3, 1), nn.Linear(30, 10)
        self.sum = nn.Linear(100, 19)

    def see(self, images_nchw: Tensor) -> Tensor:
        quarters = images_nchw.reshape(-1, 1, 14, 14)
        answers = self.part(self.conv(quarters).flatten(1)).view(-1, 4, 10, 1)
        scores: Tensor = self.digit(torch.stack([self.single(each) for each in answers]).flatten(1))
        return scores


def test_a_layer_that_runs_on_parts_of_images_or_on_single_ones_is_not_looked_at() -> None:
    for count in (1, 3):
        scores, views = look(_Parts(), torch.rand(count, 1, 28, 28))
        assert views is not None
        assert {kind: each.shape for kind, each in views.items()} == {
            "strokes": (count, 30),
            "features": (count, 30),
        }
        assert scores.shape == (count, 10)


class _OneByOne(CellNetwork):
    """A network that runs on one image after the other."""

    def __init__(self) -> None:
        super().__init__()
        self.digit, self.sum = nn.Linear(784, 10), nn.Linear(100, 19)

    def see(self, images_nchw: Tensor) -> Tensor:
        return torch.cat([self.digit(image.flatten(1)) for image in images_nchw])


def test_layers_that_run_on_single_images_are_not_looked_at_in_a_last_batch_of_one_image_either() -> None:
    network, images = _OneByOne(), dataset.load("test").take(torch.arange(BATCH_SIZE + 1))
    hardware = choose(TrainConfig(device="cpu", precision="fp32"))
    assert calibrate.fit_classes(network, images, hardware, "none") == NOT_CALIBRATED
    assert infer(network, images.images, hardware, with_features=True).features is None


class _OneByOneAtFirst(CellNetwork):
    """A network whose convolution runs on one image after the other, and the next layer on all at once."""

    def __init__(self) -> None:
        super().__init__()
        self.conv, self.digit, self.sum = nn.Conv2d(1, 2, 5, 3), nn.Linear(128, 10), nn.Linear(100, 19)

    def see(self, images_nchw: Tensor) -> Tensor:
        maps = torch.stack([self.conv(image[None]).flatten() for image in images_nchw])
        logits: Tensor = self.digit(maps)
        return logits


def test_a_network_of_which_an_image_alone_shows_more_layers_has_no_score_that_compares() -> None:
    images, hardware = dataset.load("test").take(torch.arange(90)), choose(TrainConfig(device="cpu", precision="fp32"))
    assert calibrate.fit_classes(_OneByOneAtFirst(), images, hardware, "none") == NOT_CALIBRATED


def test_strokes_are_mean_and_deviation_of_each_early_map_and_features_what_the_last_layer_takes() -> None:
    network, images = build("swift").eval(), torch.randn(3, 1, 28, 28)
    last, early = score_layers(network)
    with torch.inference_mode(), watch({**last, **early}) as seen:
        network.see(images)
    with torch.inference_mode():
        views = look(network, images)[1]
    assert views is not None
    maps = seen["conv2"].output
    wanted = torch.cat([maps.mean((2, 3)), maps.std((2, 3), correction=0)], 1)
    torch.testing.assert_close(views["strokes"], wanted, atol=1e-4, rtol=1e-4)
    torch.testing.assert_close(views["features"], seen["digit"].input)
