"""What a training yields, from its first event to its last, and the files that it leaves."""

import json
import os
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from pathlib import Path
from types import FrameType
from typing import Any

import pytest
import torch

from mnist_sum_tui.config import TrainConfig
from mnist_sum_tui.data import dataset
from mnist_sum_tui.inference.evaluate import evaluate
from mnist_sum_tui.inference.predict import load_predictor
from mnist_sum_tui.recipes import RECIPES, Recipe
from mnist_sum_tui.runs import checkpoint, find
from mnist_sum_tui.runs.events import Checkpointed, EpochDone, Finished, Progress, Samples, Started
from mnist_sum_tui.runs.journal import read_events
from mnist_sum_tui.runs.run import Run
from mnist_sum_tui.training.batches import StepPlan
from mnist_sum_tui.training.loop import train
from mnist_sum_tui.training.step import Learner, StepResult
from mnist_sum_tui.training.timing import Paces
from tests.conftest import make_small_data
from tests.training.resuming import EVERY_STEP, config_of, config_of_few


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
    assert {"mnist_sum", "torch", "device", "precision", "reason", "threads", "seed", "command"} <= environment.keys()


@pytest.mark.usefixtures("every_step_is_told")
def test_a_recipe_needs_only_the_settings_in_which_it_differs(
    small_data: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    recipe = Recipe("gentle", "one epoch", {"model": "swift", "epochs": 1})
    monkeypatch.setitem(RECIPES, recipe.name, recipe)
    config = TrainConfig.of("gentle", batch_size=32, data_dir=small_data)
    *_, end = train(config, find.create(tmp_path / "runs", config))
    assert isinstance(end, Finished)
    assert (end.reason, end.epoch) == ("completed", 1)


def test_a_prediction_is_made_in_the_run_s_precision(config: TrainConfig, run: Run) -> None:
    list(train(replace(config, epochs=1, precision="fp32"), run))
    assert load_predictor(run).hardware.precision == "fp32"


def test_the_kept_weights_are_few_and_evenly_spread(few_images: str, tmp_path: Path) -> None:
    config = config_of(few_images, epochs=7, keep=3)
    run = find.create(tmp_path / "runs", config)
    list(train(config, run))
    assert [*run.kept_epochs()] == [0, 1, 4, 7]
    list(train(replace(config, epochs=8), run))
    assert [*run.kept_epochs()] == [0, 1, 4, 8]
    kept, last = (checkpoint.load(path) for path in (run.epoch_file(8), run.last_file))
    assert not kept.optimizer
    assert kept.position.epoch == 9
    assert all(torch.equal(kept.weights[name], last.weights[name]) for name in last.weights)
    assert not checkpoint.load(run.epoch_file(0)).position.step
    list(train(replace(config, epochs=9, keep=0), run))
    assert [*run.kept_epochs()] == [], "none are wanted"


def test_a_run_is_saved_within_its_epochs_too(config: TrainConfig, run: Run) -> None:
    """When it is time, which it always is here."""
    saved = []
    for event in train(replace(config, epochs=1), run, paces=Paces(autosave=0.0)):
        if isinstance(event, Checkpointed) and event.reason == "timer":
            saved.append((event.step, checkpoint.load(run.last_file).position.step))
    assert saved == [(step, step) for step in range(1, 10)]


def test_epoch_means_are_over_all_of_its_images(config: TrainConfig, run: Run) -> None:
    events = [event for event in train(config, run, paces=EVERY_STEP) if event.epoch == 1]
    steps = [event for event in events if isinstance(event, Progress)]
    (done,) = [event for event in events if isinstance(event, EpochDone)]
    weights = [64] * 8 + [38]
    assert len(steps) == 9
    assert done.lr == steps[-1].lr, "the rate of the epoch's last step"
    for name in ("digit_loss", "sum_loss", "digit_accuracy", "sum_accuracy"):
        mean = sum(w * getattr(step, name) for w, step in zip(weights, steps, strict=True)) / 550
        assert getattr(done, name) == pytest.approx(mean)


def test_best_is_kept_and_tested(config: TrainConfig, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """With a rate that ruins the third epoch, the second one's weights are the best, and are what is tested."""
    steps = 9  # an epoch, 550 images in batches of 64
    monkeypatch.setattr("mnist_sum_tui.training.schedule.rate_at", lambda *at: 3e-3 if at[-1] < 2 * steps else 0.5)
    events = list(train(replace(config, epochs=3), run))
    done = [event for event in events if isinstance(event, EpochDone)]
    accuracies = [event.val_digit_accuracy for event in done]
    finished = events[-1]
    assert isinstance(finished, Finished)
    best_done = max(done, key=lambda event: (event.val_digit_accuracy or 0) + (event.val_sum_accuracy or 0))
    assert finished.best_epoch == best_done.epoch == 2, accuracies
    stored = json.loads(run.report_file.read_text())
    assert (stored["run"], stored["best_epoch"], stored["epochs"]) == (run.id, 2, 3)
    position = checkpoint.load(run.best_file).position
    assert (position.best_epoch, position.step) == (2, 2 * steps)
    best = load_predictor(run)
    report = evaluate(best.network, dataset.load("test", config.data_dir), best.hardware)
    assert (report.digit_accuracy, report.sum_accuracy) == (finished.digit_accuracy, finished.sum_accuracy)
    assert report.majority == finished.majority


def test_weights_whose_answers_are_no_numbers_have_diverged_and_not_failed(
    config: TrainConfig, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As after a last step that is far too large, which no validation has seen."""

    def ruin(self: Learner, plan: StepPlan) -> StepResult:
        result = step(self, plan)
        with torch.no_grad():
            next(self.network.parameters()).fill_(1e38)
        return result

    step = Learner.step
    monkeypatch.setattr(Learner, "step", ruin)
    monkeypatch.setattr(Learner, "_measure", lambda *_: (torch.zeros((), requires_grad=True), [1.0] * 5))
    monkeypatch.setattr(Learner, "_update", lambda *_: None)
    events = list(train(replace(config, epochs=1, all_data=True), run))
    *_, finished = events
    assert isinstance(finished, Finished)
    assert finished.reason == "diverged"
    assert any(isinstance(event, Samples) and event.addition == ("0" * 19,) * 10 for event in events)
    assert [event.kind for event in read_events(run.metrics_file)] == [event.kind for event in events]
    assert not run.report_file.exists()


def test_all_data_has_no_validation(config: TrainConfig, run: Run) -> None:
    events = list(train(TrainConfig.from_dict({**config.to_dict(), "all_data": True}), run))
    assert isinstance(events[0], Started)
    assert (events[0].train_images, events[0].validation_images) == (600, 0)
    done = [event for event in events if isinstance(event, EpochDone)]
    assert done[-1].val_digit_accuracy is None
    assert isinstance(events[-1], Finished)
    assert events[-1].best_epoch == 2


@pytest.mark.parametrize("model", ["original", "compact", "swift"])
def test_an_ordinary_step_goes_through_few_modules(model: str, tmp_path: Path) -> None:
    """From one plan to the next, without an event that is due; who reads a step must read so many files."""
    config = config_of(str(make_small_data(tmp_path / "data", 192, 10)), model=model, epochs=1, augment="none")
    run = find.create(tmp_path / "runs", config)
    steps: list[set[str]] = []

    def note(frame: FrameType, kind: str, _: object) -> None:
        name = frame.f_globals.get("__name__", "")
        if kind == "call" and name.startswith("mnist_sum_tui."):
            if (name, frame.f_code.co_name) == ("mnist_sum_tui.training.batches", "epoch"):
                steps.append(set())
            if steps:
                steps[-1].add(name.removeprefix("mnist_sum_tui."))

    events = train(config, run, paces=Paces(progress=1e9))
    next(events)
    sys.setprofile(note)
    try:
        next(event for event in events if event.kind == "epoch")
    finally:
        sys.setprofile(None)
        events.close()
    ordinary = min(steps[1:-1], key=len)
    assert {"training.step", "training.batches", "data.dataset", f"models.{model}"} <= ordinary
    assert len(ordinary) <= 16, sorted(ordinary)


def test_a_folder_is_no_run_and_the_message_says_what_makes_one(config: TrainConfig, run: Run) -> None:
    wrong: tuple[tuple[Any, Any, str], ...] = (
        (config, run.path, "TrainConfig and PosixPath" if os.name == "posix" else "TrainConfig and WindowsPath"),
        (config, "latest", "TrainConfig and str"),
        (run, config, "Run and TrainConfig"),
    )
    for first, second, found in wrong:
        with pytest.raises(TypeError, match=rf"not {found}: find.create\(folder, config\) makes a Run"):
            next(train(first, second))
    assert next(train(config, run)).kind == "started"


def test_a_notebook_that_has_switched_gradients_off_trains_all_the_same(few_images: str, tmp_path: Path) -> None:
    config = config_of_few(few_images, epochs=1)
    around: list[Callable[[], AbstractContextManager[None]]] = [nullcontext, torch.no_grad, torch.inference_mode]
    ends = []
    for switched in around:
        run = find.create(tmp_path, config)
        with switched():
            for epochs in (1, 2):
                list(train(replace(config, epochs=epochs), run))
            assert torch.is_grad_enabled() == (switched is nullcontext)
        ends.append(checkpoint.load(run.last_file).weights)
    assert all(torch.equal(ends[0][name], end[name]) for end in ends[1:] for name in ends[0])
