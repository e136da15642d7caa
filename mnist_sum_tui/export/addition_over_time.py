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
        Table(f"epoch {event.epoch}, step {event.step:,}: {_words(event, '10 sums')}", "".join(event.addition))
        for event in found[::-gap][::-1]
    ]


def began(events: Iterable[Event]) -> str:
    """When more than half of the sums of a run's first sample image became right; empty if they never did."""
    found = _with_table(events)
    first = first_adding(found)
    if first is None:
        return ""
    words = f"after step {first.step:,}, {_words(first)}"
    if first is found[0]:
        return f"Already {words}."
    before = found[found.index(first) - 1]
    share = "all" if _right(first)[0] == len(first.addition) else "most"  # not "it began to add": the coach tells that
    return f"After step {before.step:,}, {_words(before)}; {words}: in between, {share} became right."


def first_adding(events: Iterable[Event]) -> Samples | None:
    """The first answers with more than half of the sums of a run's first sample image right; None if there are none."""
    return next((event for event in _with_table(events) if _right(event)[0] > MOST_GUESSED), None)


def _with_table(events: Iterable[Event]) -> list[Samples]:
    return [event for event in events if isinstance(event, Samples) and len(event.addition) == 10 and event.labels]


def _words(event: Samples, sums: str = "its 10 sums") -> str:
    """How many of the ten sums are right: `none of its 10 sums is clearly right`, `4 of its 10 sums are right`."""
    right, most = _right(event)
    return f"{right or 'none'} of {sums} {'is' if right < 2 else 'are'} {'clearly ' if right < most else ''}right"


def _right(event: Samples) -> tuple[int, int]:
    """How many of the ten sums are right, at least and at most: in tenths the true one may share the first place."""
    likeliest = [[total for total, tenths in enumerate(row) if tenths == max(row)] for row in event.addition]
    rows = [(total, found) for total, found in enumerate(likeliest, event.labels[0]) if total in found]
    return sum(found == [total] for total, found in rows), len(rows)
