"""The addition table of one image at several moments of a run."""

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
    found = _with_table(events)
    gap = -(-len(found) // MOST) or 1
    return [
        Table(f"epoch {event.epoch}, step {event.step:,}: {_words(event)}", "".join(event.addition))
        for event in found[::-gap][::-1]
    ]


def _with_table(events: Iterable[Event]) -> list[Samples]:
    return [event for event in events if isinstance(event, Samples) and len(event.addition) == 10 and event.labels]


def _words(event: Samples) -> str:
    """How many of the ten sums are right: `none of 10 sums is clearly right`, `4 of 10 sums are right`."""
    right, most = _right(event)
    return f"{right or 'none'} of 10 sums {'is' if right < 2 else 'are'} {'clearly ' if right < most else ''}right"


def _right(event: Samples) -> tuple[int, int]:
    """How many of the ten sums are right, at least and at most: in tenths the true one may share the first place."""
    likeliest = [[total for total, tenths in enumerate(row) if tenths == max(row)] for row in event.addition]
    rows = [(total, found) for total, found in enumerate(likeliest, event.labels[0]) if total in found]
    return sum(found == [total] for total, found in rows), len(rows)
