"""Tables for spreadsheets: of a run's measurements, one row per event that measured something; and of several runs."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
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
    return _written((to_dict(event) for event in events if isinstance(event, MEASURED)), COLUMNS)


def table_of(rows: Sequence[Mapping[str, object]]) -> bytes:
    """A table with the columns of all rows, in the form of RFC 4180, with a header; a cell is empty for None.

    Text that a spreadsheet would compute, because it begins as a formula does, gets an apostrophe before it: a run may
    come from a stranger.
    """
    safe = ({name: f"'{value}" if _is_formula(value) else value for name, value in row.items()} for row in rows)
    return _written(safe, tuple(dict.fromkeys(name for row in rows for name in row)))


def _is_formula(value: object) -> bool:
    return isinstance(value, str) and value.startswith(("=", "+", "-", "@", "\t", "\r"))


def _written(rows: Iterable[Mapping[str, object]], columns: Sequence[str]) -> bytes:
    text = io.StringIO(newline="")
    table = csv.DictWriter(text, columns, restval="", extrasaction="ignore")
    table.writeheader()
    table.writerows(rows)
    return text.getvalue().encode(errors="backslashreplace")
