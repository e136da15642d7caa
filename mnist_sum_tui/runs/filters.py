"""A filter for runs, written as text: `swift lr>1e-3 stopped`. A run must match every word of it."""

import re
from collections.abc import Callable

from mnist_sum_tui.config import kinds, option_name, settings, value_words
from mnist_sum_tui.errors import UsageError, unknown
from mnist_sum_tui.formatting import percent
from mnist_sum_tui.runs.accuracies import in_percent
from mnist_sum_tui.runs.knob_turns import number_in
from mnist_sum_tui.runs.summary import STATE_WORDS, Summary

Test = Callable[[Summary], bool]
FORM = "a state, part of a name, recipe or note, or setting=value (or <, >), such as swift lr>1e-3"
ALSO = "Digit and sum, in percent, count as settings."
STATES = ("running", "paused", "completed", "done", "stopped", "interrupted", "diverged", "failed", "damaged")
ACCURACIES = ("digit", "sum")


def matching(text: str) -> Test:
    """The test that a filter stands for. Every run passes an empty filter, no damaged run one that names a setting.

    Blanks beside a sign do not count, as in `sum > 98`.

    Raises:
        UsageError: a word does not have the FORM, names an unknown setting, or compares something that is not a number.
    """
    tests = [_test(word) for word in re.sub(r"\s*([=<>])\s*", r"\1", text).split()]
    return lambda run: all(test(run) for test in tests)


def _test(word: str) -> Test:
    found = re.fullmatch(r"([a-zA-Z0-9_-]+)([=<>])(.+)", word)
    if found is None:
        if set(word) & set("=<>"):
            raise UsageError(f"'{word}' is not a filter: write {FORM}")
        if word not in STATES:
            return lambda run: any(word.lower() in words.lower() for words in _words(run))
        return lambda run: word in (run.state, run.state_word, STATE_WORDS.get(run.state))
    key, sign, value = found[1].replace("-", "_"), found[2], found[3]
    if key not in ACCURACIES and key not in settings():
        raise unknown("setting", found[1], [*map(option_name, settings()), *ACCURACIES])
    if key in ACCURACIES or kinds()[key] in (int, float):
        refused = UsageError(f"the filter compares {option_name(key)} with '{value}', which is not a number")
        return _compared(key, sign, number_in(value, refused))
    if sign != "=":
        raise UsageError(f"the filter has '{word}': {option_name(key)} is not a number; write {option_name(key)}=value")
    return lambda run: run.config is not None and value_words(key, getattr(run.config, key)) == value


def _words(run: Summary) -> tuple[str, ...]:
    """What a row of the table says of the run, and its state as the files have it."""
    return run.run.id, run.note, run.state, run.state_word, "" if run.config is None else run.config.recipe


def _compared(key: str, sign: str, wanted: float) -> Test:
    def test(run: Summary) -> bool:
        value = _value(run, key)
        if value is None:
            return False
        if sign == "=" and key in ACCURACIES:  # as the table shows it
            return percent(value / 100, 2, "") == f"{wanted:.2f}"
        return value == wanted if sign == "=" else value < wanted if sign == "<" else value > wanted

    return test


def _value(run: Summary, key: str) -> float | None:
    if key in ACCURACIES:
        share: float | None = getattr(run, f"{key}_accuracy")
        return None if share is None else in_percent(share)
    return None if run.config is None else float(getattr(run.config, key))
