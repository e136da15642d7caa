"""A disk that is full while a run trains."""

from pathlib import Path

import pytest

from mnist_sum_tui.runs import checkpoint, find
from tests.conftest import Cli, is_one_line, small_disk


@pytest.mark.parametrize("megabytes", [2, 4])
def test_a_full_disk_is_one_line_and_the_last_checkpoint_stays(
    megabytes: int, small_data: str, tmp_path: Path, cli: Cli
) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    with small_disk(disk, f"size={megabytes}m"):
        settings = ["--recipe", "sprint", "--threads", "1", "--batch-size", "110", "--keep", "100", "--epochs", "50"]
        arguments = ("train", *settings, "--data-dir", small_data, "--runs-dir", str(disk))
        done = cli(*arguments)
        (run,) = find.list_runs(disk)
        is_one_line(
            done, 1, "No space left", "free some space, then ", f" with mnist-sum train --resume {run.argument}"
        )
        if megabytes == 4:  # on the smaller disk not even the first checkpoint has room
            assert checkpoint.load(run.last_file).position.step > 0
        assert not [path for path in run.path.iterdir() if path.name.endswith(".tmp")]
