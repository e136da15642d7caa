"""The errors that a user can cause. Each message is one line: what is wrong and what to do about it."""

import difflib
from collections.abc import Iterable

from mnist_sum_tui.printable import printable

MOST_QUOTED = 200
"""characters; more than the id of any run"""
NO_TYPOS = ("gpu",)
"""words that are no misspelling of the name most like them, as a GPU is no CPU"""
ALIKE = 0.65
"""how alike (0..1, by difflib) a misspelt name and the right one are at least"""


class MnistSumError(Exception):
    """Base of every error with a message for the user; the command line prints it and exits with `exit_code`."""

    exit_code = 1

    def __str__(self) -> str:
        """The message with control characters escaped, because it may quote an untrusted file."""
        return printable(super().__str__())


class UsageError(MnistSumError):
    """The command line or a TrainConfig cannot be used. Its exit code is 2; that of every other error is 1."""

    exit_code = 2


class SettingError(UsageError):
    """A setting's value cannot be used. The message begins with the setting's name, which is that of its option."""


class DataError(MnistSumError):
    """A data file that is missing, damaged or not in MNIST's format."""


class MissingDataError(DataError, UsageError):
    """A data folder that the user named and that is not there, or has no MNIST files."""


class CheckpointError(MnistSumError):
    """A checkpoint that is damaged, incomplete, not from mnist-sum, or of another network."""


class PictureError(UsageError):
    """What the user named is not a picture of a digit: missing, a folder, blank, or damaged."""


class RunError(MnistSumError):
    """A run folder that cannot be created, locked, read or written."""


class BenchError(MnistSumError):
    """A measurement that cannot be made, because the machine is too slow or too busy."""


def unknown(kind: str, name: object, known: Iterable[str], hint: str = "") -> UsageError:
    """The error for an unknown name. It suggests the closest known name, or else gives the hint or all choices."""
    choices, text = list(known), short(name)
    near = None if text in NO_TYPOS else nearest(text, choices)
    advice = f"did you mean {near!r}?" if near else (hint or f"choose from {', '.join(choices)}")
    return UsageError(f"unknown {kind} '{text}': {advice}")


def short(value: object) -> str:
    """A value as a message quotes it: at most MOST_QUOTED characters, because a file may have one of megabytes."""
    try:
        text = str(value)
    except (ValueError, RecursionError):  # thousands of digits, or of tables in each other
        return type(value).__name__
    return text if len(text) <= MOST_QUOTED else f"{text[: MOST_QUOTED - 3]}..."


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The known name that has this as one of its words (`data`: `data-dir`), or begins with it, or is most similar, or
    None.
    """
    choices = list(known)
    bare = name.strip("-")
    whole = [choice for choice in choices if bare in choice.strip("-").split("-")]
    whole.sort(key=lambda choice: not choice.startswith(name))
    begun = [choice for choice in choices if len(bare) > 1 and choice.strip("-").startswith(bare)]
    return next(iter(whole or begun or difflib.get_close_matches(name, choices, n=1, cutoff=ALIKE)), None)
