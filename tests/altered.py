"""Events with some of their values replaced."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from mnist_sum_tui.runs.events import Event


def altered(events: Iterable[Event], kind: type[Event], **values: Any) -> list[Event]:
    """The events, of which those of a kind have these values; a value may be a function of the event."""
    return [
        replace(event, **{name: value(event) if callable(value) else value for name, value in values.items()})
        if isinstance(event, kind)
        else event
        for event in events
    ]
