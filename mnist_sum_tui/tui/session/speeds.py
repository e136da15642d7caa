"""How long training takes here: a thread that finds the speed of each network, and the times that follow from it."""

import contextlib
import threading
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from mnist_sum_tui import own_network
from mnist_sum_tui.config import TrainConfig
from mnist_sum_tui.recipes import LARGE_MODEL, MODELS, QUICK_MODEL
from mnist_sum_tui.runs.find import list_runs
from mnist_sum_tui.runs.summary import summarise
from mnist_sum_tui.tui.session.messages import SpeedFound
from mnist_sum_tui.tui.session.run_threads import Post

TIMED_BATCHES = range(64, 257)
"""batch sizes that are about as quick per image as the usual one, and as those of all recipes"""
ALL_IMAGES, HELD_OUT = 60_000, 5_000
"""how many built-in images there are for training, and how many of them are held out"""


@dataclass(frozen=True, slots=True)
class Speed:
    """How quick a network trains on this machine."""

    images_per_second: float
    is_measured: bool
    """measured in an earlier run, with validation and saving; else estimated from a few steps"""


Speeds = Mapping[str, Speed]
"""the speeds known so far, by the network's name"""


def training_images(config: TrainConfig) -> int | None:
    """How many images train; None for a folder of other images, which nobody has looked into yet."""
    return None if config.data_dir is not None else ALL_IMAGES - (0 if config.all_data else HELD_OUT)


def epoch_seconds(config: TrainConfig, speeds: Speeds) -> float | None:
    """What an epoch takes here; None while it is not known, and at a batch size that is quicker or slower."""
    images, speed = training_images(config), speeds.get(config.model)
    if images is None or speed is None or config.batch_size not in TIMED_BATCHES:
        return None
    return images / speed.images_per_second


class SpeedThread(threading.Thread):
    """Looks up earlier runs for each network's speed, and tries those that were not trained here.

    Without steps it only looks up, as beside a training of another process. A training must not begin while it makes a
    step, so it can be stopped and waited for.
    """

    def __init__(self, folder: Path, post: Post, with_steps: bool = True, tried: Collection[str] = ()) -> None:
        """`tried`: networks that are known; another estimate of them would differ by chance."""
        super().__init__(name="speeds", daemon=True)
        self._folder, self._post, self._with_steps, self._tried = folder, post, with_steps, tried
        self._is_over = threading.Event()

    def stop(self) -> None:
        """End after the step in work."""
        self._is_over.set()

    def run(self) -> None:
        """Look, then try; whatever goes wrong, a time is only nice to have."""
        with contextlib.suppress(Exception):
            self._find()

    def _find(self) -> None:
        from mnist_sum_tui.training import speed  # torch

        known: set[str] = set()
        for run in list_runs(self._folder):
            if self._is_over.is_set():
                return
            summary = summarise(run)
            config = summary.config
            if config is not None and config.model not in known and config.batch_size in TIMED_BATCHES:
                found = speed.from_run(summary)
                if found:
                    known.add(config.model)
                    self._tell(config.model, Speed(found, is_measured=True))
        first = (*own_network.named(), QUICK_MODEL, LARGE_MODEL)  # the form offers the last two side by side
        every = (*MODELS, *own_network.named())
        for model in sorted(every, key=lambda name: first.index(name) if name in first else len(first)):
            if model not in (*known, *self._tried) and self._with_steps:
                tried = speed.from_steps(TrainConfig(model=model), self._is_over.is_set)
                if tried is None:
                    return
                self._tell(model, Speed(tried, is_measured=False))

    def _tell(self, model: str, speed: Speed) -> None:
        with contextlib.suppress(RuntimeError):  # the app's loop is closed
            self._post(SpeedFound(model, speed))
