"""Follow a training of another process through its metrics.jsonl: when it starts, and how fast it is."""

import time
from collections.abc import Iterable
from itertools import pairwise
from pathlib import Path

from mnist_sum_tui.errors import BenchError
from mnist_sum_tui.runs.events import Event, Health, Progress, Samples
from mnist_sum_tui.runs.find import list_runs
from mnist_sum_tui.runs.journal import read_events
from mnist_sum_tui.runs.run import Run

START_SECONDS = 60.0
"""how long a training may take to start, or the dashboard to respond"""
SETTLING_SECONDS = 0.5
"""the start of a turn that is not counted, because caches are cold and the dashboard handles the key that resumed it"""


def wait_for_run(folder: Path) -> Run:
    """Wait until the only run in the folder has done its first steps.

    Raises:
        BenchError: it does not start within START_SECONDS.
    """
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end:
        for run in list_runs(folder):
            if any(read_events(run.metrics_file, Progress.kind)):
                return run
        time.sleep(0.05)
    raise BenchError(f"the training did not start within {START_SECONDS:g} s: try again when the machine is less busy")


def steps_per_second(events: Iterable[Event]) -> float:
    """Training speed in one turn, from consecutive Progress events; Samples and Health between them do not matter.

    Leaves out the first SETTLING_SECONDS, and the ends of epochs with their validation and checkpoint, because only
    some turns contain one.

    Raises:
        BenchError: there are no two consecutive Progress events.
    """
    alike = [event for event in events if not isinstance(event, Samples | Health)]  # these have no fixed times
    pairs = [pair for pair in pairwise(alike) if all(isinstance(event, Progress) for event in pair)]
    if not pairs:
        raise BenchError("training is too slow to be measured: take a smaller network, or a machine that is less busy")
    settled = pairs[0][0].elapsed + SETTLING_SECONDS
    pairs = [pair for pair in pairs if pair[0].elapsed >= settled] or pairs
    return sum(b.step - a.step for a, b in pairs) / sum(b.elapsed - a.elapsed for a, b in pairs)
