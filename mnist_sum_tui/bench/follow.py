"""A training in a process of its own, followed by its metrics.jsonl: when it begins, and how fast it goes."""

import time
from itertools import pairwise
from pathlib import Path

from mnist_sum_tui.errors import BenchError
from mnist_sum_tui.runs.events import Event, Progress, Samples
from mnist_sum_tui.runs.find import list_runs
from mnist_sum_tui.runs.journal import read_events
from mnist_sum_tui.runs.run import Run

START_SECONDS = 60.0
SETTLING_SECONDS = 0.5
"""of a turn are left out: the caches are cold, and the dashboard answers the key that began the turn"""


def wait_for_run(folder: Path) -> Run:
    """The folder's only run, once it makes steps.

    Raises:
        BenchError: it does not begin.
    """
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end:
        for run in list_runs(folder):
            if any(isinstance(event, Progress) for event in read_events(run.metrics_file)):
                return run
        time.sleep(0.05)
    raise BenchError(f"the training did not begin within {START_SECONDS:g} s: try again when the machine is less busy")


def events_after(run: Run, begin: int) -> list[Event]:
    """What it wrote from that byte on."""
    return list(read_events(run.metrics_file, begin=begin))


def steps_per_second(events: list[Event]) -> float:
    """Between each two Progress events that follow one another, or have only Samples between them.

    An epoch's end, with its validation and its save, falls into one turn in several, and is left out. So is what comes
    before the turn has settled.

    Raises:
        BenchError: there are no such two.
    """
    alike = [event for event in events if not isinstance(event, Samples)]  # the strip of images is the dashboard's
    pairs = [pair for pair in pairwise(alike) if all(isinstance(event, Progress) for event in pair)]
    if not pairs:
        raise BenchError(
            "not two reports in a turn, too slow to be measured: take a smaller network or an idle machine"
        )
    settled = pairs[0][0].elapsed + SETTLING_SECONDS
    pairs = [pair for pair in pairs if pair[0].elapsed >= settled] or pairs
    return sum(b.step - a.step for a, b in pairs) / sum(b.elapsed - a.elapsed for a, b in pairs)
