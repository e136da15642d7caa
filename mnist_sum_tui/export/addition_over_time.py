"""Since when a network adds: the addition table of one image at several moments of a run."""

from collections.abc import Iterable
from typing import NamedTuple

from mnist_sum_tui.runs.events import Event, Samples

MOST = 60
"""the most moments in a report"""
MOST_GUESSED = 5
"""of ten sums; guessing gets one or two right"""


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
        Table(
            f"epoch {event.epoch}, step {event.step:,}: {_right(event)} of 10 sums are right", "".join(event.addition)
        )
        for event in found[::-gap][::-1]
    ]


def began(events: Iterable[Event]) -> str:
    """When more than half of the sums of a run's first sample image became right; empty if they never did."""
    before: Samples | None = None
    for event in _with_table(events):
        right = _right(event)
        if right > MOST_GUESSED:
            words = f"after step {event.step:,}, {right} of its 10 sums are right"
            adds = "add" if right == len(event.addition) else "add most of them"
            return f"{_before(before)}; {words}: in between, it began to {adds}." if before else f"Already {words}."
        before = event
    return ""


def _before(event: Samples) -> str:
    right = _right(event)
    return f"After step {event.step:,}, {right or 'none'} of its 10 sums {'is' if right < 2 else 'are'} right"


def _with_table(events: Iterable[Event]) -> list[Samples]:
    return [event for event in events if isinstance(event, Samples) and len(event.addition) == 10 and event.labels]


def _right(event: Samples) -> int:
    """How many of the ten sums are right, and are more probable than all others."""
    rows = enumerate(event.addition, event.labels[0])
    return sum(row.find(max(row)) == row.rfind(max(row)) == total for total, row in rows)
