"""A run that a process of another machine or container trains, where the ids of processes are others."""

import errno
import os
import sys
from pathlib import Path

import pytest

from mnist_sum_tui.errors import RunError
from mnist_sum_tui.runs import find
from mnist_sum_tui.runs.run import Run
from tests.runs.folders import CONFIG


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has other locks")
@pytest.mark.usefixtures("_short_wait")
@pytest.mark.parametrize("number", [os.getpid(), (1 << 22) + 1], ids=["the same here", "of no process here"])
def test_a_process_of_another_container_is_not_taken_for_this_one(number: int, tmp_path: Path) -> None:
    import fcntl

    run = Run(find.create(tmp_path, CONFIG).path)  # the first object has gone, and its lock with it
    assert not run.is_running
    (run.path / ".pid").write_text(str(number))
    with (run.path / ".lock").open() as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        told = f"is being trained by process {number} of another machine or container; "
        with pytest.raises(RunError, match=f"{told}wait for it, or stop it"), run.lock():
            pass
        with pytest.raises(RunError, match=f"{told}stop it first"):
            run.delete()
    with run.lock(), pytest.raises(RunError, match=r"is being trained by this process; call close\(\)"), run.lock():
        pass


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has other locks")
def test_without_flock_a_run_that_another_machine_trains_is_not_deleted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Some disks of clusters have no flock; there the file .lock itself says which process of which machine it is."""
    import fcntl

    def missing(*_: object) -> None:
        raise OSError(errno.ENOSYS, "Function not implemented")

    monkeypatch.setattr(fcntl, "flock", missing)
    with monkeypatch.context() as there:
        there.setattr("socket.gethostname", lambda: "another-machine")
        held = find.create(tmp_path, CONFIG)
    (held.path / ".pid").write_text(str((1 << 22) + 1))  # of no process here
    assert Run(held.path).is_running
    with pytest.raises(RunError, match="of another machine or container; stop it first"):
        Run(held.path).delete()
    assert held.config_file.exists()
