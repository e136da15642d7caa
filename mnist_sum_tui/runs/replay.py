"""Replay: a run as it stood at any moment, from its metrics.jsonl. Needs numpy; no torch, no Textual.

The file is read once, to note the place and the kind of each event. Only the events of the wanted moment are parsed,
some thousand at most, so even with a million events a moment takes milliseconds.
"""

import contextlib
from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from mnist_sum_tui.atomic import open_own
from mnist_sum_tui.runs.event_json import KINDS
from mnist_sum_tui.runs.events import EpochDone, Event
from mnist_sum_tui.runs.journal import MOST_LINE_BYTES, parse_line

Rows = NDArray[np.int64]
Read = Callable[[int], Event | None]
WHOLE = ("started", "epoch", "validated", "changed", "finished")
"""a moment has all earlier events of these kinds, a selection of THINNED, and the newest event of each other kind"""
THINNED = ("progress", "health")
"""the kinds of which a moment has only a selection, evenly spread"""
MOST_PROGRESS = 1024
"""twice the columns of the widest chart; if there are more events, only every second, fourth, ... is taken"""
TAIL = 64
"""how many of the newest Progress are always taken, because the key figures are their moving average"""
BLOCK = 4 << 20
HEAD = len('{"event": "')
NAMED = 3
"""how many letters of a kind's name tell it from the others"""


@dataclass(frozen=True, slots=True)
class Moment:
    """A run as it stood when one of its events had happened."""

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
    """An index of a run's events, to find them by time, step or epoch. Damaged lines are skipped."""

    def __init__(self, path: Path) -> None:
        """Read the file once; one that is missing has no events. What is written later is not seen."""
        self._path = path
        starts, self._lengths, kinds = _index(path)
        self._starts = starts
        self._rows = {kind: np.flatnonzero(kinds == place) for place, kind in enumerate(KINDS)}
        self._known: dict[int, Event | None] = {}
        """events that were read, by row; None for a line that is damaged"""

    def __len__(self) -> int:
        return len(self._starts)

    @property
    def last(self) -> int:
        """The row of the last event; -1 if there is none."""
        return len(self) - 1

    def at(self, row: int) -> Moment:
        """The run after the event in this row; a row outside is the first or the last."""
        row = min(max(row, 0), self.last)
        with self._reading() as read:
            found = {place: event for place in self._needed(row, read) if (event := read(place)) is not None}
        return Moment(row, tuple(found[place] for place in sorted(found)), len(self._rows["samples"]) > 0)

    def row_at(self, elapsed: float) -> int:
        """The last row at this time of training, in seconds; -1 before the first."""
        return self._last_row("elapsed", elapsed)

    def row_at_step(self, step: int) -> int:
        """The last row at this step; -1 before the first."""
        return self._last_row("step", step)

    def epochs(self) -> list[int]:
        """The rows of the EpochDone events, one for each epoch that ended."""
        rows: list[int] = self._rows["epoch"].tolist()
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
        for kind, rows in self._rows.items():
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
                stream = stack.enter_context(open_own(self._path))

            def read(row: int) -> Event | None:
                if row not in self._known and stream is not None:
                    stream.seek(int(self._starts[row]))
                    self._known[row] = parse_line(stream.read(int(self._lengths[row])))
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


def _index(path: Path) -> tuple[Rows, Rows, Rows]:
    """For each line that may be an event: where it begins, its length in bytes, and the index of its kind in KINDS.

    The kind is told by its first letters. The last line counts only if it is complete.
    """
    names = np.array([_number(np.frombuffer(kind.encode(), np.uint8)[:NAMED]) for kind in KINDS])
    found: list[tuple[Rows, Rows, Rows]] = []
    begin, rest = 0, b""
    with contextlib.suppress(OSError), open_own(path) as stream:
        while block := stream.read(BLOCK):
            block = rest + block
            data = np.frombuffer(block, np.uint8)
            ends = np.flatnonzero(data == ord("\n"))
            starts = np.concatenate([[0], ends + 1])
            lengths = ends - starts[:-1]
            fits = (lengths > HEAD + NAMED) & (lengths < MOST_LINE_BYTES)
            places, lengths = starts[:-1][fits], lengths[fits]
            letters = data[places[:, None] + np.arange(HEAD, HEAD + NAMED)]
            is_kind = _number(letters.T)[:, None] == names
            is_event = is_kind.any(1)
            found.append((begin + places[is_event], lengths[is_event], is_kind[is_event].argmax(1)))
            begin += int(starts[-1])
            rest = block[starts[-1] :]
    empty = np.empty(0, np.int64)
    starts, lengths, kinds = (
        (np.concatenate([empty, *column]) for column in zip(*found, strict=True)) if found else 3 * [empty]
    )
    return starts, lengths, kinds


def _number(letters: NDArray[np.uint8]) -> Any:
    """The letters along the first axis as one number."""
    return sum(letter.astype(np.int64) << 8 * place for place, letter in enumerate(letters))
