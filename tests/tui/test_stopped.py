"""The dashboard goes on after its process was stopped (SIGSTOP) and the shell had the terminal for a while."""

import os
import signal
from pathlib import Path

from tests.tui.test_terminal import Terminal


def test_what_the_shell_wrote_while_it_was_stopped_is_drawn_over(tmp_path: Path) -> None:
    terminal = Terminal(tmp_path / "runs", start=True)
    terminal.wait_for("elapsed")
    terminal.process.send(" ")
    terminal.wait_for("paused")
    os.kill(terminal.process.pid, signal.SIGSTOP)
    terminal.read()
    for row in range(1, 25):
        terminal.screen.cursor_position(row, 1)
        terminal.screen.draw("[1]+  Stopped")
    os.kill(terminal.process.pid, signal.SIGCONT)
    terminal.wait_for(r"(?s)\A(?!.*Stopped).*paused")
    terminal.process.send(" ")
    terminal.wait_for("●")
    terminal.stop_and_leave()
