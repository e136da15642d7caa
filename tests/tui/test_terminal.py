"""The real thing in a pseudo-terminal: start, train, pause, go on, leave; what a terminal is left with afterwards."""

import contextlib
import os
import re
import signal
import sys
import termios
import time
from pathlib import Path

import pexpect
import pyte
import pytest

from mnist_sum_tui.config import TrainConfig
from mnist_sum_tui.runs import checkpoint, find
from mnist_sum_tui.runs.events import Checkpointed, Finished, Paused, Resumed
from mnist_sum_tui.runs.journal import read_events
from mnist_sum_tui.runs.run import Run
from tests.cli.terminals import Child

PROGRAM = """
import os, sys
from pathlib import Path
from mnist_sum_tui.config import TrainConfig
from mnist_sum_tui.tui.launch import LaunchOptions, run_dashboard
config = TrainConfig.of("standard", model="compact", epochs=3, threads=1)
mouse = "NO_MOUSE" not in os.environ
mouse or os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
sys.exit(run_dashboard(LaunchOptions(Path(sys.argv[1]), config, sys.argv[2] == "start", None, None, mouse=mouse)))
"""
FAULT = """
from mnist_sum_tui.tui.pages.train import TrainPage
def fail(page):
    raise {fault}
TrainPage.action_log = fail
"""
"""source that makes the key l of the page Train fail"""
WAIT = 40.0
"""seconds; the machine may be busy"""
MODES = {1000: "mouse", 1003: "mouse", 1006: "mouse", 1049: "alternate screen", 2004: "bracketed paste", 1004: "focus"}


class Terminal:
    """A terminal of 80 by 24 cells with the dashboard in it, forked or in a fresh interpreter."""

    def __init__(self, folder: Path, start: bool, fault: str = "", fresh: bool = False, **variables: str) -> None:
        self.folder, self.screen = folder, pyte.Screen(80, 24)
        self._stream, self.output = pyte.ByteStream(self.screen), b""
        environment = {**os.environ, "TERM": "xterm-256color", **variables}
        program = f"{FAULT.format(fault=fault)}{PROGRAM}" if fault else PROGRAM
        arguments = ["-c", program, str(folder), "start" if start else "form"]
        if fresh:
            self.process = pexpect.spawn(sys.executable, arguments, env=environment, dimensions=(24, 80), timeout=WAIT)
            self.before = termios.tcgetattr(self.process.child_fd)
        else:
            self.process = Child(arguments, (24, 80), environment)
            self.before = self.process.modes
        setattr(self.screen, "write_process_input", self.process.send)  # noqa: B010  so pyte answers the program

    def read(self) -> str:
        """Take in what was written, and return the screen."""
        with contextlib.suppress(pexpect.TIMEOUT, pexpect.EOF):
            new = self.process.read_nonblocking(1 << 16, timeout=0.1)
            self.output += new
            # pyte does not know of private parameters and would print what follows them.
            self._stream.feed(re.sub(rb"\x1b\[[<>=][0-9;]*[a-zA-Z]", b"", new))
        return "\n".join(self.screen.display)

    def wait_for(self, pattern: str) -> str:
        """The screen once it shows the pattern."""
        end = time.monotonic() + WAIT
        while not re.search(pattern, text := self.read()):
            assert time.monotonic() < end, f"{pattern} was not shown:\n{text}"
        return text

    def wait_for_end(self) -> int:
        """The exit code."""
        end = time.monotonic() + WAIT
        while self.process.isalive() and time.monotonic() < end:
            self.read()
        self.read()
        self.process.close()
        assert self.process.exitstatus is not None, f"ended by signal {self.process.signalstatus}"
        return int(self.process.exitstatus)

    def stop_and_leave(self) -> None:
        """Press the keys that stop and save a training and leave; the terminal is then as it was before."""
        self.process.send("q")
        self.wait_for("still training")
        self.process.send("s")
        self.wait_for("mnist-sum · run")
        self.assert_left(0)

    def assert_left(self, code: int) -> None:
        """The process ends with this code, and the terminal is then as it was before."""
        modes = termios.tcgetattr(self.process.child_fd)
        assert self.wait_for_end() == code
        assert modes == self.before
        self.assert_restored()

    def assert_restored(self) -> None:
        """Every mode that was set is reset, and the cursor is back."""
        for mode, name in MODES.items():
            on, off = f"\x1b[?{mode}h".encode(), f"\x1b[?{mode}l".encode()
            assert on in self.output, name
            assert self.output.rindex(off) > self.output.rindex(on), name
        assert self.output.rindex(b"\x1b[?25h") > self.output.rindex(b"\x1b[?25l"), "cursor"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "runs"


def test_train_pause_go_on_and_leave(folder: Path) -> None:
    terminal = Terminal(folder, start=False, fresh=True)
    terminal.wait_for("Start training")
    terminal.process.send("\r")
    terminal.wait_for(r"(train|val\.) (sum )?\d\d\.\d\d %")
    terminal.process.send(" ")
    terminal.wait_for("paused")
    terminal.process.send("c")
    terminal.process.send(" ")
    terminal.wait_for(r"● (train|val\.) (sum )?\d\d\.\d\d %")
    terminal.process.send("\x1bOQ")  # F2
    terminal.wait_for(r"truth 7 \+ 7 = 14\b")  # the answer, right or not
    terminal.process.send("\x1bOR")  # F3
    terminal.wait_for("Draw here")
    for what in ("0;12;8M", "32;14;12M", "32;13;16M", "0;13;16m"):  # press, drag, drag, release
        terminal.process.send(f"\x1b[<{what}")
    terminal.wait_for(r"answered in \d+ ms")
    terminal.process.send("\x1bOP")  # F1
    terminal.process.setwinsize(36, 120)
    terminal.screen.resize(36, 120)
    terminal.stop_and_leave()
    assert not terminal.screen.display[-1].strip(), "the dashboard is left on a terminal that has only this screen"
    run = find.list_runs(folder)[0]
    scrollback = terminal.output.decode().rpartition("\x1b[?1049l")[2]
    assert f"mnist-sum train --resume {run.id}" in scrollback
    seen = list(read_events(run.metrics_file))
    assert {Paused, Resumed} <= {type(event) for event in seen}
    assert any(isinstance(event, Checkpointed) and event.reason == "request" for event in seen)
    assert isinstance(seen[-1], Finished)
    assert seen[-1].reason == "stopped"


@pytest.mark.parametrize(
    ("number", "code", "why"),
    [
        (signal.SIGINT, 130, "as asked"),
        (signal.SIGTERM, 143, "because the process was asked to end"),
        (signal.SIGHUP, 129, "because the terminal was closed"),
    ],
)
def test_a_signal_saves_and_restores_the_terminal(number: int, code: int, why: str, folder: Path) -> None:
    terminal = Terminal(folder, start=True)
    terminal.wait_for(r"elapsed (0:\d)?[1-9]")
    terminal.process.kill(number)
    assert terminal.wait_for_end() == code
    terminal.assert_restored()
    run = find.list_runs(folder)[0]
    assert run.last_file.exists()
    *_, last = read_events(run.metrics_file)
    assert isinstance(last, Finished)
    assert last.message == f"stopped {why}; everything is saved"


@pytest.mark.parametrize("fault", ["ZeroDivisionError('a fault')", "KeyboardInterrupt('a fault')"])
def test_a_fault_of_the_dashboard_saves_the_training_and_restores_the_terminal(fault: str, folder: Path) -> None:
    """The first is caught by Textual, the second comes out of the app's loop."""
    terminal = Terminal(folder, start=True, fault=fault)
    terminal.wait_for(r"elapsed (0:\d)?[1-9]")
    terminal.process.send("l")
    terminal.wait_for("go on")
    terminal.assert_left(1)
    run, left = find.list_runs(folder)[0], terminal.output.decode().rpartition("\x1b[?1049l")[2]
    assert "a fault" in left
    assert f"mnist-sum · run {run.id}" in left
    assert "as asked; everything is saved" in left
    assert f"mnist-sum train --resume {run.id}" in left.splitlines()[-1]
    *_, last = read_events(run.metrics_file)
    assert isinstance(last, Finished)
    assert checkpoint.load(run.last_file).position.step == last.step > 0


def test_a_closed_terminal_saves(folder: Path) -> None:
    terminal = Terminal(folder, start=True)
    terminal.wait_for(r"elapsed (0:\d)?[1-9]")
    terminal.process.close()
    assert terminal.process.exitstatus == 129
    assert find.list_runs(folder)[0].last_file.exists()


def test_the_name_of_a_strangers_run_does_nothing_to_the_terminal(folder: Path) -> None:
    """It is not written to the clipboard, and stands in its row as it is called."""
    run = Run(folder / "\x1b]52;c;aGk=\x07 \udcff [b]")
    run.path.mkdir(parents=True)
    run.write_config(TrainConfig.of("standard", model="compact"))
    terminal = Terminal(folder, start=False)
    terminal.wait_for("Start training")
    terminal.process.send("\x1b[15~")  # F5
    terminal.wait_for(r"\\x1b\]52;c;aGk=\\x07 \\udcff \[b\]")
    terminal.process.send("q")
    assert terminal.wait_for_end() == 0
    assert b"\x1b]52" not in terminal.output


def test_no_colour_is_honoured_and_tells_the_heads_apart(folder: Path) -> None:
    terminal = Terminal(folder, start=False, NO_COLOR="1")
    terminal.wait_for("Start training")
    terminal.process.send("q")
    assert terminal.wait_for_end() == 0
    colours = re.findall(rb"\x1b\[[\d;]*?[34]8;2;(\d+);(\d+);(\d+)", terminal.output)
    assert colours == [] or all(max(map(int, rgb)) - min(map(int, rgb)) <= 2 for rgb in colours), "greys only"


def test_the_mouse_can_be_left_to_the_terminal_whose_size_holds_and_not_an_exported_one(folder: Path) -> None:
    terminal = Terminal(folder, start=False, NO_MOUSE="1", COLUMNS="10000", LINES="5")
    terminal.wait_for("Start training")
    terminal.process.setwinsize(36, 120)  # of which stdout, that Textual would ask, knows nothing
    terminal.screen.resize(36, 120)
    terminal.wait_for("Palette")
    terminal.process.send("q")
    assert terminal.wait_for_end() == 0
    assert b"\x1b[?1049h" in terminal.output
    assert not re.search(rb"\x1b\[\?(1000|1002|1003|1006|1015)h", terminal.output)


def test_a_dumb_terminal_is_pointed_to_train(folder: Path) -> None:
    terminal = Terminal(folder, start=False, TERM="dumb")
    assert terminal.wait_for_end() == 2
    assert b"mnist-sum train" in terminal.output
    assert b"\x1b" not in terminal.output


@pytest.mark.parametrize(
    ("theme", "text"), [("mnist-sum-dark", ("white", "black")), ("mnist-sum-light", ("black", "brightwhite"))]
)
def test_sixteen_colours_have_themes_that_are_made_of_them(theme: str, text: tuple[str, str], folder: Path) -> None:
    terminal = Terminal(folder, start=False, TERM="xterm", COLORTERM="", MNIST_SUM_THEME=theme)
    terminal.wait_for("Start training")
    cells = [terminal.screen.buffer[row][at] for row in range(24) for at in range(80)]
    terminal.process.send("q")
    assert terminal.wait_for_end() == 0
    assert (cells[0].data, cells[0].fg, cells[0].bg) == ("F", "brightwhite", "blue"), "and not on cyan"
    assert text in {(cell.fg, cell.bg) for cell in cells if cell.data.isalpha()}
