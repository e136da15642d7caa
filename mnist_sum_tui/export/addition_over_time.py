"""When a network began to add: the addition table of one image at several moments of a run."""

from collections.abc import Iterable, Sequence
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
    step: int
    right: int
    """how many of the ten sums are right"""


def tables(events: Iterable[Event]) -> list[Table]:
    """The tables of a run's first sample image, in order, at most MOST and the last always; none in older runs."""
    found = [event for event in events if isinstance(event, Samples) and len(event.addition) == 10 and event.labels]
    gap = -(-len(found) // MOST) or 1
    return [_table(event) for event in found[::-gap][::-1]]


def began(found: Sequence[Table]) -> str:
    """When more than half of the sums became right, as far as the moments tell; empty if they never did."""
    adds = next((place for place, table in enumerate(found) if table.right > MOST_GUESSED), None)
    if adds is None:
        return ""
    words = f"after step {found[adds].step:,}, {found[adds].right} of its 10 sums are right"
    if not adds:
        return f"Already {words}."
    before = found[adds - 1]
    none = f"{before.right or 'none'} of its 10 sums {'is' if before.right < 2 else 'are'} right"
    return f"After step {before.step:,}, {none}; {words}: it began to add between the two."


def _table(event: Samples) -> Table:
    label = event.labels[0]
    right = sum(row.find(max(row)) == row.rfind(max(row)) == label + n for n, row in enumerate(event.addition))
    words = f"epoch {event.epoch}, step {event.step:,}: {right} of 10 sums are right"
    return Table(words, "".join(event.addition), event.step, right)
