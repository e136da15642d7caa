"""A run whose number of epochs is changed when it is resumed, before its end or after it."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from mnist_sum_tui.errors import UsageError
from mnist_sum_tui.inference.evaluate import EvalReport, score
from mnist_sum_tui.runs import checkpoint
from mnist_sum_tui.runs.events import EpochDone, Finished
from mnist_sum_tui.runs.journal import read_events
from mnist_sum_tui.runs.position import Change
from mnist_sum_tui.runs.resumable import check_resumable
from mnist_sum_tui.training.loop import train
from tests.training.resuming import assert_same_end, begun, config_of_few, rates_of, resave, train_through

pytestmark = pytest.mark.usefixtures("every_step_is_told")


def test_a_finished_run_can_be_trained_further(few_images: str, tmp_path: Path) -> None:
    config = config_of_few(few_images)
    run = train_through(config, tmp_path / "a")
    with pytest.raises(UsageError, match="complete after 2 epochs"):
        list(train(config, run))
    events = list(train(replace(config, epochs=3), run))
    assert [event.epoch for event in events if isinstance(event, EpochDone)] == [3]
    assert isinstance(events[-1], Finished)
    assert run.read_config().epochs == 3
    assert [event.epoch for event in read_events(run.metrics_file, "epoch")] == [1, 2, 3]
    elapsed = [event.elapsed for event in read_events(run.metrics_file)]
    assert elapsed == sorted(elapsed), "the time goes on where the last epoch ended: the test is no training"


@pytest.mark.parametrize("schedule", ["onecycle", "linear"])
def test_added_epochs_end_the_same_however_the_run_is_cut(few_images: str, tmp_path: Path, schedule: str) -> None:
    config = config_of_few(few_images, schedule=schedule, keep=0)
    longer = replace(config, epochs=4)
    whole = train_through(longer, tmp_path, run=train_through(config, tmp_path / "a"))
    pieces = train_through(longer, tmp_path, [36, 41, 54, 60], run=train_through(config, tmp_path / "b", [7, 18]))
    assert_same_end(whole, pieces)
    rates = rates_of(whole)
    assert rates == rates_of(pieces)
    assert [rates[step + 36] for step in range(1, 37)] == [rates[step] / 2 for step in range(1, 37)]
    assert checkpoint.load(whole.last_file).position.changes == (Change(0, 2), Change(36, 4))


def test_epochs_that_come_in_before_the_end_stretch_the_rest(few_images: str, tmp_path: Path) -> None:
    """Also where the process that stretched it was killed before it had saved."""
    config = config_of_few(few_images, keep=0)
    longer = replace(config, epochs=3)
    whole = train_through(longer, tmp_path, run=begun(config, tmp_path / "a", 20))
    run = begun(config, tmp_path / "b", 20)
    for event in (events := train(longer, run)):
        if event.step == 30:
            break
    events.close()
    pieces = train_through(run.read_config(), tmp_path, [25, 36, 40], run=run)
    assert_same_end(whole, pieces)
    rates = rates_of(whole)
    assert rates == rates_of(pieces)
    assert all(rates[step] > rates[step + 1] for step in range(20, 54)), "no jump"


def test_a_run_of_the_first_version_is_stretched_from_where_it_goes_on(few_images: str, tmp_path: Path) -> None:
    config = config_of_few(few_images, keep=0)
    run, other = begun(config, tmp_path / "a", 20), begun(config, tmp_path / "b", 20)
    resave(run, changes=(), images={})
    train_through(replace(config, epochs=3), tmp_path, run=run)
    assert_same_end(run, train_through(replace(config, epochs=3), tmp_path, run=other))


def test_none_of_the_kept_weights_stay_if_none_are_wanted_any_more(few_images: str, tmp_path: Path) -> None:
    run = train_through(config_of_few(few_images), tmp_path)
    assert [*run.kept_epochs()] == [0, 1, 2]
    list(train(replace(config_of_few(few_images), epochs=3, keep=0), run))
    assert [*run.kept_epochs()] == []


def test_an_epoch_that_has_begun_cannot_be_taken_back(few_images: str, tmp_path: Path) -> None:
    config = config_of_few(few_images)
    run = begun(config, tmp_path / "a", 20)
    before = {path: path.read_bytes() for path in run.path.iterdir()}
    with pytest.raises(UsageError, match=r"has begun epoch 2 \(it is at step 20\): give --epochs 2 or more"):
        list(train(replace(config, epochs=1), run))
    assert {path: path.read_bytes() for path in run.path.iterdir()} == before
    with pytest.raises(UsageError, match="has begun epoch 2"):
        check_resumable(run, 1)
    check_resumable(run, 2)
    stopped = begun(config, tmp_path / "b", 18)
    check_resumable(stopped, 1)
    list(train(replace(config, epochs=1), stopped))
    assert stopped.report_file.exists(), "nothing of epoch 2 was trained, so the run may end after epoch 1"
    with pytest.raises(UsageError, match="is complete after 1 epoch: "):
        check_resumable(stopped, 1)


def test_epochs_that_are_done_cannot_be_taken_back(few_images: str, tmp_path: Path) -> None:
    run = train_through(config_of_few(few_images), tmp_path / "a")
    with pytest.raises(UsageError, match="has 2 epochs already"):
        list(train(replace(config_of_few(few_images), epochs=1), run))
    run.report_file.unlink()
    with pytest.raises(UsageError, match="has 2 epochs already"):
        list(train(replace(config_of_few(few_images), epochs=1), run))
    list(train(config_of_few(few_images), run))
    assert run.report_file.exists(), "as many as are done: what is missing is the test"
    metrics = run.metrics_file.read_bytes()
    run.metrics_file.write_bytes(metrics[: metrics.rindex(b'{"event": "finished"')])
    list(train(config_of_few(few_images), run))
    assert run.metrics_file.read_bytes().count(b'"finished"') == 1, "killed between its result and its last event"


def test_an_added_epoch_with_larger_steps_is_the_best_only_if_it_is_better(
    few_images: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Added epochs begin with a higher learning rate than that at the end of those before: here all are as accurate."""

    def equal(*given: Any, **options: Any) -> EvalReport:
        return replace(score(*given, **options), digit_accuracy=0.5, sum_accuracy=0.5, digit_loss=1.0, sum_loss=1.0)

    monkeypatch.setattr("mnist_sum_tui.training.loop.score", equal)
    run = train_through(config_of_few(few_images, keep=0), tmp_path)
    train_through(replace(run.read_config(), epochs=5), tmp_path, run=run)
    epochs = [event for event in read_events(run.metrics_file, "epoch") if isinstance(event, EpochDone)]
    assert [epoch.best for epoch in epochs] == [True, True, False, False, True]
    assert min(epochs[2].lr, epochs[3].lr) > epochs[1].lr > epochs[4].lr
