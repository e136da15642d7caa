"""Replay: a run as it was at any moment, from its metrics.jsonl. Needs numpy; no torch, no Textual.

The file is read once, to note where each event stands and of which kind it is; on request a thread does that while the
first moments are shown already. Only events that are asked for are parsed, some thousand of them at most, so that a
moment of a run of a million events takes milliseconds.
"""

import contextlib
import time
from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import BinaryIO

import numpy as np

from mnist_sum_tui.runs.event_index import EventIndex, Rows
from mnist_sum_tui.runs.event_json import KINDS
from mnist_sum_tui.runs.events import EpochDone, Event
from mnist_sum_tui.runs.journal import last_event, open_journal, parse_line

Read = Callable[[int], Event | None]
WHOLE = ("started", "epoch", "validated", "changed", "finished")
"""a moment has all earlier events of these kinds, a selection of THINNED, and the newest event of each other kind"""
THINNED = ("progress", "health")
"""the kinds of which a moment has only a selection, evenly spread"""
MOST_PROGRESS = 1024
"""twice the columns of the widest chart; if there are more events, only every second, fourth, ... is taken"""
TAIL = 64
"""how many of the newest Progress are always taken, because the key figures are their moving average"""
PARTS, PAUSE = 16, 0.002
"""what is read ahead comes in parts of a few milliseconds, with a pause in seconds that leaves room for the page"""


@dataclass(frozen=True, slots=True)
class Moment:
    """A run as it was just after one of its events."""

    row: int
    """the event's place among all events, from 0"""
    events: tuple[Event, ...]
    """the events so far that a page needs, in order; empty if none can be read"""
    has_samples: bool
    """whether the run has any Samples event, before or after this moment, as far as that is known"""

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
    """An index of a run's events, to find them by time, step or epoch. Damaged lines are skipped."""

    def __init__(self, path: Path, is_whole: bool = True) -> None:
        """Read the file once, or only its beginning; `read_on` reads the rest. One that is missing has no events."""
        self._path = path
        self._index = EventIndex(path)
        self._known: dict[int, Event | None] = {}
        """events that were read, by row; None for a line that is damaged"""
        self._asked: Moment | None = None
        """the moment that was asked for last, because the next question is often for it again"""
        self.read_on()
        if is_whole:
            self.read_all()

    def __len__(self) -> int:
        """Events that are known so far."""
        return self._index.count

    @property
    def last(self) -> int:
        """The row of the last event that is known; -1 if there is none."""
        return len(self) - 1

    @property
    def share_read(self) -> float:
        """How much of the file is known, 0..1."""
        return self._index.share

    @property
    def is_whole(self) -> bool:
        """Whether all of the file is known."""
        return self._index.is_whole

    def read_on(self) -> bool:
        """Read a little more, in any thread; returns whether there may be still more."""
        return self._index.read_on()

    def read_all(self) -> None:
        """Read what was not read yet."""
        while self.read_on():
            pass

    def read_ahead(self) -> None:
        """Read all, and parse what moments near each other share, so that a drag parses only the newest of each."""
        self.read_all()
        rows, share = self._index.rows("progress"), MOST_PROGRESS // PARTS
        while share * PARTS < 2 * len(rows):
            for part in range(1, PARTS + 1):
                self.at(int(rows[min(part * share, len(rows)) - 1]))
                time.sleep(PAUSE)
            share *= 2

    def end(self) -> Moment:
        """The run at its end; before that is known, with nothing but its last event."""
        newest = None if self.is_whole else last_event(self._path)
        if newest is not None:
            return Moment(self.last, (newest,), has_samples=True)
        self.read_all()
        return self.at(self.last)

    def at(self, row: int) -> Moment:
        """The run after the event in this row; a row outside is the first or the last."""
        row, asked, is_whole = min(max(row, 0), self.last), self._asked, self.is_whole
        if asked is not None and asked.row == row:
            return asked
        with self._reading() as read:
            found = {place: event for place in self._needed(row, read) if (event := read(place)) is not None}
        has_samples = not is_whole or len(self._index.rows("samples")) > 0
        moment = Moment(row, tuple(found[place] for place in sorted(found)), has_samples)
        self._asked = moment if is_whole else None
        return moment

    def row_at(self, elapsed: float) -> int:
        """The last row at this time of training, in seconds; -1 before the first."""
        return self._last_row("elapsed", elapsed)

    def row_at_step(self, step: int) -> int:
        """The last row at this step; -1 before the first."""
        return self._last_row("step", step)

    def epochs(self) -> list[int]:
        """The rows of the EpochDone events, one for each epoch that ended."""
        rows: list[int] = self._index.rows("epoch").tolist()
        return rows

    def _last_row(self, name: str, limit: float) -> int:
        with self._reading() as read:

            def value(row: int) -> float:
                """The field of the newest readable event up to this row."""
                event = next((event for place in range(row, -1, -1) if (event := read(place)) is not None), None)
                return float("-inf") if event is None else float(getattr(event, name))

            return bisect_right(range(len(self)), limit, key=value) - 1

    def _needed(self, row: int, read: Read) -> Iterator[int]:
        """The rows of the events that a moment has."""
        for kind in KINDS:
            rows = self._index.rows(kind)
            until = rows[: int(np.searchsorted(rows, row, side="right"))]
            if kind in THINNED:
                yield from evenly(until).tolist()
            elif kind in WHOLE:
                yield from until.tolist()
            else:
                newest_first = map(int, reversed(until))
                yield from islice((place for place in newest_first if read(place) is not None), 1)

    @contextlib.contextmanager
    def _reading(self) -> Iterator[Read]:
        """A function that reads the event in a row: None if it is damaged, or the file is gone."""
        with contextlib.ExitStack() as stack:
            stream: BinaryIO | None = None
            with contextlib.suppress(OSError):
                stream = stack.enter_context(open_journal(self._path))

            def read(row: int) -> Event | None:
                if row not in self._known and stream is not None:
                    start, length = self._index.line(row)
                    stream.seek(start)
                    self._known[row] = parse_line(stream.read(length))
                return self._known.get(row)

            yield read


def evenly(rows: Rows) -> Rows:
    """At most MOST_PROGRESS of the rows, evenly spread, and the last TAIL rows.

    The gaps are powers of two, so that neighbouring moments share nearly all rows and each row is parsed once.
    """
    gap = 1
    while len(rows) > gap * MOST_PROGRESS:
        gap *= 2
    return np.union1d(rows[::gap], rows[-TAIL:])
