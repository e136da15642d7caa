"""What a user sets once for all commands, in a small TOML file.

The environment variable of a setting overrides the file, and an option overrides both.
"""

import errno
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from mnist_sum_tui.atomic import read_own
from mnist_sum_tui.errors import UsageError, unknown
from mnist_sum_tui.glyphs import MARKERS

FILE_VARIABLE = "MNIST_SUM_SETTINGS"
"""the environment variable that names another file"""
LARGEST = 16_384
"""the largest file that is read, in bytes"""
NAME = r"[\w-]{1,60}"
"""the form of a theme's name; only the dashboard knows which themes exist"""
WORDS = {"true": True, "on": True, "yes": True, "1": True, "false": False, "off": False, "no": False, "0": False}
"""how an environment variable may write true and false"""
MOST_TOLD = 3
"""how many settings that cannot be used are told"""
USUAL = "usual"
"""the origin of a value that nobody has set"""

Value = str | bool | int


@dataclass(frozen=True, slots=True)
class Known:
    """A setting: its default, and all its values (none are listed for a theme, which is any name)."""

    usual: Value
    choices: Sequence[Value] = ()
    hint: str = ""
    """the form of a value, if the choices do not show it"""


THEMES = "mnist-sum-dark, mnist-sum-light, mnist-sum-contrast, or a theme of Textual's, such as nord"
"""which themes there are, in words; all of them are in `tui/looks.py`"""
KNOWN = {
    "theme": Known("mnist-sum-dark", (), "a name of letters, digits and dashes"),
    "marker": Known("auto", ("auto", *MARKERS)),
    "plain": Known(False, (True, False), "true or false"),
    "mouse": Known(True, (True, False), "true or false"),
    "digits": Known("numbers", ("numbers", "pages")),
    "fps": Known(120, range(1, 121), "a whole number from 1 to 120"),
    "notify": Known("auto", ("auto", "bell", "osc9", "none")),
}
"""all settings by name; `fps` is 120 because a key pressed just after a frame is answered in the next one, which comes
sooner than with Textual's 60 (`guide/measurements.md`)"""


@dataclass(frozen=True, slots=True)
class Found:
    """The value of a setting that holds, and its origin: an option, an environment variable, the file, or USUAL."""

    value: Value
    origin: str


def path() -> Path:
    """The path of the file, which may not exist yet: MNIST_SUM_SETTINGS, or in the platform's folder for settings."""
    if named := os.environ.get(FILE_VARIABLE):
        return Path(named)
    from platformdirs import user_config_path

    try:
        return user_config_path("mnist-sum", appauthor=False) / "settings.toml"
    except RuntimeError:  # a user without a name and a HOME, as in some containers: / is the usual home then
        return Path("/.config/mnist-sum/settings.toml")


def variable(name: str) -> str:
    """The environment variable that overrides the file, such as MNIST_SUM_THEME."""
    return f"MNIST_SUM_{name.upper()}"


def checked(name: str, value: object, source: str) -> Value:
    """The value, if the setting accepts it; a text such as `on` or `60` becomes true or a number where that is wanted.

    Raises:
        UsageError: the setting does not accept it; the message names `source` as its place.
    """
    known = KNOWN[name]
    if isinstance(value, str) and isinstance(known.usual, bool):
        value = WORDS.get(value.lower(), value)
    elif isinstance(value, str) and isinstance(known.usual, int) and re.fullmatch("[0-9]{1,9}", value):
        value = int(value)
    is_any_name = not known.choices and isinstance(value, str) and re.fullmatch(NAME, value)
    if type(value) is type(known.usual) and (is_any_name or value in known.choices):
        return value
    raise unknown(source, value, () if known.hint else map(str, known.choices), known.hint)


def _load() -> Mapping[str, object]:
    """What the file sets, unchecked; empty if there is no file.

    Raises:
        UsageError: it is a link, not a regular file, too large, or not TOML.
    """
    import tomllib

    file = path()
    try:
        text = read_own(file, LARGEST).decode("utf-8-sig")  # some Windows editors begin with a BOM
        return tomllib.loads(text)
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, RecursionError) as error:
        why = error.strerror if isinstance(error, OSError) else str(error)
        why = "it is not UTF-8" if isinstance(error, UnicodeDecodeError) else (why or "").partition(";")[0]
        number = error.errno if isinstance(error, OSError) else None
        advice = "mend it, or delete it"
        if number == errno.ELOOP:
            advice = f"put the file itself there, or its path into {FILE_VARIABLE}"
        elif number in (errno.EINVAL, errno.ENOTDIR):  # a folder, or /dev/null, which nobody should delete
            advice = f"put the path of another file into {FILE_VARIABLE}"
        raise UsageError(f"{file}: cannot be used ({why}): {advice}") from None


def read() -> tuple[dict[str, Value], list[str]]:
    """The settings in the file, and a message for each that cannot be used; such a setting counts as not set."""
    values: dict[str, Value] = {}
    wrong = []
    try:
        table = _load()
    except UsageError as error:
        return values, [str(error)]
    for name, value in table.items():
        try:
            if name not in KNOWN:
                raise unknown("setting", name, KNOWN)
            values[name] = checked(name, value, name)
        except UsageError as error:
            wrong.append(f"{path()}: {error}")
    return values, wrong


def told(wrong: Sequence[str]) -> list[str]:
    """The first MOST_TOLD of these messages, and how many more there are."""
    more = [f"and {len(wrong) - MOST_TOLD:,} more"] if len(wrong) > MOST_TOLD else []
    return [*wrong[:MOST_TOLD], *more]


def find(name: str, option: Value | None = None) -> Found:
    """The value that holds: that of the option, or else of the environment variable, of the file, or the default.

    Raises:
        UsageError: the option or the variable has a value that the setting does not know.
    """
    if option is not None:
        return Found(checked(name, option, name), f"--{name}")
    if text := os.environ.get(variable(name)):
        return Found(checked(name, text, variable(name)), variable(name))
    values, _ = read()
    return Found(values[name], str(path())) if name in values else Found(KNOWN[name].usual, USUAL)
