"""Changes of settings while a run trains ("turns" of "knobs"), written as `--change 300:lr=x0.5`.

A turn's value is the same text in the journal, in checkpoints and on the command line, so it means the same everywhere.
"""

import contextlib
import operator
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from mnist_sum_tui.config import Range, kinds, settings, value_words
from mnist_sum_tui.errors import UsageError, unknown

KNOBS = ("lr", "sum_weight", "label_smoothing", "weight_decay", "augment")
"""the settings that the user can change in a running training"""
TURNED = (*KNOBS, "epochs")
"""those that a training changes: it ends by itself by a lower number of epochs"""
FACTOR = Range(0.01, 100, "x0.01 to x100")
"""the learning rate is turned by a factor on its schedule"""
FORM = "write it as STEP:SETTING=VALUE, such as 300:lr=x0.5 or 300:augment=none"
MAX_STEP = 10**10
MAX_LETTERS = 20
MOST_TURNS = 500
"""how many planned changes a run can have"""


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

    @property
    def setting_value(self) -> str | int | float:
        """The value as TrainConfig has it, of a setting that is not turned by a factor."""
        kind = kinds()[self.setting]
        return kind(self.number) if kind in (int, float) else self.value

    @classmethod
    def of(cls, step: int, setting: str, value: str) -> "Turn":
        """A turn with a checked value, which is brought into its shortest form.

        Raises:
            UsageError: the setting is not a knob, or does not accept the value.
            TypeError: the step is not a whole number.
        """
        step = int(operator.index(step))  # JSON has no numbers of numpy, and a checkpoint with 300.0 would be refused
        name = setting.replace("-", "_")
        if name not in TURNED:
            raise unknown("setting", setting, KNOBS)
        if len(value) > MAX_LETTERS:
            raise UsageError(f"a change's value has at most {MAX_LETTERS} letters")
        if not 0 <= step <= MAX_STEP:
            raise UsageError(f"the step of a change must be 0 to {MAX_STEP:,}, not {step:,}")
        return cls(step, name, _checked(name, value))

    @classmethod
    def parse(cls, text: str) -> "Turn":
        """A turn as the command line has it.

        Raises:
            UsageError: the text does not have the FORM, or the setting does not accept the value.
        """
        found = re.fullmatch(r"([0-9]{1,10}):([a-z_-]+)=(\S{1,20})", text.strip())
        if found is None:
            raise UsageError(f"--change {text}: {FORM}")
        try:
            return cls.of(int(found[1]), found[2], found[3])
        except UsageError as error:  # else it would seem to be about the option of that name
            raise UsageError(f"--change {text}: {error}") from error


def number_in(text: str, refused: UsageError, kind: type[float] = float) -> float:
    """The number that a text is, but not what only Python takes for one: `1_0`, or digits of other scripts.

    Raises:
        UsageError: `refused`, because it is no number, or no whole one where `kind` is int.
    """
    with contextlib.suppress(ValueError):
        if "_" not in text and text.isascii():
            return kind(text)
    raise refused


def turned(turns: Iterable[Turn], step: int) -> dict[str, Turn]:
    """For each setting that was changed, the turn that holds at a step; of several at one step, the last."""
    found: dict[str, Turn] = {}
    for turn in turns:
        if turn.step <= step and (turn.setting not in found or found[turn.setting].step <= turn.step):
            found[turn.setting] = turn
    return found


def known(turns: Sequence[Turn], step: int) -> tuple[Turn, ...]:
    """The turns that matter from `step` on: those that hold, and those to come."""
    kept = {*turned(turns, step).values()}
    return tuple(turn for turn in turns if turn.step > step or turn in kept)


def needed(turns: Sequence[Turn], step: int) -> tuple[Turn, ...]:
    """As `known`, but only so many that a run can have.

    Raises:
        UsageError: more than MOST_TURNS are to come.
    """
    to_come = sum(turn.step > step for turn in turns)
    if to_come > MOST_TURNS:
        raise UsageError(f"a run can have at most {MOST_TURNS} changes to come, not {to_come:,}: leave some out")
    return known(turns, step)


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
    number = number_in(value.removeprefix("x"), refused)
    is_whole = kinds()[name] is int
    if number not in allowed or (is_whole and number != int(number)):
        raise refused
    short = str(int(number)) if is_whole else value_words(name, number)
    return f"x{short}" if name == "lr" else short
