"""What is said about a run that learned nothing, and the learning rate to try."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from mnist_sum_tui.config import TrainConfig
from mnist_sum_tui.runs.accuracies import has_learned
from mnist_sum_tui.runs.events import Advice, Changed, EpochDone, Progress
from mnist_sum_tui.runs.summary import summarise
from mnist_sum_tui.training.coach import Coach
from mnist_sum_tui.training.diverged import advice, better_rate, divergence, rate_to_try, trouble, turns_of
from mnist_sum_tui.training.knobs import Knobs
from tests.tui import recorded
from tests.tui.pages.test_runs import make

USELESS = replace(recorded.finished(), digit_accuracy=0.1135, sum_accuracy=0.1)


@pytest.mark.parametrize(
    ("settings", "rate"),
    [
        ({"lr": 5.0}, 0.002),  # the recipe's
        ({"lr": 1e-7}, 0.002),
        ({"lr": 0.002}, 0.0002),  # the recipe's has failed
        ({"lr": 0.003}, 0.0003),
        ({"lr": 0.004}, 0.002),  # twice as high is another
        ({"lr": 5.0, "optimizer": "sgd"}, 0.5),  # the recipe's is one for AdamW
    ],
)
def test_the_rate_to_try_comes_from_the_recipe_or_the_run(settings: dict[str, object], rate: float) -> None:
    assert rate_to_try(TrainConfig.of("standard", **settings)) == pytest.approx(rate)


def test_a_run_that_learned_nothing_is_told_so_with_a_rate() -> None:
    assert not has_learned(USELESS)
    assert advice(USELESS, TrainConfig.of("standard", lr=5.0)) == (
        "a digit accuracy of 11.35 % is no better than guessing: the learning rate 5 is probably too high; try 0.002"
    )
    assert advice(USELESS, TrainConfig.of("standard", lr=1e-7)).endswith("probably too low; try 0.002")
    assert advice(USELESS, TrainConfig.of("original", epochs=1)).endswith("try 25 epochs")


@pytest.mark.parametrize(
    ("images", "training", "validation", "words"),
    [
        (3_000, 0.2, 0.99, "in validation it is 99.00 %, so the test's images or labels are of another kind"),
        (3_000, 0.99, None, "in training it is 99.00 %, so the test's images or labels are of another kind"),
        (1, 1.0, None, "1 training image may be too few, or the test images are of another kind"),
        (500, 0.99, 0.12, "500 training images may be too few, or the test images are of another kind"),
        (3_000, 0.99, 0.12, "the learning rate 0.002 is probably too high; try 0.0002"),
        (3_000, 0.2, 0.2, "the learning rate 0.002 is probably too high; try 0.0002"),
        (500, 0.12, 0.12, "the learning rate 0.002 is probably too high; try 0.0002"),
    ],
)
def test_the_rate_is_not_blamed_if_the_network_has_learned_its_own_images(
    images: int, training: float, validation: float | None, words: str, tmp_path: Path
) -> None:
    epoch = next(event for event in recorded.training() if isinstance(event, EpochDone))
    epoch = replace(epoch, best=True, digit_accuracy=training, val_digit_accuracy=validation)
    first, later = (
        replace(epoch, best=best, digit_accuracy=0.5, val_digit_accuracy=validation and 0.5) for best in (True, False)
    )
    started, config = replace(recorded.started(), train_images=images), TrainConfig.of("standard")
    events = [started, first, epoch, later]
    found = advice(USELESS, config, events)
    assert found == f"a digit accuracy of 11.35 % is no better than guessing: {words}"
    run = make(tmp_path, "20260101-120100-compact", [*events, USELESS])
    assert trouble(summarise(run)) == found, "and so it is said of the run in its folder"
    one_label = replace(USELESS, digit_accuracy=0.95, majority=0.95)
    for done in (USELESS, one_label):
        assert (better_rate(done, config, events) is None) is ("rate" not in words)


def test_a_better_rate_is_offered_only_where_the_rate_failed() -> None:
    config = TrainConfig.of("standard", lr=5.0)
    assert better_rate(USELESS, config) == 0.002
    assert better_rate(recorded.finished(reason="diverged"), config) == 0.002
    assert better_rate(recorded.finished(), config) is None
    assert better_rate(USELESS, TrainConfig.of("original", epochs=1)) is None, "it was too short"
    assert better_rate(USELESS, TrainConfig.of("original", epochs=1, lr=5.0)) == 0.01, "that comes first"


def test_after_a_rate_that_was_too_high_a_lower_one_is_offered_although_the_recipe_s_is_higher() -> None:
    config = TrainConfig.of("sprint", lr=0.001)
    assert rate_to_try(config) == 0.01
    assert divergence(8, config, has_checkpoint=False).endswith("try learning rate 0.0001 instead of 0.001")
    assert better_rate(recorded.finished(reason="diverged"), config) == pytest.approx(0.0001)
    stopped = replace(recorded.finished(reason="stopped"), digit_accuracy=None)
    for topic, rate in (("too-high", 0.0001), ("ruined", 0.0001), ("too-low", 0.01)):
        said = Advice(step=8, epoch=1, elapsed=1.0, topic=topic, words="of the rate")
        assert better_rate(stopped, config, [said]) == pytest.approx(rate)
    coach = Coach(config, [recorded.started()], Knobs(config))
    progress = (each for each in recorded.training() if isinstance(each, Progress))
    told = [coach.add(replace(each, digit_loss=50.0, sum_loss=50.0)) for each in progress]
    assert any(words and words[1].startswith("The learning rate is too high (try 0.0001): ") for words in told)


def test_a_rate_that_was_turned_up_is_why_and_not_the_one_it_began_with(tmp_path: Path) -> None:
    def turned(at: int, value: str) -> Changed:
        return Changed(step=at, epoch=1, elapsed=1.0, at=at, setting="lr", before="x1", value=value)

    config, high = TrainConfig.of("standard", lr=0.002), [turned(261, "x100"), turned(300, "x5")]
    why = "the learning rate was turned to x100 after step 261; train it again without that"
    assert advice(USELESS, config, high).endswith(f"no better than guessing: {why}")
    run = make(tmp_path, "20260101-120100-compact", [recorded.started(), *high, USELESS])
    assert trouble(summarise(run)).endswith(why)
    assert better_rate(USELESS, config, high) is None
    epochs = replace(turned(261, "x1"), setting="epochs", before="3", value="9")
    assert better_rate(USELESS, config, [epochs]) == pytest.approx(0.0002), "nine epochs are no high rate"
    assert better_rate(USELESS, config, [high[0], epochs]) is None, "both were turned at one step"
    assert better_rate(USELESS, config, [turned(261, "x2")]) is None
    assert better_rate(recorded.finished(reason="diverged"), config, high) is None
    assert better_rate(USELESS, config, [turned(261, "x0.5")]) == pytest.approx(0.0002)
    assert divergence(400, config, turns_of(high), has_checkpoint=True).endswith(f"checkpoint is kept; {why}")
    without = divergence(40_000, config, has_checkpoint=False)
    assert "after step 40,000: nothing was saved yet; try learning rate 0.0002 instead of 0.002" in without
    planned = [turned(USELESS.step, "x100")]
    assert "try learning rate 0.0002" in divergence(USELESS.step, config, turns_of(planned), has_checkpoint=True)
    assert advice(USELESS, config, planned).endswith("try 0.0002"), "it would have held from the next step on"
    assert better_rate(USELESS, config, planned) == pytest.approx(0.0002)
    given_up = [replace(turned(261, "x100"), step=0), replace(turned(261, "x1"), step=90)]
    assert advice(USELESS, config, given_up).endswith("try 0.0002"), "another plan came in its place"


def test_a_run_that_cannot_add_is_to_be_trained_further() -> None:
    cannot_add = replace(recorded.finished(), sum_accuracy=0.1021)
    assert has_learned(cannot_add)
    assert advice(cannot_add, TrainConfig()) == (
        "a sum accuracy of 10.21 % is no better than guessing: it cannot add yet; train it further"
    )


@pytest.mark.parametrize(
    ("accuracy", "majority", "is_guess"),
    [(0.13, 0.14, True), (0.95, 0.95, True), (0.15, 0.0, False), (0.115, 0.1, True), (1.0, 0.0, False)],
)
def test_a_frequent_label_is_a_better_guess(accuracy: float, majority: float, is_guess: bool) -> None:
    done = replace(USELESS, digit_accuracy=accuracy, majority=majority)
    assert has_learned(done) is not is_guess
    assert ("no better than guessing" in advice(replace(done, sum_accuracy=0.5), TrainConfig())) is is_guess
    words = f"where {100 * majority:.2f} % of the test images have one label"
    assert (words in advice(done, TrainConfig())) is (is_guess and majority > 0.12)


def test_nothing_is_said_about_a_good_run_or_one_without_a_test() -> None:
    assert advice(recorded.finished(), TrainConfig()) == ""
    stopped = recorded.finished(reason="stopped")
    assert has_learned(stopped)
    assert advice(stopped, TrainConfig()) == ""
    assert advice(replace(stopped, reason="failed"), TrainConfig(), [*recorded.training(1)]) == ""


def test_a_last_epoch_far_below_the_best_one_is_named_because_the_test_is_not_of_it() -> None:
    """As after a learning rate that was turned up; the samples on page Train are of the last weights."""
    *_, best = [event for event in recorded.training(2150) if isinstance(event, EpochDone)]
    worse: dict[str, Any] = {
        "epoch": best.epoch + 1,
        "val_digit_accuracy": 0.098,
        "val_sum_accuracy": 0.05,
        "best": False,
    }
    done = recorded.finished()
    assert advice(done, TrainConfig(), [best, replace(best, **worse)]) == (
        f"epoch {best.epoch + 1} has only 9.80 % digit, 5.00 % sum in validation: the test is of epoch {best.epoch}"
    )
    assert best.val_digit_accuracy is not None
    slightly = {**worse, "val_digit_accuracy": best.val_digit_accuracy - 0.04, "val_sum_accuracy": 0.95}
    assert advice(done, TrainConfig(), [best, replace(best, **slightly)]) == ""
    assert advice(done, TrainConfig(), [replace(best, **worse), best]) == ""


def test_a_run_that_was_stopped_early_keeps_the_coachs_doubt_about_its_rate(tmp_path: Path) -> None:
    stopped, config = recorded.finished(reason="stopped"), TrainConfig.of("standard", lr=5.0)
    doubt = Advice(step=40, epoch=1, elapsed=1.0, topic="too-high", words="The learning rate is too high (try 0.002)")
    later = Advice(step=90, epoch=1, elapsed=2.0, topic="sees", words="It learns to read digits")
    assert advice(stopped, config, [doubt, stopped]) == doubt.words
    assert better_rate(stopped, config, [doubt, stopped]) == 0.002
    run = make(tmp_path, "20260101-120100-compact", [recorded.started(), doubt, stopped])
    assert trouble(summarise(run)) == doubt.words, "and so it is said of the run in its folder"
    assert advice(stopped, config, [doubt, later, stopped]) == ""
    assert better_rate(stopped, config, [doubt, later, stopped]) is None
    assert better_rate(recorded.finished(), config, [doubt]) is None, "it was tested"


def test_of_a_run_that_was_stopped_the_rate_can_be_turned_back_only_when_it_goes_on() -> None:
    stopped, config = recorded.finished(reason="stopped"), TrainConfig.of("standard")
    words = "The loss has risen since the learning rate was turned up: turn it back"
    doubt = Advice(step=300, epoch=1, elapsed=2.0, topic="too-high", words=words)
    assert advice(replace(stopped, digit_accuracy=None), config, [doubt]) == f"{words} when it goes on"
