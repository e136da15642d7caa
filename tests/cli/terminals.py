"""Helpers that run a command in a pseudo-terminal."""

import contextlib
import io
import os
import select
import termios
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pexpect
import pyte

from tests import forked
from tests.conftest import COMMAND

Environment = Mapping[str, str]
NONE: Environment = {}
SECONDS = 60
TALL = 200
"""rows of the screen that is read, so that nothing scrolls away"""


@dataclass(frozen=True)
class Shown:
    """What a command wrote to the terminal, and the lines on the screen at the end."""

    code: int | None
    raw: str
    lines: list[str]


def shown(*arguments: str, columns: int = 80, rows: int = 24, environment: Environment = NONE) -> Shown:
    """Run the command to its end in a terminal of that size; 0 is a size that the terminal does not say."""
    record = io.BytesIO()
    if arguments[:1] == ("-c",):
        child = spawn(*arguments, columns=columns, rows=rows, record=record, environment=environment)
        child.expect(pexpect.EOF)
        child.close()
        code = child.exitstatus
    else:
        code = _forked(arguments, (rows, columns), record, _variables(environment))
    screen = pyte.Screen(columns or 80, TALL)
    pyte.ByteStream(screen).feed(record.getvalue())
    lines = [line.rstrip() for line in screen.display]
    return Shown(code, record.getvalue().decode(), lines[: max(i for i, line in enumerate(lines) if line) + 1])


def _forked(arguments: tuple[str, ...], size: tuple[int, int], record: io.BytesIO, variables: Environment) -> int:
    ours, theirs = os.openpty()
    termios.tcsetwinsize(theirs, size)
    started = forked.Running(arguments, [theirs] * 3, Path.cwd(), variables)
    os.close(theirs)
    with contextlib.suppress(OSError):  # Linux says so that nobody has the other end any more
        while select.select([ours], [], [], SECONDS)[0] and (written := os.read(ours, 1 << 16)):
            record.write(written)
    os.close(ours)
    return started.wait(SECONDS)


def _variables(environment: Environment) -> dict[str, str]:
    wanted = {"TERM": "xterm-256color", "COLORTERM": "", "TMUX": "", "STY": "", "SSH_CONNECTION": "", "SSH_TTY": ""}
    return {name: value for name, value in {**os.environ, **wanted, **environment}.items() if value}


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
    command = [*(COMMAND[1:] if arguments[:1] != ("-c",) else []), *arguments]
    size, variables = (rows, columns), _variables(environment)
    child = pexpect.spawn(COMMAND[0], command, dimensions=size, env=variables, timeout=SECONDS)
    child.logfile_read = record
    return child
