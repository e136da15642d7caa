"""`mnist-sum doctor --mouse`: a click is noticed, and the terminal is restored however the wait ends."""

import io
import os
import signal
import termios

import pexpect
import pytest

from tests.cli.terminals import NONE, Environment, spawn

ON, OFF = "\x1b[?1000h\x1b[?1006h", "\x1b[?1006l\x1b[?1000l"
PRESS, RELEASE = "\x1b[<0;10;5M", "\x1b[<0;10;5m"


def _of_a_new_terminal() -> list[object]:
    master, slave = os.openpty()
    try:
        return termios.tcgetattr(master)
    finally:
        os.close(slave)
        os.close(master)


class Waiting:
    """`doctor --mouse` in a terminal, waiting for a click."""

    def __init__(self, *arguments: str, environment: Environment = NONE) -> None:
        self.record = io.BytesIO()
        self.before = _of_a_new_terminal()  # that of the child may have changed it before it is asked
        self.child = spawn(*(arguments or ("doctor", "--mouse")), record=self.record, environment=environment)
        self.child.expect_exact(ON)
        assert termios.tcgetattr(self.child.child_fd) != self.before

    def end(self) -> int | None:
        """Its exit code, after checking that the terminal is restored."""
        self.child.expect(pexpect.EOF)
        assert OFF in self.text
        assert termios.tcgetattr(self.child.child_fd) == self.before
        self.child.close()
        return self.child.exitstatus

    @property
    def text(self) -> str:
        return self.record.getvalue().decode()


def test_a_click_is_noticed() -> None:
    doctor = Waiting()
    doctor.child.send(PRESS[:4])  # in two parts, as over a slow connection
    doctor.child.send(PRESS[4:] + RELEASE)
    assert doctor.end() == 0
    assert "Click somewhere in this window" in doctor.text
    assert "a click was reported" in doctor.text
    assert doctor.text.index(OFF) < doctor.text.index("A click. Checking the rest") < doctor.text.index("versions")


def test_ctrl_c_ends_the_wait() -> None:
    doctor = Waiting()
    doctor.child.sendintr()
    assert doctor.end() == 130
    assert "versions" not in doctor.text


ASK = """
import select
from mnist_sum_tui.machine.terminal import reports_mouse
print("said", reports_mouse({seconds}))
print("left", bool(select.select([0], [], [], 0.5)[0]))
"""
SAY = "from mnist_sum_tui.cli.terminal_checks import mouse; print(mouse(True, 10).text)"


def test_a_key_ends_the_wait_without_a_click() -> None:
    asked = Waiting("-c", SAY, environment={"TMUX": "/tmp/t"})
    asked.child.send("x")
    assert asked.end() == 0
    assert "no click was reported" in asked.text
    assert "mouse on" in asked.text


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_the_wait(number: signal.Signals) -> None:
    asked = Waiting("-c", ASK.format(seconds=10))
    asked.child.kill(number)
    assert asked.end() == 128 + number
    assert "said" not in asked.text


def test_ctrl_z_does_not_suspend_the_program_with_the_terminal_changed() -> None:
    asked = Waiting("-c", ASK.format(seconds=10))
    asked.child.send("\x1a")  # counts as a key
    assert asked.end() == 0
    assert "said False" in asked.text


def test_without_a_click_the_wait_ends_in_time() -> None:
    asked = Waiting("-c", ASK.format(seconds=0.3))
    assert asked.end() == 0
    assert "said False" in asked.text


def test_the_release_of_the_button_does_not_reach_the_shell() -> None:
    asked = Waiting("-c", ASK.format(seconds=10))
    asked.child.send(PRESS)
    asked.child.expect_exact(OFF)
    asked.child.send(RELEASE)
    assert asked.end() == 0
    assert "said True" in asked.text
    assert "left False" in asked.text
