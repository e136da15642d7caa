"""The entry point of the command line: it runs a command, and prints each error as one line."""

import contextlib
import errno
import os
import sys
from pathlib import Path
from typing import NoReturn

import typer
from typer._click.exceptions import ClickException  # typer bundles click, and exports few of its errors

from mnist_sum_tui import settings
from mnist_sum_tui.atomic import NO_SPACE, what_helps
from mnist_sum_tui.cli import commands
from mnist_sum_tui.cli.drawing_options import use_settings
from mnist_sum_tui.errors import MnistSumError, SettingError, UsageError
from mnist_sum_tui.machine.process import collect_less_often, keep_folder_out, set_waiting
from mnist_sum_tui.machine.ran_out import what_ran_out
from mnist_sum_tui.machine.ranks import Ranks
from mnist_sum_tui.machine.stdio import flush_or_drop, repair_streams
from mnist_sum_tui.printable import printable

TRAINING = ("train", "tui", "lr", "sweep", "bench")
"""the commands that use all cores for a long time"""

CLOSED_PIPE = 128 + 13
"""the exit code, as of the shell, where the reader of the output has gone: SIGPIPE"""
PACKAGE = Path(__file__).parents[1]


def lost_output() -> tuple[int, ...]:
    """The error numbers of writing if the reader of a pipe is gone (`head` ends early) or the terminal was closed."""
    return (errno.EPIPE, errno.EIO, *((errno.EINVAL,) if sys.platform == "win32" else ()))


def main() -> None:
    """Run the program; every error that a user can cause is printed as one line on stderr."""
    collect_less_often()
    asked = _command()
    set_waiting(may_be_alone=asked in TRAINING)
    repair_streams()
    code = None
    try:
        _check_folders()
        keep_folder_out()
        if "_MNIST_SUM_COMPLETE" not in os.environ:
            for line in settings.told(settings.read()[1]):
                _say("note", line)
        use_settings()
        code = commands.build(next(iter(sys.argv[1:]), None))(prog_name="mnist-sum", standalone_mode=False)
        sys.stdout.flush()
    except MnistSumError as error:
        code = _fail(f"--{error}" if isinstance(error, SettingError) else str(error), error.exit_code)
    except ClickException as error:
        code = _fail(error.format_message(), error.exit_code)
    except SystemExit as ended:
        if not isinstance(ended.__context__, BrokenPipeError):
            raise
        code = CLOSED_PIPE  # where Typer has 1
    except (KeyboardInterrupt, typer.Abort) as error:
        if isinstance(error.__cause__, EOFError):  # no end of the input, for which click takes it: see __main__.py
            raise error.__cause__ from None
        code = _fail("interrupted", 130)
    except OSError as error:
        if error.errno == errno.EIO and error.filename is not None:  # a file's disk fails, and not the output
            code = _fail(f"{error.filename}: {error.strerror}; check its disk", 1)
        elif error.errno in NO_SPACE:  # stdout only: a run's files raise RunError
            why = "no space left" if error.errno == errno.ENOSPC else error.strerror
            code = _fail(f"the output cannot be written ({why}): {what_helps(error)}, or write elsewhere", 1)
        elif error.errno in lost_output():
            code = code or (CLOSED_PIPE if error.errno == errno.EPIPE else 1)
        elif words := what_ran_out(error, asked) or _not_installed(error):
            code = _fail(words, 1)
        else:
            raise
    except (MemoryError, RuntimeError, ImportError, UnicodeError) as error:
        if not (words := what_ran_out(error, asked) or _not_installed(error)):
            raise
        code = _fail(words, 1)
    _leave(code if isinstance(code, int) else 0)


def _command() -> str:
    """The command that is asked for, also after options such as `--marker ascii`; empty if there is none."""
    return next((word for word in sys.argv[1:4] if word in commands.COMMANDS), "")


def _check_folders() -> None:
    try:
        Path.cwd()
    except FileNotFoundError:
        raise UsageError("the current folder no longer exists: cd to another") from None
    if not PACKAGE.is_dir():
        raise UsageError(f"{PACKAGE}: cannot run inside a zip file: unpack it, or install it with pip")


def _not_installed(error: Exception) -> str:
    """That typer cannot write the shell's completion, as for a user without a home; empty for other errors."""
    is_asked = "--install-completion" in sys.argv
    return f"completion cannot be installed ({error}): mnist-sum --show-completion prints it" if is_asked else ""


def _leave(code: int) -> NoReturn:
    """End the process. If it is one of several that train a run together, end it at once, without cleanup.

    The cleanup is sometimes aborted by torch's communication threads ("terminate called without an active exception",
    exit code -6).
    """
    flush_or_drop()
    if Ranks.of_environment().size > 1:
        os._exit(code)
    sys.exit(code)


def _say(kind: str, message: str) -> None:
    line = printable(" ".join(message.split()))  # a file name in it may contain line breaks
    if line:
        with contextlib.suppress(OSError):  # the terminal may be closed
            print(f"{kind}: {line}", file=sys.stderr)


def _fail(message: str, code: int) -> int:
    _say("error", message)
    return code
