"""The exit code of the dashboard, and the run that it is of."""

import os

from mnist_sum_tui.tui.session.session import Session

GOOD_ENDS = ("completed", "stopped")


def told_of(session: Session) -> Session:
    """What the terminal is told of: the last training here, if its folder is there and no other run is watched."""
    ended = session.ended
    if ended is None or session.is_watching:
        return session
    return ended if ended.run is None or os.path.exists(ended.run.path) else session


def exit_code(session: Session, signal_number: int | None = None, is_broken: bool = False) -> int:
    """1 after a fault of the dashboard, 128 + n after signal n (Ctrl-C is SIGINT), else 0 or 1 by how the run ended.

    It is 0 for a run that goes on, for one that was only opened, and without a run.
    """
    if is_broken:
        return 1
    if signal_number is not None:
        return 128 + signal_number
    session = told_of(session)
    if session.error is not None:
        return 1
    return 0 if session.is_opened or session.finished is None or session.finished.reason in GOOD_ENDS else 1
