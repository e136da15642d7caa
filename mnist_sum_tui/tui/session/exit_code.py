"""The dashboard's exit code: one function of what happened."""

from mnist_sum_tui.tui.session.session import Session

GOOD_ENDS = ("completed", "stopped")


def exit_code(session: Session, signal_number: int | None = None, is_broken: bool = False) -> int:
    """1 after a fault of the dashboard; 128 + n after signal n (Ctrl-C is SIGINT); else 0 or 1, as the run ended.

    A run that goes on, one that was only opened, or none at all, is 0.
    """
    if is_broken:
        return 1
    if signal_number is not None:
        return 128 + signal_number
    if session.error is not None:
        return 1
    return 0 if session.is_opened or session.finished is None or session.finished.reason in GOOD_ENDS else 1
