"""How the cost of a run grows with its data and its epochs: in proportion, or faster."""

import statistics
import time
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

import torch

from mnist_sum_tui.bench.images import torchvision_root
from mnist_sum_tui.config import TrainConfig
from mnist_sum_tui.data import dataset
from mnist_sum_tui.data.dataset import Split
from mnist_sum_tui.inference.evaluate import evaluate
from mnist_sum_tui.machine.hardware import choose, set_up
from mnist_sum_tui.runs import find
from mnist_sum_tui.training.batches import Batches
from mnist_sum_tui.training.loop import train
from mnist_sum_tui.training.prepare import Training
from mnist_sum_tui.training.state import RunState
from mnist_sum_tui.training.step import Learner

SHARES = (0.25, 0.5, 1.0)
EPOCHS = (1, 2, 4)


@dataclass(frozen=True, slots=True)
class Growth:
    """Times by the share of the 60,000 or 10,000 images, medians over the rounds; and bytes by the number of epochs."""

    model: str
    rounds: int
    epoch_seconds: dict[float, float]
    """seconds for all steps of an epoch"""
    evaluation_seconds: dict[float, float]
    """seconds for an evaluation of the test images with all ten numbers"""
    file_bytes: dict[int, int]
    """bytes of a finished run's other files, mostly the journal (up to ten lines per second); 10,000 training images"""
    checkpoint_bytes: dict[int, int]
    """bytes of its checkpoints: `last`, `best`, the first weights, and up to eight epoch snapshots"""


def measure(model: str, rounds: int) -> Growth:
    """Measure one network; the shares take turns in each round."""
    config = TrainConfig(model=model)
    hardware = choose(config)
    set_up(hardware)
    learner = Learner(config, hardware)
    images, tests = dataset.load("train"), dataset.load("test")
    epochs: dict[float, list[float]] = {share: [] for share in SHARES}
    evaluations: dict[float, list[float]] = {share: [] for share in SHARES}
    _train_epoch(config, _part(images, 0.05), learner)  # warms up
    for _ in range(rounds):
        for share in SHARES:
            epochs[share].append(_train_epoch(config, _part(images, share), learner))
            begin = time.perf_counter()
            evaluate(learner.network, _part(tests, share), hardware)
            evaluations[share].append(time.perf_counter() - begin)
    with torchvision_root() as root, TemporaryDirectory(prefix="mnist-sum-bench-") as folder:
        files = {count: _files_after(replace(config, epochs=count, data_dir=root), Path(folder)) for count in EPOCHS}
    return Growth(
        model=model,
        rounds=rounds,
        epoch_seconds={share: statistics.median(values) for share, values in epochs.items()},
        evaluation_seconds={share: statistics.median(values) for share, values in evaluations.items()},
        file_bytes={count: others for count, (others, _) in files.items()},
        checkpoint_bytes={count: checkpoints for count, (_, checkpoints) in files.items()},
    )


def _part(split: Split, share: float) -> Split:
    return split.take(torch.arange(round(len(split) * share)))


def _train_epoch(config: TrainConfig, images: Split, learner: Learner) -> float:
    """Seconds for an epoch."""
    training = Training(RunState(config), learner, Batches(config, images), images, images)
    begin = time.perf_counter()
    for _ in training.epoch():
        pass
    return time.perf_counter() - begin


def _files_after(config: TrainConfig, folder: Path) -> tuple[int, int]:
    """Train a run; returns the bytes of its other files and of its checkpoints; a file with two names counts once."""
    run = find.create(folder, config)
    for _ in train(config, run):
        pass
    sizes = {(path.stat().st_ino, path.suffix == ".safetensors"): path.stat().st_size for path in run.path.iterdir()}
    checkpoints = sum(size for (_, is_checkpoint), size in sizes.items() if is_checkpoint)
    return sum(sizes.values()) - checkpoints, checkpoints
