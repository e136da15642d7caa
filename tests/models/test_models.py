import pytest
import torch
import torch.nn.functional as F

from mnist_sum_tui.errors import UsageError
from mnist_sum_tui.models import build, parameter_count, skeleton
from mnist_sum_tui.models.describe import describe
from mnist_sum_tui.models.keen import Keen
from mnist_sum_tui.models.layers import evaluating
from mnist_sum_tui.recipes import MODELS

PARAMETERS = {"original": 6_386_933, "original-2fc": 6_384_925}
RELUS = {"original": 8, "original-2fc": 7, "pictured": 5, "compact": 5, "swift": 3, "keen": 15, "deep": 7}


@pytest.mark.parametrize("is_bf16", [False, True])
@pytest.mark.parametrize("name", MODELS)
def test_both_outputs_are_log_softmax(name: str, is_bf16: bool) -> None:
    images, numbers = torch.randn(3, 1, 28, 28), F.one_hot(torch.tensor([0, 5, 9]), 10).float()
    with torch.autocast("cpu", torch.bfloat16, enabled=is_bf16):
        digits, sums = build(name).eval()(images, numbers)
    assert digits.shape == (3, 10)
    assert sums.shape == (3, 19)
    for log_probabilities in (digits, sums):
        assert log_probabilities.dtype == torch.float32
        torch.testing.assert_close(log_probabilities.exp().sum(1), torch.ones(3))


@pytest.mark.parametrize("is_training", [False, True])
def test_a_network_has_its_own_mode_again_after_an_evaluation(is_training: bool) -> None:
    network = build("compact").train(is_training)
    with evaluating(network):
        assert not any(layer.training for layer in network.modules())
    assert {layer.training for layer in network.modules()} == {is_training}


@pytest.mark.parametrize(("name", "count"), PARAMETERS.items())
def test_parameter_counts_of_the_assignment(name: str, count: int) -> None:
    assert parameter_count(build(name)) == count


@pytest.mark.parametrize("name", ["compact", "keen", "deep"])
def test_what_must_be_small_is_small(name: str) -> None:
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
    assert sum("ReLU" in layer.kind for layer in layers) == RELUS[name]


def test_the_layers_name_pooling_and_relu() -> None:
    found = {layer.name: (layer.kind, layer.shape) for layer in describe("compact")}
    assert found["conv1"] == ("convolution 5x5, max pooling 2x2", "24 x 12 x 12")
    assert found["norm1"] == ("batch norm, ReLU", "24 x 12 x 12")
    assert found["conv2"][0] == "convolution 3x3, padding 1"
    assert found["digit"][0] == found["sum"][0] == "linear"
    assert {layer.name: layer.kind for layer in describe("original")}["pool1"] == "max pooling 2x2, ReLU"


def test_a_network_that_reads_only_a_part_of_the_image_says_so() -> None:
    first, *_ = describe("swift")
    assert (first.name, first.kind, first.shape) == ("image", "its inner 23x23, without the rim", "1 x 23 x 23")
    assert describe("compact")[0].name == "conv1"
