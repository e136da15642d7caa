"""Estimate how fast a network trains on this machine, from an earlier run or from a few steps on random images."""

import contextlib
import statistics
import time
from collections.abc import Callable
from itertools import pairwise

import torch

from mnist_sum_tui.config import TrainConfig
from mnist_sum_tui.data.dataset import Split
from mnist_sum_tui.errors import RunError
from mnist_sum_tui.machine.hardware import choose, describe
from mnist_sum_tui.machine.openmp import take_threads
from mnist_sum_tui.runs.summary import Summary
from mnist_sum_tui.training.batches import Batches
from mnist_sum_tui.training.step import DivergedError, Learner

STEPS, SECONDS = 8, 0.4
"""how many steps are timed at most, and for how many seconds at most; the first step is slow and not counted"""
SAME = ("processor", "cores", "gpu")
"""two runs with equal values of these in environment.json count as made on the same machine"""


def from_run(summary: Summary) -> float | None:
    """Images/s in the fastest epoch of a run on the built-in images, validation and saving included.

    None if the run was on another machine, or with another precision or number of threads than it would have now.
    """
    config, epochs, starts, run = summary.config, summary.epochs, summary.starts, summary.run
    if config is None or config.data_dir is not None or not epochs or not starts or not epochs[-1].elapsed:
        return None
    try:
        made_on = run.read_json(run.environment_file)
    except RunError:
        return None
    here, usual = describe(), choose(TrainConfig(model=config.model))
    if any(made_on.get(name) != here[name] for name in SAME):
        return None
    start = starts[-1]
    if (start.device, start.precision, start.threads) != (usual.device.type, usual.precision, usual.threads):
        return None
    took = [after - before for before, after in pairwise((0.0, *(epoch.elapsed for epoch in epochs)))]
    seconds = min(took)  # slow motion, and other pages that were looked at meanwhile, made the others longer
    return start.train_images / seconds if seconds > 0 else None


def from_steps(config: TrainConfig, is_over: Callable[[], bool]) -> float | None:
    """Images/s from the median time of a few steps, so that one slow step counts little; None if `is_over()`."""
    hardware = choose(config)
    take_threads(hardware.threads)
    count = (STEPS + 1) * config.batch_size
    images = torch.randint(256, (count, 28, 28), dtype=torch.uint8, generator=torch.Generator().manual_seed(0))
    rows = torch.arange(count)
    learner, took = Learner(config, hardware), list[float]()
    for plan in Batches(config, Split(images, rows % 10, rows)).epoch(1):
        if is_over():
            return None
        begin = time.perf_counter()
        with contextlib.suppress(DivergedError):  # a step that diverges takes as long
            learner.step(plan)
        took.append(time.perf_counter() - begin)
        if sum(took[1:]) > SECONDS:
            break
    return config.batch_size / statistics.median(took[1:])
