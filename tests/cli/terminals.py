"""Helpers that run a command in a pseudo-terminal."""

import io
import os
import termios
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pexpect
import pyte
from pexpect.fdpexpect import fdspawn

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
    child = spawn(*arguments, columns=columns, rows=rows, record=record, environment=environment)
    child.expect(pexpect.EOF)
    child.close()
    screen = pyte.Screen(columns or 80, TALL)
    pyte.ByteStream(screen).feed(record.getvalue())
    lines = [line.rstrip() for line in screen.display]
    written = lines[: max(i for i, line in enumerate(lines) if line) + 1]
    return Shown(child.exitstatus, record.getvalue().decode(), written)


class Child(fdspawn):  # type: ignore[misc]
    """A command, forked, in a terminal of its own; used as a pexpect.spawn.

    Its arguments may be those of `python -c`.
    """

    def __init__(self, arguments: Sequence[str], size: tuple[int, int], variables: Environment) -> None:
        ours, theirs = os.openpty()
        termios.tcsetwinsize(theirs, size)
        self.modes = termios.tcgetattr(theirs)  # of the terminal, before the command may change them
        self._running = forked.Running(arguments, [theirs] * 3, Path.cwd(), variables)
        os.close(theirs)
        super().__init__(ours, timeout=SECONDS)
        self.pid = self._running.pid

    def isalive(self) -> bool:
        return self._running.poll() is None

    def kill(self, number: int) -> None:
        self._running.send_signal(number)

    def sendintr(self) -> None:
        self.send("\x03")

    def setwinsize(self, rows: int, columns: int) -> None:
        termios.tcsetwinsize(self.child_fd, (rows, columns))

    def close(self) -> None:
        """Close the terminal, and wait for the end of the command."""
        super().close()
        code = self._running.wait(SECONDS)
        self.exitstatus: int | None = code if code >= 0 else None
        self.signalstatus: int | None = -code if code < 0 else None


def _variables(environment: Environment) -> dict[str, str]:
    wanted = {"TERM": "xterm-256color", "COLORTERM": "", "TMUX": "", "STY": "", "SSH_CONNECTION": "", "SSH_TTY": ""}
    return {name: value for name, value in {**os.environ, **wanted, **environment}.items() if value}


def spawn(
    *arguments: str,
    columns: int = 80,
    rows: int = 24,
    record: io.BytesIO | None = None,
    environment: Environment = NONE,
) -> Child | pexpect.spawn:
    """Start the command (or what python would run, if the first argument is -c) in a terminal of that size.

    With a variable that python reads at its start, what it would run gets an interpreter of its own.

    A variable of `environment` that is empty is unset.
    """
    size, variables = (rows, columns), _variables(environment)
    if arguments[:1] == ("-c",) and any(name.startswith(forked.READ_AT_START) for name in environment):
        child = pexpect.spawn(COMMAND[0], [*arguments], dimensions=size, env=variables, timeout=SECONDS)
    else:
        child = Child(arguments, size, variables)
    child.logfile_read = record
    return child
