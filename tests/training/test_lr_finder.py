"""The learning rate range test."""

import math

import pytest

from mnist_sum_tui.charts.plot import draw
from mnist_sum_tui.charts.rate_test import rate_plot
from mnist_sum_tui.config import TrainConfig
from mnist_sum_tui.errors import UsageError
from mnist_sum_tui.training.batches import StepPlan
from mnist_sum_tui.training.lr_finder import HIGHEST, LOWEST, RATES, STEPS, RateTest, averaged, find_rate, suggest
from mnist_sum_tui.training.step import DivergedError, Learner, StepResult


def fall(rate: float) -> float:
    """A loss that falls around a rate of 0.001 and leaves from 0.1 on."""
    return 2.5 - 2 / (1 + (0.001 / rate) ** 2) + (100 * (rate - 0.1) if rate > 0.1 else 0)


def test_the_suggestions_lie_in_the_fall() -> None:
    found = suggest([fall(rate) for rate in RATES])
    assert found.steepest == pytest.approx(0.001, rel=0.7), "smoothing delays it by a few steps"
    assert 0.001 < found.valley < 0.02
    assert found.suggestion == float(f"{found.valley:.1e}")


def test_the_first_steps_are_no_fall() -> None:
    losses = [fall(rate) for rate in RATES]
    assert suggest([3.0, *losses[1:]]).steepest == suggest(losses).steepest


def test_where_the_loss_comes_down_from_a_peak_is_no_fall() -> None:
    """SGD in bf16 survives rates near 1: one batch is far off, and the average comes down behind it."""
    losses = [fall(rate) for rate in RATES if rate < 0.1]
    assert suggest([*losses, 20.0, *[2.5] * 10]).steepest == suggest(losses).steepest


@pytest.mark.parametrize(("steepest", "is_safer"), [(0.01, True), (0.0005, False)])
def test_the_middle_is_called_safer_only_if_it_is_lower(steepest: float, is_safer: bool) -> None:
    found = RateTest((), (), (), steepest=steepest, valley=0.001)
    assert ("the safer choice" in found.about_valley) is is_safer


def test_a_loss_that_never_falls_has_a_suggestion_all_the_same() -> None:
    found = suggest([1.0, 1.1, 1.2])
    assert found.steepest > 0
    assert found.valley == pytest.approx(RATES[0])
    assert suggest([1.0, 1.1]).steepest > 0


def test_smoothing_leaves_a_constant_and_follows_a_change() -> None:
    assert averaged([2.0] * 5) == pytest.approx([2.0] * 5)
    assert averaged([0.0] * 50 + [1.0])[-1] == pytest.approx(0.2, abs=1e-4)


def test_the_rate_rises_from_the_lowest_until_the_loss_leaves(small_data: str) -> None:
    config = TrainConfig.of("standard", model="swift", precision="fp32", batch_size=32, data_dir=small_data)
    found = find_rate(config)
    assert (found.rates[0], RATES[-1]) == (LOWEST, pytest.approx(HIGHEST))
    assert all(
        after / before == pytest.approx(RATES[1] / RATES[0])
        for before, after in zip(found.rates, found.rates[1:], strict=False)
    )
    assert len(found.rates) == len(found.losses) <= STEPS
    assert all(map(math.isfinite, found.losses))
    assert LOWEST < found.valley < 1
    assert find_rate(config) == found, "the same seed, the same numbers"
    drawn = draw(rate_plot(found), 80, 14).lines
    assert any("middle" in "".join(text for text, _ in line) for line in drawn)


@pytest.mark.parametrize(("good", "which"), [(0, "very first"), (1, "second")])
def test_a_network_whose_first_losses_are_no_numbers_has_no_rate(
    small_data: str, monkeypatch: pytest.MonkeyPatch, good: int, which: str
) -> None:
    step, done = Learner.step, list[int]()

    def diverge(self: Learner, plan: StepPlan) -> StepResult:
        if len(done) == good:
            raise DivergedError
        done.append(1)
        return step(self, plan)

    monkeypatch.setattr(Learner, "step", diverge)
    with pytest.raises(UsageError, match=f"{which} step is not a number"):
        find_rate(TrainConfig.of("standard", model="swift", data_dir=small_data))


def test_it_ends_when_nobody_wants_it_any_more(small_data: str) -> None:
    config = TrainConfig.of("standard", model="swift", precision="fp32", batch_size=32, data_dir=small_data)
    assert len(find_rate(config, lambda _: True).rates) == 1
