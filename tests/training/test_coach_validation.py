"""The coach on what the validations of the epochs say."""

import random
from dataclasses import replace

import pytest

from mnist_sum_tui.config import TrainConfig
from mnist_sum_tui.runs.accuracies import accuracies
from mnist_sum_tui.runs.events import EpochDone
from mnist_sum_tui.training import validations
from mnist_sum_tui.training.coach import Coach
from mnist_sum_tui.training.knobs import Knobs
from mnist_sum_tui.training.validations import that_count, trouble, within_chance
from tests.training.test_coach import CONFIG, STARTED, done, progress, run, said, topics


def test_overfitting_is_a_falling_validation_below_a_rising_training() -> None:
    steps = list(run(60, lambda step: progress(step, 0.1, 0.99, 0.99)))
    worse = [done(1, 0.95, 0.97), done(2, 0.97, 0.98), *(done(3 + row, 0.98 + row / 200, 0.97) for row in range(3))]
    assert topics([*steps, *worse])[-1] == topics([*steps, *worse[1:]])[-1] == "overfitting"
    plateau = [done(1, 0.95, 0.97), done(2, 0.97, 0.98), *(done(3 + row, 0.98 + row / 200, 0.9798) for row in range(3))]
    assert topics([*steps, *plateau])[-1] == "chance"


@pytest.mark.parametrize(
    ("trained", "validated"),
    [
        ([0.95, 0.97, 0.98, 0.985, 0.99], [0.97, 0.98, 0.97, 0.9799, 0.97]),
        ([0.95, 0.97, 0.97, 0.965, 0.96], [0.97, 0.98, 0.97, 0.97, 0.97]),
        ([0.88, 0.90, 0.91, 0.92, 0.93], [0.97, 0.98, 0.97, 0.97, 0.97]),
    ],
    ids=["a validation between was as good", "the training falls, too", "changed images are harder than the held-out"],
)
def test_a_validation_that_is_not_worse_all_along_a_better_training_is_no_overfitting(
    trained: list[float], validated: list[float]
) -> None:
    epochs = [done(row + 1, *both) for row, both in enumerate(zip(trained, validated, strict=True))]
    assert trouble(epochs, STARTED) is None


@pytest.mark.parametrize(
    "validated",
    [[0.97, 0.985, 0.98, 0.9801], [0.98, 0.98]],
    ids=["it was better before by more than chance", "two epochs are too few"],
)
def test_a_small_gain_is_chance_only_beside_the_best_of_two_or_more_epochs(validated: list[float]) -> None:
    assert within_chance([done(row + 1, 0.97, accuracy) for row, accuracy in enumerate(validated)], 5_000) == ""


@pytest.mark.parametrize(
    ("schedule", "last_rate", "begins"),
    [
        ("onecycle", 1e-3, "It gains no more while the rate is still high: epoch 3 is"),
        ("onecycle", 2e-4, "It gains no more: epoch 3 is"),
        ("constant", 1e-3, "It gains no more: epoch 3 is"),
    ],
)
def test_little_is_left_only_once_the_rate_has_fallen(schedule: str, last_rate: float, begins: str) -> None:
    config = TrainConfig.of("standard", model="compact", schedule=schedule)
    steps = run(60, lambda step: progress(step, 0.1, 0.99, 0.99, lr=1e-3 if step < 20 else last_rate))
    epochs = [done(1, 0.95, 0.97), done(2, 0.97, 0.98), done(3, 0.98, 0.9801)]
    assert said([*steps, *epochs], config)[-1][1].startswith(begins)


@pytest.mark.parametrize(
    ("last", "gain", "words"),
    [
        (0.9812, "little", "has 6 of 5,000 images more right than the best before, which may be chance"),
        (0.9796, "no", "has 2 of 5,000 images fewer right than the best before, which may be chance"),
        (0.98, "no", "is within one image of the best before"),
        (0.98009, "no", "is within one image of the best before"),
    ],
)
def test_a_gain_of_no_image_is_no_gain(last: float, gain: str, words: str) -> None:
    steps = run(60, lambda step: progress(step, 0.1, 0.99, 0.99))
    told = said([*steps, done(1, 0.95, 0.97), done(2, 0.97, 0.98), done(3, 0.98, last)])[-1][1]
    assert told == f"It gains {gain} more while the rate is still high: epoch 3 {words}"


def test_a_validation_far_below_the_training_is_told() -> None:
    steps = list(run(60, lambda step: progress(step, 0.1, 0.97, 0.96)))
    topic, words = said([*steps, done(1, 0.95, 0.79)])[-1]
    assert (topic, words.partition(":")[0]) == (
        "unsettled",
        "The validation of epoch 1 is 16 points below its training",
    )
    assert "unsettled" not in topics([*steps, done(1, 0.95, 0.94)])


@pytest.mark.parametrize(
    ("images", "epochs", "topic"),
    [
        ((55_000, 5_000), [(0.9, 0.95), (0.95, 0.79)], "unsettled"),
        ((55_000, 5_000), [(0.85, 0.82), (0.95, 0.85)], "knows"),
        ((2_750, 250), [(0.9, 0.9), (0.999, 0.91)], "overfitting"),
        ((459, 41), [(0.9, 0.6)], "overfitting"),
        ((459, 41), [(0.9, 0.9), (0.99, 0.7)], "overfitting"),
        ((1_999, 181), [(0.9, 0.6)], "overfitting"),
        ((2_000, 181), [(0.9, 0.6)], "unsettled"),
        ((55_000, 5_000), [(0.9, 0.9), (0.98, 0.9)], "overfitting"),
        ((55_000, 5_000), [(0.9, 0.9), (0.979, 0.9)], "knows"),
        ((55_000, 5_000), [(0.95, 0.899)], "unsettled"),
        ((55_000, 5_000), [(0.95, 0.901)], "knows"),
        ((459, 41), [(0.9, 0.8)], "knows"),
    ],
)
def test_images_that_are_known_by_heart_are_not_put_down_to_the_rate(
    images: tuple[int, int], epochs: list[tuple[float, float]], topic: str
) -> None:
    started = replace(STARTED, train_images=images[0], validation_images=images[1])
    steps = list(run(60, lambda step: progress(step, 0.1, 0.97, 0.96)))
    ends = [done(epoch, *accuracies) for epoch, accuracies in enumerate(epochs, 1)]
    found, words = said([*steps, *ends], started=started)[-1]
    assert found == topic
    assert ("by heart" in words) is (topic == "overfitting")


def test_what_is_said_of_the_epochs_that_count_is_what_all_of_them_say() -> None:
    """With 5,000 epochs of few images the coach took a third of the time: after each it looked through all before."""
    chance, kept = random.Random(1), list[EpochDone]()
    for length in range(1, 60):
        epochs = [done(row + 1, chance.randint(90, 99) / 100, chance.randint(70, 99) / 100) for row in range(length)]
        kept = []
        for epoch in epochs:
            kept = [*that_count(kept), epoch]
        for started in (STARTED, replace(STARTED, train_images=1_000, validation_images=90)):
            assert trouble(kept, started) == trouble(epochs, started)
        assert within_chance(kept, 500) == within_chance(epochs, 500)
    assert len(kept) <= 5
    assert len(that_count([replace(epoch, val_digit_accuracy=None) for epoch in epochs])) <= 4, "nothing was held out"
    assert that_count([]) == []


def test_an_epoch_costs_the_coach_the_same_however_many_came_before(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[EpochDone] = []

    def counted(epoch: EpochDone) -> tuple[float, float] | None:
        asked.append(epoch)
        return accuracies(epoch)

    monkeypatch.setattr(validations, "accuracies", counted)
    coach, costs = Coach(CONFIG, (), Knobs(CONFIG)), []
    for event in (STARTED, *run(60, lambda step: progress(step, 0.1, 0.99, 0.99))):
        coach.add(event)
    for row in range(300):
        asked.clear()
        coach.add(done(row + 1, 0.99, 0.98 if row == 5 else 0.9799))
        costs.append(len(asked))
    assert costs[20] == costs[-1] > 0
