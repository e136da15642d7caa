"""The race: how many seconds a recipe needs until the validation has a certain accuracy for digit and sum."""

import statistics
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from mnist_sum_tui.errors import BenchError
from mnist_sum_tui.recipes import RECIPES
from mnist_sum_tui.runs.accuracies import accuracies
from mnist_sum_tui.runs.events import EpochDone
from mnist_sum_tui.runs.find import list_runs
from mnist_sum_tui.runs.journal import read_events

TARGET = 99.4
"""percent of the validation's pairs; the race of `sprint`, which most seeds just win"""
MODELS = ("swift", "compact", "keen")
"""those which need seconds or minutes; `original` needs far more on a CPU"""


@dataclass(frozen=True, slots=True)
class Race:
    """The times of one network and its recipe: means over the seeds that reached the target, None if none did."""

    model: str
    recipe: str
    target: float
    """percent, for digit and sum each, on the 5,000 images held out"""
    seeds: int
    reached: int
    """how many of them reached the target before the recipe's last epoch was over"""
    epochs: float | None
    """until then"""
    training: float | None
    """seconds of training until then, validations included"""
    process: float | None
    """seconds of the whole command, from its start to its end: with torch's import, calibration and test"""


def run(model: str, seeds: int, target: float = TARGET) -> Race:
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
    """Epochs, seconds of training and of the process; None if the target was not reached."""
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
            if isinstance(event, EpochDone) and 100 * min(accuracies(event) or (0.0,)) >= target:
                return event.epoch, event.elapsed, seconds
    return None
