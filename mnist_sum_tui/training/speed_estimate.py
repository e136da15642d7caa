"""Estimate how fast a network trains on this machine, from an earlier run or from a few steps on random images."""

import contextlib
import functools
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from itertools import pairwise

import torch

from mnist_sum_tui.config import AUGMENTATIONS, TrainConfig
from mnist_sum_tui.data.dataset import Split
from mnist_sum_tui.errors import RunError
from mnist_sum_tui.machine.hardware import choose, describe
from mnist_sum_tui.machine.openmp import take_threads
from mnist_sum_tui.runs.summary import Summary
from mnist_sum_tui.training.batches import Batches
from mnist_sum_tui.training.step import DivergedError, Learner, augmented

STEPS, LEAST, SECONDS = 8, 3, 0.4
"""how many steps are timed: at most, at least, and for how many seconds between; the first is slow and not counted"""
SAME = ("processor", "cores", "gpu")
"""two runs with equal values of these in environment.json count as made on the same machine"""


def from_run(summary: Summary, asked: TrainConfig) -> float | None:
    """Images/s in the fastest epoch since a run's last start, validation and saving included; on the built-in images.

    None if the run was on another machine, or with another device, precision or number of threads than those `asked`,
    or if its augmentation was changed.
    """
    config, epochs, starts, run = summary.config, summary.epochs, summary.starts, summary.run
    if any(change.setting == "augment" for change in summary.changed):
        return None  # it is not known with which its epochs were trained
    if config is None or config.data_dir is not None or not starts:
        return None
    try:
        made_on = run.read_json(run.environment_file)
    except RunError:
        return None
    here, usual = describe(), choose(replace(asked, model=config.model))
    if any(made_on.get(name) != here[name] for name in SAME):
        return None
    start = starts[-1]
    if (start.device, start.precision, start.threads) != (usual.device.type, usual.precision, usual.threads):
        return None
    ends = (0.0, *(epoch.elapsed for epoch in epochs))
    first = -(-start.step // start.steps_per_epoch)  # an earlier process, perhaps elsewhere, has made those before
    # slow motion, and other pages that were looked at meanwhile, made the others longer
    seconds = min((after - before for before, after in pairwise(ends[first:])), default=0.0)
    return start.train_images / seconds if seconds > 0 else None


@functools.cache
def augmenting() -> Mapping[str, float]:
    """Seconds per image that each augmentation takes; measured once, because a second result would differ by chance."""
    take_threads(1)  # several would wait for each other beside what else runs, and gain little with so few images
    config = TrainConfig()
    plan, found = next(_random_images(config, 1).epoch(1)), dict[str, float]()
    for kind in AUGMENTATIONS:
        took = list[float]()
        for _ in range(STEPS + 1):
            begin = time.perf_counter()
            augmented(plan.batch(slice(None)), plan.augment_seed, replace(config, augment=kind))
            took.append(time.perf_counter() - begin)
        found[kind] = min(took) / config.batch_size
    return found


def from_steps(config: TrainConfig, is_over: Callable[[], bool]) -> float | None:
    """Images/s in the fastest of a few steps, because what else runs makes others slower; None if `is_over()`."""
    hardware = choose(config)
    take_threads(hardware.threads)
    learner, took = Learner(config, hardware), list[float]()
    for plan in _random_images(config, STEPS + 1).epoch(1):
        if is_over():
            return None
        begin = time.perf_counter()
        with contextlib.suppress(DivergedError):  # a step that diverges takes as long
            learner.step(plan)
        took.append(time.perf_counter() - begin)
        if len(took) > LEAST and sum(took[1:]) > SECONDS:
            break
    return config.batch_size / min(took[1:])


def _random_images(config: TrainConfig, batches: int) -> Batches:
    count = batches * config.batch_size
    images = torch.randint(256, (count, 28, 28), dtype=torch.uint8, generator=torch.Generator().manual_seed(0))
    rows = torch.arange(count)
    return Batches(config, Split(images, rows % 10, rows))
