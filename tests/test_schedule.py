from itertools import pairwise

import pytest
import torch

from mnist_sum_tui.config import TrainConfig
from mnist_sum_tui.schedule import learning_rate


@pytest.mark.parametrize("total", [10, 860, 2150])
@pytest.mark.filterwarnings("ignore:Detected call of")
def test_one_cycle_is_torch_s(total: int) -> None:
    config = TrainConfig.of("standard", lr=2e-3, warmup=0.3)
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=1.0)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 2e-3, total_steps=total, pct_start=config.warmup)
    for step in range(total):
        assert learning_rate(config, step, total) == pytest.approx(schedule.get_last_lr()[0], rel=1e-9)
        schedule.step() if step < total - 1 else None


def test_constant() -> None:
    config = TrainConfig.of("original")
    assert {learning_rate(config, step, 100) for step in (0, 50, 99)} == {0.01}


def test_linear_goes_up_and_down_in_straight_lines() -> None:
    config = TrainConfig.of("standard", schedule="linear", lr=0.8, warmup=0.25)
    rates = [learning_rate(config, step, 16) for step in range(16)]
    assert rates[:4] == pytest.approx([0.1, 0.3, 0.5, 0.7])
    assert [a - b for a, b in pairwise(rates[4:])] == pytest.approx([0.8 / 12] * 11)
    assert rates[-1] == pytest.approx(0.4 / 12)


@pytest.mark.parametrize("schedule", ["onecycle", "linear"])
@pytest.mark.parametrize("total", [1, 2, 3])
def test_the_shortest_runs_have_a_rate(total: int, schedule: str) -> None:
    config = TrainConfig.of("standard", schedule=schedule)
    assert all(0 < learning_rate(config, step, total) <= config.lr for step in range(total))
