"""Events as JSON: one flat object each, with `event` (its kind), `step`, `epoch`, `elapsed`, and its own fields.

JSON has no NaN or infinity; they become the strings "NaN" and "Infinity", so that any JSON reader accepts the file.
When an event is read, each field is checked against its type and text is made printable, because a file may be
untrusted.
"""

import json
import math
from collections.abc import Mapping
from dataclasses import MISSING, fields
from functools import cache
from typing import Any, get_type_hints

from mnist_sum_tui.runs import events
from mnist_sum_tui.runs.events import Event
from mnist_sum_tui.runs.health_event import Health
from mnist_sum_tui.runs.json_values import Check, check_of

KINDS = {cls.kind: cls for cls in (*vars(events).values(), Health) if isinstance(cls, type) and issubclass(cls, Event)}
"""every event by its kind"""
del KINDS[Event.kind]  # their common base


def to_dict(event: Event) -> dict[str, Any]:
    """The event as a flat dict of JSON's types."""
    values = {item.name: getattr(event, item.name) for item in fields(event)}
    return {"event": event.kind, **{key: _plain(value) for key, value in values.items()}}


def to_json(event: Event) -> str:
    """The event as one line of strict JSON, without the newline."""
    return json.dumps(to_dict(event), ensure_ascii=False, allow_nan=False)


def from_dict(values: Mapping[str, Any]) -> Event:
    """The event that `to_dict` wrote; unknown fields, which a later version may have written, are ignored.

    Raises:
        ValueError: the kind is unknown, or a field is missing, of the wrong type or out of range.
    """
    kind = values.get("event")
    cls = KINDS.get(kind) if isinstance(kind, str) else None
    if cls is None:
        raise ValueError(f"unknown event {kind!r}")
    found = {}
    for name, check, may_lack in _checks(cls.kind):
        if may_lack and name not in values:  # an earlier version did not write it
            continue
        try:
            found[name] = check(values[name])
        except (KeyError, ValueError):
            raise ValueError(f"{kind} event: {name} is missing, of the wrong type or out of range") from None
    return cls(**found)


@cache
def _checks(kind: str) -> tuple[tuple[str, Check, bool], ...]:
    """For each field of an event: its name, its check, and whether it may be missing."""
    hints = get_type_hints(KINDS[kind], include_extras=True)
    found = fields(KINDS[kind])
    return tuple((item.name, check_of(hints[item.name]), item.default is not MISSING) for item in found)


def _plain(value: Any) -> Any:
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else ("Infinity" if value > 0 else "-Infinity")
    return [_plain(item) for item in value] if isinstance(value, tuple) else value
