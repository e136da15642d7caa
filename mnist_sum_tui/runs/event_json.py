"""Events as JSON: one flat object each, with `event` (its kind), `step`, `epoch`, `elapsed`, and its own fields.

When an event is read, each field is checked against its type and text is made printable, because a file may be
untrusted.
"""

from collections.abc import Mapping
from dataclasses import MISSING, fields
from functools import cache
from typing import Any, get_type_hints

from mnist_sum_tui.runs import events
from mnist_sum_tui.runs.events import Event
from mnist_sum_tui.runs.json_values import Check, check_of, strict, strict_json

KINDS = {cls.kind: cls for cls in vars(events).values() if isinstance(cls, type) and issubclass(cls, Event)}
"""every event by its kind"""
del KINDS[Event.kind]  # their common base


def to_dict(event: Event) -> dict[str, Any]:
    """The event as a flat dict of JSON's types."""
    return {"event": event.kind, **{item.name: strict(getattr(event, item.name)) for item in fields(event)}}


def to_json(event: Event) -> str:
    """The event as one line of strict JSON, without the newline."""
    return strict_json(to_dict(event))


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
