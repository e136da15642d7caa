"""Helpers that run a command in a pseudo-terminal."""

import io
import os
from collections.abc import Mapping
from dataclasses import dataclass

import pexpect
import pyte

from tests.conftest import COMMAND

Environment = Mapping[str, str]
NONE: Environment = {}
TALL = 200
"""rows of the screen that is read, so that nothing scrolls away"""


@dataclass(frozen=True)
class Shown:
    """What a command wrote to the terminal, and the lines on the screen at the end."""

    code: int | None
    raw: str
    lines: list[str]


def shown(*arguments: str, columns: int = 80, rows: int = 24, environment: Environment = NONE) -> Shown:
    """Run the command to its end in a terminal of that size."""
    record = io.BytesIO()
    child = spawn(*arguments, columns=columns, rows=rows, record=record, environment=environment)
    child.expect(pexpect.EOF)
    child.close()
    screen = pyte.Screen(columns, TALL)
    pyte.ByteStream(screen).feed(record.getvalue())
    lines = [line.rstrip() for line in screen.display]
    return Shown(
        child.exitstatus, record.getvalue().decode(), lines[: max(i for i, line in enumerate(lines) if line) + 1]
    )


def spawn(
    *arguments: str,
    columns: int = 80,
    rows: int = 24,
    record: io.BytesIO | None = None,
    environment: Environment = NONE,
) -> pexpect.spawn:
    """Start the command (or python, if the first argument is -c) in a terminal of that size.

    A variable of `environment` that is empty is unset.
    """
    wanted = {"TERM": "xterm-256color", "COLORTERM": "", "TMUX": "", "STY": "", "SSH_CONNECTION": "", "SSH_TTY": ""}
    merged = {**os.environ, **wanted, **environment}
    command = COMMAND[1:] if arguments[:1] != ("-c",) else []
    child = pexpect.spawn(
        COMMAND[0],
        [*command, *arguments],
        dimensions=(rows, columns),
        env={name: value for name, value in merged.items() if value},
        timeout=60,
    )
    child.logfile_read = record
    return child
