"""A training that ends by itself before its last epoch: no gain, or the target reached."""

import random
from dataclasses import replace
from pathlib import Path

import pytest

from mnist_sum_tui.config import TrainConfig
from mnist_sum_tui.errors import UsageError
from mnist_sum_tui.runs import checkpoint, find
from mnist_sum_tui.runs.events import EpochDone, Event, Finished
from mnist_sum_tui.runs.journal import read_events
from mnist_sum_tui.runs.knob_turns import Turn
from mnist_sum_tui.runs.run import Run
from mnist_sum_tui.runs.summary import summarise
from mnist_sum_tui.training.control import Control
from mnist_sum_tui.training.early_stopping import gains, reason
from mnist_sum_tui.training.loop import train
from mnist_sum_tui.training.sweep import is_run_of
from tests.conftest import make_small_data
from tests.training.resuming import assert_same_end, config_of_few


def done(epoch: int, digit: float | None, total: float | None = None) -> EpochDone:
    total = digit if total is None else total
    return EpochDone(
        step=10 * epoch, epoch=epoch, elapsed=3.0 * epoch, digit_loss=1, sum_loss=1, digit_accuracy=0.5,
        sum_accuracy=0.5, val_digit_loss=1, val_sum_loss=1, val_digit_accuracy=digit, val_sum_accuracy=total,
        val_agreement=0.5, lr=0.1, images_per_second=1, remaining=None, best=True,
    )  # fmt: skip


def test_patience_counts_the_epochs_since_the_last_gain_that_counts() -> None:
    config = TrainConfig.of("standard", patience=2)
    accuracies = [0.90, 0.95, 0.9504, 0.9503]
    epochs = [done(row + 1, accuracy) for row, accuracy in enumerate(accuracies)]
    assert reason(config, epochs) == ""
    little = "the validation has not got better by 0.1 points for 2 epochs"
    assert reason(replace(config, min_gain=0.1), epochs) == little, "it got better, by less"
    assert " by 1 point for " in reason(replace(config, min_gain=1), epochs)
    assert reason(replace(config, patience=0), epochs * 9) == ""
    slow = [done(row + 1, 0.90 + 0.0006 * row) for row in range(4)]
    assert reason(replace(config, min_gain=0.1), slow) == "", "two small gains together count"
    assert reason(config, [*epochs, done(5, 0.95)]) == "the validation has not got better for 2 epochs"
    assert reason(config, []) == ""
    assert reason(config, [done(1, None)] * 9) == "", "nothing was measured"


@pytest.mark.parametrize(("patience", "min_gain", "target"), [(2, 0, 0), (3, 1, 0), (0, 0, 97)])
def test_the_epochs_that_got_better_and_the_last_one_give_the_same_reason_as_all(
    patience: int, min_gain: float, target: float
) -> None:
    """All were looked through after each: with thousands of short epochs that took a tenth of the time."""
    config = TrainConfig.of("standard", patience=patience, min_gain=min_gain, target=target)
    chance = random.Random(1)
    for length in range(1, 50):
        epochs = [done(row + 1, chance.randint(80, 98) / 100, chance.randint(80, 98) / 100) for row in range(length)]
        kept: list[EpochDone] = []
        for epoch in epochs:
            kept = [*gains(config, kept), epoch]
        assert reason(config, kept) == reason(config, epochs)
        assert len(kept) < 20


def test_the_target_is_for_both_heads() -> None:
    config = TrainConfig.of("standard", target=99)
    assert reason(config, [done(1, 0.995, 0.985)]) == ""
    assert reason(config, [done(1, 0.5), done(2, 0.995, 0.99)]) == (
        "the validation has 99 % for digit and sum, after 6.0 s of training"
    )


@pytest.mark.parametrize("target", [95.01, 98.84, 99.34, 99.43])
def test_what_is_met_exactly_is_met(target: float) -> None:
    """100 * 0.9934 is a little less than 99.34, and 98.74 + 0.1 a little more than 98.84."""
    reached = round(target / 100, 4)
    assert reason(TrainConfig.of("standard", target=target), [done(1, reached)]).startswith("the validation has")
    assert reason(TrainConfig.of("standard", target=target), [done(1, reached - 1e-4)]) == ""
    config = TrainConfig.of("standard", patience=1, min_gain=0.1)
    assert reason(config, [done(1, round(reached - 0.001, 4)), done(2, reached)]) == ""
    assert reason(config, [done(1, round(reached - 0.0009, 4)), done(2, reached)]) != ""


@pytest.mark.parametrize("name", ["patience", "target"])
def test_without_validation_images_there_is_nothing_to_go_by(name: str) -> None:
    with pytest.raises(UsageError, match=f"--{name} needs validation images: add --hold-out"):
        TrainConfig.of("sprint", **{name: 3})


@pytest.mark.parametrize("name", ["patience", "target"])
def test_of_too_few_images_none_are_held_out_to_go_by(tmp_path: Path, name: str) -> None:
    data = make_small_data(tmp_path / "data", 11, 10)
    config = config_of_few(str(data), model="swift", **{name: 3})
    run = find.create(tmp_path, config)
    with pytest.raises(UsageError, match="--target and --patience need images to validate, and of 11 none"):
        events_of(config, run)
    assert not run.path.exists()


def events_of(config: TrainConfig, run: Run) -> list[Event]:
    return list(train(config, run, Control()))


def epochs_in(run: Run) -> list[float]:
    return [event.epoch for event in read_events(run.metrics_file, "epoch")]


def test_a_run_ends_with_its_test_and_can_be_trained_further(few_images: str, tmp_path: Path) -> None:
    """With a gain that no epoch has, it ends after the first two."""
    config = config_of_few(few_images, keep=0, epochs=9, patience=1, min_gain=100)
    run = find.create(tmp_path, config)
    last = events_of(config, run)[-1]
    assert isinstance(last, Finished)
    assert (last.reason, last.message) == ("completed", "the validation has not got better by 100 points for 1 epoch")
    assert last.digit_accuracy is not None
    assert epochs_in(run) == [1, 2]
    assert run.read_config().epochs == 2
    with pytest.raises(UsageError, match="complete after 2 epochs"):
        events_of(run.read_config(), run)
    for event in (events := train(replace(config, epochs=8), run, Control())):
        if event.kind == "checkpoint" and event.step == 3 * 18:
            break
    events.close()
    events_of(run.read_config(), run)
    assert epochs_in(run) == [1, 2, 3, 4], "the first two do not end it at once; the third, before it was cut, counts"


def test_a_target_that_was_reached_does_not_end_the_epochs_that_are_asked_for_then(
    few_images: str, tmp_path: Path
) -> None:
    config = config_of_few(few_images, keep=0, epochs=9, target=0.1)
    run = find.create(tmp_path, config)
    events_of(config, run)
    assert epochs_in(run) == [1]
    events_of(replace(config, epochs=3), run)
    assert epochs_in(run) == [1, 2, 3]


@pytest.mark.usefixtures("every_step_is_told")
def test_epochs_that_were_turned_twice_do_not_begin_the_count_anew(few_images: str, tmp_path: Path) -> None:
    """They are turned in epoch 2 of 18 steps, so that patience ends the run after epoch 3 all the same."""
    config = config_of_few(few_images, keep=0, epochs=9, patience=2, min_gain=100)
    run, control = find.create(tmp_path, config), Control()
    for event in train(config, run, control):
        for turn in (Turn(20, "epochs", "8"), Turn(30, "epochs", "7"), Turn(32, "lr", "x0.5")):
            if turn.step == event.step:
                control.turn(turn)
    assert epochs_in(run) == [1, 2, 3]


@pytest.mark.parametrize("last", ["checkpoint", "changed"])
def test_a_run_that_was_killed_before_it_could_end_ends_when_it_is_resumed(
    few_images: str, tmp_path: Path, last: str
) -> None:
    """Also for the same reason, although what was changed for it is known already."""
    config = config_of_few(few_images, keep=0, epochs=9, patience=1, min_gain=100)
    whole, cut = find.create(tmp_path / "a", config), find.create(tmp_path / "b", config)
    events_of(config, whole)
    for event in (events := train(config, cut, Control())):
        if event.kind == last and event.step == 36:
            break
    events.close()
    assert checkpoint.load(cut.last_file).position.epoch == 3
    events_of(cut.read_config(), cut)
    assert_same_end(whole, cut)
    assert is_run_of(config, summarise(cut)), "a sweep does not train it again"


def test_a_run_whose_reason_to_end_is_gone_when_it_is_resumed_goes_on(few_images: str, tmp_path: Path) -> None:
    config = config_of_few(few_images, keep=0, epochs=3, target=0.1)
    run = find.create(tmp_path, config)
    for event in (events := train(config, run, Control())):
        if event.kind == "changed":
            break
    events.close()
    events_of(replace(run.read_config(), target=0.0), run)
    assert epochs_in(run) == [1, 2, 3]
