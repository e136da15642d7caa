"""Shared fixtures: a small part of the real MNIST, and the command line in a process of its own."""

import contextlib
import functools
import gc
import importlib
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from mnist_sum_tui import settings
from mnist_sum_tui.glyphs import BRAILLE
from mnist_sum_tui.machine.process import collect_less_often, set_waiting
from tests import forked

if TYPE_CHECKING:
    from mnist_sum_tui.training.batches import StepPlan


def worker() -> tuple[int, int]:
    """The place of pytest's worker that this process is, 0 to n - 1, and n."""
    count = int(os.environ["PYTEST_XDIST_WORKER_COUNT"])
    return int(os.environ["PYTEST_XDIST_WORKER"].removeprefix("gw")) % count, count


def take_own_cores() -> None:
    """Share the cores out to pytest's workers, and so to the threads and commands of their tests.

    Two workers whose trainings have two threads each on two cores wait for each other three times as long as they work.
    """
    if hasattr(os, "sched_setaffinity") and "PYTEST_XDIST_WORKER" in os.environ:
        cores, (place, count) = sorted(os.sched_getaffinity(0)), worker()
        os.sched_setaffinity(0, cores[place::count] or [cores[place % len(cores)]])


take_own_cores()
set_waiting()  # before any test loads torch
collect_less_often()
gc.disable()  # until all tests are collected

# A background job of a shell, or nohup, inherits these signals as ignored, and then no test could send them.
for number, usual in ((signal.SIGINT, signal.default_int_handler), (signal.SIGHUP, signal.SIG_DFL)):
    if signal.getsignal(number) is signal.SIG_IGN:
        signal.signal(number, usual)

COMMAND = [sys.executable, "-m", "mnist_sum_tui"]
PEAK = """
def peak():
    return next(int(line.split()[1]) for line in open("/proc/self/status") if line.startswith("VmHWM"))
"""
"""source code with which a process measures its own peak memory, in kB (Linux)"""


def pytest_sessionstart() -> None:
    """Have each of pytest's workers load its share of the tests first, and so compile it for all of them."""
    if "PYTEST_XDIST_WORKER" in os.environ:
        place, count = worker()
        folder = Path(__file__).parent
        for path in sorted(folder.rglob("test_*.py"))[place::count]:
            importlib.import_module(".".join(path.relative_to(folder.parent).with_suffix("").parts))


def pytest_collection_finish() -> None:
    """Have the garbage collector pass over what is imported and collected by now: a million objects that stay.

    It took a fifth of the tests' time. It looks ten times less often than in the program, because a test is short.
    """
    gc.freeze()
    gc.set_threshold(10 * gc.get_threshold()[0], 5)
    gc.enable()


@contextlib.contextmanager
def small_disk(folder: Path, limits: str) -> Iterator[None]:
    """Mount a file system in memory at the folder, with limits such as `size=1m,nr_inodes=4`; skip where that fails."""
    mount = ["mount", "-t", "tmpfs", "-o", limits, "tmpfs", str(folder)]
    if sys.platform != "linux" or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("needs Linux and the right to mount")
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def wait_for(found: Callable[[], object], seconds: float = 60) -> None:
    """Wait until `found()` is true; fail after `seconds`."""
    end = time.monotonic() + seconds
    while not found():
        assert time.monotonic() < end
        time.sleep(0.005)


@pytest.fixture(autouse=True)
def _own_runs_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep every test away from the user's own runs and settings, and from the colours and width of the terminal.

    A network of one's own that one test has named is unknown to the next, which draws with the usual marker, too.
    """
    monkeypatch.setattr("mnist_sum_tui.glyphs._chosen", BRAILLE)
    monkeypatch.setattr("mnist_sum_tui.own_network._files", {})
    monkeypatch.setenv("MNIST_SUM_RUNS", str(tmp_path / "runs"))
    monkeypatch.setenv("MNIST_SUM_SETTINGS", str(tmp_path / "settings" / "settings.toml"))
    own = map(settings.variable, settings.KNOWN)
    for name in ("NO_COLOR", "FORCE_COLOR", "COLUMNS", "LINES", "TTY_COMPATIBLE", "CLICOLOR_FORCE", *own):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(scope="session", autouse=True)
def _package_is_unpacked_once() -> Iterator[None]:
    """Unpack the package's images once per process; most dashboards and trainings read them, and that takes 0.3 s."""
    from mnist_sum_tui.data import idx, mnist_files

    read, package = idx._read, mnist_files.BUNDLED
    kept = functools.cache(read)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(idx, "_read", lambda path, *about: (kept if path.parent == package else read)(path, *about))
        yield


SECONDS = 2.0
"""processor seconds that a test may take, its commands included, so that the whole suite stays quick"""
LIMITED = {"contract", "numbers", "screen", "perf"}


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    """Fail a test that takes too much of the processor: what must take longer is a nightly test."""
    before = time.process_time() + sum(forked.spent)
    yield
    used = time.process_time() + sum(forked.spent) - before
    if item.path.parent.name in LIMITED and used > SECONDS:
        pytest.fail(f"took {used:.1f} s of the processor, more than {SECONDS:g}: make it smaller, or a nightly test")


@pytest.fixture(scope="session")
def mnist600(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of the four files with the first 600 training and 100 test images of MNIST."""
    return make_small_data(tmp_path_factory.mktemp("mnist600"))


def _trained(factory: pytest.TempPathFactory, mnist600: Path, *arguments: str) -> Path:
    """The folder of a run of three epochs of the smallest network, which takes 0.5 s."""
    runs = factory.mktemp("trained") / "runs"
    usual = ("--model", "swift", "--epochs", "3", "--data-dir", str(mnist600), "--threads", "1", "--precision", "fp32")
    variables = {**os.environ, "MNIST_SUM_RUNS": str(runs), "MNIST_SUM_SETTINGS": str(runs / "none.toml")}
    ended = forked.Kept(["train", *usual, *arguments], runs.parent, variables).end()
    assert ended.returncode == 0, ended.stderr
    (run,) = runs.iterdir()
    return run


@pytest.fixture(scope="session")
def finished_run(tmp_path_factory: pytest.TempPathFactory, mnist600: Path) -> Path:
    """A completed run that no test may change; `trained_run` is a copy."""
    return _trained(tmp_path_factory, mnist600, "--name", "whole")


@pytest.fixture
def trained_run(finished_run: Path, tmp_path: Path) -> Path:
    """A completed run, the only one in the test's own runs folder."""
    return Path(shutil.copytree(finished_run, tmp_path / "runs" / finished_run.name))


@pytest.fixture(scope="session")
def sturdy_run(tmp_path_factory: pytest.TempPathFactory, mnist600: Path) -> Path:
    """A completed run of recipe sturdy, calibrated and with a threshold; no test may change it."""
    return _trained(tmp_path_factory, mnist600, "--recipe", "sturdy")


@pytest.fixture
def small_data(tmp_path: Path) -> str:
    """A torchvision root with 600 training and 100 test images of the real MNIST."""
    return str(make_small_data(tmp_path / "data"))


def make_small_data(root: Path, train: int = 600, test: int = 100) -> Path:
    from mnist_sum_tui.data import mnist_files

    raw = root / "MNIST" / "raw"
    raw.mkdir(parents=True)
    for split, count in (("train", train), ("test", test)):
        for name, content in zip(mnist_files.FILES[split], first_of(split, count), strict=True):
            (raw / name).write_bytes(content)
    return root


@functools.cache
def first_of(split: str, count: int) -> tuple[bytes, bytes]:
    """Files with the first images and their labels; once per process, because to unpack all takes 0.3 s."""
    import numpy as np

    from mnist_sum_tui.data import dataset

    whole = dataset.load(split)
    pixels = np.ascontiguousarray(whole.images[:count].numpy())
    labels = whole.labels[:count].numpy().astype(np.uint8)
    return header(2051, count, 28, 28) + pixels.tobytes(), header(2049, count) + labels.tobytes()


def plan_of(count: int, lr: float = 1e-3) -> "StepPlan":
    """The plan of a step on the first test images."""
    import torch

    from mnist_sum_tui.data import dataset
    from mnist_sum_tui.training.batches import StepPlan

    rows = torch.arange(count)
    return StepPlan(dataset.SumDataset(dataset.load("test").take(rows)), rows, lr, augment_seed=0)


def header(*values: int) -> bytes:
    return b"".join(value.to_bytes(4, "big") for value in values)


Cli = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def cli(tmp_path: Path) -> Cli:
    """Run the command in a process of its own in `tmp_path`, or in several, as torchrun does; output is text."""

    def run(
        *arguments: str, timeout: float = 120, fresh: bool = False, processes: int = 1, **environment: str
    ) -> "subprocess.CompletedProcess[str]":
        variables = {**os.environ, "PYTHONWARNINGS": "error", **environment}
        if not fresh and not any(name.startswith(forked.READ_AT_START) for name in environment):
            return forked.Kept(arguments, tmp_path, *forked.ranks(processes, variables)).end(timeout)
        return subprocess.run(
            [*COMMAND, *arguments], stdin=subprocess.DEVNULL, capture_output=True, cwd=tmp_path, env=variables,
            timeout=timeout, text=True, check=False,
        )  # fmt: skip

    return run


def python(*arguments: str, cwd: Path | None = None) -> "subprocess.CompletedProcess[str]":
    """Run a fresh interpreter with these arguments to its end; output is text."""
    command = [sys.executable, *arguments]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=120, check=False)


def is_one_line(result: "subprocess.CompletedProcess[str]", code: int, *words: str) -> None:
    """Check the result of bad input: the exit code, and one line on stderr with these words and no traceback."""
    lines = result.stderr.strip().splitlines()
    assert result.returncode == code, result.stderr
    assert len(lines) == 1, result.stderr
    assert lines[0].startswith("error: ")
    for word in words:
        assert word in lines[0]
