import math
from dataclasses import dataclass, replace

import pytest
import torch

from mnist_sum_tui.config import TrainConfig
from mnist_sum_tui.data.augment import augment
from mnist_sum_tui.data.dataset import Batch, Stream, seed_for
from mnist_sum_tui.data.drawn_digits import with_drawn_digits
from mnist_sum_tui.data.outliers import outliers
from mnist_sum_tui.machine.hardware import choose
from mnist_sum_tui.training.batches import StepPlan
from mnist_sum_tui.training.step import (
    DivergedError,
    Learner,
    _outliers,
    augmented,
    label_smoothed,
    losses,
    total_loss,
    uniform_loss,
)
from tests.conftest import plan_of


@dataclass(frozen=True, kw_only=True)
class OneBatch(StepPlan):
    """A plan whose batch is given."""

    own: Batch

    def batch(self, part: slice) -> Batch:  # noqa: ARG002
        return self.own


def test_the_loss_written_out_by_hand() -> None:
    digit_log_p = [[math.log(0.7)] + [math.log(0.3 / 9)] * 9, [math.log(0.1)] * 10]
    sum_log_p = [[math.log(1 / 19)] * 19, [math.log(0.5)] + [math.log(0.5 / 18)] * 18]
    labels, sums = [0, 4], [3, 0]
    by_hand_digit = -(digit_log_p[0][0] + digit_log_p[1][4]) / 2
    by_hand_sum = -(sum_log_p[0][3] + sum_log_p[1][0]) / 2
    digit, total = losses(torch.tensor(digit_log_p), torch.tensor(sum_log_p), torch.tensor(labels), torch.tensor(sums))
    assert digit.item() == pytest.approx(by_hand_digit, rel=1e-6)
    assert total.item() == pytest.approx(by_hand_sum, rel=1e-6)
    assert total_loss(digit, total).item() == pytest.approx((by_hand_digit + by_hand_sum) / 2, rel=1e-6)
    assert total_loss(digit, total, 0.1).item() == pytest.approx(0.9 * by_hand_digit + 0.1 * by_hand_sum, rel=1e-6)


@pytest.mark.parametrize("share", [0.0, 0.1])
def test_label_smoothing_is_torchs(share: float) -> None:
    scores = torch.randn(7, 10, generator=torch.Generator().manual_seed(0))
    labels = torch.arange(7)
    log_probabilities = scores.log_softmax(1)
    ours = label_smoothed(torch.nn.functional.nll_loss(log_probabilities, labels), log_probabilities, share)
    theirs = torch.nn.functional.cross_entropy(scores, labels, label_smoothing=share)
    assert ours.item() == pytest.approx(theirs.item(), rel=1e-6)


@pytest.mark.parametrize(("precision", "images", "lr", "steps"), [("fp32", 100, 5e-3, 100), ("bf16", 16, 1e-2, 40)])
def test_compact_learns_real_images_by_heart(precision: str, images: int, lr: float, steps: int) -> None:
    """Few in bf16, because most CPUs emulate it: 3 s instead of 150."""
    config = TrainConfig.of("standard", model="compact", precision=precision)
    learner = Learner(config, choose(config))
    plan = plan_of(images, lr=lr)
    for _ in range(steps):
        found = learner.step(plan).totals
        loss = found.means()
        if found.digit_right == found.sum_right == images and loss["digit_loss"] < 0.01 and loss["sum_loss"] < 0.2:
            return
    raise AssertionError(f"after {steps} steps: {found}")


@pytest.mark.parametrize("is_digit", [True, False])
def test_a_loss_that_is_not_finite_changes_nothing(is_digit: bool) -> None:
    config = TrainConfig.of("standard", model="compact", precision="fp32")
    learner = Learner(config, choose(config))
    plan = plan_of(8)
    batch = plan.batch(slice(None))
    if is_digit:
        batch.images[0, 0, 5, 5] = math.nan
    else:
        learner.network.get_parameter("sum.weight").data[3, 5] = math.nan
    before = {name: value.clone() for name, value in learner.network.named_parameters()}
    with pytest.raises(DivergedError) as raised:
        learner.step(OneBatch(plan.dataset, plan.rows, plan.lr, plan.augment_seed, own=batch))
    assert raised.value.result is not None
    assert math.isnan(raised.value.result.totals.sum_loss), "it says what it measured"
    assert math.isnan(raised.value.result.totals.digit_loss) == is_digit
    for name, value in learner.network.named_parameters():
        torch.testing.assert_close(value, before[name], rtol=0, atol=0, equal_nan=True)


def test_the_sum_s_weight_is_its_share_of_the_gradient() -> None:
    plan = plan_of(64)
    gradients = []
    for weight in (0.2, 0.4):
        config = TrainConfig.of("standard", model="compact", precision="fp32", sum_weight=weight)
        learner = Learner(config, choose(config))
        learner.step(plan)
        own = learner.network.get_parameter("sum.weight").grad  # only the sum's loss reaches it
        assert own is not None
        gradients.append(own)
    torch.testing.assert_close(gradients[1], gradients[0] * 2)


def test_outliers_teach_the_network_to_be_unsure_of_what_is_no_digit() -> None:
    sure, plan = [], plan_of(100, lr=3e-3)
    batch = plan.batch(slice(None))
    others = outliers(batch.images, batch.labels, 80, seed=99)
    for share in (0.0, 0.5):
        config = TrainConfig.of("standard", model="swift", precision="fp32", outliers=share)
        learner = Learner(config, choose(config))
        for step in range(60):  # after 40 the accuracy still goes up and down with the number of threads
            found = learner.step(replace(plan, augment_seed=step)).totals
        assert found.images == 100
        assert 95 < found.digit_right <= 100, "outliers are not counted among the digits"
        with torch.inference_mode():
            sure.append(learner.network.eval().see(others).softmax(1).amax(1).mean().item())
    assert sure[1] < sure[0] - 0.2


def test_to_be_unsure_is_best_where_all_digits_are_as_likely() -> None:
    even = torch.full((3, 10), math.log(0.1))
    assert uniform_loss(even).item() == pytest.approx(math.log(10))
    assert uniform_loss(torch.randn(3, 10, generator=torch.Generator().manual_seed(0)).log_softmax(1)) > math.log(10)


def test_a_step_minimises_both_smoothed_losses_and_half_of_the_outliers() -> None:
    config = TrainConfig.of("standard", model="compact", precision="fp32", label_smoothing=0.2, outliers=0.5)
    learner, batch = Learner(config, choose(config)), plan_of(16).batch(slice(None))
    digits, sums, strange = learner._answers(batch, 0, config)
    assert strange is not None
    smoothed = [
        torch.nn.functional.cross_entropy(scores, target, label_smoothing=0.2)
        for scores, target in ((digits, batch.labels), (sums, batch.sums))
    ]
    unsure = torch.nn.functional.cross_entropy(strange, torch.full_like(strange, 0.1))
    loss, measured = learner._measure(batch, 0, config)
    assert loss.item() == measured[-1] / 16 == pytest.approx((sum(smoothed) / 2 + unsure / 2).item(), rel=1e-5)
    assert measured[1] / 16 == pytest.approx(losses(digits, sums, batch.labels, batch.sums)[1].item(), rel=1e-5)


def test_outliers_are_augmented_as_the_digits_are() -> None:
    batch, config = plan_of(16).batch(slice(None)), TrainConfig.of("standard", augment="none", outliers=0.5)
    made = _outliers(batch, 7, config)
    assert len(made) == 8
    expected = augment(made, "affine", seed_for(7, 1, Stream.OUTLIERS, batch.first))
    assert torch.equal(_outliers(batch, 7, replace(config, augment="affine")), expected)
    assert not torch.equal(expected, made)


def test_sturdy_draws_some_digits_and_then_augments_all() -> None:
    batch, config = plan_of(100).batch(slice(None)), TrainConfig.of("standard", augment="sturdy")
    some_drawn = with_drawn_digits(batch.images, batch.labels, seed_for(7, 0, Stream.DRAWN))
    whole = augmented(batch, 7, config)
    assert torch.equal(whole, augment(some_drawn, "sturdy", 7))
    torch.testing.assert_close(augmented(plan_of(100).batch(slice(40, 60)), 7, config), whole[40:60])
    assert torch.equal(augmented(batch, 7, replace(config, augment="strong")), augment(batch.images, "strong", 7))
