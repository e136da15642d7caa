from collections.abc import Callable, Sequence
from fractions import Fraction

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from mnist_sum_tui.errors import UsageError
from mnist_sum_tui.models import build, parameter_count, skeleton, small_conv
from mnist_sum_tui.models.describe import describe
from mnist_sum_tui.models.keen import Keen
from mnist_sum_tui.models.layers import to_memory_format
from mnist_sum_tui.models.small_conv import POINTS, SmallMapConv2d, by_patches, by_winograd, toom_cook
from mnist_sum_tui.recipes import MODELS

PARAMETERS = {"original": 6_386_933, "original-2fc": 6_384_925}


@pytest.mark.parametrize("name", MODELS)
def test_both_outputs_are_log_softmax(name: str) -> None:
    images, numbers = torch.randn(3, 1, 28, 28), F.one_hot(torch.tensor([0, 5, 9]), 10).float()
    digits, sums = build(name).eval()(images, numbers)
    assert digits.shape == (3, 10)
    assert sums.shape == (3, 19)
    for log_probabilities in (digits, sums):
        assert log_probabilities.dtype == torch.float32
        torch.testing.assert_close(log_probabilities.exp().sum(1), torch.ones(3))


@pytest.mark.parametrize(("name", "count"), PARAMETERS.items())
def test_parameter_counts_of_the_assignment(name: str, count: int) -> None:
    assert parameter_count(build(name)) == count


@pytest.mark.parametrize("name", ["compact", "keen"])
def test_compact_and_keen_are_small(name: str) -> None:
    assert parameter_count(build(name)) <= 350_000


@pytest.mark.parametrize(
    ("name", "layers"),
    [
        ("original", ["conv1", "conv2", "conv3", "conv4", "conv5", "conv6", "conv7", "fc1", "fc2", "fc3"]),
        ("original-2fc", ["conv1", "conv2", "conv3", "conv4", "conv5", "conv6", "conv7", "fc1", "fc2"]),
    ],
)
def test_the_state_dict_has_the_assignments_layer_names(name: str, layers: list[str]) -> None:
    expected = [f"{layer}.{part}" for layer in layers for part in ("weight", "bias")]
    assert list(build(name).state_dict()) == expected


@pytest.mark.parametrize(
    ("pixel", "is_seen"), [(0, False), (2, False), (3, True), (25, True), (26, False), (27, False)]
)
def test_swift_sees_all_but_the_edge(pixel: int, is_seen: bool) -> None:
    network, images = build("swift").eval(), torch.randn(2, 1, 28, 28)
    marked = images.clone()
    marked[0, 0, pixel, 9:19] += 9
    marked[1, 0, 9:19, pixel] += 9
    unlike = (network.see(images) != network.see(marked)).any(1).tolist()
    assert unlike == [is_seen, is_seen]


@pytest.mark.parametrize("name", MODELS)
def test_the_number_does_not_leak_into_the_digit(name: str) -> None:
    network, images = build(name).eval(), torch.randn(10, 1, 28, 28)
    digits, sums = network(images, torch.eye(10))
    other_digits, other_sums = network(images, torch.eye(10).flip(0))
    assert torch.equal(digits, other_digits)
    assert not torch.allclose(sums, other_sums)


def test_each_branch_of_keen_learns_to_be_right_by_itself() -> None:
    """The loss is the mean of the branches' losses, so no branch's gradient depends on the other branches."""
    network, images = build("keen", seed=1).train(), torch.randn(4, 1, 28, 28)
    assert isinstance(network, Keen)
    labels = torch.tensor([0, 3, 5, 9])
    digits, _ = network(images, F.one_hot(labels, 10).float())
    single = [F.nll_loss(branch(images), labels) for branch in network.branches]
    assert len({loss.item() for loss in single}) == 3
    torch.testing.assert_close(F.nll_loss(digits, labels), sum(single) / 3)


def test_keens_probabilities_are_the_branches_geometric_mean() -> None:
    network, images = build("keen", seed=1).eval(), torch.randn(4, 1, 28, 28)
    assert isinstance(network, Keen)
    digits, _ = network(images, torch.zeros(4, 10))
    product = torch.stack([branch(images).exp() for branch in network.branches]).prod(0) ** (1 / 3)
    torch.testing.assert_close(digits.exp(), product / product.sum(1, keepdim=True))


def test_relu_after_pooling_equals_relu_before_it() -> None:
    """Computes `original` from the same weights as the assignment writes it, with every ReLU before the pooling."""
    network = build("original", seed=3).eval()
    images, numbers = torch.randn(2, 1, 28, 28), F.one_hot(torch.tensor([2, 7]), 10).float()
    x = images
    for number in range(1, 8):
        layer = getattr(network, f"conv{number}")
        x = F.conv2d(x, layer.weight, layer.bias, padding=1 if number < 5 else 0)
        x = F.relu(x) if number < 7 else x
        x = F.max_pool2d(x, 2) if number in (2, 4) else x
    features = x.flatten(1)
    y = torch.cat([features, numbers], 1)
    for number in (1, 2, 3):
        layer = getattr(network, f"fc{number}")
        y = F.linear(y, layer.weight, layer.bias)
        y = F.relu(y) if number < 3 else y
    digits, sums = network(images, numbers)
    torch.testing.assert_close(digits, F.log_softmax(features, 1), atol=1e-5, rtol=1e-4)
    torch.testing.assert_close(sums, F.log_softmax(y, 1), atol=1e-5, rtol=1e-4)


def _both(
    ours: Callable[..., Tensor], shape: tuple[int, int, int, int], outputs: int, kernel: int, is_bf16: bool
) -> tuple[list[Tensor], list[Tensor]]:
    """Result and three gradients of our convolution and of nn.Conv2d, for the same input and weights."""
    torch.manual_seed(0)
    n, channels, height, width = shape
    layer = to_memory_format(nn.Conv2d(channels, outputs, kernel), torch.channels_last)
    start, gradient = torch.randn(shape), torch.randn(n, outputs, height - kernel + 1, width - kernel + 1)
    found = []
    for convolve in (ours, F.conv2d):
        images = start.clone(memory_format=torch.channels_last).requires_grad_()
        layer.zero_grad()
        with torch.autocast("cpu", torch.bfloat16, enabled=is_bf16):
            out = convolve(images, layer.weight, layer.bias)
        assert out.dtype == (torch.bfloat16 if is_bf16 else torch.float32)
        out.float().backward(gradient)
        assert images.grad is not None
        assert layer.weight.grad is not None
        assert layer.bias is not None
        assert layer.bias.grad is not None
        found.append([out.float().detach(), images.grad, layer.weight.grad.clone(), layer.bias.grad.clone()])
    return found[0], found[1]


@pytest.mark.parametrize("kernel", [1, 2, 3])
@pytest.mark.parametrize("is_bf16", [False, True])
def test_the_convolution_by_patches_equals_torchs(kernel: int, is_bf16: bool) -> None:
    atol, rtol = (0.15, 0.03) if is_bf16 else (1e-4, 1e-4)
    for ours, theirs in zip(*_both(by_patches, (4, 5, 6, 8), 7, kernel, is_bf16), strict=True):
        torch.testing.assert_close(ours, theirs, atol=atol, rtol=rtol)


@pytest.mark.parametrize("side", [5, 7])
def test_the_convolution_by_winograd_equals_torchs(side: int) -> None:
    for ours, theirs in zip(*_both(by_winograd, (16, 24, side, side), 32, 3, False), strict=True):
        torch.testing.assert_close(ours, theirs, atol=1e-3, rtol=1e-3)


@pytest.mark.parametrize("points", [*POINTS.values(), (0, 1), (0, 1, -1, 3)])
def test_toom_cook_computes_a_correlation(points: Sequence[int | Fraction]) -> None:
    """The numbers are small, so that float64 holds every product and only the matrices' entries are rounded."""
    of_map, of_kernel, to_result = (torch.tensor(rows, dtype=torch.float64) for rows in toom_cook(points, 3))
    pixels = torch.arange(1.0, len(points) + 2, dtype=torch.float64) ** 2
    kernel = torch.tensor([3.0, -1.0, 2.0], dtype=torch.float64)
    expected = torch.tensor([float(pixels[at : at + 3] @ kernel) for at in range(len(points) - 1)], dtype=torch.float64)
    torch.testing.assert_close(to_result @ ((of_kernel @ kernel) * (of_map @ pixels)), expected)


def test_each_precision_has_its_algorithm(monkeypatch: pytest.MonkeyPatch) -> None:
    layer = SmallMapConv2d(2, 3, 3)
    used: list[str] = []

    def watched(form: Callable[..., Tensor]) -> Callable[..., Tensor]:
        def convolve(*given: Tensor) -> Tensor:
            used.append(form.__name__)
            return form(*given)

        return convolve

    for form in (by_patches, by_winograd):
        monkeypatch.setattr(small_conv, form.__name__, watched(form))
    for images, is_bf16 in ((16, True), (16, False), (1, False)):
        with torch.autocast("cpu", torch.bfloat16, enabled=is_bf16):
            assert layer(torch.randn(images, 2, 5, 5)).shape == (images, 3, 3, 3)
    assert used == ["by_patches", "by_winograd"], "the library takes a single image"
    layer(torch.randn(16, 2, 3, 3))
    layer(torch.randn(16, 2, 6, 6))
    layer(torch.randn(16, 2, 5, 7))
    assert used[2:] == ["by_patches"], "a map of the kernel's size is one product; the library takes other maps"


def test_winograd_trains_after_an_evaluation() -> None:
    small_conv._transforms.cache_clear()
    layer = SmallMapConv2d(2, 3, 3)
    with torch.inference_mode():
        layer(torch.randn(16, 2, 5, 5))
    layer(torch.randn(16, 2, 5, 5)).sum().backward()
    assert layer.weight.grad is not None


def test_initial_weights_depend_on_the_seed_alone() -> None:
    before = torch.get_rng_state()
    one, same, other = build("compact", 1), build("compact", 1), build("compact", 2)
    assert torch.equal(torch.get_rng_state(), before)
    assert torch.equal(one.digit.weight, same.digit.weight)  # type: ignore[union-attr, arg-type]
    assert not torch.equal(one.digit.weight, other.digit.weight)  # type: ignore[union-attr, arg-type]


def test_a_skeleton_does_not_use_the_random_generator(monkeypatch: pytest.MonkeyPatch) -> None:
    def used(seed: int) -> None:
        raise AssertionError(seed)

    names = build("compact").state_dict().keys()
    monkeypatch.setattr(torch, "manual_seed", used)
    before = torch.random.get_rng_state()
    assert skeleton("compact").state_dict().keys() == names
    assert torch.equal(torch.random.get_rng_state(), before)


def test_an_unknown_model_suggests_the_nearest() -> None:
    with pytest.raises(UsageError, match="did you mean 'compact'"):
        build("compct")


@pytest.mark.parametrize("name", MODELS)
def test_the_layers_add_up_to_the_whole_network(name: str) -> None:
    layers = describe(name)
    assert sum(layer.parameters for layer in layers) == parameter_count(build(name))
    assert {"10", "19"} <= {layer.shape.removesuffix(" x 1 x 1") for layer in layers}


def test_the_layers_name_pooling_and_relu() -> None:
    found = {layer.name: (layer.kind, layer.shape) for layer in describe("compact")}
    assert found["conv1"] == ("convolution 5x5, max pool 2x2", "24 x 12 x 12")
    assert found["norm1"] == ("batch norm, ReLU", "24 x 12 x 12")
    assert found["conv2"][0] == "convolution 3x3, padding 1"
    assert found["digit"][0] == found["sum"][0] == "linear"
    assert {layer.name: layer.kind for layer in describe("original")}["pool1"] == "max pool 2x2, ReLU"


def test_a_network_that_reads_only_a_part_of_the_image_says_so() -> None:
    first, *_ = describe("swift")
    assert (first.name, first.kind, first.shape) == ("image", "its inner 23x23, without the rim", "1 x 23 x 23")
    assert describe("compact")[0].name == "conv1"
