"""`--help` in a narrow terminal: an option's description is below its name, because a table would cut both."""

import re
import shutil
import textwrap
from collections.abc import Iterator
from typing import Any

import typer
from typer._click.core import Command
from typer._click.exceptions import UsageError
from typer.core import TyperGroup

from mnist_sum_tui.cli.layout import is_plain

TABLE_WIDTH = 80
"""the columns from which on the library's tables cut no word"""
DRAWING = ("marker", "plain")
"""the options of every command that decide how help is drawn"""


class NarrowHelp(Command):
    """A mixin for commands and groups that prints their help in a narrow terminal, and tells of Ctrl-C."""

    def invoke(self, ctx: Any) -> Any:
        """Run the command.

        Raises:
            typer.Abort: it was interrupted; of a KeyboardInterrupt the library says nothing.
        """
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            raise typer.Abort from None

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Read --marker and --plain before --help, which is printed as they say, in whatever order they are given."""
        try:
            typed, _, _ = self.make_parser(ctx).parse_args(args=[*args])
        except UsageError as error:  # an option without its value, of which the library does not say the command
            error.ctx = error.ctx or ctx
            raise
        for option in self.get_params(ctx):
            if option.name in DRAWING and option.name in typed:
                option.process_value(ctx, typed[option.name])
        rest: list[str] = super().parse_args(ctx, args)
        self.check_typed(ctx, typed)
        return rest

    def check_typed(self, ctx: Any, typed: dict[str, Any]) -> None:
        """Check the values as they were typed, by the names of their parameters; here none is refused."""

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Write the help into `formatter`; in a wide terminal, let the library print it."""
        width = shutil.get_terminal_size().columns
        if width >= TABLE_WIDTH and not is_plain():
            _make_readable()
            super().format_help(ctx, formatter)
            return
        lines = [self.get_usage(ctx), "", *_paragraphs(self)]
        for title, rows in {**_options(self, ctx), "Commands": _commands(self, ctx)}.items():
            items = [line for name, words in rows for line in (f"  {name}", f"      {words}")]
            lines += ["", f"{title}:", *items] if items else []
        for line in lines:
            indent = " " * (len(line) - len(line.lstrip()))
            formatter.write(textwrap.fill(
                line.strip(), max(width, 20), initial_indent=indent, subsequent_indent=indent,
                break_long_words=False, break_on_hyphens=False,
            ) + "\n")  # fmt: skip


class Group(NarrowHelp, TyperGroup):
    """A group of commands."""


def _make_readable() -> None:
    """Give the library's help the colours of all that is printed."""
    from rich.style import Style
    from typer import rich_utils

    from mnist_sum_tui.cli.colours import readable

    for name, style in vars(rich_utils).items():
        if name.startswith("STYLE_") and isinstance(style, str) and not name.endswith("_BOX"):
            setattr(rich_utils, name, str(readable(Style.parse(style))))


def _paragraphs(command: Any) -> Iterator[str]:
    for paragraph in re.sub(r"\[/?bold\]", "", command.help or "").split("\n\n"):
        yield " ".join(paragraph.split())


def _options(command: Any, ctx: Any) -> dict[str, list[tuple[str, str]]]:
    """The options and their descriptions, by the title of their group."""
    found: dict[str, list[tuple[str, str]]] = {}
    for option in command.get_params(ctx):
        if (record := option.get_help_record(ctx)) is not None:
            found.setdefault(option.rich_help_panel or "Arguments and options", []).append(record)
    return found


def _commands(command: Any, ctx: Any) -> list[tuple[str, str]]:
    names = command.list_commands(ctx) if isinstance(command, TyperGroup) else []
    return [(name, next(_paragraphs(command.get_command(ctx, name)))) for name in names]
