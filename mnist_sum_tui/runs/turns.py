"""Turns of a knob: settings that are changed while a run trains, as `--change 300:lr=x0.5` names them.

A turn is text in the journal, in a checkpoint and on the command line alike, so that it means the same everywhere.
"""

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from mnist_sum_tui.config import Range, settings, value_words
from mnist_sum_tui.errors import UsageError, unknown

KNOBS = ("lr", "sum_weight", "label_smoothing", "weight_decay", "augment", "epochs")
"""the settings that a running training can change"""
FACTOR = Range(0.01, 100, "x0.01 to x100")
"""the learning rate is turned by a factor on its schedule"""
FORM = "write it as STEP:SETTING=VALUE, such as 300:lr=x0.5 or 300:augment=none"
MAX_STEP = 10**10
MAX_LETTERS = 20
MOST_TURNS = 500
"""changes that a run can have still to come"""
MOST_LENGTHS = 400
"""changes of the number of epochs that are remembered"""


@dataclass(frozen=True, slots=True)
class Turn:
    """A setting and its new value, from a step on."""

    step: int
    """the first step for which it holds, counted from 0"""
    setting: str
    value: str
    """as the user writes it: `x0.5` for the learning rate, else as the setting's option has it"""

    def __str__(self) -> str:
        return f"{self.step}:{self.setting}={self.value}"

    @property
    def number(self) -> float:
        """The value of a setting that is a number; for the learning rate, the factor."""
        return float(self.value.removeprefix("x"))

    @classmethod
    def of(cls, step: int, setting: str, value: str) -> "Turn":
        """A turn whose value is checked, in its shortest form.

        Raises:
            UsageError: there is no such knob, or it has no such value.
        """
        name = setting.replace("-", "_")
        if name not in KNOBS:
            raise unknown("knob", setting, KNOBS)
        if len(value) > MAX_LETTERS:
            raise UsageError(f"a change's value has at most {MAX_LETTERS} letters")
        if not 0 <= step <= MAX_STEP:
            raise UsageError(f"the step of a change must be 0 or more, not {step}")
        return cls(step, name, _checked(name, value))

    @classmethod
    def parse(cls, text: str) -> "Turn":
        """A turn as the command line has it.

        Raises:
            UsageError: it is not of that form, or not a knob's value.
        """
        found = re.fullmatch(r"([0-9]{1,10}):([a-z_-]+)=(\S{1,20})", text.strip())
        if found is None:
            raise UsageError(f"--change {text}: {FORM}")
        return cls.of(int(found[1]), found[2], found[3])


def plain_number(text: str) -> str:
    """The text of a number, refused where Python alone would read one: `1_0`, or digits of other scripts.

    Raises:
        ValueError: it is so written.
    """
    if "_" in text or not text.isascii():
        raise ValueError(text)
    return text


def turned(turns: Iterable[Turn], step: int) -> dict[str, Turn]:
    """The turn that holds at a step for each setting that was turned; of several at one step, the last."""
    found: dict[str, Turn] = {}
    for turn in turns:
        if turn.step <= step and (turn.setting not in found or found[turn.setting].step <= turn.step):
            found[turn.setting] = turn
    return found


def needed(turns: Sequence[Turn], step: int) -> tuple[Turn, ...]:
    """The turns that steps from `step` on need: what holds there, what is to come, and the last MOST_LENGTHS lengths.

    The lengths tell which of the run's lengths were turned, and which were asked for when it was resumed.

    Raises:
        UsageError: more than MOST_TURNS are to come.
    """
    kept = {*turned(turns, step).values(), *[turn for turn in turns if turn.setting == "epochs"][-MOST_LENGTHS:]}
    to_come = sum(turn.step > step for turn in turns)
    if to_come > MOST_TURNS:
        raise UsageError(f"a run can have at most {MOST_TURNS} changes to come, not {to_come:,}: leave some out")
    return tuple(turn for turn in turns if turn.step > step or turn in kept)


def _checked(name: str, value: str) -> str:
    about = settings()[name]
    if about.choices:
        if value not in about.choices:
            raise unknown(name, value, about.choices)
        return value
    allowed = FACTOR if name == "lr" else about.range
    assert allowed is not None
    refused = UsageError(f"{about.label} must be {allowed.words}, not {value}")
    if (name == "lr") != value.startswith("x"):
        raise UsageError(f"{about.label} is turned by a factor, such as x0.5, not {value}") if name == "lr" else refused
    try:
        number = float(plain_number(value.removeprefix("x")))
    except ValueError:
        raise refused from None
    if not math.isfinite(number) or number not in allowed or (name == "epochs" and number != int(number)):
        raise refused
    short = str(int(number)) if name == "epochs" else value_words(name, number)
    return f"x{short}" if name == "lr" else short
