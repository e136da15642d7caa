"""Helpers for the tests of resuming: train, stop, go on, and compare how two runs end."""

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch

from mnist_sum_tui.config import TrainConfig
from mnist_sum_tui.runs import checkpoint, find
from mnist_sum_tui.runs.event_json import to_dict
from mnist_sum_tui.runs.events import Progress
from mnist_sum_tui.runs.journal import read_events
from mnist_sum_tui.runs.run import Run
from mnist_sum_tui.training.control import Control
from mnist_sum_tui.training.loop import train
from mnist_sum_tui.training.timing import Paces

EVERY_STEP = Paces(progress=0.0)
TIMES = {"elapsed", "images_per_second", "remaining", "run", "path", "seconds", "resumed"}


def config_of(data_dir: str, **values: Any) -> TrainConfig:
    """A training of the quickest network; in bf16, which `auto` takes on some CPUs, it would take twice as long."""
    usual = {"model": "swift", "precision": "fp32", "epochs": 2, "batch_size": 32, "data_dir": data_dir, "seed": 4}
    return TrainConfig.of("standard", **{**usual, **values})


def config_of_few(few_images: str, **values: Any) -> TrainConfig:
    """As many steps as with `small_data` and batches of 32."""
    return config_of(few_images, batch_size=5, **values)


def train_through(config: TrainConfig, folder: Path, stop_at: Iterable[int] = (), run: Run | None = None) -> Run:
    """Train to the end, stopped and resumed at each of those steps."""
    run = run or find.create(folder, config)
    for step in [*stop_at, 10**9]:
        control = Control()
        for event in train(config, run, control, EVERY_STEP):
            if event.step >= step:
                control.stop()
    return run


def begun(config: TrainConfig, folder: Path, step: int) -> Run:
    """A run that was stopped after a step."""
    run, control = find.create(folder, config), Control()
    for event in train(config, run, control, EVERY_STEP):
        if event.step == step:
            control.stop()
    return run


def lasting(run: Run) -> list[dict[str, Any]]:
    kinds = ("epoch", "finished")
    return [
        {name: value for name, value in to_dict(event).items() if name not in TIMES}
        for event in read_events(run.metrics_file, *kinds)
    ]


def assert_same_end(one: Run, other: Run) -> None:
    a, b = checkpoint.load(one.last_file), checkpoint.load(other.last_file)
    assert a.weights.keys() == b.weights.keys()
    assert all(torch.equal(a.weights[name], b.weights[name]) for name in a.weights)
    assert a.optimizer.keys() == b.optimizer.keys()
    assert all(torch.equal(a.optimizer[name], b.optimizer[name]) for name in a.optimizer)
    assert lasting(one) == lasting(other)


def rates_of(run: Run) -> dict[int, float]:
    return {event.step: event.lr for event in read_events(run.metrics_file, "progress") if isinstance(event, Progress)}


def resave(run: Run, **changes: Any) -> None:
    """The newest checkpoint with another position, and a right hash."""
    loaded = checkpoint.load(run.last_file)
    tensors = loaded.weights | {f"optimizer.{name}": tensor for name, tensor in loaded.optimizer.items()}
    checkpoint.save(run.last_file, loaded.config, replace(loaded.position, **changes), tensors)
