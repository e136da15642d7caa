"""`mnist-sum train` in a real terminal: its progress bars, what stays on the screen, and signals."""

import io
import os
import pty
import signal
import subprocess
from pathlib import Path

import pexpect
import pyte
import pytest

from mnist_sum_tui.cli.train import _signals_stop
from mnist_sum_tui.config import TrainConfig
from mnist_sum_tui.runs import checkpoint, find, journal
from mnist_sum_tui.training.control import Control
from tests.cli.terminals import spawn
from tests.conftest import COMMAND, wait_for

TRAIN = ["train", "--model", "swift", "--epochs", "10000"]


@pytest.mark.parametrize("width", [80, 60])
def test_progress_bars_and_ctrl_c(small_data: str, tmp_path: Path, width: int) -> None:
    folder, record = tmp_path / "runs", io.BytesIO()
    child = spawn(*TRAIN, "--data-dir", small_data, "--runs-dir", str(folder), columns=width, record=record)
    child.expect("loading torch")
    child.expect("images/s")
    child.expect("images/s")
    assert not screen_of(record, width).cursor.hidden  # Ctrl-Z, Ctrl-\ or a kill would leave the shell without it
    child.sendintr()
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 130
    screen = screen_of(record, width)
    text = "\n".join(screen.display)
    assert "swift, 73,961 parameters" in text
    assert "Stopped as asked, in epoch" in text
    assert "mnist-sum train --resume" in text
    assert "images/s" not in text  # the bars are gone
    assert not screen.cursor.hidden
    assert len(find.list_runs(folder)) == 1


def screen_of(record: io.BytesIO, width: int) -> pyte.Screen:
    screen = pyte.Screen(width, 200)
    pyte.ByteStream(screen).feed(record.getvalue())
    return screen


def test_answering_no_deletes_nothing(tmp_path: Path) -> None:
    run = find.create(tmp_path, TrainConfig.of("sprint"))
    child = spawn("runs", "delete", "latest", "--runs-dir", str(tmp_path))
    child.expect("Delete .*N]")
    child.sendline("n")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 0
    assert b"error" not in (child.before or b"")
    assert b"Nothing was deleted" in (child.before or b"")
    assert find.list_runs(tmp_path) == [run]


def test_closing_the_terminal_stops_the_run_and_loses_nothing(small_data: str, tmp_path: Path) -> None:
    child = spawn(*TRAIN, "--data-dir", small_data, "--runs-dir", str(tmp_path))
    child.expect("images/s")
    child.close()
    assert child.exitstatus == 128 + signal.SIGHUP
    assert _is_whole(tmp_path)


def test_a_second_sighup_is_ignored_but_another_signal_ends_the_program_at_once() -> None:
    """The shell and the system may each send a SIGHUP; a user who then presses Ctrl-C does not want to wait."""
    control = Control()
    with _signals_stop(control) as caught:
        for _ in range(3):
            signal.raise_signal(signal.SIGHUP)
        assert control.stopping
        assert caught[0] == signal.SIGHUP
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)


def test_a_disowned_job_stops_at_the_first_write_to_a_closed_terminal(small_data: str, tmp_path: Path) -> None:
    """A job that the shell has disowned gets no signal: only writing fails."""
    ours, its = pty.openpty()
    arguments = [*COMMAND, *TRAIN, "--data-dir", small_data, "--runs-dir", str(tmp_path)]
    job = subprocess.Popen(arguments, stdin=its, stdout=its, stderr=its, start_new_session=True)
    os.close(its)
    wait_for(lambda: list(tmp_path.glob("*/last.safetensors")) or not os.read(ours, 1000))
    os.close(ours)
    assert job.wait(60) == 1
    assert _is_whole(tmp_path)


def test_a_run_under_nohup_survives_sighup(small_data: str, tmp_path: Path) -> None:
    """nohup starts a program with SIGHUP ignored."""
    arguments = ["nohup", *COMMAND, *TRAIN, "--data-dir", small_data, "--runs-dir", str(tmp_path), "--json"]
    job = subprocess.Popen(arguments, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert job.stdout is not None
    job.stdout.readline()
    job.send_signal(signal.SIGHUP)
    for _ in range(2):
        assert any('"event": "epoch"' in str(line) for line in job.stdout), "it goes on"
    job.terminate()
    job.communicate(timeout=60)
    assert job.returncode == 128 + signal.SIGTERM


def _is_whole(folder: Path) -> bool:
    """Whether the last checkpoint contains the last step of the run."""
    (run,) = find.list_runs(folder)
    *_, last = journal.read_events(run.metrics_file)
    return checkpoint.load(run.last_file).position.step == last.step
