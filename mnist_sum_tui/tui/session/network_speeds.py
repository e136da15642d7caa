"""How long training takes on this machine: a thread finds the speed of each network, and times follow from it."""

import contextlib
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from mnist_sum_tui import own_network
from mnist_sum_tui.config import TrainConfig
from mnist_sum_tui.recipes import LARGE_MODEL, MODELS, QUICK_MODEL
from mnist_sum_tui.runs.find import list_runs
from mnist_sum_tui.runs.summary import summarise
from mnist_sum_tui.training.other_programs import CROWDED_SHARE
from mnist_sum_tui.tui.session.messages import SpeedFound
from mnist_sum_tui.tui.session.run_threads import Post

TIMED_BATCHES = range(64, 257)
"""batch sizes with about the same time per image as the default; those of all recipes are among them"""
ALL_IMAGES, HELD_OUT = 60_000, 5_000
"""how many built-in images there are for training, and how many of them are held out"""


@dataclass(frozen=True, slots=True)
class Speed:
    """How fast a network trains on this machine."""

    images_per_second: float
    is_measured: bool
    """whether it was measured in an earlier run, with validation and saving, or only estimated from a few steps"""
    augment: str = "none"
    outliers: float = 0.0
    """the augmentation with which that was so fast, and the outliers per image"""
    augmenting: Mapping[str, float] = field(default_factory=dict[str, float])
    """seconds per image that each augmentation takes, as far as they are known"""
    is_disturbed: bool = False
    """whether other programs took the cores meanwhile, so that it is estimated again later"""

    def is_like(self, config: TrainConfig) -> bool:
        """Whether it was found with the same augmentation and as many outliers."""
        return (self.augment, self.outliers) == (config.augment, config.outliers)

    def seconds(self, config: TrainConfig) -> float | None:
        """Seconds per image; with another augmentation only if it is known how long both take."""
        found = 1 / self.images_per_second
        if self.is_like(config):
            return found
        try:
            network = found / (1 + self.outliers) - self.augmenting[self.augment]
            return (max(network, 0.0) + self.augmenting[config.augment]) * (1 + config.outliers)
        except KeyError:
            return None


Speeds = Mapping[str, Speed]
"""the speeds known so far, by the network's name"""


def training_images(config: TrainConfig) -> int | None:
    """The number of training images; None for a folder of other images, which has not been read."""
    return None if config.data_dir is not None else ALL_IMAGES - (0 if config.all_data else HELD_OUT)


def epoch_seconds(config: TrainConfig, speeds: Speeds) -> float | None:
    """Seconds per epoch; None if the speed is not known with these settings, or the batch size not in TIMED_BATCHES."""
    images, speed = training_images(config), speeds.get(config.model)
    if images is None or speed is None or config.batch_size not in TIMED_BATCHES:
        return None
    seconds = speed.seconds(config)
    return None if seconds is None else images * seconds


class SpeedThread(threading.Thread):
    """Finds each network's speed: in earlier runs, or else by a few steps on random images.

    Without steps, as while another process trains, it only looks into earlier runs. No training may begin while it
    makes steps, so it can be stopped and waited for.
    """

    def __init__(
        self, folder: Path, post: Post, asked: TrainConfig, with_steps: bool = True, tried: Speeds | None = None
    ) -> None:
        """`asked` has the device, precision and threads to train with.

        Of the speeds in `tried` only the disturbed ones are estimated again, because another estimate would differ by
        chance, and the faster one counts.
        """
        super().__init__(name="speeds", daemon=True)
        self._folder, self._post, self._with_steps, self._tried = folder, post, with_steps, {**(tried or {})}
        self._asked = TrainConfig(device=asked.device, precision=asked.precision, threads=asked.threads)
        self._is_over = threading.Event()

    def stop(self) -> None:
        """End after the current step."""
        self._is_over.set()

    def run(self) -> None:
        """Find the speeds; errors are ignored, because a time is only nice to have, and the app may close."""
        with contextlib.suppress(Exception):
            self._find()

    def _find(self) -> None:
        from mnist_sum_tui.machine.figures import Meter
        from mnist_sum_tui.training import speed_estimate  # torch

        known: set[str] = set()
        augmenting = speed_estimate.augmenting() if self._with_steps else {}
        for run in list_runs(self._folder):
            if self._is_over.is_set():
                return
            summary = summarise(run)
            config = summary.config
            if config is not None and config.model not in known and config.batch_size in TIMED_BATCHES:
                found = speed_estimate.from_run(summary, self._asked)
                if found:
                    known.add(config.model)
                    speed = Speed(found, True, config.augment, config.outliers, augmenting)
                    self._post(SpeedFound(config.model, speed))
        if not self._with_steps:
            return
        first = (*own_network.named(), QUICK_MODEL, LARGE_MODEL)  # the form offers the last two side by side
        for model in dict.fromkeys((*first, *MODELS)):
            earlier = self._tried.get(model)
            if model in known or (earlier is not None and not earlier.is_disturbed):
                continue
            meter = Meter()
            found = speed_estimate.from_steps(replace(self._asked, model=model), self._is_over.is_set)
            if found is None:
                return
            is_disturbed = (meter.read().others or 0.0) >= CROWDED_SHARE
            fastest = max(found, earlier.images_per_second) if earlier is not None else found
            speed = Speed(fastest, is_measured=False, augmenting=augmenting, is_disturbed=is_disturbed)
            self._post(SpeedFound(model, speed))
