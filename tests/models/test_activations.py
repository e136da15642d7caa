"""The hook on activations, against the network's own numbers."""

import warnings
from concurrent.futures import ThreadPoolExecutor

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from mnist_sum_tui.models.activations import calls, layers, watch
from mnist_sum_tui.models.original import Pictured


def test_the_activations_are_the_networks_own() -> None:
    network, images = Pictured().eval(), torch.randn(3, 1, 28, 28)
    with torch.inference_mode():
        first = network.conv1(images)
        second = network.conv2(F.relu(network.pool1(first)))
        with watch(layers(network)) as seen:
            scores = network.see(images)
        assert list(seen) == ["conv1", "pool1", "conv2", "pool2", "dense1", "dense2"]
        assert torch.equal(seen["conv1"].input, images)
        assert torch.equal(seen["conv1"].output, first)
        assert torch.equal(seen["conv2"].output, second)
        assert torch.equal(seen["dense2"].output, scores)
        before = dict(seen)
        network.see(images * 2)
    assert seen == before, "the hooks are gone"


def test_a_module_of_torchscript_is_no_layer_because_it_takes_no_hooks() -> None:
    network, images = Pictured().eval(), torch.randn(2, 1, 28, 28)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torch calls it deprecated
        network.add_module("conv2", torch.jit.script(network.conv2))
    with calls(network, ("relu",)) as called, watch(layers(network)) as seen:
        network.see(images)
    assert list(seen) == ["conv1", "pool1", "pool2", "dense1", "dense2"]
    assert "conv2" not in [call.name for call in called]


def test_what_another_thread_asks_meanwhile_is_not_noted() -> None:
    network, images, others = Pictured().eval(), torch.randn(2, 1, 28, 28), torch.randn(2, 1, 28, 28)
    with ThreadPoolExecutor(1) as pool, watch(layers(network)) as seen, calls(network, ("relu",)) as called:
        network.see(images)
        before, count = dict(seen), len(called)
        pool.submit(network.see, others).result()
    assert len(before) == 6
    assert all(seen[name] is note for name, note in before.items())
    assert len(called) == count


class Sequence(nn.Module):
    """Layers with several outputs, or with no positional input, as networks of one's own may have."""

    def __init__(self) -> None:
        super().__init__()
        self.rows, self.digit = nn.GRU(28, 8, batch_first=True), nn.Linear(8, 10)

    def forward(self, images: Tensor) -> Tensor:
        return self.digit(input=self.rows(images[:, 0])[0].relu()[:, -1])  # type: ignore[no-any-return]


def test_of_several_outputs_the_first_counts_and_a_layer_without_an_input_is_left_out() -> None:
    network, images = Sequence().eval(), torch.randn(3, 1, 28, 28)
    with torch.inference_mode():
        with watch(layers(network)) as seen:
            network(images)
        with calls(network, ("relu",)) as called:
            network(images)
    assert {name: each.output.shape for name, each in seen.items()} == {"rows": (3, 28, 8)}
    assert [(call.name, call.output.shape) for call in called] == [("rows", (3, 28, 8)), ("relu", (3, 28, 8))]


def test_functions_that_are_called_with_names_are_seen_like_others() -> None:
    images = torch.randn(3, 1, 28, 28)

    class Named(nn.Module):
        def forward(self, images: Tensor) -> Tensor:
            return torch.max_pool2d(input=torch.tanh(input=images), kernel_size=2, padding=1)

    with torch.inference_mode(), calls(Named(), ("tanh", "max_pool2d")) as called:
        Named()(images)
    seen = [(call.name, call.input.shape[-1], call.output.shape[-1], call.options) for call in called]
    assert seen == [("tanh", 28, 28, {}), ("max_pool2d", 28, 15, {"kernel_size": 2, "padding": 1})]
