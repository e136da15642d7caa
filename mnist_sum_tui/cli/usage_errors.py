"""Errors of the command line and usage lines, in this program's words instead of the library's."""

import ast
import re
from typing import Any

from typer._click.exceptions import BadParameter, ClickException, MissingParameter, NoSuchOption
from typer.core import TyperCommand

from mnist_sum_tui.cli.narrow_help import NarrowHelp
from mnist_sum_tui.config import option_name, settings
from mnist_sum_tui.errors import UsageError, nearest
from mnist_sum_tui.recipes import MODELS, RECIPES
from mnist_sum_tui.runs.knob_turns import number_in

OPTION = re.compile(r"--?[A-Za-z][\w-]*")
"""recognises an option among the arguments, where `predict` leaves it, because it accepts -1"""
KINDS = {"int": "a whole number such as 3", "float": "a number such as 0.01"}
"""what a value must be, by the library's name of the type"""
OTHER_NAMES = {"dashboard": "tui", "gui": "tui"}
"""words for commands by which people look for them, too"""
SETTINGS = {"--recipe": [*RECIPES], "--model": [*MODELS]}
"""the options whose values are also typed without them"""


class Command(NarrowHelp, TyperCommand):
    """A command that accepts numbers only in plain digits, not `1_0`, and whose usage line has INDEX, not `{INDEX}`."""

    def collect_usage_pieces(self, ctx: Any) -> list[str]:
        """The parts of the usage line; an argument of several values has dots."""
        pieces = [piece.strip("{}") for piece in super().collect_usage_pieces(ctx)]
        several = {parameter.metavar for parameter in self.params if parameter.nargs == -1}
        return [f"{piece}..." if piece.strip("[]") in several else piece for piece in pieces]

    def check_typed(self, ctx: Any, typed: dict[str, Any]) -> None:
        """Check the numbers.

        Raises:
            UsageError: one is written in a way that only Python accepts.
        """
        for parameter in self.get_params(ctx):
            text, kind = typed.get(parameter.name or ""), type(ctx.params.get(parameter.name)).__name__
            if kind in KINDS and isinstance(text, str):
                number_in(text, UsageError(f"{_name(parameter)} must be {KINDS[kind]}, not '{text}'"))


def message_of(error: ClickException) -> str:
    """The message for an error of Typer."""
    if isinstance(error, NoSuchOption):
        return _unknown_option(error, error.option_name)
    if isinstance(error, MissingParameter):
        return _missing(error)
    if isinstance(error, BadParameter):
        return _bad_value(error)
    text = error.format_message()
    if found := re.fullmatch(r"Got unexpected extra argument\(s\) \((.*)\)", text):
        if option := OPTION.match(found[1]):
            return _unknown_option(error, option[0])
        return f"'{found[1]}' cannot stand here: {_meant(error, found[1])}"
    if found := re.fullmatch(r"No such command (.*)\.(?: Did you mean '(.*)'\?)?", text):
        if (name := _as_typed(found[1])) == "help":
            return "there is no command help: add --help to any command, such as mnist-sum train --help"
        near = _to_train(error, name) or found[2] or _in_a_group(error, name) or OTHER_NAMES.get(name, "")
        near = near.replace("', '", "' or '")
        advice = f"did you mean '{near}'?" if near else f"{_help_of(error)} lists the commands"
        return f"unknown command '{name}': {advice}"
    if found := re.match(r"Option '(.*)' (requires an argument|does not take a value)", text):
        return f"{found[1]} {_needed(error, found[1]) if found[2].startswith('requires') else 'takes no value'}"
    return text


def _needed(error: Any, option: str) -> str:
    """That the option needs a value, and what, if its help names that: `needs a value: --csv FILE`."""
    metavars = {name: each.metavar for each in error.ctx.command.params for name in each.opts} if error.ctx else {}
    what = metavars.get(option) or ""
    return f"needs a value: {option} {what}" if what.isupper() else "needs a value"


def _in_a_group(error: Any, word: str) -> str:
    """`runs report` for `report`: the group of commands that has one of that name, with it; empty if there is none."""
    commands = error.ctx.command.commands if error.ctx else {}
    return next((f"{name} {word}" for name, group in commands.items() if word in getattr(group, "commands", ())), "")


def _to_train(error: Any, word: str) -> str:
    """`train --recipe sprint` for `sprint`, which is like no command but `predict`; empty for other words."""
    commands = error.ctx.command.commands if error.ctx else {}
    options = [option for option, names in SETTINGS.items() if "train" in commands and word in names]
    return "', '".join(f"train {option} {word}" for option in options)


def _meant(error: Any, words: str) -> str:
    """What to type instead of unexpected words: the option that has them as a value, or --help."""
    name = nearest(words.split(" ")[0], [*RECIPES, *MODELS])
    options = [f"{option} {name}" for option in SETTINGS if option in _options_of(error) and name in SETTINGS[option]]
    return f"did you mean {' or '.join(options)}?" if options else f"{_help_of(error)} shows what is expected"


def _options_of(error: Any) -> list[str]:
    return [name for parameter in error.ctx.command.params for name in parameter.opts] if error.ctx else []


def _unknown_option(error: Any, option: str) -> str:
    known = {name: name for name in _options_of(error)}
    known |= {word: name for word, name in _form_words().items() if name in known}
    near = nearest(option, known)
    if near == option == known.get(option):
        return f"{option} stands after --: write it before"
    advice = f"did you mean {known[near]}?" if near else f"{_help_of(error)} lists the options"
    return f"unknown option {option}: {advice}"


def _form_words() -> dict[str, str]:
    """The settings' options by the labels of the dashboard's form: --learning-rate for --lr."""
    labels = {f"--{option_name(name)}": setting.label for name, setting in settings().items()}
    return {"--network": "--model", **{f"--{label.replace(' ', '-')}": option for option, label in labels.items()}}


def _bad_value(error: Any) -> str:
    name, text, value = _name(error.param), str(error.message), _value(error)
    if (option := OPTION.match(value or "")) and not name.startswith("-"):
        return _unknown_option(error, option[0])
    if found := re.fullmatch(r"(.*) is not one of (.*)\.", text):
        choices = found[2].replace("'", "")
        return f"{name} must be one of {choices}, not '{_as_typed(found[1])}'"
    kind = next((words for kind, words in KINDS.items() if f" is not a valid {kind}" in text), None)
    what = f", not '{value}'" if value is not None else ""
    return f"{name} must be {kind}{what}" if kind else f"{name}: {text}"


def _missing(error: Any) -> str:
    name = _name(error.param)
    if name.strip(".") == "RUN":
        return f"{name} is missing: give an id, latest or best; mnist-sum runs lists them"
    return f"{name} is missing: {_help_of(error)} shows what is expected"


def _name(parameter: Any) -> str:
    """The name of a parameter: an option as it is typed, an argument as in `--help`."""
    if parameter is None:
        return "a value"
    is_option = parameter.param_type_name == "option"
    return str(max(parameter.opts, key=len) if is_option else parameter.metavar or parameter.name.upper())


def _value(error: Any) -> str | None:
    """What was typed, which the message quotes; None if it quotes nothing."""
    found = re.match(r"(['\"].*['\"]) is not", str(error.message))
    return _as_typed(found[1]) if found else None


def _as_typed(quoted: str) -> str:
    """A word as it was typed, from the way in which Python would write it: with doubled backslashes."""
    return str(ast.literal_eval(quoted))


def _help_of(error: Any) -> str:
    path = error.ctx.command_path if getattr(error, "ctx", None) else "mnist-sum"
    return f"{path} --help"
