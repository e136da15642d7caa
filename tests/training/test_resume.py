"""A resumed run ends bit for bit where the uninterrupted one ends: weights, optimizer, epochs and test result."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

from mnist_sum_tui.config import TrainConfig
from mnist_sum_tui.errors import UsageError
from mnist_sum_tui.runs import checkpoint, find
from mnist_sum_tui.runs.events import Advice, Event, Notice, Progress, Started
from mnist_sum_tui.runs.journal import read_events
from mnist_sum_tui.training.control import Control
from mnist_sum_tui.training.loop import train
from tests.training.resuming import assert_same_end, begun, config_of_few, resave, train_through

pytestmark = pytest.mark.usefixtures("every_step_is_told")


@pytest.mark.parametrize(
    ("precision", "recipe"),
    [
        ("bf16", {"sum_weight": 0.1}),
        ("fp32", {"model": "compact", "threads": 2}),
        ("fp32", {"augment": "strong", "outliers": 0.8}),
        ("fp32", {"schedule": "linear", "label_smoothing": 0.1, "augment": "nudge"}),
        ("fp32", {"model": "pictured", "optimizer": "sgd", "lr": 0.02, "schedule": "constant"}),
        ("fp32", {"model": "pictured", "optimizer": "nesterov", "lr": 0.02, "weight_decay": 0.001, "all_data": True}),
        ("fp32", {"augment": "affine", "label_smoothing": 0.1, "sum_weight": 0.1}),
        ("fp32", {"model": "keen", "optimizer": "sgd", "lr": 0.02, "momentum": 0.0}),
    ],
    ids=str,
)
def test_bit_for_bit_mid_epoch(few_images: str, tmp_path: Path, precision: str, recipe: dict[str, Any]) -> None:
    config = config_of_few(few_images, precision=precision, **recipe)
    whole = train_through(config, tmp_path / "a")
    steps_per_epoch = 20 if config.all_data else 18  # 89 images in batches of 5, the last of 4
    pieces = train_through(config, tmp_path / "b", stop_at=[5, steps_per_epoch - 1, steps_per_epoch, 25])
    assert_same_end(whole, pieces)
    kept, again = ([*map(checkpoint.load, run.kept_epochs().values())] for run in (whole, pieces))
    for one, other in zip(kept, again, strict=True):
        assert all(torch.equal(one.weights[name], other.weights[name]) for name in one.weights), "not of mid-epoch"


def test_the_order_would_notice_a_wrong_position(few_images: str, tmp_path: Path) -> None:
    """The comparison can fail: another seed ends elsewhere."""
    whole = train_through(config_of_few(few_images), tmp_path / "a")
    other = train_through(TrainConfig.from_dict({**config_of_few(few_images).to_dict(), "seed": 5}), tmp_path / "b")
    with pytest.raises(AssertionError):
        assert_same_end(whole, other)


def test_no_step_twice_after_a_kill(few_images: str, tmp_path: Path) -> None:
    """The process dies behind its last checkpoint, in the middle of a line."""
    config = config_of_few(few_images)
    run = find.create(tmp_path / "a", config)
    control = Control()
    events = train(config, run, control)
    for event in events:
        if event.step == 5:
            control.checkpoint()
        if event.step == 9:
            break
    events.close()
    with run.metrics_file.open("ab") as stream:
        stream.write(b'{"event": "progress", "step": 10, "epo')
    list(train(config, run))
    steps = [event.step for event in read_events(run.metrics_file, "progress")]
    assert steps == list(range(1, 37))
    told = [event.topic for event in read_events(run.metrics_file, "advice") if isinstance(event, Advice)]
    assert told.count("few-images") == 1, "nor is it told twice"
    assert_same_end(train_through(config, tmp_path / "b"), run)


def test_a_run_that_goes_on_has_no_result_of_before(few_images: str, tmp_path: Path) -> None:
    config = config_of_few(few_images)
    run = train_through(config, tmp_path)
    assert run.report_file.exists()
    control = Control()
    control.stop()
    list(train(replace(config, epochs=4), run, control))
    assert not run.report_file.exists()
    list(train(replace(config, epochs=4), run))
    assert run.read_json(run.report_file)["epochs"] == 4


def test_the_best_checkpoint_serves_where_the_last_is_lost(few_images: str, tmp_path: Path) -> None:
    config = config_of_few(few_images)
    run, undisturbed, control = find.create(tmp_path / "a", config), train_through(config, tmp_path / "b"), Control()
    for event in train(config, run, control):
        if isinstance(event, Progress) and event.epoch == 2:
            control.stop()
    assert checkpoint.load(run.last_file).position.step > checkpoint.load(run.best_file).position.step
    run.last_file.unlink()
    list(train(config, run))
    assert_same_end(run, undisturbed)


def test_the_error_of_before_goes_with_the_run_that_goes_on(few_images: str, tmp_path: Path) -> None:
    run = train_through(config_of_few(few_images), tmp_path / "a")
    run.error_file.write_text("Traceback")
    list(train(replace(config_of_few(few_images), epochs=3), run))
    assert not run.error_file.exists()


def test_a_resumed_run_keeps_its_settings(few_images: str, tmp_path: Path) -> None:
    run = train_through(config_of_few(few_images), tmp_path / "a", stop_at=[3])
    settings = {**config_of_few(few_images).to_dict(), "label_smoothing": 0.5, "epochs": 4}
    with pytest.raises(UsageError, match="was trained with label-smoothing"):
        list(train(TrainConfig.from_dict(settings), run))


def test_a_journal_that_is_shorter_than_its_checkpoint_says(few_images: str, tmp_path: Path) -> None:
    config = config_of_few(few_images)
    run = begun(config, tmp_path / "a", 3)
    resave(run, journal_bytes=1 << 39)  # more than there is memory
    told = [event.message for event in train(config, run) if isinstance(event, Notice)]
    lacks = "metrics.jsonl is shorter than the checkpoint says: some of what came up to step 3 is missing in its curves"
    assert told == [lacks]
    assert [event.step for event in read_events(run.metrics_file, "progress")] == list(range(1, 37))


def test_elapsed_goes_on_and_the_forecast_is_this_process_s(few_images: str, tmp_path: Path) -> None:
    config = config_of_few(few_images)
    run, hours = begun(config, tmp_path / "a", 4), 36_000.0
    resave(run, elapsed=hours)
    events: list[Event] = list(train(config, run))
    assert isinstance(events[0], Started)
    assert events[0].resumed
    assert hours < events[0].elapsed < hours + 600
    left = [event.remaining for event in events if isinstance(event, Progress) and event.remaining is not None]
    assert 0 < max(left) < hours / 60, "not by the hours that the process before took for four steps"
