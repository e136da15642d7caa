"""An output in a file on a disk that is full, or that may not get larger."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from mnist_sum_tui.runs import find
from tests.conftest import is_one_line
from tests.forked import Running


def into_full_disk(folder: Path, *arguments: str) -> tuple[int, list[str]]:
    """Run a command whose stdout is a file on a full disk; its exit code, and the lines on stderr."""
    with Path(os.devnull).open() as none, Path("/dev/full").open("w") as full, tempfile.TemporaryFile("w+") as errors:
        streams = [none.fileno(), full.fileno(), errors.fileno()]
        code = Running(arguments, streams, folder, os.environ).wait(100)
        errors.seek(0)
        return code, errors.read().splitlines()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a disk that is full")
@pytest.mark.parametrize("command", ["predict idx 3", "model swift", "runs"])
def test_a_full_disk_behind_stdout_ends_in_one_line(command: str, tmp_path: Path) -> None:
    code, said = into_full_disk(tmp_path, *command.split())
    assert code == 1
    assert said == ["error: the output cannot be written (no space left): free some space, or write elsewhere"]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a disk that is full")
def test_a_full_disk_behind_the_output_of_a_training_is_named_and_nothing_is_lost(
    small_data: str, tmp_path: Path
) -> None:
    arguments = ["train", "--model", "swift", "--epochs", "500", "--data-dir", small_data, "--runs-dir", str(tmp_path)]
    code, lines = into_full_disk(tmp_path, *arguments)
    assert code == 1
    (run,) = find.list_runs(tmp_path)
    (said,) = lines
    assert said.startswith("error: the output cannot be written (No space left on device): everything is saved; resume")
    assert run.resume_file.exists()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such limit")
@pytest.mark.parametrize("unbuffered", ["", "1"])  # if it is, Python itself drops what is beyond the limit
def test_a_limit_on_the_size_of_the_file_behind_stdout_ends_in_one_line(unbuffered: str, tmp_path: Path) -> None:
    limit = "resource.setrlimit(resource.RLIMIT_FSIZE, (1024, -1)); sys.dont_write_bytecode = True"
    script = f"import resource, sys; {limit}; from mnist_sum_tui.__main__ import main; main()"
    own = {**os.environ, "PYTHONUNBUFFERED": unbuffered}
    with (tmp_path / "out").open("w") as out:
        command = [sys.executable, "-c", script, "guide", "accuracy"]
        done = subprocess.run(command, env=own, stdout=out, stderr=subprocess.PIPE, text=True, check=False)
    is_one_line(done, 1, "error: the output cannot be written (File too large): raise `ulimit -f`, or write elsewhere")
