from itertools import pairwise

import pytest
import torch

from mnist_sum_tui.config import TrainConfig
from mnist_sum_tui.runs.position import Change, with_length
from mnist_sum_tui.training.schedule import learning_rate, rate_at


@pytest.mark.parametrize("total", [10, 860, 2150])
@pytest.mark.filterwarnings("ignore:Detected call of")
def test_one_cycle_is_torch_s(total: int) -> None:
    config = TrainConfig.of("standard", lr=2e-3, warmup=0.3)
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=1.0)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 2e-3, total_steps=total, pct_start=config.warmup)
    for step in range(total):
        assert learning_rate(config, step, total) == pytest.approx(schedule.get_last_lr()[0], rel=1e-9)
        schedule.step() if step < total - 1 else None


def test_a_rise_of_a_single_step_is_the_peak() -> None:
    """As in ten steps with the usual warmup, of which torch's makes a division by 0."""
    config = TrainConfig.of("standard", lr=0.8, warmup=0.1)
    assert learning_rate(config, 0, 10) == 0.8 > learning_rate(config, 1, 10)


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
    rates = [learning_rate(config, step, total) for step in range(total)]
    assert all(0 < rate <= config.lr for rate in rates)
    assert max(rates) > config.lr / 3, "so that something is learnt"


EPOCH = 10


def rates(schedule: str, *changes: tuple[int, int]) -> list[float]:
    """The rates of a run with those changes: from a step on, so many epochs of ten steps."""
    noted = [Change(*change) for change in changes]
    config = TrainConfig.of("standard", schedule=schedule, lr=0.8, warmup=0.3)
    return [rate_at(config, noted, EPOCH, step) for step in range(noted[-1].epochs * EPOCH)]


@pytest.mark.parametrize("schedule", ["onecycle", "linear"])
def test_added_epochs_are_a_second_cycle_with_half_the_peak(schedule: str) -> None:
    once, twice = rates(schedule, (0, 4)), rates(schedule, (0, 4), (40, 8))
    assert twice[:40] == once
    assert twice[40:] == [rate / 2 for rate in once]
    thrice = rates(schedule, (0, 4), (40, 8), (80, 12))
    assert thrice[:80] == twice
    assert thrice[80:] == [rate / 4 for rate in once]


@pytest.mark.parametrize("schedule", ["onecycle", "linear"])
def test_epochs_that_come_in_before_the_end_stretch_the_rest(schedule: str) -> None:
    once, stretched = rates(schedule, (0, 4)), rates(schedule, (0, 4), (20, 6))
    assert stretched[:20] == once[:20]
    means = [(a + b) / 2 for a, b in zip(stretched[20::2], stretched[21::2], strict=True)]
    assert means == pytest.approx(once[20:], rel=0.01, abs=1e-3)
    assert all(a > b for a, b in pairwise(stretched[20:])), "no jump, and no second peak"
    squeezed = rates(schedule, (0, 4), (20, 3))
    assert squeezed[20:] == pytest.approx(
        [(a + b) / 2 for a, b in zip(once[20::2], once[21::2], strict=True)], abs=2e-3
    )


@pytest.mark.parametrize("schedule", ["onecycle", "linear"])
def test_a_second_cycle_can_be_stretched_too(schedule: str) -> None:
    both = rates(schedule, (0, 4), (40, 8), (60, 10))
    assert both[:60] == rates(schedule, (0, 4), (40, 8))[:60]
    assert both[60:] == pytest.approx([rate / 2 for rate in rates(schedule, (0, 4), (20, 6))[20:]])


def test_a_constant_rate_stays_whatever_is_added() -> None:
    assert set(rates("constant", (0, 2), (20, 4), (30, 6))) == {0.8}


def test_what_was_changed_is_noted_once() -> None:
    two = (Change(0, 2),)
    four = with_length(two, 20, 4)
    assert four == (Change(0, 2), Change(20, 4))
    assert with_length(four, 20, 4) == four
    assert with_length(four, 20, 6) == (Change(0, 2), Change(20, 6)), "none of the four was trained"
    assert with_length(four, 20, 2) == two
    assert with_length(two, 0, 5) == (Change(0, 5),)
