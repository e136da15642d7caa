"""A disk that fails, a kill, a folder that goes: nothing of a run is lost, and nothing happens twice.

The long forms: `pytest -n 0 -m slow tests/training/test_faults.py`.
"""

import contextlib
import json
import os
import random
import shutil
import signal
import subprocess
import time
from pathlib import Path

import pytest

from mnist_sum_tui.config import TrainConfig
from mnist_sum_tui.errors import RunError
from mnist_sum_tui.runs import checkpoint, find
from mnist_sum_tui.runs.events import EpochDone, Progress
from mnist_sum_tui.runs.journal import read_events
from mnist_sum_tui.runs.run import Run
from mnist_sum_tui.training.loop import train
from tests.conftest import Cli, is_one_line, wait_for
from tests.faults import same_end
from tests.forked import Kept

FAULTS = """
import runpy, torch
torch.set_num_threads(1)  # because it forks once more
runpy.run_module("tests.faults", run_name="__main__")
"""
SWIFT = ("train", "--recipe", "sprint", "--threads", "1", "--batch-size", "110")


def faults(data_dir: str, folder: Path, mode: str, stride: int) -> str:
    done = Kept(["-c", FAULTS, data_dir, str(folder), mode, str(stride)], folder).end(600)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("mode", ["kill", "error", "full"])
def test_a_change_to_the_disk_that_fails_loses_nothing(mode: str, few_images: str, tmp_path: Path) -> None:
    assert "attempts of" in faults(few_images, tmp_path, mode, stride=17)


@pytest.mark.slow
@pytest.mark.parametrize("mode", ["kill", "error", "full"])
def test_every_change_to_the_disk_that_fails_loses_nothing(mode: str, few_images: str, tmp_path: Path) -> None:
    print(faults(few_images, tmp_path, mode, stride=1))


def kill_again_and_again(data_dir: str, folder: Path, kills: int, epochs: int) -> None:
    """Kill a training at random instants, go on each time, and compare its end with that of an undisturbed one."""
    arguments = [*SWIFT, "--data-dir", data_dir, "--epochs", str(epochs)]
    for name, count in (("whole", 0), ("killed", kills)):
        chance, own = random.Random(1), folder / name
        for number in range(count + 1):
            found = find.list_runs(own)
            resume = ["--resume", str(found[0].path), "--epochs", str(epochs)] if found else arguments[1:]
            process = Kept(["train", *resume, "--runs-dir", str(own)], folder)
            if number < count:
                wait_for_training(process, own)
                time.sleep(chance.uniform(0, 0.3))
                process.send_signal(signal.SIGKILL)
            done = process.end(1800)
            assert number < count or done.returncode == 0, done.stderr
    (whole,), (killed,) = find.list_runs(folder / "whole"), find.list_runs(folder / "killed")
    same_weights_and_no_step_twice(whole, killed)


def wait_for_training(process: Kept, folder: Path) -> None:
    """Until the process trains the run; it holds a new one before that."""
    begin, end = time.time(), time.monotonic() + 60
    while not any(run.pid == process.pid and _is_begun(run, begin) for run in find.list_runs(folder)):
        assert process.poll() is None, process.end()
        assert time.monotonic() < end
        time.sleep(0.01)


def _is_begun(run: Run, after: float) -> bool:
    """Whether a training has begun in it since; each begins with that file."""
    return run.environment_file.exists() and run.environment_file.stat().st_mtime > after


def same_weights_and_no_step_twice(whole: Run, killed: Run) -> None:
    a, b = checkpoint.load(whole.last_file), checkpoint.load(killed.last_file)
    assert all(bool((a.weights[name] == b.weights[name]).all()) for name in a.weights)
    steps = [event.step for event in read_events(killed.metrics_file, "progress")]
    assert steps == sorted(set(steps))
    epochs = [[event.epoch for event in read_events(run.metrics_file, "epoch")] for run in (whole, killed)]
    assert epochs[0] == epochs[1]
    assert killed.metrics_file.read_bytes().endswith(b"\n")


def test_killed_and_gone_on_with_it_ends_the_same(small_data: str, tmp_path: Path) -> None:
    kill_again_and_again(small_data, tmp_path, kills=4, epochs=60)


@pytest.mark.slow
def test_killed_200_times_it_ends_the_same(small_data: str, tmp_path: Path) -> None:
    kill_again_and_again(small_data, tmp_path, kills=200, epochs=1250)


LARGE = 500_000
"""bytes; a checkpoint of `swift` has 0.9 million, a journal fewer"""
SLOW_SAVES = f"""
import os, sys, time
from pathlib import Path
sync, slow, seconds = os.fsync, Path(sys.argv.pop(1)), float(sys.argv.pop(1))
def fsync(descriptor):
    if slow.exists() and os.fstat(descriptor).st_size > {LARGE}:
        time.sleep(seconds)
    sync(descriptor)
os.fsync = fsync
from mnist_sum_tui.cli.main import main; main()
"""
"""the program, on a disk that takes its time once a file is there"""


@pytest.mark.parametrize(("times", "seconds"), [(1, "1"), (2, "100")])
def test_an_interrupt_during_a_save(times: int, seconds: str, small_data: str, tmp_path: Path) -> None:
    slow, own = tmp_path / "slow", tmp_path / "runs"
    arguments = [*SWIFT, "--data-dir", small_data, "--epochs", "5000", "--keep", "0", "--runs-dir", str(own)]
    process = Kept(["-c", SLOW_SAVES, str(slow), seconds, *arguments], tmp_path)
    wait_for_training(process, own)
    wait_for(lambda: list(own.glob("*/last.safetensors")))
    slow.touch()
    wait_for(lambda: list(own.glob("*/.last.safetensors.*.tmp")))
    time.sleep(0.2)  # it sleeps now
    (run,) = find.list_runs(own)
    before, begin = run.last_file.read_bytes(), time.monotonic()
    assert len(before) > LARGE, "else this save is not slow"
    process.send_signal(signal.SIGINT)
    slow.unlink()
    while times == 2 and process.poll() is None:
        time.sleep(0.2)
        process.send_signal(signal.SIGINT)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(10)  # on a busy machine the two may come as one
    done = process.end()
    assert done.returncode == 130
    assert "Traceback" not in done.stderr
    step = checkpoint.decode(before, run.last_file).position.step
    if times == 2:
        assert time.monotonic() - begin < 60, "at once: the save would have taken a hundred seconds"
        assert run.last_file.read_bytes() == before
    else:
        assert checkpoint.load(run.last_file).position.step > step
    assert not list(run.path.glob(".*.tmp"))


def test_a_run_whose_folder_goes_says_so_at_the_next_write(small_data: str, tmp_path: Path) -> None:
    config = TrainConfig.of("sprint", data_dir=small_data, epochs=2)
    run = find.create(tmp_path / "runs", config)
    events = train(config, run)
    next(events)
    shutil.rmtree(run.path)
    with pytest.raises(RunError, match="cannot be written"):
        list(events)
    assert not run.path.exists()


def test_the_clock_may_jump(small_data: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Elapsed and left come from a clock that nobody sets; which run is the latest is in its own file."""
    config = TrainConfig.of("sprint", data_dir=small_data, epochs=2)
    first = find.create(tmp_path / "runs", config)
    second = find.create(tmp_path / "runs", config)
    chance = random.Random(0)
    monkeypatch.setattr(time, "time", lambda: chance.uniform(0, 4e9))
    events = list(train(config, second))
    elapsed = [event.elapsed for event in events]
    assert elapsed == sorted(elapsed)
    assert 0 <= elapsed[-1] < 100
    told = [event.remaining for event in events if isinstance(event, Progress | EpochDone)]
    assert all(0 <= left < 100 for left in told if left is not None), "none is told before the third step"
    assert told[-1] == 0
    os.utime(first.path / "config.json", (4e9, 4e9))
    assert find.by_name("latest", tmp_path / "runs") == second


def test_a_second_process_is_told_the_first_ones_id(small_data: str, tmp_path: Path, cli: Cli) -> None:
    folder = tmp_path / "runs"
    arguments = [*SWIFT, "--data-dir", small_data, "--epochs", "5000", "--runs-dir", str(folder)]
    process = Kept(arguments, tmp_path)
    wait_for_training(process, folder)
    (run,) = find.list_runs(folder)
    is_one_line(cli("train", "--resume", str(run.path)), 1, f"process {process.pid}")
    process.send_signal(signal.SIGKILL)
    process.end()
    done = cli("train", "--resume", str(run.path), "--epochs", "1", "--json")
    assert done.returncode in (0, 2), done.stderr  # 2: it had more than one epoch already
    assert "is being trained" not in done.stderr


def test_metrics_of_a_whole_run_are_json(small_data: str, tmp_path: Path) -> None:
    config = TrainConfig.of("sprint", data_dir=small_data, epochs=1)
    run = find.create(tmp_path / "runs", config)
    list(train(config, run))
    assert all(json.loads(line) for line in run.metrics_file.read_text().splitlines())


def test_the_comparison_can_fail(small_data: str, tmp_path: Path) -> None:
    config = TrainConfig.of("sprint", data_dir=small_data, epochs=1)
    one, other = (find.create(tmp_path / "runs", config) for _ in range(2))
    list(train(config, one))
    list(train(TrainConfig.from_dict({**config.to_dict(), "seed": 1}), other))
    with pytest.raises(AssertionError, match="other weights"):
        same_end(one, other)
