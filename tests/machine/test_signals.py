"""The signals that end a program, sent to this very process."""

import signal
import subprocess
import sys

from mnist_sum_tui.machine.signals import handled


def test_the_handler_gets_each_signal_and_the_old_handlers_are_put_back() -> None:
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    numbers: list[int] = []
    with handled(lambda number, _: numbers.append(number), "SIGINT", "SIGTERM", "SIGHUP", "SIGNOTHING"):
        for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT, signal.SIGTERM):
            signal.raise_signal(number)
    assert numbers == [signal.SIGTERM, signal.SIGHUP, signal.SIGINT, signal.SIGTERM]
    assert {number: signal.getsignal(number) for number in before} == before


def test_what_is_ignored_stays_ignored() -> None:
    numbers: list[int] = []
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with handled(lambda number, _: numbers.append(number), "SIGTERM", "SIGHUP"):
            signal.raise_signal(signal.SIGHUP)
            signal.raise_signal(signal.SIGTERM)
        assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGHUP, before)
    assert numbers == [signal.SIGTERM]


def test_only_those_that_are_named_are_handled() -> None:
    before = signal.getsignal(signal.SIGINT)
    with handled(lambda *_: None, "SIGTERM"):
        assert signal.getsignal(signal.SIGINT) is before


INTERRUPTED_AT_EXIT = """
import atexit, os, signal, sys
from mnist_sum_tui.__main__ import main
atexit.register(os.kill, os.getpid(), signal.SIGINT)
sys.argv = ["mnist-sum", "--version"]
main()
"""


def test_one_more_interrupt_while_the_process_ends_shows_no_traceback() -> None:
    """Impatient users press Ctrl-C three times: the third comes while Python and torch clean up."""
    done = subprocess.run([sys.executable, "-c", INTERRUPTED_AT_EXIT], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (130, "")
    assert done.stdout.startswith("mnist-sum")


CALLED_IN_A_SESSION = """
import signal, sys
from mnist_sum_tui.__main__ import main
sys.argv = ["mnist-sum", "--version"]
try:
    main()
except SystemExit:  # as IPython does, also after %run -m mnist_sum_tui
    signal.raise_signal(signal.SIGINT)
"""


def test_a_session_that_goes_on_after_the_program_can_be_interrupted_as_before() -> None:
    done = subprocess.run([sys.executable, "-c", CALLED_IN_A_SESSION], capture_output=True, text=True, check=False)
    assert done.stderr.endswith("KeyboardInterrupt\n"), "the process was ended, and with it the session"
