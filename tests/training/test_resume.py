"""A resumed run ends bit for bit where the uninterrupted one ends: weights, optimizer, epochs and test result."""

import shutil
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

from mnist_sum_tui.config import TrainConfig
from mnist_sum_tui.errors import CheckpointError, DataError, RunError, UsageError
from mnist_sum_tui.runs import checkpoint, find
from mnist_sum_tui.runs.events import EpochDone, Event, Finished, Progress, to_dict
from mnist_sum_tui.runs.journal import read_events
from mnist_sum_tui.runs.position import Change
from mnist_sum_tui.runs.run import Run
from mnist_sum_tui.training.control import Control
from mnist_sum_tui.training.loop import train

TIMES = {"elapsed", "images_per_second", "remaining", "run", "path", "seconds", "resumed"}


@pytest.fixture(autouse=True)
def _every_step_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mnist_sum_tui.training.loop.PROGRESS_SECONDS", 0.0)


def _config(data_dir: str, **values: Any) -> TrainConfig:
    usual = {"model": "compact", "epochs": 2, "batch_size": 32, "data_dir": data_dir, "seed": 4}
    return TrainConfig.of("standard", **{**usual, **values})


def _train(config: TrainConfig, folder: Path, stop_at: Iterable[int] = (), run: Run | None = None) -> Run:
    """Train to the end, stopped and resumed at each of those steps."""
    run = run or find.create(folder, config)
    for step in [*stop_at, 10**9]:
        control = Control()
        for event in train(config, run, control):
            if event.step >= step:
                control.stop()
    return run


def _begun(config: TrainConfig, folder: Path, step: int) -> Run:
    """A run that was stopped after a step."""
    run, control = find.create(folder, config), Control()
    for event in train(config, run, control):
        if event.step == step:
            control.stop()
    return run


def _lasting(run: Run) -> list[dict[str, Any]]:
    kinds = ("epoch", "finished")
    return [
        {name: value for name, value in to_dict(event).items() if name not in TIMES}
        for event in read_events(run.metrics_file, *kinds)
    ]


def _assert_same_end(one: Run, other: Run) -> None:
    a, b = checkpoint.load(one.last_file), checkpoint.load(other.last_file)
    assert a.weights.keys() == b.weights.keys()
    assert all(torch.equal(a.weights[name], b.weights[name]) for name in a.weights)
    assert a.optimizer.keys() == b.optimizer.keys()
    assert all(torch.equal(a.optimizer[name], b.optimizer[name]) for name in a.optimizer)
    assert _lasting(one) == _lasting(other)


@pytest.mark.parametrize(
    ("precision", "recipe"),
    [
        ("bf16", {}),
        ("fp32", {}),
        ("fp32", {"optimizer": "nesterov", "lr": 0.01}),
        ("fp32", {"augment": "affine"}),
        ("fp32", {"augment": "strong"}),
        ("fp32", {"model": "swift", "schedule": "linear", "label_smoothing": 0.1, "augment": "nudge"}),
        ("bf16", {"model": "swift", "sum_weight": 0.1}),
        ("fp32", {"model": "pictured", "optimizer": "sgd", "lr": 0.02, "schedule": "constant"}),
        ("fp32", {"model": "pictured", "optimizer": "nesterov", "lr": 0.02, "weight_decay": 0.001, "all_data": True}),
        ("fp32", {"model": "keen", "label_smoothing": 0.1, "sum_weight": 0.1}),
        ("fp32", {"model": "keen", "optimizer": "sgd", "lr": 0.02, "momentum": 0.0}),
    ],
    ids=str,
)
def test_bit_for_bit_mid_epoch(small_data: str, tmp_path: Path, precision: str, recipe: dict[str, Any]) -> None:
    config = _config(small_data, precision=precision, **recipe)
    whole = _train(config, tmp_path / "a")
    steps_per_epoch = 19 if config.all_data else 18  # 550 images in batches of 32, the last of 6
    pieces = _train(config, tmp_path / "b", stop_at=[5, steps_per_epoch - 1, steps_per_epoch, 25])
    _assert_same_end(whole, pieces)


def test_the_order_would_notice_a_wrong_position(small_data: str, tmp_path: Path) -> None:
    """The comparison can fail: another seed ends elsewhere."""
    whole = _train(_config(small_data), tmp_path / "a")
    other = _train(TrainConfig.from_dict({**_config(small_data).to_dict(), "seed": 5}), tmp_path / "b")
    with pytest.raises(AssertionError):
        _assert_same_end(whole, other)


def test_no_step_twice_after_a_kill(small_data: str, tmp_path: Path) -> None:
    """The process dies behind its last checkpoint, in the middle of a line."""
    config = _config(small_data)
    run = find.create(tmp_path / "a", config)
    control = Control()
    events = train(config, run, control)
    for event in events:
        if event.step == 5:
            control.checkpoint()
        if event.step == 9:
            break
    events.close()  # type: ignore[attr-defined]
    with run.metrics_file.open("ab") as stream:
        stream.write(b'{"event": "progress", "step": 10, "epo')
    list(train(config, run))
    steps = [event.step for event in read_events(run.metrics_file, "progress")]
    assert steps == list(range(1, 37))
    _assert_same_end(_train(config, tmp_path / "b"), run)


def test_a_finished_run_can_be_trained_further(small_data: str, tmp_path: Path) -> None:
    config = _config(small_data)
    run = _train(config, tmp_path / "a")
    with pytest.raises(UsageError, match="complete after 2 epochs"):
        list(train(config, run))
    events = list(train(replace(config, epochs=3), run))
    assert [event.epoch for event in events if isinstance(event, EpochDone)] == [3]
    assert isinstance(events[-1], Finished)
    assert run.read_config().epochs == 3
    assert [event.epoch for event in read_events(run.metrics_file, "epoch")] == [1, 2, 3]


def _rates(run: Run) -> dict[int, float]:
    return {event.step: event.lr for event in read_events(run.metrics_file, "progress") if isinstance(event, Progress)}


@pytest.mark.parametrize("schedule", ["onecycle", "linear"])
def test_added_epochs_end_the_same_however_the_run_is_cut(small_data: str, tmp_path: Path, schedule: str) -> None:
    config = _config(small_data, model="swift", schedule=schedule, keep=0)
    longer = replace(config, epochs=4)
    whole = _train(longer, tmp_path, run=_train(config, tmp_path / "a"))
    pieces = _train(longer, tmp_path, [36, 41, 54, 60], run=_train(config, tmp_path / "b", [7, 18]))
    _assert_same_end(whole, pieces)
    rates = _rates(whole)
    assert rates == _rates(pieces)
    assert [rates[step + 36] for step in range(1, 37)] == [rates[step] / 2 for step in range(1, 37)]
    assert checkpoint.load(whole.last_file).position.changes == (Change(0, 2), Change(36, 4))


def test_epochs_that_come_in_before_the_end_stretch_the_rest(small_data: str, tmp_path: Path) -> None:
    """Also where the process that stretched it was killed before it had saved."""
    config = _config(small_data, model="swift", keep=0)
    longer = replace(config, epochs=3)
    whole = _train(longer, tmp_path, run=_begun(config, tmp_path / "a", 20))
    run = _begun(config, tmp_path / "b", 20)
    for event in (events := train(longer, run)):
        if event.step == 30:
            break
    events.close()  # type: ignore[attr-defined]
    pieces = _train(run.read_config(), tmp_path, [25, 36, 40], run=run)
    _assert_same_end(whole, pieces)
    rates = _rates(whole)
    assert rates == _rates(pieces)
    assert all(rates[step] > rates[step + 1] for step in range(20, 54)), "no jump"


def test_a_run_of_the_first_version_is_stretched_from_where_it_goes_on(small_data: str, tmp_path: Path) -> None:
    config = _config(small_data, model="swift", keep=0)
    run, other = _begun(config, tmp_path / "a", 20), _begun(config, tmp_path / "b", 20)
    _resave(run, changes=(), images={})
    _train(replace(config, epochs=3), tmp_path, run=run)
    _assert_same_end(run, _train(replace(config, epochs=3), tmp_path, run=other))


def test_a_run_that_goes_on_has_no_result_of_before(small_data: str, tmp_path: Path) -> None:
    config = _config(small_data)
    run = _train(config, tmp_path)
    assert run.report_file.exists()
    control = Control()
    control.stop()
    list(train(replace(config, epochs=4), run, control))
    assert not run.report_file.exists()
    list(train(replace(config, epochs=4), run))
    assert run.read_json(run.report_file)["epochs"] == 4


def test_a_resumption_that_cannot_begin_changes_nothing(small_data: str, tmp_path: Path) -> None:
    data_dir = tmp_path / "copy"
    shutil.copytree(small_data, data_dir)
    config = _config(str(data_dir))
    run = _train(config, tmp_path / "a")
    data_dir.rename(tmp_path / "gone")
    before = {path: path.read_bytes() for path in run.path.iterdir()}
    with pytest.raises(DataError, match="not a folder"):
        list(train(replace(config, epochs=4), run))
    assert {path: path.read_bytes() for path in run.path.iterdir()} == before


def test_the_best_checkpoint_serves_where_the_last_is_lost(small_data: str, tmp_path: Path) -> None:
    config = _config(small_data)
    run, undisturbed, control = find.create(tmp_path / "a", config), _train(config, tmp_path / "b"), Control()
    for event in train(config, run, control):
        if isinstance(event, Progress) and event.epoch == 2:
            control.stop()
    assert checkpoint.load(run.last_file).position.step > checkpoint.load(run.best_file).position.step
    run.last_file.unlink()
    list(train(config, run))
    _assert_same_end(run, undisturbed)


def test_a_result_without_a_checkpoint_is_not_trained_over(small_data: str, tmp_path: Path) -> None:
    run = _train(_config(small_data), tmp_path)
    run.last_file.unlink()
    run.best_file.unlink()
    run.metrics_file.unlink()
    with pytest.raises(UsageError, match="has a result but no checkpoint"):
        list(train(_config(small_data), run))
    assert run.report_file.exists()


def test_a_run_that_is_gone_is_not_begun_anew(small_data: str, tmp_path: Path) -> None:
    run = _train(_config(small_data), tmp_path)
    run.delete()
    with pytest.raises(RunError, match="no longer exists"):
        list(train(_config(small_data), run))
    assert not run.path.exists()


def test_none_of_the_kept_weights_stay_if_none_are_wanted_any_more(small_data: str, tmp_path: Path) -> None:
    run = _train(_config(small_data), tmp_path)
    assert run.kept_epochs() == [0, 1, 2]
    list(train(replace(_config(small_data), epochs=3, keep=0), run))
    assert run.kept_epochs() == []


def test_epochs_that_are_done_cannot_be_taken_back(small_data: str, tmp_path: Path) -> None:
    run = _train(_config(small_data), tmp_path / "a")
    with pytest.raises(UsageError, match="has 2 epochs already"):
        list(train(replace(_config(small_data), epochs=1), run))
    run.report_file.unlink()
    with pytest.raises(UsageError, match="has 2 epochs already"):
        list(train(replace(_config(small_data), epochs=1), run))
    list(train(_config(small_data), run))
    assert run.report_file.exists(), "as many as are done: what is missing is the test"


def test_the_error_of_before_goes_with_the_run_that_goes_on(small_data: str, tmp_path: Path) -> None:
    run = _train(_config(small_data), tmp_path / "a")
    run.error_file.write_text("Traceback")
    list(train(replace(_config(small_data), epochs=3), run))
    assert not run.error_file.exists()


def test_a_resumed_run_keeps_its_settings(small_data: str, tmp_path: Path) -> None:
    run = _train(_config(small_data), tmp_path / "a", stop_at=[3])
    with pytest.raises(UsageError, match="was trained with lr"):
        list(train(TrainConfig.from_dict({**_config(small_data).to_dict(), "lr": 0.5, "epochs": 4}), run))


def _resave(run: Run, **changes: Any) -> None:
    """The newest checkpoint with another position, and a right hash."""
    loaded = checkpoint.load(run.last_file)
    tensors = loaded.weights | {f"optimizer.{name}": tensor for name, tensor in loaded.optimizer.items()}
    checkpoint.save(run.last_file, loaded.config, replace(loaded.position, **changes), tensors)


@pytest.mark.parametrize("place", [{"batch": 500, "step": 500}, {"batch": 4}, {"epoch": 2}, {"step": 10**9}], ids=str)
def test_a_place_that_the_run_does_not_have(small_data: str, tmp_path: Path, place: dict[str, int]) -> None:
    config = _config(small_data)
    run = _begun(config, tmp_path / "a", 3)
    _resave(run, **place)
    before = {path: path.read_bytes() for path in run.path.iterdir()}
    with pytest.raises(CheckpointError, match="an epoch of these images has 18 steps"):
        list(train(config, run))
    assert {path: path.read_bytes() for path in run.path.iterdir()} == before


def _flip(root: Path, name: str, place: int) -> None:
    path = root / "MNIST" / "raw" / name
    content = bytearray(path.read_bytes())
    content[place] ^= 1
    path.write_bytes(content)


@pytest.mark.parametrize(
    ("name", "place"),
    [("train-images-idx3-ubyte", -1), ("train-labels-idx1-ubyte", -1), ("t10k-images-idx3-ubyte", 16)],
)
def test_other_images_are_refused(small_data: str, tmp_path: Path, name: str, place: int) -> None:
    config = _config(small_data)
    run = _begun(config, tmp_path / "a", 3)
    _flip(Path(small_data), name, place)
    before = {path: path.read_bytes() for path in run.path.iterdir()}
    with pytest.raises(DataError, match=f"are not the .* that run {run.id} began with") as caught:
        list(train(config, run))
    assert "\n" not in str(caught.value)
    assert {path: path.read_bytes() for path in run.path.iterdir()} == before
    _flip(Path(small_data), name, place)
    list(train(config, run))
    assert run.report_file.exists()


def test_more_images_are_refused(small_data: str, tmp_path: Path) -> None:
    run = _begun(_config(small_data), tmp_path / "a", 3)
    with pytest.raises(DataError, match="its 60,000 train images are not the 600 that run"):
        list(train(replace(_config(small_data), data_dir=None), run))


def test_the_same_images_may_stand_elsewhere(small_data: str, tmp_path: Path) -> None:
    config, moved = _config(small_data), tmp_path / "moved"
    whole = _train(config, tmp_path / "a")
    run = _begun(config, tmp_path / "b", 5)
    Path(small_data).rename(moved)
    with pytest.raises(DataError, match="the run's images were there: name their new folder with --data-dir"):
        list(train(config, Run(run.path)))
    list(train(replace(config, data_dir=str(moved)), Run(run.path)))
    assert run.read_config().data_dir == str(moved)
    _assert_same_end(whole, run)


def test_a_journal_that_is_shorter_than_its_checkpoint_says(small_data: str, tmp_path: Path) -> None:
    config = _config(small_data)
    run = _begun(config, tmp_path / "a", 3)
    _resave(run, journal_bytes=1 << 39)  # more than there is memory
    list(train(config, run))
    assert [event.step for event in read_events(run.metrics_file, "progress")] == list(range(1, 37))


def test_elapsed_goes_on_and_the_forecast_is_this_process_s(small_data: str, tmp_path: Path) -> None:
    config = _config(small_data)
    run, hours = _begun(config, tmp_path / "a", 4), 36_000.0
    _resave(run, elapsed=hours)
    events: list[Event] = list(train(config, run))
    assert hours < events[0].elapsed < hours + 600
    left = [event.remaining for event in events if isinstance(event, Progress) and event.remaining is not None]
    assert 0 < max(left) < hours / 60, "not by the hours that the process before took for four steps"
