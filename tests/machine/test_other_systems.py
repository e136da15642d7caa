"""What a process does where the system is another: streams, signals and errors of Windows, put in the place of ours."""

import errno
import io
import os
import runpy
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from rich.console import Console

from mnist_sum_tui.cli import main
from mnist_sum_tui.cli.layout import show_commands
from mnist_sum_tui.machine import terminal
from mnist_sum_tui.machine.signals import handled
from mnist_sum_tui.printable import shell_word
from mnist_sum_tui.runs import locking
from mnist_sum_tui.tui.web.visitor import for_shell


class Stream:
    """A standard stream that is a terminal, or not."""

    def __init__(self, is_terminal: bool) -> None:
        self.isatty = lambda: is_terminal


@pytest.mark.parametrize(
    ("platform", "stream"), [("win32", "__stdout__"), ("linux", "__stderr__"), ("darwin", "__stderr__")]
)
def test_the_dashboard_needs_the_stream_that_it_draws_on(
    platform: str, stream: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "platform", platform)
    monkeypatch.delenv("TERM", raising=False)
    monkeypatch.setattr(sys, "__stdin__", Stream(True))
    for name in ("__stdout__", "__stderr__"):
        monkeypatch.setattr(sys, name, Stream(name == stream))
    assert terminal.can_draw()
    monkeypatch.setattr(sys, stream, Stream(False))
    assert not terminal.can_draw()
    assert terminal.why_not() == f"stdin or {stream.strip('_')} is not a terminal"
    monkeypatch.setattr(sys, stream, None)
    assert not terminal.can_draw()


@pytest.mark.parametrize(
    ("encoding", "shown"),
    [("cp1252", "J\u00fcrgen \u2026 _#"), ("ascii", "J?rgen ~ _#"), ("utf-8", "J\u00fcrgen \u2026 \u2581\u2588")],
)
def test_a_pipe_gets_the_letters_that_it_has(encoding: str, shown: str) -> None:
    """Python writes a pipe on Windows in its code page, and a folder's name in it must stay one that can be copied."""
    code = (
        "from mnist_sum_tui.machine import stdio; stdio.repair_streams(); stdio.choose_marker('auto'); "
        r"print('J\u00fcrgen \u2026 \u2581\u2588', end='')"
    )
    variables = {**os.environ, "PYTHONIOENCODING": encoding, "TERM": "xterm"}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, env=variables)
    assert done.stdout.decode(encoding) == shown


@pytest.mark.parametrize(
    ("sizes", "found"),
    [({0: (0, 0), 2: (80, 24)}, (80, 24)), ({1: (80, 0)}, None), ({0: (0, 24)}, None), ({}, None)],
)
def test_a_size_of_0_as_of_a_serial_line_is_none(
    sizes: dict[int, tuple[int, int]], found: tuple[int, int] | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def size_of(descriptor: int) -> os.terminal_size:  # what pytest -v, which asks as well, expects
        if descriptor not in sizes:
            raise OSError(errno.ENOTTY, "not a terminal")
        return os.terminal_size(sizes[descriptor])

    monkeypatch.setattr("os.get_terminal_size", size_of)
    assert terminal.size() == found


def test_signals_that_the_system_lacks_are_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(signal, "SIGHUP")
    assert not hasattr(signal, "SIGBREAK")
    heard = []
    with handled(lambda number, _: heard.append(number), "SIGHUP", "SIGBREAK", "SIGTERM"):
        signal.raise_signal(signal.SIGTERM)
    assert heard == [signal.SIGTERM]
    monkeypatch.setattr(signal, "SIGBREAK", signal.SIGUSR1, raising=False)
    with handled(lambda number, _: heard.append(number), "SIGBREAK"):
        signal.raise_signal(signal.SIGUSR1)
    assert heard == [signal.SIGTERM, signal.SIGUSR1]


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("20260101-120000-compact", "20260101-120000-compact"),
        ("1e-3", "1e-3"),
        (r"my runs\it's", r'''"my runs\it's"'''),
        ("", '""'),
        ('a" & calc & "b', r'"a\x22 & calc & \x22b"'),
        ("$(calc) `b \u201d; calc", '"`$(calc) ``b `\u201d; calc"'),
        ("a\x1b\udcff", r'"a\x1b\udcff"'),
    ],
)
def test_a_word_of_a_command_is_one_that_the_shells_of_windows_read(
    text: str, word: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """cmd.exe takes single quotes for a part of the word; PowerShell looks for `$` and backticks in double ones."""
    monkeypatch.setattr(sys, "platform", "win32")
    assert shell_word(text) == word


@pytest.mark.parametrize(("platform", "breaks"), [("win32", 0), ("linux", 1)])
def test_a_long_command_is_left_whole_where_the_shells_have_no_common_sign_for_a_break(
    platform: str, breaks: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "platform", platform)
    out = Console(file=io.StringIO(), width=40)
    monkeypatch.setattr(out.file, "isatty", lambda: True, raising=False)
    command = "mnist-sum train --resume 20260101-120000-compact"
    show_commands(out, {"resume it with": command})
    shown = out.file.getvalue()  # type: ignore[attr-defined]
    assert shown.count(" \\\n") == breaks
    assert (f"    {command}\n" in shown) == (not breaks)


@pytest.mark.parametrize(("platform", "is_lost"), [("win32", True), ("linux", False)])
def test_a_reader_that_has_gone_is_another_error_on_windows(
    platform: str, is_lost: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "platform", platform)
    assert (errno.EINVAL in main.lost_output()) == is_lost
    assert errno.EPIPE in main.lost_output()


@pytest.mark.parametrize(
    ("platform", "line"),
    [
        ("win32", r'"C:\Program Files\python.exe" -m a C:\runs'),
        ("linux", r"exec 'C:\Program Files\python.exe' -m a 'C:\runs'"),
    ],
)
def test_the_server_starts_a_visitor_through_the_shell_of_the_system(
    platform: str, line: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "platform", platform)
    assert for_shell([r"C:\Program Files\python.exe", "-m", "a", r"C:\runs"]) == line


def test_on_windows_a_lock_is_found_by_taking_it_and_no_process_is_touched(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """os.kill(process, 0) would end the process there."""
    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setitem(sys.modules, "fcntl", None)
    windows = runpy.run_path(str(locking.__file__))
    monkeypatch.undo()
    monkeypatch.delattr("os.kill")
    assert not windows["is_locked"](tmp_path)
    lock = windows["acquire"](tmp_path)
    assert windows["is_locked"](tmp_path)
    windows["release"](lock, tmp_path)
    assert not windows["is_locked"](tmp_path)
    (tmp_path / ".pid").write_text("1")  # of a process that was killed
    assert not windows["is_locked"](tmp_path)
    assert windows["_lives"](1)
