"""Handling stop signals (SIGINT, SIGTERM, SIGHUP) for a while."""

import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

_REASONS = {"SIGHUP": "because the terminal was closed", "SIGTERM": "because the process was asked to end"}


def reason(number: int, usual: str) -> str:
    """What a signal says, in words that follow `stopped`; `usual` for Ctrl-C."""
    return _REASONS.get(signal.Signals(number).name, usual)


@contextmanager
def handled(handler: Callable[[int, FrameType | None], object], *names: str) -> Iterator[None]:
    """Handle the named signals (those that the system has), and restore the old handlers at the end.

    A signal that is ignored stays ignored: nohup starts a program with SIGHUP ignored.
    """
    numbers = [getattr(signal, name) for name in names if hasattr(signal, name)]
    ours = [number for number in numbers if signal.getsignal(number) is not signal.SIG_IGN]
    before = {number: signal.signal(number, handler) for number in ours}
    try:
        yield
    finally:
        for number, old in before.items():
            signal.signal(number, old)


@contextmanager
def tidied() -> Iterator[None]:
    """Let SIGTERM and SIGHUP leave the block through each `finally`, as Ctrl-C does, so that nothing is left behind."""

    def leave(number: int, _frame: FrameType | None) -> None:
        def passed_over(*_: object) -> None:  # SIG_IGN instead would have Python tell of one that is on its way
            pass

        signal.signal(number, passed_over)  # closing a terminal may send two
        if sys.platform != "win32":  # else torch raises an error if its workers, too, were asked to end
            signal.signal(signal.SIGCHLD, passed_over)
        sys.exit(128 + number)

    with handled(leave, "SIGTERM", "SIGHUP"):
        yield
