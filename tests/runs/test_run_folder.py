"""A run's folder may be untrusted, or not a run's at all: no link is followed, and no other file is removed."""

import json
import multiprocessing
import os
import pickle
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from mnist_sum_tui.config import TrainConfig
from mnist_sum_tui.errors import CheckpointError, MnistSumError, RunError
from mnist_sum_tui.runs import checkpoint, find
from mnist_sum_tui.runs.journal import Follower, Journal, read_events
from mnist_sum_tui.runs.run import Run
from mnist_sum_tui.runs.summary import summarise
from mnist_sum_tui.training.loop import train
from tests.conftest import COMMAND, PEAK, Cli, is_one_line, wait_for
from tests.tui import recorded

CONFIG = TrainConfig.of("sprint", epochs=1, threads=1, batch_size=110)
FILES = ("metrics.jsonl", ".pid", ".lock", "error.txt", "config.json", "report.json", "environment.json")
CHECKPOINTS = ("last.safetensors", "best.safetensors", "epoch-0.safetensors")


def old_run(folder: Path, config: TrainConfig = CONFIG) -> Run:
    """A run as another process sees it: not locked by this one."""
    return Run(find.create(folder, config).path)


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


# Links, pipes and devices.


@pytest.mark.parametrize("name", [*FILES, *CHECKPOINTS])
def test_a_run_with_a_link_in_it_is_refused_and_listed_as_damaged(name: str, tmp_path: Path, small_data: str) -> None:
    config = TrainConfig.from_dict({**CONFIG.to_dict(), "data_dir": small_data})
    run, target = old_run(tmp_path / "runs", config), tmp_path / "precious"
    if name == "config.json":
        target.write_bytes(run.config_file.read_bytes())
    else:
        target.write_text("precious\n")
    before = target.read_bytes()
    (run.path / name).unlink(missing_ok=True)
    (run.path / name).symlink_to(target)
    with pytest.raises(RunError, match="is not a regular file"):
        list(train(config, run))
    with pytest.raises(RunError, match="is not a regular file"):
        run.delete()
    assert target.read_bytes() == before
    assert (run.path / name).is_symlink()
    assert [summarise(found).state for found in find.list_runs(run.path.parent)] == ["damaged"]


@pytest.mark.parametrize("name", ["metrics.jsonl", ".pid", "config.json", "report.json"])
@pytest.mark.parametrize("make", [os.mkfifo, lambda path: path.symlink_to("/dev/zero")], ids=["pipe", "endless"])
@pytest.mark.skipif(sys.platform != "linux", reason="reads the process's peak memory from /proc")
def test_a_listing_neither_hangs_nor_fills_the_memory(
    name: str, make: Callable[[Path], object], tmp_path: Path, cli: Cli
) -> None:
    run, other = (old_run(tmp_path / "runs") for _ in range(2))
    (run.path / name).unlink(missing_ok=True)
    make(run.path / name)
    script = """
import sys
from pathlib import Path
from mnist_sum_tui.runs.find import list_runs
from mnist_sum_tui.runs.summary import summarise
print(sorted((summarise(run).state, run.id) for run in list_runs(Path(sys.argv[1]))), peak() // 1000)
"""
    command = [sys.executable, "-c", PEAK + script, str(tmp_path / "runs")]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=30).stdout
    found, megabytes = done.rsplit(maxsplit=1)
    assert found == str([("damaged", run.id), ("interrupted", other.id)])
    assert int(megabytes) < 100
    for arguments in (("runs",), ("runs", "show", run.id)):
        shown = cli(*arguments, timeout=30)
        assert shown.returncode == 0, shown.stderr
        assert "damaged" in shown.stdout
    is_one_line(cli("train", "--resume", run.id, timeout=60), 1, name)


def test_no_reader_follows_a_link_or_waits_for_a_pipe(tmp_path: Path) -> None:
    real, link, pipe = tmp_path / "real", tmp_path / "link", tmp_path / "pipe"
    real.write_bytes(b"")
    with Journal(real) as journal:
        journal.append(recorded.started())
    assert len(list(read_events(real))) == 1
    link.symlink_to(real)
    os.mkfifo(pipe)
    before = real.read_bytes()
    for path in (link, pipe):
        assert list(read_events(path)) == []
        assert Follower(path).read() == ([], True)
        with pytest.raises(RunError, match="cannot be written"):
            Journal(path)
        with pytest.raises(CheckpointError, match="cannot be read"):
            checkpoint.load(path)
    assert real.read_bytes() == before


@pytest.mark.skipif(sys.platform != "linux", reason="reads the process's peak memory from /proc")
def test_huge_files_without_a_line_end_do_not_fill_the_memory(tmp_path: Path) -> None:
    run = old_run(tmp_path)
    for path in (run.metrics_file, run.report_file, run.config_file.with_name("environment.json")):
        with path.open("wb") as stream:
            stream.truncate(400 << 20)  # a sparse file
    script = """
import sys
from pathlib import Path
from mnist_sum_tui.runs.journal import read_events
from mnist_sum_tui.errors import RunError
from mnist_sum_tui.runs.run import Run
run = Run(Path(sys.argv[1]))
before = peak()
print(len(list(read_events(run.metrics_file))))
try:
    run.read_json(run.report_file)
except RunError as error:
    print("refused")
print(peak() - before)
"""
    command = [sys.executable, "-c", PEAK + script, str(run.path)]
    count, refused, growth = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    assert (count, refused) == ("0", "refused")
    assert int(growth) < 50_000


# What is deleted, and what is kept.


def test_a_run_is_kept_if_resuming_it_fails_early(tmp_path: Path, cli: Cli) -> None:
    run = old_run(tmp_path / "runs")
    notes = run.path / "notes.txt"
    notes.write_text("precious")
    before = contents(run.path)
    is_one_line(cli("train", "--resume", str(run.path), "--device", "mps"), 2, "mps")
    after = contents(run.path)
    assert {name: after[name] for name in before if name != ".pid"} == {
        name: content for name, content in before.items() if name != ".pid"
    }
    with pytest.raises(MnistSumError):
        next(train(TrainConfig.from_dict({**CONFIG.to_dict(), "device": "mps"}), run))
    assert notes.exists()


def test_another_programs_folder_is_neither_resumed_nor_deleted(tmp_path: Path, cli: Cli) -> None:
    project = tmp_path / "proj"
    project.mkdir()
    for values in ({}, {"model_type": "bert", "architectures": ["x"]}):
        (project / "config.json").write_text(json.dumps(values))
        for others in ((), ("src.js",)):
            for name in others:
                (project / name).write_text("precious")
            before = contents(project)
            is_one_line(cli("runs", "delete", "--yes", "./proj"), 1, "nothing is deleted")
            is_one_line(cli("train", "--resume", "./proj", "--epochs", "1"), 1, "is not a run's")
            assert contents(project) == before


def test_delete_removes_a_run_but_nothing_if_there_is_another_file(small_data: str, tmp_path: Path) -> None:
    config = TrainConfig.from_dict({**CONFIG.to_dict(), "data_dir": small_data})
    run = find.create(tmp_path, config)
    list(train(config, run))
    (run.path / ".last.safetensors.123.tmp").write_text("half")
    run.error_file.write_text("traceback")
    for stray in (run.path / "notes.txt", run.path / "best.safetensors.bak", run.path / "folder" / "notes.txt"):
        stray.parent.mkdir(exist_ok=True)
        stray.write_text("precious")
        before = sorted(run.path.rglob("*"))
        with pytest.raises(RunError, match=r"(notes.txt|safetensors.bak|folder): is not a file of a run"):
            run.delete()
        assert sorted(run.path.rglob("*")) == before
        stray.unlink()
    (run.path / "folder").rmdir()
    run.delete()
    assert not run.path.exists()


def test_a_run_with_a_damaged_config_can_be_deleted(tmp_path: Path) -> None:
    run = old_run(tmp_path)
    run.config_file.write_text("{")
    run.delete()
    assert not run.path.exists()
    run.path.mkdir()
    run.config_file.write_text("// a comment, as some programs allow")
    with pytest.raises(RunError, match="nothing is deleted"):
        run.delete()
    assert run.config_file.exists()


def test_a_link_to_a_run_is_not_deleted_nor_is_the_run(tmp_path: Path) -> None:
    run, link = old_run(tmp_path / "elsewhere"), tmp_path / "runs" / "link"
    link.parent.mkdir()
    link.symlink_to(run.path)
    before = contents(run.path)
    with pytest.raises(RunError, match="is a link"):
        Run(link).delete()
    assert contents(run.path) == before
    (tmp_path / "whole").symlink_to(run.path.parent)  # the folder of all runs may be a link
    (found,) = find.list_runs(tmp_path / "whole")
    found.delete()
    assert not run.path.exists()


# A new run is locked at once.


def test_a_new_run_is_locked_until_it_has_been_trained(small_data: str, tmp_path: Path, cli: Cli) -> None:
    config = TrainConfig.from_dict({**CONFIG.to_dict(), "data_dir": small_data})
    run = find.create(tmp_path / "runs", config)
    assert not run.is_running, "for the process that created it"
    assert summarise(Run(run.path)).state == "running"
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


def test_a_new_run_can_be_locked_only_once_at_a_time(tmp_path: Path) -> None:
    run = find.create(tmp_path, CONFIG)
    with run.lock(), pytest.raises(RunError, match="is being trained"), run.lock():
        pass
    with run.lock():
        assert run.pid == os.getpid()
    run.delete()


def test_the_lock_of_an_untrained_run_is_released_with_its_last_reference(tmp_path: Path) -> None:
    run = find.create(tmp_path, CONFIG)
    path = run.path
    del run
    with Run(path).lock():
        pass


def _train_elsewhere(run: Run) -> None:
    with run.lock():
        assert run.pid == os.getpid()


def test_a_new_run_can_be_passed_to_another_process_and_trained_there(tmp_path: Path) -> None:
    run = find.create(tmp_path, CONFIG)
    process = multiprocessing.get_context("spawn").Process(target=_train_elsewhere, args=(run,))
    process.start()
    process.join(60)
    assert process.exitcode == 0
    assert pickle.loads(pickle.dumps(run)) == run


# Read-only disks.


@pytest.mark.skipif(sys.platform != "linux", reason="remounts a file system read-only")
def test_a_killed_run_on_a_read_only_disk_is_not_running(small_data: str, tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=30m", "tmpfs", str(disk)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("needs the right to mount")
    arguments = ["--recipe", "sprint", "--epochs", "5000", "--data-dir", small_data, "--runs-dir", str(disk), "--quiet"]
    process = subprocess.Popen([*COMMAND, "train", *arguments], stdout=subprocess.DEVNULL)
    try:
        wait_for(lambda: any(run.last_file.exists() for run in find.list_runs(disk)))
        (run,) = find.list_runs(disk)
        assert run.is_running
        process.send_signal(signal.SIGKILL)
        process.wait()
        subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
        assert run.pid == process.pid
        assert summarise(run).state == "interrupted"
        with pytest.raises(RunError, match=r"cannot be locked|cannot be written"), run.lock():
            pass
    finally:
        process.kill()
        process.wait()
        time.sleep(0.1)
        subprocess.run(["umount", "-l", str(disk)], check=True)
