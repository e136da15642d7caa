"""NumberInput: a field for a number that shows whatever is typed; and a function that says what is wrong with it."""

from typing import Any

from mnist_sum_tui.config import ENDS, TrainConfig, kinds, settings, value_words
from mnist_sum_tui.errors import UsageError
from mnist_sum_tui.runs.knob_turns import number_in
from mnist_sum_tui.tui.textual_fixes import SteadyInput

PAGE_KEYS = "q?"
"""characters that remain keys of the page, because no number contains them"""


class NumberInput(SteadyInput):
    """A field that takes every character except PAGE_KEYS, so that no typed character is lost silently.

    A field with a placeholder, which says what 0 means, may be empty instead of 0.
    """

    @property
    def typed(self) -> str:
        """What was typed; empty for the 0 that the placeholder stands for."""
        text = self.value.strip()
        return "" if text == "0" and self.placeholder else text

    def check_consume_key(self, key: str, character: str | None) -> bool:
        """Whether the key is typed into the field."""
        return super().check_consume_key(key, character) and (character or "") not in PAGE_KEYS


def read_number(name: str, text: str, base: TrainConfig) -> Any:
    """The value of a setting, from the text that was typed; `base` has the recipe's own, which a message names.

    Raises:
        UsageError: the text is empty, not a number, or out of range; the message names the field.
    """
    about, kind = settings()[name], kinds()[name]
    text = text or ("0" if name in ENDS else "")
    example = text.replace(",", ".") if text.count(",") == 1 else "0.01"
    needed = "a whole number" if kind is int else f"a number such as {example}" if text else "a number"
    wrong = f", not '{text}'" if text else f"; the recipe's is {value_words(name, getattr(base, name))}"
    value = number_in(text, UsageError(f"{about.label} must be {needed}{wrong}"), kind)
    if about.range is not None and value not in about.range:
        raise UsageError(f"{about.label} must be {about.range.words}, not {text}")
    return value


def is_value_of(config: TrainConfig, name: str, text: str) -> bool:
    """Whether a text, however it is written, is the value that a setting has in a config."""
    try:
        return bool(read_number(name, text, config) == getattr(config, name))
    except UsageError:
        return False
