"""Replay: a run as it was at any moment, from its metrics.jsonl. Needs numpy; no torch, no Textual.

The whole file is read at first, 10 microseconds an event. A moment has only some thousand events of the run, so that a
long one is drawn as fast as a short one.
"""

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from operator import attrgetter
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mnist_sum_tui.runs.event_json import KINDS
from mnist_sum_tui.runs.events import EpochDone, Event
from mnist_sum_tui.runs.journal import read_events

Rows = NDArray[np.int64]
WHOLE = ("started", "epoch", "validated", "changed", "finished")
"""a moment has all earlier events of these kinds, a selection of THINNED, and the newest event of each other kind"""
THINNED = ("progress", "health")
"""the kinds of which a moment has only a selection, evenly spread"""
MOST_PROGRESS = 1024
"""twice the columns of the widest chart; if there are more events, only every second, fourth, ... is taken"""
TAIL = 64
"""how many of the newest Progress are always taken, because the key figures are their moving average"""


@dataclass(frozen=True, slots=True)
class Moment:
    """A run as it was just after one of its events."""

    row: int
    """the event's place among all events, from 0"""
    events: tuple[Event, ...]
    """the events so far that a page needs, in order; empty if none can be read"""
    has_samples: bool
    """whether the run has any Samples event, before or after this moment"""

    @property
    def elapsed(self) -> float:
        """Seconds of training so far."""
        return self.events[-1].elapsed if self.events else 0.0

    @property
    def step(self) -> int:
        """Optimizer steps done."""
        return self.events[-1].step if self.events else 0

    @property
    def epochs_done(self) -> int:
        """The number of epochs that had ended."""
        return max((event.epoch for event in self.events if isinstance(event, EpochDone)), default=0)


class Replay:
    """A run's events, to find them by time, step or epoch. Damaged lines are skipped; a missing file has no events."""

    def __init__(self, path: Path) -> None:
        """Read the file; what is written later is not seen."""
        self.events = list(read_events(path))
        kinds = np.array([event.kind for event in self.events], dtype=str)
        self._rows: dict[str, Rows] = {kind: np.flatnonzero(kinds == kind) for kind in KINDS}
        self._asked: Moment | None = None
        """the moment that was asked for last, because the next question is often for it again"""

    def __len__(self) -> int:
        return len(self.events)

    @property
    def last(self) -> int:
        """The row of the last event; -1 if there is none."""
        return len(self) - 1

    def at(self, row: int) -> Moment:
        """The run after the event in this row; a row outside is the first or the last."""
        row = min(max(row, 0), self.last)
        if self._asked is None or self._asked.row != row:
            events = tuple(self.events[place] for place in sorted(self._needed(row)))
            self._asked = Moment(row, events, len(self._rows["samples"]) > 0)
        return self._asked

    def row_at(self, elapsed: float) -> int:
        """The last row at this time of training, in seconds; -1 before the first."""
        return bisect_right(self.events, elapsed, key=attrgetter("elapsed")) - 1

    def row_at_step(self, step: int) -> int:
        """The last row at this step; -1 before the first."""
        return bisect_right(self.events, step, key=attrgetter("step")) - 1

    def epochs(self) -> list[int]:
        """The rows of the EpochDone events, one for each epoch that ended."""
        rows: list[int] = self._rows["epoch"].tolist()
        return rows

    def _needed(self, row: int) -> Iterator[int]:
        """The rows of the events that a moment has."""
        for kind, rows in self._rows.items():
            until = rows[: int(np.searchsorted(rows, row, side="right"))]
            yield from (evenly(until) if kind in THINNED else until if kind in WHOLE else until[-1:]).tolist()


def evenly(rows: Rows) -> Rows:
    """At most MOST_PROGRESS of the rows, evenly spread, and the last TAIL rows.

    The gaps are powers of two, so that neighbouring moments share nearly all rows, and a curve does not flicker.
    """
    gap = 1
    while len(rows) > gap * MOST_PROGRESS:
        gap *= 2
    return np.union1d(rows[::gap], rows[-TAIL:])
