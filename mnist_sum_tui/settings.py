"""What a user sets once for every command: a small TOML file; a variable overrides it, and an option overrides both."""

import json
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from mnist_sum_tui.atomic import read_own, write_atomic
from mnist_sum_tui.errors import RunError, UsageError, unknown
from mnist_sum_tui.glyphs import MARKERS

FILE_VARIABLE = "MNIST_SUM_SETTINGS"
"""names another file"""
LARGEST = 16_384
"""bytes of the file; ours has some 200"""
HEAD = "# The settings of mnist-sum, which writes this file whole: comments are not kept.\n"
NAME = r"[\w-]{1,60}"
"""what the name of a theme looks like; the dashboard alone knows which themes there are"""
WORDS = {"true": True, "on": True, "yes": True, "1": True, "false": False, "off": False, "no": False, "0": False}
"""a switch in a variable"""
USUAL = "usual"
"""the origin of a value that nobody has set"""

Value = str | bool | int


@dataclass(frozen=True, slots=True)
class Known:
    """A setting: what it is for, the value that is usual, and all values that there are (of a theme: any name)."""

    about: str
    usual: Value
    choices: Sequence[Value] = ()
    hint: str = ""
    """what a value looks like, where the choices do not say it"""


KNOWN = {
    "theme": Known("colours of the dashboard", "mnist-sum-dark", (), "a name of letters, digits and dashes"),
    "marker": Known("what to draw with", "auto", ("auto", *MARKERS)),
    "plain": Known("print sentences for a screen reader", False, (True, False), "true or false"),
    "mouse": Known("the dashboard takes the mouse from the terminal", True, (True, False), "true or false"),
    "digits": Known("what the keys 1 to 6 choose; with Alt, the other", "numbers", ("numbers", "pages")),
    "fps": Known("pictures a second, at most", 120, range(1, 121), "a whole number from 1 to 120"),
    "notify": Known("how to say that a training has ended", "auto", ("auto", "bell", "osc9", "none")),
}
"""A key that comes just after a picture waits for the next one. The 95th percentile of a key's answer while `original`
trains on two cores: 31 and 33 ms with 120 pictures a second, against 34 and 42 with Textual's 60 (100 keys)."""


@dataclass(frozen=True, slots=True)
class Found:
    """The value of a setting that counts, and where it comes from: an option, a variable, the file, or USUAL."""

    value: Value
    origin: str


def path() -> Path:
    """Where the file is, or would be: where the platform keeps such files, or MNIST_SUM_SETTINGS."""
    if named := os.environ.get(FILE_VARIABLE):
        return Path(named)
    from platformdirs import user_config_path

    return user_config_path("mnist-sum", appauthor=False) / "settings.toml"


def variable(name: str) -> str:
    """The variable that overrides the file, such as MNIST_SUM_THEME."""
    return f"MNIST_SUM_{name.upper()}"


def checked(name: str, value: object, source: str) -> Value:
    """The value if it is one of the setting's; from a text also a switch or a number.

    Raises:
        UsageError: it is none; `source` says in the line what is wrong.
    """
    known = KNOWN[name]
    if isinstance(value, str) and isinstance(known.usual, bool):
        value = WORDS.get(value.lower(), value)
    elif isinstance(value, str) and isinstance(known.usual, int) and re.fullmatch("[0-9]{1,9}", value):
        value = int(value)
    is_any_name = not known.choices and isinstance(value, str) and re.fullmatch(NAME, value)
    if type(value) is type(known.usual) and (is_any_name or value in known.choices):
        return value
    raise unknown(source, _short(value), () if known.hint else map(str, known.choices), known.hint)


def _short(value: object) -> str:
    """The beginning of a value; `unknown` makes it printable."""
    try:
        return str(value)[:60]
    except (ValueError, RecursionError):  # thousands of digits, or of tables in each other
        return type(value).__name__


def _toml(value: Value) -> str:
    """As in the file: as JSON has it, but in letters of their own, and without DEL."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", r"\u007f")


def _table() -> Mapping[str, object]:
    """What the file says, unchecked; nothing if there is none.

    Raises:
        UsageError: it is a link or no file, too large, or no TOML.
    """
    import tomllib

    file = path()
    try:
        return tomllib.loads(read_own(file, LARGEST).decode("utf-8-sig"))  # editors of Windows put a mark before it
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, RecursionError) as error:
        why = error.strerror if isinstance(error, OSError) else str(error)
        why = "it is not UTF-8" if isinstance(error, UnicodeDecodeError) else why
        raise UsageError(f"{file}: cannot be used ({why}): mend it, or delete it") from None


def read() -> tuple[dict[str, Value], list[str]]:
    """The settings in the file, and a line for each that cannot be used, which counts as not set."""
    try:
        table = _table()
    except UsageError as error:
        return {}, [str(error)]
    values: dict[str, Value] = {}
    wrong = []
    for name, value in table.items():
        try:
            if name not in KNOWN:
                raise unknown("setting", _short(name), KNOWN)
            values[name] = checked(name, value, name)
        except UsageError as error:
            wrong.append(f"{path()}: {error}")
    return values, wrong


def find(name: str, option: Value | None = None) -> Found:
    """The value that counts: that of the option, else of the variable, else of the file, else the usual one.

    Raises:
        UsageError: the option or the variable has a value that the setting does not know.
    """
    if option is not None:
        return Found(checked(name, option, name), f"--{name}")
    if text := os.environ.get(variable(name)):
        return Found(checked(name, text, variable(name)), variable(name))
    values, _ = read()
    return Found(values[name], str(path())) if name in values else Found(KNOWN[name].usual, USUAL)


def keep(name: str, value: Value) -> Path:
    """Write the setting into the file, beside what is there; returns the file.

    Raises:
        UsageError: the file that is there cannot be used, or is another program's, so it is left as it is; or the
            value is unknown.
        RunError: it cannot be written.
    """
    file, later = path(), {key: given for key, given in _table().items() if key not in KNOWN}
    if later and not read_own(file, LARGEST).startswith(HEAD.encode()):
        raise UsageError(
            f"{file}: is not a file of mnist-sum's settings: move it away, or name another in {FILE_VARIABLE}"
        )
    values = read()[0] | {name: checked(name, value, name)}
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise RunError(f"{file}: cannot be written ({error.strerror or error})") from None
    values = {name: values[name] for name in KNOWN if name in values}
    for key, given in later.items():  # of a later version
        is_simple = isinstance(given, str) or (isinstance(given, int) and abs(given) < 1 << 63)
        if is_simple and re.fullmatch(NAME, key, re.ASCII):
            values[key] = given  # type: ignore[assignment]
    lines = [f"{name} = {_toml(value)}\n" for name, value in values.items()]
    write_atomic(file, "".join([HEAD, *lines]).encode())
    return file
