"""When a network began to add: the addition table of one image at several moments of a run."""

from collections.abc import Iterable
from typing import NamedTuple

from mnist_sum_tui.runs.events import Event, Samples

MOST = 60
"""the most moments in a report"""


class Table(NamedTuple):
    """The probability of each sum for each number, at one moment."""

    words: str
    digits: str
    """190 probabilities in tenths, 9 for more: a row of nineteen sums for each of the ten numbers"""


def tables(events: Iterable[Event]) -> list[Table]:
    """The tables of a run's first sample image, in order, at most MOST and the last always; none in older runs."""
    found = [event for event in events if isinstance(event, Samples) and len(event.addition) == 10 and event.labels]
    gap = -(-len(found) // MOST) or 1
    return [_table(event) for event in found[::-gap][::-1]]


def _table(event: Samples) -> Table:
    label = event.labels[0]
    right = sum(row.find(max(row)) == row.rfind(max(row)) == label + n for n, row in enumerate(event.addition))
    return Table(f"epoch {event.epoch}, step {event.step:,}: {right} of 10 sums are right", "".join(event.addition))
