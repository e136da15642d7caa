import json
import math
from dataclasses import fields, replace
from typing import Any, get_type_hints

import pytest

from mnist_sum_tui.runs import events
from mnist_sum_tui.runs.event_json import KINDS, from_dict, to_dict, to_json
from mnist_sum_tui.runs.events import Changed, Event, Progress
from mnist_sum_tui.runs.health_event import Health

SAMPLES: dict[Any, Any] = {
    int: 3, float: 0.25, str: "ü", bool: True, tuple[int, ...]: (1, 2), tuple[str, ...]: ("0" * 19,),
    tuple[float, ...]: (0.25,),
}  # fmt: skip
WORDS: dict[str, dict[str, Any]] = {
    "started": {"images": ("0" * 64,)},
    "checkpoint": {"reason": "timer"},
    "finished": {"reason": "stopped"},
    "advice": {"topic": "sees"},
    "changed": {"setting": "lr", "before": "x1", "value": "x0.5"},
}
"""text fields that accept certain words only"""


def _example(cls: type[Event]) -> Event:
    """An event with a value of the right type in every field, and None in optional ones."""
    hints = get_type_hints(cls)
    values: dict[str, Any] = {item.name: SAMPLES.get(hints[item.name]) for item in fields(cls)}
    return cls(**values | WORDS.get(cls.kind, {}))


@pytest.mark.parametrize("kind", KINDS)
def test_round_trip_through_json(kind: str) -> None:
    event = _example(KINDS[kind])
    assert from_dict(json.loads(to_json(event))) == event
    assert to_dict(event)["event"] == kind


def test_the_event_names_that_scripts_rely_on() -> None:
    assert {"started", "progress", "epoch", "checkpoint", "finished"} <= KINDS.keys()


def test_nan_and_infinity_are_strings_in_json() -> None:
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


def test_nan_within_a_field_of_many_values_is_a_string_too() -> None:
    example = _example(KINDS["health"])
    assert isinstance(example, Health)
    event = replace(example, gradients=(math.inf,), updates=(math.nan,))
    strict = json.loads(to_json(event), parse_constant=lambda name: pytest.fail(f"{name} is not JSON"))
    assert (strict["gradients"], strict["updates"]) == (["Infinity"], ["NaN"])
    assert repr(from_dict(strict)) == repr(event)


def test_unknown_fields_are_ignored() -> None:
    assert from_dict({"event": "paused", "step": 1, "epoch": 1, "elapsed": 0.0, "mood": "good"}) == events.Paused(
        step=1, epoch=1, elapsed=0.0
    )


@pytest.mark.parametrize("values", [{}, {"event": "party"}, {"event": "paused"}])
def test_an_unknown_or_incomplete_event_is_refused(values: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="event"):
        from_dict(values)


WRONG: dict[Any, list[Any]] = {
    int: [None, True, -1, 10**400, 2**60, 1.5, "3", math.nan, [1], {}],
    float: [None, True, -0.5, 10**400, "0.5", "-Infinity", "x", [0.5], {}],
    str: [None, True, 1, ["x"], {}],
    bool: [None, 0, 1, "true", [True]],
    tuple[str, ...]: [None, True, "0" * 19, [1], ["x" * 19], ["0" * 18], {}],
    tuple[float, ...]: [None, True, 0.5, "12", [-0.5], [True], [[0.5]], [10**400], ["x"], {}],
    tuple[int, ...]: [None, True, 3, "12", [1, -1], [1, True], [1, [2]], [1, 10**400], [1, 2.0], {"1": 2}],
}
"""for each type of field, values of another type or out of range"""


@pytest.mark.parametrize("kind", KINDS)
def test_a_value_of_the_wrong_type_is_refused_in_every_field(kind: str) -> None:
    hints = get_type_hints(KINDS[kind])
    good = to_dict(_example(KINDS[kind]))
    for item in fields(KINDS[kind]):
        hint, is_optional = hints[item.name], hints[item.name] in (int | None, float | None)
        for value in WRONG[(int if hint == int | None else float) if is_optional else hint]:
            is_name = item.name == "layers" and value in (["x" * 19], ["0" * 18])
            if (value is None and is_optional) or is_name:
                continue
            with pytest.raises(ValueError, match=item.name):
                from_dict({**good, item.name: value})


@pytest.mark.parametrize(
    ("kind", "field", "value"),
    [
        ("epoch", "val_digit_accuracy", 1.5),
        ("epoch", "val_digit_accuracy", "NaN"),
        ("progress", "sum_accuracy", 1.01),
        ("progress", "elapsed", "Infinity"),
        ("progress", "lr", "NaN"),
        ("progress", "digit_loss", 1e300),
        ("finished", "reason", "hacked"),
        ("finished", "agreement", -0.1),
        ("checkpoint", "reason", ""),
        ("changed", "setting", "batch_size"),
        ("advice", "topic", "a\x1b[31m"),
        ("changed", "value", "x0\x1b[31m"),
        ("changed", "before", "0.5"),
        ("started", "epochs", 0),
        ("started", "epochs", 10_001),
        ("started", "steps_per_epoch", 0),
        ("samples", "labels", [10, 1]),
        ("samples", "sums", [19, 1]),
        ("samples", "sums", [1, 2, 3]),
        ("health", "dead", [1.5]),
        ("health", "layers", ["conv1", "conv2"]),
    ],
)
def test_a_value_out_of_range_is_refused(kind: str, field: str, value: Any) -> None:
    with pytest.raises(ValueError, match=field):
        from_dict({**to_dict(_example(KINDS[kind])), field: value})


def test_a_whole_number_is_read_as_a_float_and_nan_in_a_text_stays_text() -> None:
    paused = from_dict({"event": "paused", "step": 1, "epoch": 1, "elapsed": 3})
    assert (paused.elapsed, type(paused.elapsed)) == (3.0, float)
    notice = from_dict({"event": "notice", "step": 1, "epoch": 1, "elapsed": 0.0, "message": "NaN"})
    assert notice == events.Notice(step=1, epoch=1, elapsed=0.0, message="NaN")


@pytest.mark.parametrize("kind", KINDS)
def test_control_characters_in_text_are_escaped(kind: str) -> None:
    good = to_dict(_example(KINDS[kind]))
    for name, value in good.items():
        if isinstance(value, str) and name != "event" and name not in WORDS.get(kind, {}):
            event = from_dict({**good, name: "a\x1b]0;x\x07\n\u202eb"})
            assert getattr(event, name) == r"a\x1b]0;x\x07\n\u202eb"


def test_a_change_has_its_value_in_its_short_form_whatever_the_file_says() -> None:
    good = to_dict(_example(KINDS["changed"]))
    event = from_dict({**good, "setting": "epochs", "before": "9.0", "value": "1e1"})
    assert (getattr(event, "before", ""), getattr(event, "value", "")) == ("9", "10")


@pytest.mark.parametrize(
    ("setting", "at", "reached"),
    [("augment", 9, True), ("augment", 10, False), ("epochs", 10, True), ("epochs", 11, False)],
)
def test_a_change_is_reached_by_its_first_step_and_a_number_of_epochs_by_the_end(
    setting: str, at: int, reached: bool
) -> None:
    """Steps are counted from 0: ten steps end with step 9."""
    value = {"augment": "none", "epochs": "2"}[setting]
    planned = Changed(step=3, epoch=1, elapsed=1.0, at=at, setting=setting, before=value, value=value)
    assert planned.is_reached(10) is reached
