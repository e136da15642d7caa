import json
import math
from dataclasses import fields
from typing import Any, get_type_hints

import pytest

from mnist_sum_tui import events
from mnist_sum_tui.events import KINDS, Event, Progress, from_dict, to_dict, to_json

SAMPLES: dict[Any, Any] = {int: 3, float: 0.25, str: "ü", bool: True, tuple[int, ...]: (1, 2)}


def _example(cls: type[Event]) -> Event:
    """An event with a value of the right kind in every field, the None of the optional ones included."""
    hints = get_type_hints(cls)
    values: dict[str, Any] = {item.name: SAMPLES.get(hints[item.name]) for item in fields(cls)}
    return cls(**values)


@pytest.mark.parametrize("kind", KINDS)
def test_round_trip_through_json(kind: str) -> None:
    event = _example(KINDS[kind])
    assert from_dict(json.loads(to_json(event))) == event
    assert to_dict(event)["event"] == kind


def test_the_names_that_scripts_read() -> None:
    assert {"started", "progress", "epoch", "checkpoint", "finished"} <= KINDS.keys()


def test_numbers_that_json_does_not_have() -> None:
    event = Progress(
        step=1, epoch=1, elapsed=0.5, digit_loss=math.nan, sum_loss=math.inf, digit_accuracy=0.5, sum_accuracy=0.5,
        lr=0.1, images_per_second=1.0, remaining=None,
    )  # fmt: skip
    strict = json.loads(to_json(event), parse_constant=lambda name: pytest.fail(f"{name} is not JSON"))
    assert (strict["digit_loss"], strict["sum_loss"]) == ("NaN", "Infinity")
    back = from_dict(strict)
    assert isinstance(back, Progress)
    assert math.isnan(back.digit_loss)
    assert back.sum_loss == math.inf


def test_fields_of_a_later_version_are_passed_over() -> None:
    assert from_dict({"event": "paused", "step": 1, "epoch": 1, "elapsed": 0.0, "mood": "good"}) == events.Paused(
        step=1, epoch=1, elapsed=0.0
    )


@pytest.mark.parametrize("values", [{}, {"event": "party"}, {"event": "paused"}])
def test_what_is_no_event_is_refused(values: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="event"):
        from_dict(values)
