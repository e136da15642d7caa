import json
import math
import threading
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

from mnist_sum_tui.config import TrainConfig
from mnist_sum_tui.data import dataset
from mnist_sum_tui.errors import DataError, MnistSumError, RunError
from mnist_sum_tui.inference.evaluate import evaluate
from mnist_sum_tui.inference.predict import load_predictor
from mnist_sum_tui.runs import checkpoint, find
from mnist_sum_tui.runs.events import (
    Checkpointed,
    EpochDone,
    Event,
    Finished,
    Paused,
    Progress,
    Resumed,
    Samples,
    Started,
    Validated,
)
from mnist_sum_tui.runs.journal import read_events
from mnist_sum_tui.runs.run import Run
from mnist_sum_tui.training.control import Control
from mnist_sum_tui.training.loop import train
from tests.conftest import wait_for


@pytest.fixture
def config(small_data: str) -> TrainConfig:
    return TrainConfig.of("standard", model="compact", epochs=2, batch_size=64, data_dir=small_data)


@pytest.fixture
def run(config: TrainConfig, tmp_path: Path) -> Run:
    return find.create(tmp_path / "runs", config)


def test_a_run_from_start_to_finish(config: TrainConfig, run: Run) -> None:
    events = list(train(config, run))
    assert isinstance(events[0], Started)
    assert events[0].total_steps == 18
    assert isinstance(events[-1], Finished)
    assert events[-1].reason == "completed"
    assert events[-1].pairs == 1000
    assert [event.epoch for event in events if isinstance(event, EpochDone)] == [1, 2]
    assert sum(isinstance(event, Checkpointed) for event in events) == 2
    assert list(read_events(run.metrics_file)) == events
    names = {path.name for path in run.path.iterdir()}
    assert names == {
        "config.json", "environment.json", "metrics.jsonl", "report.json", ".lock",
        "last.safetensors", "best.safetensors", "epoch-0.safetensors", "epoch-1.safetensors", "epoch-2.safetensors",
    }  # fmt: skip
    report = json.loads(run.report_file.read_text())
    for name in ("digit_accuracy", "sum_accuracy", "agreement", "digit_loss", "sum_loss", "pairs"):
        assert report[name] == getattr(events[-1], name)
    environment = json.loads(run.environment_file.read_text())
    assert {"torch", "device", "precision", "reason", "threads", "seed", "command"} <= environment.keys()


def test_a_prediction_is_made_in_the_run_s_precision(config: TrainConfig, run: Run) -> None:
    list(train(replace(config, epochs=1, precision="fp32"), run))
    assert load_predictor(run).hardware.precision == "fp32"


def test_the_kept_weights_are_few_and_evenly_spread(config: TrainConfig, run: Run) -> None:
    config = replace(config, epochs=7, keep=3)
    list(train(config, run))
    assert run.kept_epochs() == [0, 2, 4, 6]
    list(train(replace(config, epochs=8), run))
    assert run.kept_epochs() == [0, 4, 8]
    kept, last = (checkpoint.load(path) for path in (run.epoch_file(8), run.last_file))
    assert not kept.optimizer
    assert kept.position.epoch == 9
    assert all(torch.equal(kept.weights[name], last.weights[name]) for name in last.weights)
    assert not checkpoint.load(run.epoch_file(0)).position.step


def test_no_weights_are_kept_if_none_are_wanted(config: TrainConfig, run: Run) -> None:
    list(train(replace(config, epochs=1, keep=0), run))
    assert run.kept_epochs() == []


def test_epoch_means_are_over_all_of_its_images(config: TrainConfig, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mnist_sum_tui.training.loop.PROGRESS_SECONDS", 0.0)
    events = [event for event in train(config, run) if event.epoch == 1]
    steps = [event for event in events if isinstance(event, Progress)]
    (done,) = [event for event in events if isinstance(event, EpochDone)]
    weights = [64] * 8 + [38]
    assert len(steps) == 9
    for name in ("digit_loss", "sum_loss", "digit_accuracy", "sum_accuracy"):
        mean = sum(w * getattr(step, name) for w, step in zip(weights, steps, strict=True)) / 550
        assert getattr(done, name) == pytest.approx(mean)


def test_best_is_kept_and_tested(config: TrainConfig, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """With a rate that ruins the third epoch, the second one's weights are the best, and are what is tested."""
    steps = 9  # an epoch, 550 images in batches of 64
    monkeypatch.setattr("mnist_sum_tui.training.batches.rate_at", lambda *at: 3e-3 if at[-1] < 2 * steps else 0.5)
    events = list(train(replace(config, epochs=3), run))
    done = [event for event in events if isinstance(event, EpochDone)]
    accuracies = [event.val_digit_accuracy for event in done]
    finished = events[-1]
    assert isinstance(finished, Finished)
    best_done = max(done, key=lambda event: (event.val_digit_accuracy or 0) + (event.val_sum_accuracy or 0))
    assert finished.best_epoch == best_done.epoch == 2, accuracies
    assert checkpoint.load(run.best_file).position.best_epoch == 2
    best = load_predictor(run)
    report = evaluate(best.network, dataset.load("test", config.data_dir), best.hardware)
    assert (report.digit_accuracy, report.sum_accuracy) == (finished.digit_accuracy, finished.sum_accuracy)


def test_all_data_has_no_validation(config: TrainConfig, run: Run) -> None:
    events = list(train(TrainConfig.from_dict({**config.to_dict(), "all_data": True}), run))
    assert isinstance(events[0], Started)
    assert (events[0].train_images, events[0].validation_images) == (600, 0)
    done = [event for event in events if isinstance(event, EpochDone)]
    assert done[-1].val_digit_accuracy is None
    assert isinstance(events[-1], Finished)
    assert events[-1].best_epoch == 2


@pytest.mark.parametrize("poison", ["loss", "weights"])
def test_divergence_stops_within_a_step_and_keeps_the_checkpoint(
    config: TrainConfig, run: Run, poison: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from mnist_sum_tui.training.step import Learner

    step = Learner.step

    def poisoned(self: Learner, *arguments: Any, **named: Any) -> Any:
        optimizer_steps = max((int(state["step"]) for state in self.optimizer.state.values()), default=0)
        if optimizer_steps == 11:
            with torch.no_grad():
                next(self.network.parameters()).fill_(math.nan if poison == "loss" else math.inf)
        return step(self, *arguments, **named)

    monkeypatch.setattr(Learner, "step", poisoned)
    events = list(train(config, run))
    assert isinstance(events[-1], Finished)
    assert events[-1].reason == "diverged"
    assert "--lr" in events[-1].message
    assert events[-1].step == 11
    assert isinstance(events[-2], Progress)
    assert math.isnan(events[-2].digit_loss)
    assert '"digit_loss": "NaN"' in run.metrics_file.read_text()
    kept = checkpoint.load(run.last_file)
    assert kept.position.step == 9
    assert all(torch.isfinite(tensor).all() for tensor in kept.weights.values())


def test_requests_are_served_while_paused(config: TrainConfig, run: Run) -> None:
    control = Control(samples=True)
    control.pause()
    seen: list[Event] = []

    def follow() -> None:
        seen.extend(train(config, run, control))

    thread = threading.Thread(target=follow)
    thread.start()
    wait_for(lambda: any(isinstance(event, Paused) for event in seen))
    control.checkpoint()
    control.want_weights()
    wait_for(lambda: control.weights is not None and run.last_file.exists())
    assert control.weights is not None
    assert control.weights[0] == 1
    control.validate()
    wait_for(lambda: any(isinstance(event, Validated) for event in seen))
    control.resume()
    thread.join(60)
    kinds = [event.kind for event in seen]
    assert kinds.index("paused") < kinds.index("checkpoint")
    assert kinds.index("validated") < kinds.index("resumed")
    assert kinds[-1] == "finished"


def test_a_pause_is_not_counted(config: TrainConfig, run: Run) -> None:
    control = Control()
    control.pause()
    events = []
    for event in train(config, run, control):
        events.append((event, time.perf_counter()))
        if isinstance(event, Paused):
            threading.Timer(1.0, control.resume).start()
    (paused, paused_at), (resumed, resumed_at) = [
        (event, at) for event, at in events if isinstance(event, Paused | Resumed)
    ]
    assert resumed_at - paused_at >= 1.0
    assert resumed.elapsed - paused.elapsed < 0.5


def test_samples_are_fixed_validation_images(config: TrainConfig, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mnist_sum_tui.training.loop.SAMPLES_SECONDS", 0.0)
    monkeypatch.setattr("mnist_sum_tui.training.loop.SAMPLES_SHARE", 1e9)
    samples = [event for event in train(config, run, Control(samples=True)) if isinstance(event, Samples)]
    assert len(samples) == 18
    assert len({(event.indices, event.labels, event.numbers) for event in samples}) == 1
    assert len(samples[0].indices) == 8


def _events_of_a_surprise(config: TrainConfig, run: Run, monkeypatch: pytest.MonkeyPatch) -> list[Event]:
    from mnist_sum_tui.training.step import Learner

    def fail(*_: object) -> None:
        raise ZeroDivisionError("surprise")

    monkeypatch.setattr(Learner, "step", fail)
    seen: list[Event] = []
    with pytest.raises(ZeroDivisionError):
        seen.extend(train(config, run))
    return seen


def test_an_error_is_finished_and_raised_and_kept(
    config: TrainConfig, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = _events_of_a_surprise(config, run, monkeypatch)
    assert isinstance(seen[-1], Finished)
    assert (seen[-1].reason, seen[-1].message) == ("failed", "surprise")
    assert "ZeroDivisionError" in run.error_file.read_text()


def test_an_error_that_cannot_be_kept_is_finished_all_the_same(
    config: TrainConfig, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    (run.error_file / "in-the-way").mkdir(parents=True)  # so that nothing can be written there
    monkeypatch.setattr(Run, "forget_end", lambda _: None)  # which would say so before the training
    seen = _events_of_a_surprise(config, run, monkeypatch)
    assert isinstance(seen[-1], Finished)
    assert seen[-1].reason == "failed"


def test_missing_test_images_are_noticed_before_the_first_step(config: TrainConfig, run: Run) -> None:
    assert config.data_dir is not None
    (Path(config.data_dir) / "MNIST" / "raw" / "t10k-images-idx3-ubyte").unlink()
    with pytest.raises(DataError, match="has no t10k-images"):
        next(train(config, run))
    assert not run.path.exists()


def test_a_run_is_one_process_s(config: TrainConfig, run: Run) -> None:
    with run.lock(), pytest.raises(RunError, match="is being trained by process"):
        next(train(config, run))


def test_a_run_that_cannot_begin_leaves_no_folder(config: TrainConfig, tmp_path: Path) -> None:
    for values in ({"data_dir": str(tmp_path / "nowhere")}, {"device": "mps"}):
        broken = TrainConfig.from_dict({**config.to_dict(), **values})
        run = find.create(tmp_path / "runs", broken)
        with pytest.raises(MnistSumError):
            next(train(broken, run))
        assert not run.path.exists()
