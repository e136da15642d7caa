"""How the layers do while a network trains: against figures by hand, and without a trace in the training."""

import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from mnist_sum_tui.config import TrainConfig
from mnist_sum_tui.data.dataset import SumDataset, load, one_hot
from mnist_sum_tui.models import build
from mnist_sum_tui.models.layers import SumNetwork
from mnist_sum_tui.runs import checkpoint, find
from mnist_sum_tui.runs.health_event import Health
from mnist_sum_tui.runs.journal import read_events
from mnist_sum_tui.runs.run import Run
from mnist_sum_tui.training.control import Control
from mnist_sum_tui.training.health import MOST_WEIGHTS, dead_shares, layer_health, some_of, spread, weights_of
from mnist_sum_tui.training.loop import train


class Small(SumNetwork):
    """Two maps, of which the second is dead; then six hidden units, of which two are."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(1, 2, 5)
        self.hidden = nn.Linear(2 * 12 * 12, 6)
        self.digit = nn.Linear(6, 10)
        self.sum = nn.Linear(20, 19)
        with torch.no_grad():
            nn.init.constant_(self.conv.bias, 1)  # type: ignore[arg-type]
            nn.init.constant_(self.hidden.bias, 50)  # so that those that are not dead are alive
            for bias, unit in ((self.conv.bias, 1), (self.hidden.bias, 1), (self.hidden.bias, 4)):
                bias[unit] = -1000  # type: ignore[index]  # there is one

    def see(self, images_nchw: Tensor) -> Tensor:
        maps = F.relu(F.max_pool2d(self.conv(images_nchw), 2))
        return self.digit(torch.relu(self.hidden(maps.flatten(1))))  # type: ignore[no-any-return]

    def add(self, digits_nk: Tensor, numbers_nk: Tensor) -> Tensor:
        return self.sum(torch.cat([digits_nk, numbers_nk], 1))  # type: ignore[no-any-return]


@pytest.fixture
def inputs() -> tuple[Tensor, Tensor]:
    images = torch.rand(8, 1, 28, 28, generator=torch.Generator().manual_seed(1))
    return images, one_hot(torch.arange(8))


def test_the_figures_are_those_of_numpy(inputs: tuple[Tensor, Tensor]) -> None:
    torch.manual_seed(2)
    network = Small()
    digits, sums = network(*inputs)
    (digits[:, 3].mean() + sums[:, 5].mean()).backward()
    old = {name: weight.detach().numpy().copy() for name, weight in weights_of(network).items()}
    before = {name: some_of(weight).clone() for name, weight in weights_of(network).items()}
    with torch.no_grad():
        for weight in weights_of(network).values():
            weight -= 0.1 * weight.grad  # type: ignore[operator]
    found = Health(step=1, epoch=1, elapsed=0.0, **layer_health(network, before, *inputs))
    assert found.layers == ("conv", "hidden", "digit", "sum")
    for place, (name, weight) in enumerate(weights_of(network).items()):
        now, gradient = weight.detach().numpy(), np.asarray(weight.grad)
        assert found.weights[place] == pytest.approx(now.std(), rel=6e-3)
        assert found.gradients[place] == pytest.approx(gradient.std(), rel=6e-3)
        assert found.updates[place] == pytest.approx((now - old[name]).std() / now.std(), rel=6e-3)
        edge = 4 / math.sqrt(weight[0].numel())
        counts = np.log1p(np.histogram(now.clip(-edge, edge), 19, (-edge, edge))[0])
        assert [int(figure) for figure in found.spread[place]] == pytest.approx(counts * 9 / counts.max(), abs=0.51)
    assert found.dead == (0.5, 0.333, 0.0, 0.0)
    assert network.training, "as it was"


def test_a_part_of_many_weights_is_enough() -> None:
    values = torch.arange(3 * MOST_WEIGHTS + 1)
    assert len(some_of(values)) <= MOST_WEIGHTS
    assert some_of(values)[:3].tolist() == [0, 4, 8]
    assert len(some_of(torch.zeros(7, 5))) == 35


@pytest.mark.parametrize("name", ["original", "pictured", "compact", "deep"])
def test_the_gradient_of_a_large_layer_is_that_of_all_its_weights(name: str) -> None:
    """Not that of one corner of each kernel, nor of the left edge of the maps, where the images have no ink."""
    torch.manual_seed(0)
    network, batch = build(name), SumDataset(load("test")).__getitems__(list(range(32)))
    digits, sums = network(batch.images, batch.numbers)
    (F.nll_loss(digits, batch.labels) + F.nll_loss(sums, batch.sums)).backward()
    before = {name: some_of(weight) for name, weight in weights_of(network).items()}
    found = layer_health(network, before, batch.images, batch.numbers)
    gradients = [weight.grad.std().item() for weight in weights_of(network).values() if weight.grad is not None]
    assert found["gradients"] == pytest.approx(gradients, rel=0.03)


def test_weights_beyond_the_edge_and_those_that_are_no_number_do_no_harm() -> None:
    assert spread(torch.tensor([-1e30, 1e30, 0.0]), 4) == "9" + "0" * 8 + "9" + "0" * 8 + "9"
    assert spread(torch.full((3,), math.nan), 4) == "0" * 19


@pytest.mark.parametrize("name", ["original", "compact", "swift", "keen", "deep"])
def test_every_layer_with_weights_is_seen(name: str, inputs: tuple[Tensor, Tensor]) -> None:
    network = build(name)
    found = dead_shares(network, *inputs)
    assert list(found) == list(weights_of(network))
    assert all(0 <= share < 1 for share in found.values())


def test_a_layer_whose_weights_are_none_is_passed_over() -> None:
    network, empty = Small(), nn.Linear(5, 1)
    empty.weight = nn.Parameter(torch.empty(0, 5))
    network.add_module("empty", empty)
    assert list(weights_of(network)) == ["conv", "hidden", "digit", "sum"]


@pytest.fixture
def at_every_second_step(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mnist_sum_tui.training.health.SHARE", 1e9)
    monkeypatch.setattr("mnist_sum_tui.training.health.SECONDS", 0.0)


def weights_after(config: TrainConfig, folder: Path) -> dict[str, Any]:
    run = find.create(folder, config)
    for _ in train(config, run):
        """To its end."""
    return checkpoint.load(run.last_file).weights


def test_it_leaves_no_trace_in_the_training(
    config: TrainConfig, run: Run, tmp_path: Path, at_every_second_step: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    events = [event for event in train(config, run, Control(samples=True)) if isinstance(event, Health)]
    assert [event.step for event in events] == list(range(2, 19, 2))
    assert list(read_events(run.metrics_file, "health")) == events
    seen = checkpoint.load(run.last_file).weights
    monkeypatch.setattr("mnist_sum_tui.training.health.HealthWatch.look", lambda *_: None)
    unseen = weights_after(config, tmp_path / "unseen")
    assert seen.keys() == unseen.keys()
    assert all(torch.equal(seen[name], unseen[name]) for name in seen)


@pytest.mark.parametrize(("share", "epochs"), [(1e-9, 1), (1e9, 1), (1e9, 2)], ids=["little", "odd", "even"])
def test_the_last_look_is_at_the_last_step_whatever_the_looks_may_cost(
    share: float, epochs: int, config: TrainConfig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mnist_sum_tui.training.health.SHARE", share)
    config = replace(config, epochs=epochs)
    looks = [event.step for event in train(config, find.create(tmp_path, config)) if isinstance(event, Health)]
    assert looks[-1] == 9 * epochs
    assert looks == sorted(set(looks))


def test_it_is_recorded_without_a_dashboard_and_without_held_out_images(config: TrainConfig, run: Run) -> None:
    events = [event for event in train(replace(config, all_data=True), run) if isinstance(event, Health)]
    assert [event.step for event in events] == [11, 20], "after each epoch, and at the end"
