import pytest
import torch
import torch.nn.functional as F
from torch import nn

from mnist_sum_tui.config import MODELS
from mnist_sum_tui.errors import UsageError
from mnist_sum_tui.models import build, parameter_count
from mnist_sum_tui.models.describe import describe
from mnist_sum_tui.models.layers import PatchConv2d, laid_out

PARAMETERS = {"original": 6_386_933, "original-2fc": 6_384_925}


@pytest.mark.parametrize("name", MODELS)
def test_two_log_softmax_outputs(name: str) -> None:
    images, numbers = torch.randn(3, 1, 28, 28), F.one_hot(torch.tensor([0, 5, 9]), 10).float()
    digits, sums = build(name).eval()(images, numbers)
    assert digits.shape == (3, 10)
    assert sums.shape == (3, 19)
    for log_probabilities in (digits, sums):
        assert log_probabilities.dtype == torch.float32
        torch.testing.assert_close(log_probabilities.exp().sum(1), torch.ones(3))


@pytest.mark.parametrize(("name", "count"), PARAMETERS.items())
def test_the_counts_of_the_mission(name: str, count: int) -> None:
    assert parameter_count(build(name)) == count


def test_compact_is_small() -> None:
    assert parameter_count(build("compact")) <= 350_000


@pytest.mark.parametrize(
    ("name", "layers"),
    [
        ("original", ["conv1", "conv2", "conv3", "conv4", "conv5", "conv6", "conv7", "fc1", "fc2", "fc3"]),
        ("original-2fc", ["conv1", "conv2", "conv3", "conv4", "conv5", "conv6", "conv7", "fc1", "fc2"]),
    ],
)
def test_a_state_dict_reads_as_the_mission_does(name: str, layers: list[str]) -> None:
    expected = [f"{layer}.{part}" for layer in layers for part in ("weight", "bias")]
    assert list(build(name).state_dict()) == expected


@pytest.mark.parametrize("name", MODELS)
def test_the_number_does_not_leak_into_the_digit(name: str) -> None:
    network, images = build(name).eval(), torch.randn(10, 1, 28, 28)
    digits, sums = network(images, torch.eye(10))
    other_digits, other_sums = network(images, torch.eye(10).flip(0))
    assert torch.equal(digits, other_digits)
    assert not torch.allclose(sums, other_sums)


def test_relu_after_the_pool_is_relu_before_it() -> None:
    """`original` as the mission writes it, every ReLU right behind its convolution, from the same weights."""
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


@pytest.mark.parametrize("kernel", [1, 2, 3])
@pytest.mark.parametrize("is_bf16", [False, True])
def test_patch_convolution_is_a_convolution(kernel: int, is_bf16: bool) -> None:
    torch.manual_seed(0)
    ours, theirs = PatchConv2d(5, 7, kernel), nn.Conv2d(5, 7, kernel)
    theirs.load_state_dict(ours.state_dict())
    inputs = [torch.randn(4, 5, 6, 8, requires_grad=True) for _ in range(2)]
    inputs[1].data.copy_(inputs[0].data)
    gradient = torch.randn(4, 7, 7 - kernel, 9 - kernel)
    for layer, images in zip((ours, theirs), inputs, strict=True):
        laid_out(layer, torch.channels_last)
        with torch.autocast("cpu", torch.bfloat16, enabled=is_bf16):
            out = layer(images.contiguous(memory_format=torch.channels_last))
        assert out.dtype == (torch.bfloat16 if is_bf16 else torch.float32)
        out.float().backward(gradient)
    atol, rtol = (0.15, 0.03) if is_bf16 else (1e-4, 1e-4)
    torch.testing.assert_close(inputs[0].grad, inputs[1].grad, atol=atol, rtol=rtol)
    torch.testing.assert_close(ours.weight.grad, theirs.weight.grad, atol=atol, rtol=rtol)
    assert ours.bias is not None
    assert theirs.bias is not None
    torch.testing.assert_close(ours.bias.grad, theirs.bias.grad, atol=atol, rtol=rtol)


def test_first_weights_depend_on_the_seed_alone() -> None:
    before = torch.get_rng_state()
    one, same, other = build("compact", 1), build("compact", 1), build("compact", 2)
    assert torch.equal(torch.get_rng_state(), before)
    assert torch.equal(one.digit.weight, same.digit.weight)  # type: ignore[union-attr, arg-type]
    assert not torch.equal(one.digit.weight, other.digit.weight)  # type: ignore[union-attr, arg-type]


def test_unknown_model_names_the_nearest() -> None:
    with pytest.raises(UsageError, match="did you mean 'compact'"):
        build("compct")


@pytest.mark.parametrize("name", MODELS)
def test_the_table_adds_up(name: str) -> None:
    layers = describe(name)
    assert sum(layer.parameters for layer in layers) == parameter_count(build(name))
    assert {"10", "19"} <= {layer.shape for layer in layers} | {"10"}
