"""EventIndex: the place and the kind of each event in a metrics.jsonl, read block by block. Needs numpy."""

import contextlib
import threading
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mnist_sum_tui.runs.event_json import KINDS
from mnist_sum_tui.runs.growing_table import GrowingTable
from mnist_sum_tui.runs.journal import MOST_LINE_BYTES, open_journal

Rows = NDArray[np.int64]
BLOCK = 4 << 20
"""bytes read at once, which take 5 ms; most runs are one block"""
HEAD = len('{"event": "')
NAMED = 3
"""letters that tell one kind of event from the others"""


class EventIndex:
    """For each line that may be an event: where it begins, how many bytes it has, and of which kind it is.

    The first letters tell the kind. The last line counts only if it is complete. A missing file has no events. What is
    written after the end was read is not seen.
    """

    def __init__(self, path: Path) -> None:
        """Read nothing yet."""
        self._path = path
        self._names = np.array([_number(np.frombuffer(kind.encode(), np.uint8)[:NAMED]) for kind in KINDS])
        self._at, self._size = 0, 1
        self._lock = threading.Lock()
        self._lines = GrowingTable(2, np.int64)
        self._rows = {kind: GrowingTable(1, np.int64) for kind in KINDS}
        self.count = 0
        """the number of events so far"""
        self.is_whole = False
        """whether the file's end was reached"""

    @property
    def share(self) -> float:
        """How much of the file was read, 0..1."""
        return 1.0 if self.is_whole else min(self._at / self._size, 1.0)

    def rows(self, kind: str) -> Rows:
        """The places of the events of a kind among all events."""
        return self._rows[kind].column(0)

    def line(self, row: int) -> tuple[int, int]:
        """Where the event in this row begins, and how many bytes it has."""
        return int(self._lines.column(0)[row]), int(self._lines.column(1)[row])

    def read_on(self) -> bool:
        """Read the next block; returns whether there may be more. Any thread may do it."""
        with self._lock, contextlib.suppress(OSError):
            if self.is_whole:
                return False
            self._read_block()
            return not self.is_whole
        self.is_whole = True
        return False

    def _read_block(self) -> None:
        with open_journal(self._path) as stream:
            self._size = max(stream.seek(0, 2), 1)
            stream.seek(self._at)
            block = stream.read(BLOCK)
        self._take(block)
        self.is_whole = len(block) < BLOCK

    def _take(self, block: bytes) -> None:
        """Note the events in the whole lines of a block."""
        data = np.frombuffer(block, np.uint8)
        ends = np.flatnonzero(data == ord("\n"))
        starts = np.concatenate([[0], ends + 1])
        lengths = ends - starts[:-1]
        fits = (lengths > HEAD + NAMED) & (lengths < MOST_LINE_BYTES)
        places, lengths = starts[:-1][fits], lengths[fits]
        letters = data[places[:, None] + np.arange(HEAD, HEAD + NAMED)]
        is_kind = _number(letters.T)[:, None] == self._names
        is_event = is_kind.any(1)
        kinds = is_kind[is_event].argmax(1)
        for place, rows in enumerate(self._rows.values()):
            rows.extend(self.count + np.argwhere(kinds == place))
        self._lines.extend(np.stack([self._at + places, lengths], 1)[is_event])
        self._at += int(starts[-1]) if len(ends) else len(block)  # a block without an end is no event
        self.count += len(kinds)  # last: until here, nobody asks for them


def _number(letters: NDArray[np.uint8]) -> Any:
    """The letters along the first axis as one number."""
    return sum(letter.astype(np.int64) << 8 * place for place, letter in enumerate(letters))
