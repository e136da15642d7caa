"""A run belongs to one process at a time: it is locked from its creation on until it has been trained."""

import errno
import multiprocessing
import os
import pickle
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from mnist_sum_tui.config import TrainConfig
from mnist_sum_tui.errors import RunError, UsageError
from mnist_sum_tui.runs import find, locking
from mnist_sum_tui.runs.run import Run
from mnist_sum_tui.runs.summary import summarise
from mnist_sum_tui.training.loop import train
from tests.conftest import Cli, is_one_line, small_disk, wait_for
from tests.forked import Running
from tests.runs.folders import CONFIG, lock_here

# A new run is locked at once.


def test_a_new_run_is_locked_until_it_has_been_trained(small_data: str, tmp_path: Path, cli: Cli) -> None:
    config = TrainConfig.from_dict({**CONFIG.to_dict(), "data_dir": small_data})
    run = find.create(tmp_path / "runs", config)
    assert not run.is_running, "for the process that created it"
    assert summarise(Run(run.path)).state == "running"
    with pytest.raises(UsageError, match=f"run {run.id} has no weights yet: wait for its first epoch, or choose"):
        find.weights_file(Run(run.path))
    held = f"process {os.getpid()}"
    is_one_line(cli("runs", "delete", "--yes", run.id), 1, held)
    is_one_line(cli("train", "--resume", run.id, "--device", "mps"), 1, held)
    assert run.config_file.exists()
    seen: list[str] = []
    thread = threading.Thread(target=lambda: seen.extend(event.kind for event in train(config, run)))
    thread.start()  # as in the dashboard: created in one thread, trained in another
    thread.join()
    assert seen[-1] == "finished"
    assert summarise(Run(run.path)).state == "completed"
    Run(run.path).delete()


@pytest.mark.usefixtures("_short_wait")
def test_a_run_that_this_process_trains_is_let_go_by_closing_its_events(small_data: str, tmp_path: Path) -> None:
    """A notebook's variable or list of outputs may still hold them; to stop the process would end the notebook."""
    config = TrainConfig.from_dict({**CONFIG.to_dict(), "data_dir": small_data})
    run = find.create(tmp_path, config)
    events = train(config, run)
    next(events)
    with pytest.raises(
        RunError, match=rf"^run {run.id} is being trained by this process; call close\(\) of its events$"
    ):
        next(train(config, run))
    events.close()
    assert next(train(config, run)).kind == "started"


def test_a_new_run_is_locked_before_torch_is_imported(tmp_path: Path) -> None:
    folder = tmp_path / "runs"
    script = """
import sys, time
import mnist_sum_tui.cli.train as command
def wait():
    print("torch", flush=True)
    time.sleep(60)
command.import_torch = wait
from mnist_sum_tui.cli.main import main
main()
"""
    command = [sys.executable, "-c", script, "train", "--quiet", "--runs-dir", str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"torch\n"
        (run,) = find.list_runs(folder)
        assert run.pid == process.pid
        with pytest.raises(RunError, match=f"process {process.pid}"):
            run.delete()
        process.kill()
    assert not run.is_running


@pytest.mark.usefixtures("_short_wait")
def test_a_new_run_can_be_locked_only_once_at_a_time(tmp_path: Path) -> None:
    run = find.create(tmp_path, CONFIG)
    with run.lock(), pytest.raises(RunError, match="is being trained"), run.lock():
        pass
    with run.lock():
        assert run.pid == os.getpid()
    with run.lock(is_named=False), pytest.raises(RunError, match="by another process; wait for it"), run.lock():
        pass
    run.delete()


def test_the_lock_of_an_untrained_run_is_released_with_its_last_reference(tmp_path: Path) -> None:
    run = find.create(tmp_path, CONFIG)
    path = run.path
    del run
    with Run(path).lock():
        pass


def test_a_new_run_can_be_passed_to_another_process_and_trained_there(tmp_path: Path) -> None:
    run = find.create(tmp_path, CONFIG)
    process = multiprocessing.get_context("spawn").Process(target=lock_here, args=(run,))
    process.start()
    process.join(60)
    assert process.exitcode == 0
    assert pickle.loads(pickle.dumps(run)) == run


def test_the_id_of_another_process_stays_when_a_lock_is_released(tmp_path: Path) -> None:
    run = find.create(tmp_path, CONFIG)
    with run.lock():
        (run.path / ".pid").write_text("1")  # the folder was replaced by another
    assert locking.pid(run.path) == 1
    with run.lock():
        pass
    assert locking.pid(run.path) is None


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has other locks")
def test_two_that_ask_at_once_whether_a_run_is_trained_do_not_take_each_other_for_its_trainer(tmp_path: Path) -> None:
    import fcntl

    with (tmp_path / ".lock").open("w") as asking:
        (tmp_path / ".pid").write_text(str(os.getpid()))
        fcntl.flock(asking, fcntl.LOCK_SH)
        assert not locking.is_locked(tmp_path)
        fcntl.flock(asking, fcntl.LOCK_EX)
        assert locking.is_locked(tmp_path)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has other locks")
def test_where_a_lock_cannot_be_opened_a_living_process_decides(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").touch()
    (tmp_path / ".lock").symlink_to("elsewhere")
    for holder, is_alive in ((os.getpid(), True), (1, True), (0, False), (-1, False), (10**15, False)):
        (tmp_path / ".pid").write_text(str(holder))
        assert locking.is_locked(tmp_path) == is_alive, holder


# Other disks.

KILLED_WITHOUT_LOCKS = """
import errno, fcntl, os, sys
from pathlib import Path
def missing(*_):
    raise OSError(errno.ENOSYS, "Function not implemented")
fcntl.flock = missing
from mnist_sum_tui.runs import locking
lock = locking.acquire(Path(sys.argv[1]))
os.kill(os.getpid(), 9)
"""
"""a program that is killed while it holds the lock of a run, on a disk without flock"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has other locks")
@pytest.mark.usefixtures("_short_wait")
def test_a_disk_without_locks_is_locked_by_a_file_and_nothing_is_said_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, recwarn: pytest.WarningsRecorder
) -> None:
    """filelock falls back to that by itself, with a warning."""
    import fcntl

    def missing(*_: object) -> None:
        raise OSError(errno.ENOSYS, "Function not implemented")

    monkeypatch.setattr(fcntl, "flock", missing)
    run = find.create(tmp_path, CONFIG)
    assert Run(run.path).is_running
    with run.lock(), pytest.raises(RunError, match="is being trained by this process"), run.lock():
        pass
    assert not Run(run.path).is_running
    command = [sys.executable, "-c", KILLED_WITHOUT_LOCKS, str(run.path)]
    done = subprocess.run(command, capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (-signal.SIGKILL, b"")
    assert (run.path / ".pid").exists()
    assert not Run(run.path).is_running
    with Run(run.path).lock():
        pass
    Run(run.path).delete()
    assert not recwarn.list


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has other locks")
@pytest.mark.parametrize(
    ("number", "advice"),
    [
        (errno.ENOSPC, "free some space"),
        (errno.EMFILE, "close other programs, or raise `ulimit -n`"),
        (errno.ENOLCK, "choose another --runs-dir, on a local disk"),
        (errno.EOPNOTSUPP, "choose another --runs-dir, on a local disk"),
        (errno.EROFS, "check that the folder can be written to"),
        (errno.EPERM, "remove its file .lock, which is another user's, or choose another --runs-dir"),
    ],
)
def test_the_advice_fits_the_reason_why_a_folder_cannot_be_locked(
    number: int, advice: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import fcntl

    def fails(*_: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(fcntl, "flock", fails)
    with pytest.raises(RunError, match=rf"cannot be locked \({os.strerror(number)}\); {advice}$"):
        find.create(tmp_path, CONFIG)


def test_a_killed_run_on_a_read_only_disk_is_not_running(small_data: str, tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    with small_disk(disk, "size=30m"):
        arguments = ["--recipe", "sprint", "--epochs", "5000", "--data-dir", small_data, "--runs-dir", str(disk)]
        with Path(os.devnull).open("r+") as none:
            process = Running(["train", "--quiet", *arguments], [none.fileno()] * 3, tmp_path, os.environ)
        try:
            wait_for(lambda: any(run.last_file.exists() for run in find.list_runs(disk)))
            (run,) = find.list_runs(disk)
            assert run.is_running
            process.send_signal(signal.SIGKILL)
            process.wait(60)
            subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
            assert run.pid == process.pid
            assert summarise(run).state == "interrupted"
            with pytest.raises(RunError, match=r"cannot be locked|cannot be written"), run.lock():
                pass
        finally:
            if process.poll() is None:
                process.send_signal(signal.SIGKILL)
                process.wait(60)
