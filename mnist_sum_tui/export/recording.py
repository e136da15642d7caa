"""Record a training for the animation and the demo: the folder of a run with its events thinned to about 160 moments.

    python -m mnist_sum_tui.export.recording [FOLDER]

trains `swift` for 3 epochs (seed 0, one thread). `recorded/` was made like this: the moving picture in the README shows
it, and `mnist-sum demo` plays it. It has the weights after each epoch, without the optimizer's state.
"""

import math
import sys
import tempfile
from collections.abc import Iterable
from dataclasses import replace
from itertools import groupby
from pathlib import Path
from typing import Any

from mnist_sum_tui.atomic import write_atomic
from mnist_sum_tui.config import TrainConfig
from mnist_sum_tui.errors import DataError, MnistSumError
from mnist_sum_tui.runs import find
from mnist_sum_tui.runs.events import EpochDone, Event, Finished, Health, Progress, Samples, Started
from mnist_sum_tui.runs.journal import to_lines
from mnist_sum_tui.runs.position import Totals
from mnist_sum_tui.runs.run import Run

RECORDED = Run(Path(__file__).resolve().with_name("recorded"))
KEPT = (Started, Progress, Samples, Health, EpochDone, Finished)
MOMENTS = 160
EVEN_STEPS = 12
"""up to about this step the moments are evenly spaced, then logarithmically"""


def thinned(events: Iterable[Event]) -> list[Event]:
    """The first Started, all Health, EpochDone and Finished, at most MOMENTS Progress, the Samples with new answers.

    A Progress is the mean of those that it replaces. The moments are densest in the first hundred steps, where most is
    learned. Thinning again changes nothing.

    Raises:
        DataError: the events do not start with Started.
    """
    kept = [event for event in events if isinstance(event, KEPT)]
    if not kept or not isinstance(kept[0], Started):
        raise DataError("the beginning of the training is missing in metrics.jsonl, so there is no moving picture")
    scale = MOMENTS / math.log1p(kept[0].total_steps / EVEN_STEPS)
    found: list[Event] = [kept[0]]
    found += _means([event for event in kept if isinstance(event, Progress)], scale)
    found += _changes([event for event in kept if isinstance(event, Samples)])
    found += [event for event in kept if isinstance(event, Health | EpochDone | Finished)]
    return sorted(map(_without_place, found), key=lambda event: event.step)


def _without_place(event: Event) -> Event:
    """The event without the run's absolute path on the machine that made it."""
    return replace(event, path=f"runs/{event.run}") if isinstance(event, Started | Finished) else event


def _means(progress: Iterable[Progress], scale: float) -> list[Progress]:
    """One Progress per moment: the mean over its steps, but step, time and learning rate are the last step's."""
    found = []
    before = 0
    for _, group in groupby(progress, lambda event: round(scale * math.log1p(event.step / EVEN_STEPS))):
        part = list(group)
        totals = Totals()
        for event in part:
            steps, before = max(event.step - before, 1), event.step  # in an untrusted file steps may not rise
            losses = event.digit_loss * steps, event.sum_loss * steps
            right = event.digit_accuracy * steps, event.sum_accuracy * steps
            totals.add(Totals(*losses, *right, steps, steps / (event.images_per_second or math.inf)))
        means: dict[str, Any] = {**totals.means()}
        found.append(part[0] if len(part) == 1 else replace(part[-1], **means))
    return found


def _changes(samples: Iterable[Samples]) -> list[Samples]:
    found: list[Samples] = []
    for event in samples:
        if not found or _answers(event) != _answers(found[-1]):
            found.append(event)
    return found


def _answers(event: Samples) -> tuple[object, ...]:
    """Digits and sums of the images, and for each number the likeliest sum in the first image's addition table."""
    return event.digits, event.sums, [row.find(max(row)) for row in event.addition if row]


def record(config: TrainConfig, target: Run) -> list[Event]:
    """Train in a temporary folder, with Progress and Samples after nearly every step; returns the thinned events.

    The run is stored at `target`, before its folder is removed: its config, these events, its weights.

    Raises:
        MnistSumError: training fails, as in `train`, or the target cannot be written.
    """
    from mnist_sum_tui.runs import checkpoint  # imports torch, which drawing the animation does not need
    from mnist_sum_tui.training.control import Control
    from mnist_sum_tui.training.loop import train
    from mnist_sum_tui.training.timing import Paces

    with tempfile.TemporaryDirectory() as folder:
        run = find.create(Path(folder), config)
        paces = Paces(progress=0.0, samples=0.0, samples_share=1.0)
        events = thinned(train(config, run, Control(samples=True), paces))
        target.path.mkdir(parents=True, exist_ok=True)
        target.write_json(target.config_file, run.read_json(run.config_file))
        write_atomic(target.metrics_file, to_lines(events))
        for path in (run.best_file, *run.kept_epochs().values()):
            loaded = checkpoint.load(path)
            checkpoint.save_again(target.path / path.name, replace(loaded, optimizer={}), loaded.confidence)
    return events


if __name__ == "__main__":
    if len(sys.argv) > 2 or any(word.startswith("-") for word in sys.argv[1:]):
        sys.exit("usage: python -m mnist_sum_tui.export.recording [FOLDER]")
    small = TrainConfig.of("standard", model="swift", epochs=3, seed=0, threads=1)
    try:
        record(small, Run(Path(sys.argv[1])) if len(sys.argv) > 1 else RECORDED)
    except MnistSumError as error:
        sys.exit(f"error: {error}")
