"""Train while the n-th change to the disk fails, for every n: `python -m tests.faults DATA FOLDER MODE STRIDE`.

Each attempt is a forked process, so that torch is imported only once. MODE `kill` sends SIGKILL in the middle of the
change, `error` makes it raise EIO, `full` ENOSPC. The run is then resumed without faults, and must end bit for bit like
an undisturbed one. Prints the number of attempts.
"""

import builtins
import errno
import functools
import io
import itertools
import os
import signal
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch

from mnist_sum_tui.config import TrainConfig
from mnist_sum_tui.errors import MnistSumError
from mnist_sum_tui.runs import checkpoint, find
from mnist_sum_tui.runs.journal import read_events
from mnist_sum_tui.runs.run import Run
from mnist_sum_tui.runs.summary import summarise
from mnist_sum_tui.training.loop import train
from mnist_sum_tui.training.timing import Paces

UNTOUCHED, REFUSED, CRASHED, ABSORBED = 0, 10, 11, 12
"""exit codes of an attempt: no change was left to fail; one of our errors; another error; trained to the end anyway"""


class Fault:
    """Counts the changes to the disk and makes the `at`-th one fail."""

    def __init__(self, mode: str, at: int) -> None:
        self.mode, self.left = mode, at

    def strikes(self) -> bool:
        self.left -= 1
        return self.left == 0

    def strike(self, *_: Any, **__: Any) -> None:
        if self.mode == "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        code = errno.EIO if self.mode == "error" else errno.ENOSPC
        raise OSError(code, os.strerror(code))

    def around(self, call: Callable[..., Any]) -> Callable[..., Any]:
        def guarded(*arguments: Any, **options: Any) -> Any:
            if self.strikes():
                self.strike()
            return call(*arguments, **options)

        return guarded

    def install(self) -> None:
        for name in ("fsync", "replace", "link", "mkdir", "unlink"):
            setattr(os, name, self.around(getattr(os, name)))
        fault, open_file = self, open

        class Stream:
            """A file opened for writing; a write that fails leaves half of its bytes."""

            def __init__(self, stream: Any) -> None:
                self._stream = stream

            def write(self, content: bytes) -> int:
                if fault.strikes():
                    self._stream.write(content[: len(content) // 2])
                    self._stream.flush()
                    fault.strike()
                return int(self._stream.write(content))

            def __getattr__(self, name: str) -> Any:
                return getattr(self._stream, name)

            def __enter__(self) -> "Stream":
                return self

            def __exit__(self, *_: object) -> None:
                self._stream.close()

        def open_guarded(path: Any, mode: str = "r", *arguments: Any, **options: Any) -> Any:
            stream = open_file(path, mode, *arguments, **options)
            return Stream(stream) if "b" in mode and mode != "rb" else stream

        for module in (io, builtins):  # Path.open calls the first
            module.open = open_guarded  # type: ignore[attr-defined]


def attempt(work: Callable[[], object], fault: Fault | None) -> int:
    """Run `work` in a forked process; returns its exit code, -9 if it was killed."""
    child = os.fork()
    if child == 0:
        code = CRASHED
        try:
            if fault is not None:
                fault.install()
            work()
            code = UNTOUCHED if fault is None or fault.left > 0 else ABSORBED
        except MnistSumError:
            code = REFUSED
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def train_in(folder: Path, config: TrainConfig) -> Run:
    """Train the folder's run to its end, or a new run if there is none."""
    found = find.list_runs(folder)
    run = found[0] if found else find.create(folder, config)
    for _ in train(config, run, paces=Paces(progress=0.0)):
        pass
    return run


def same_end(one: Run, other: Run) -> None:
    a, b = checkpoint.load(one.last_file), checkpoint.load(other.last_file)
    assert a.weights.keys() == b.weights.keys()
    assert all(torch.equal(a.weights[name], b.weights[name]) for name in a.weights), "other weights"
    steps = [[event.step for event in read_events(run.metrics_file, "progress")] for run in (one, other)]
    assert steps[0] == steps[1] == sorted(set(steps[0])), f"steps {steps[0]}"
    assert one.read_json(one.report_file)["digit_loss"] == other.read_json(other.report_file)["digit_loss"]
    litter = sorted(path.name for path in other.path.iterdir() if path.name.endswith(".tmp"))
    assert not litter, f"litter: {litter}"


def main(data_dir: str, folder: Path, mode: str, stride: int) -> None:
    config = TrainConfig.of(
        "standard", model="swift", epochs=2, batch_size=18, threads=1, precision="fp32", data_dir=data_dir, keep=1
    )
    whole = folder / f"{mode}-whole"
    assert attempt(lambda: train_in(whole, config), None) == UNTOUCHED
    (undisturbed,) = find.list_runs(whole)
    for number in itertools.count(1, stride):
        own = folder / f"{mode}-{number}"
        work = functools.partial(train_in, own, config)
        code = attempt(work, Fault(mode, number))
        if code == UNTOUCHED:
            break
        expected = (-signal.SIGKILL,) if mode == "kill" else (REFUSED, ABSORBED)
        assert code in expected, f"attempt {number} ended with {code}"
        for run in find.list_runs(own):
            if run.last_file.exists():
                checkpoint.load(run.last_file)
        if not any(summarise(run).state == "completed" for run in find.list_runs(own)):
            assert attempt(work, None) == UNTOUCHED, number
        same_end(undisturbed, find.list_runs(own)[0])
    print(f"{mode}: {len(range(1, number, stride))} attempts of {number - 1} places")


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), sys.argv[3], int(sys.argv[4]))
