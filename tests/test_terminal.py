"""`train` in a real terminal: bars that move, lines that stay, and a terminal that is as it was."""

import io
import sys
from pathlib import Path

import pexpect
import pyte
import pytest

from mnist_sum_tui import runs
from mnist_sum_tui.config import TrainConfig


@pytest.mark.parametrize("width", [80, 60])
def test_live_bars_and_ctrl_c(small_data: str, tmp_path: Path, width: int) -> None:
    arguments = ["-m", "mnist_sum_tui", "train", "--model", "compact", "--epochs", "400", "--data-dir", small_data]
    folder = tmp_path / "runs"
    child = pexpect.spawn(sys.executable, [*arguments, "--runs-dir", str(folder)], dimensions=(24, width), timeout=60)
    child.logfile_read = record = io.BytesIO()
    child.expect("loading torch")
    child.expect("images/s")
    child.expect("images/s")
    child.sendintr()
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 130
    screen = pyte.Screen(width, 200)
    pyte.ByteStream(screen).feed(record.getvalue())
    lines = [line.rstrip() for line in screen.display]
    text = "\n".join(lines)
    assert "compact, 218,673 parameters" in text
    assert "Stopped in epoch" in text
    assert "mnist-sum train --resume" in text
    assert "images/s" not in text  # the bars are gone
    assert not screen.cursor.hidden
    assert len(runs.list_runs(folder)) == 1


def test_a_no_deletes_nothing(tmp_path: Path) -> None:
    run = runs.create(tmp_path, TrainConfig.of("sprint"))
    arguments = ["-m", "mnist_sum_tui", "runs", "delete", "latest", "--runs-dir", str(tmp_path)]
    child = pexpect.spawn(sys.executable, arguments, timeout=60)
    child.expect("Delete .*N]")
    child.sendline("n")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 0
    assert b"error" not in (child.before or b"")
    assert runs.list_runs(tmp_path) == [run]
