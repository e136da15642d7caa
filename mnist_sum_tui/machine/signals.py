"""Handling stop signals (SIGINT, SIGTERM, SIGHUP) for a while."""

import signal
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
