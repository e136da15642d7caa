"""A run's measurements as a table for spreadsheets: one row per event that measured something."""

import csv
import io
from collections.abc import Iterable
from dataclasses import fields

from mnist_sum_tui.runs.event_json import to_dict
from mnist_sum_tui.runs.events import EpochDone, Event, Finished, Progress, Validated

MEASURED: tuple[type[Event], ...] = (Progress, Validated, EpochDone, Finished)
WORDS = ("reason", "run", "path", "message")
"""fields that are not measurements"""
COLUMNS = tuple(
    dict.fromkeys(["event", *(item.name for kind in MEASURED for item in fields(kind) if item.name not in WORDS)])
)


def to_csv(events: Iterable[Event]) -> bytes:
    """The table in the form of RFC 4180, with a header; a cell is empty if an event does not have the value.

    Accuracies are fractions of 1, losses in nats, times in seconds; `event` is progress, validated, epoch or finished.
    """
    text = io.StringIO(newline="")
    table = csv.DictWriter(text, COLUMNS, restval="", extrasaction="ignore")
    table.writeheader()
    table.writerows(to_dict(event) for event in events if isinstance(event, MEASURED))
    return text.getvalue().encode()
