"""Write JSON, and check values read from it against type hints: type and range. Standard library only.

JSON has neither NaN nor infinity, so they are written as the strings in NON_FINITE, and a field that may be one of them
accepts its string.
"""

import json
import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, get_args, get_origin, get_type_hints, is_typeddict

from mnist_sum_tui.printable import printable

NON_FINITE = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}
MOST = float(2**53)
"""the highest number that any field accepts; up to here a float holds every whole number"""


@dataclass(frozen=True, slots=True)
class Within:
    """A range for `Annotated`, both ends included."""

    low: float
    high: float
    also: tuple[str, ...] = ()
    """strings of NON_FINITE that are accepted too"""
    may_be_nan: bool = False
    """whether NaN is accepted as a number, too; only checkpoints have it"""


@dataclass(frozen=True, slots=True)
class Matching:
    """A regular expression that the whole string matches, for `Annotated`."""

    pattern: str


Count = Annotated[int, Within(0, MOST)]
Number = Annotated[int, Within(1, MOST)]
"""counted from 1, or a count of at least 1"""
Amount = Annotated[float, Within(0, MOST)]
"""seconds, a learning rate, a speed"""
Share = Annotated[float, Within(0, 1)]
Digit = Annotated[int, Within(0, 9)]
Loss = Annotated[float, Within(0, 1e39, ("NaN", "Infinity"))]
"""up to the limit of float32; NaN or infinite if the training diverges"""

Check = Callable[[Any], Any]
"""returns the value, converted to the hint's type, or raises ValueError"""


def strict(value: Any) -> Any:
    """The value of dicts, lists and tuples with a string of NON_FINITE for each float that JSON does not have."""
    if isinstance(value, float) and not math.isfinite(value):
        return next((word for word, number in NON_FINITE.items() if value == number), "NaN")
    if isinstance(value, Mapping):
        return {key: strict(item) for key, item in value.items()}
    return [strict(item) for item in value] if isinstance(value, list | tuple) else value


def strict_json(value: Any, *, indent: int | None = None, is_ascii: bool = False) -> str:
    """The value as strict JSON, which any reader accepts."""
    return json.dumps(strict(value), indent=indent, ensure_ascii=is_ascii, allow_nan=False)


def check_of(hint: Any) -> Check:
    """The check for a type hint: a value, a value or None, a tuple of one kind of value, or a TypedDict of them.

    A value is a str, a bool, or an `Annotated` int, float or str with its Within or Matching. A plain string is
    made printable, a whole number becomes a float if the hint says float, and a list becomes a tuple.
    `Annotated[..., hint]` with a TypedDict or a tuple of them as the hint stands for that hint.
    """
    if get_origin(hint) is Annotated:
        kind, rule = get_args(hint)
        if is_typeddict(rule) or get_origin(rule) is tuple:
            return check_of(rule)
        if kind is str:
            return _text_by(rule)
        return _whole(rule) if kind is int else _real(rule)
    if is_typeddict(hint):
        return _record(hint)
    if get_origin(hint) is tuple:
        return _each(check_of(get_args(hint)[0]))
    if type(None) in get_args(hint):
        return _or_none(check_of(next(part for part in get_args(hint) if part is not type(None))))
    return {str: _text, bool: _truth}[hint]


def _whole(rule: Within) -> Check:
    low, high = rule.low, rule.high

    def check(value: Any) -> int:
        if type(value) is int and low <= value <= high:  # not isinstance: a bool is an int
            return value
        raise ValueError

    return check


def _real(rule: Within) -> Check:
    low, high = rule.low, rule.high
    words = {word: NON_FINITE[word] for word in rule.also}

    def check(value: Any) -> float:
        if type(value) in (float, int) and (low <= value <= high or (rule.may_be_nan and value != value)):
            return float(value)
        if type(value) is str and value in words:
            return words[value]
        raise ValueError

    return check


def _text_by(rule: Matching) -> Check:
    def check(value: Any) -> str:
        if type(value) is str and re.fullmatch(rule.pattern, value):
            return value
        raise ValueError

    return check


def _record(kind: Any) -> Check:
    """The check for a dict with a TypedDict's keys; keys that are not required may be missing."""
    checks = {name: check_of(hint) for name, hint in get_type_hints(kind, include_extras=True).items()}
    required = kind.__required_keys__

    def check(value: Any) -> dict[str, Any]:
        if type(value) is not dict or not required <= value.keys() <= checks.keys():
            raise ValueError
        return {name: checks[name](item) for name, item in value.items()}

    return check


def _text(value: Any) -> str:
    if type(value) is not str:
        raise ValueError
    return printable(value)


def _truth(value: Any) -> bool:
    if type(value) is not bool:
        raise ValueError
    return value


def _or_none(inner: Check) -> Check:
    return lambda value: None if value is None else inner(value)


def _each(inner: Check) -> Check:
    def check(value: Any) -> tuple[Any, ...]:
        if type(value) is not list:
            raise ValueError
        return tuple(map(inner, value))

    return check
