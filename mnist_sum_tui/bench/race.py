"""The race: how many seconds a recipe needs until digit and sum both have a certain validation accuracy."""

import statistics
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from mnist_sum_tui.errors import BenchError
from mnist_sum_tui.recipes import RECIPES
from mnist_sum_tui.runs.accuracies import accuracies, in_percent
from mnist_sum_tui.runs.events import EpochDone
from mnist_sum_tui.runs.find import list_runs
from mnist_sum_tui.runs.journal import read_events

MODELS = ("swift", "compact", "keen")
"""the networks that need seconds or minutes; `original` needs far longer on a CPU"""


@dataclass(frozen=True, slots=True)
class Race:
    """The times of one network and its recipe: means over the seeds that reached the target, None if none did."""

    model: str
    recipe: str
    target: float
    """the accuracy that digit and sum must both reach on the 5,000 held-out images, in percent"""
    seeds: int
    reached: int
    """how many seeds reached the target before the recipe's last epoch was over"""
    epochs: float | None
    """epochs until the target was reached"""
    training: float | None
    """seconds of training until the target was reached, validations included"""
    process: float | None
    """seconds of the whole command, including torch's import, calibration and test"""


def run(model: str, seeds: int, target: float) -> Race:
    """Train the network by its own recipe with seeds 0, 1, ..., each in a process of its own.

    Raises:
        BenchError: a training failed.
    """
    recipe = recipe_of(model)
    found = [_one(model, recipe, seed, target) for seed in range(seeds)]
    reached = [times for times in found if times]
    means = [statistics.mean(column) for column in zip(*reached, strict=True)] or [None] * 3
    return Race(model, recipe, target, seeds, len(reached), *means)


def recipe_of(model: str) -> str:
    """The first recipe that names this network, else `standard`."""
    return next((recipe.name for recipe in RECIPES.values() if recipe.values.get("model") == model), "standard")


def _one(model: str, recipe: str, seed: int, target: float) -> tuple[float, float, float] | None:
    """Epochs, seconds of training and seconds of the process; None if the target was not reached."""
    with TemporaryDirectory(prefix="mnist-sum-bench-") as folder:
        what = ["--recipe", recipe, "--model", model, "--seed", str(seed), "--hold-out", "--target", f"{target:g}"]
        command = [sys.executable, "-m", "mnist_sum_tui", "train", *what, "--runs-dir", folder, "--notify", "none"]
        begin = time.perf_counter()
        ended = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, check=False)
        seconds = time.perf_counter() - begin
        if ended.returncode:
            why = ended.stderr.strip().rpartition("\n")[2] or f"exit code {ended.returncode}"
            raise BenchError(f"a training of the race failed: {why}")
        for event in read_events(list_runs(Path(folder))[0].metrics_file):
            if isinstance(event, EpochDone) and in_percent(min(accuracies(event) or (0.0,))) >= target:
                return event.epoch, event.elapsed, seconds
    return None
