"""Run folders: create, lock, list, delete. Knows where each file of a run is; never needs torch."""

import contextlib
import json
import os
import re
import shlex
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from mnist_sum_tui.config import TrainConfig
from mnist_sum_tui.errors import RunError, UsageError
from mnist_sum_tui.files import to_bytes, write_atomic

MORE_EPOCHS = 5
"""how much further a complete run is advised to be trained"""
BUILT_IN = Path(__file__).parent / "models" / "built-in.safetensors"
"""the network in the package, for where there is no run"""
DEFAULT_FOLDER = "runs"
FOLDER_VARIABLE = "MNIST_SUM_RUNS"
LOCK_SECONDS = 1.0


def default_folder() -> Path:
    """MNIST_SUM_RUNS, or `runs` in the current folder."""
    return Path(os.environ.get(FOLDER_VARIABLE) or DEFAULT_FOLDER)


@dataclass(frozen=True, slots=True)
class Run:
    """A run's folder, and the names of the files in it."""

    path: Path

    @property
    def id(self) -> str:
        """The folder's name: <date>-<time>-<model>[-name]."""
        return self.path.name

    @property
    def argument(self) -> str:
        """How to name the run in a command: its id where that is enough, else its path; quoted for a shell."""
        is_default = self.path.parent.resolve() == default_folder().resolve()
        path = os.path.join(self.path.parent, self.id)  # noqa: PTH118  a Path drops the `./` without which it is an id
        return shlex.quote(self.id if is_default else path)

    @property
    def config_file(self) -> Path:
        """The TrainConfig, and when the run was made."""
        return self.path / "config.json"

    @property
    def metrics_file(self) -> Path:
        """Every event, one JSON object a line."""
        return self.path / "metrics.jsonl"

    @property
    def last_file(self) -> Path:
        """The newest checkpoint."""
        return self.path / "last.safetensors"

    @property
    def best_file(self) -> Path:
        """The checkpoint of the best epoch so far."""
        return self.path / "best.safetensors"

    @property
    def resume_file(self) -> Path:
        """The checkpoint to go on from: the newest, or the best where there is no other."""
        return self.best_file if self.best_file.exists() and not self.last_file.exists() else self.last_file

    def epoch_file(self, epoch: int) -> Path:
        """The weights after an epoch, 0 for those before the first."""
        return self.path / f"epoch-{epoch}.safetensors"

    def kept_epochs(self) -> list[int]:
        """The epochs whose weights are there, in order."""
        names = (re.fullmatch(r"epoch-(\d+)\.safetensors", path.name) for path in self.path.glob("epoch-*"))
        return sorted(int(name[1]) for name in names if name)

    @property
    def best_weights(self) -> Path | None:
        """The best checkpoint, or the last while no epoch is done; None if there is neither."""
        return next((path for path in (self.best_file, self.last_file) if path.exists()), None)

    @property
    def report_file(self) -> Path:
        """The final test result."""
        return self.path / "report.json"

    @property
    def environment_file(self) -> Path:
        """Versions, device, threads, precision, seed, command."""
        return self.path / "environment.json"

    @property
    def error_file(self) -> Path:
        """The traceback of a run that failed."""
        return self.path / "error.txt"

    @property
    def _pid_file(self) -> Path:
        return self.path / ".pid"

    def write_json(self, path: Path, values: dict[str, Any]) -> None:
        """Write one of the run's JSON files, whole or not at all."""
        write_atomic(path, to_bytes(json.dumps(values, indent=2, ensure_ascii=False) + "\n"))

    def read_json(self, path: Path) -> dict[str, Any]:
        """One of the run's JSON files.

        Raises:
            RunError: missing or damaged.
        """
        try:
            values = json.loads(path.read_bytes())
        except (OSError, ValueError, RecursionError) as error:
            raise RunError(f"{path}: is missing or damaged; choose another run (mnist-sum runs lists them)") from error
        if not isinstance(values, dict):
            raise RunError(f"{path}: is damaged; choose another run (mnist-sum runs lists them)")
        return values

    def read_config(self) -> TrainConfig:
        """The run's TrainConfig.

        Raises:
            RunError: config.json is missing or damaged.
        """
        values = self.read_json(self.config_file)
        values.pop("created", None)
        try:
            return TrainConfig.from_dict(values)
        except UsageError as error:
            raise RunError(f"{self.config_file}: {error}") from error

    def write_config(self, config: TrainConfig) -> None:
        """Write config.json; keeps the time at which the run was made."""
        created = self.created if self.config_file.exists() else datetime.now(UTC).isoformat()
        self.write_json(self.config_file, {"created": created, **config.to_dict()})

    def forget_end(self) -> None:
        """Remove report.json and error.txt, where they are: training goes on, and they tell of how it ended before.

        Raises:
            RunError: one cannot be removed.
        """
        for path in (self.report_file, self.error_file):
            with _removal_fails_in_a_line(path):
                path.unlink(missing_ok=True)

    @property
    def created(self) -> str:
        """When the run was made, ISO 8601 in UTC; empty if that is not known."""
        with contextlib.suppress(RunError):
            return str(self.read_json(self.config_file).get("created", ""))
        return ""

    @contextlib.contextmanager
    def lock(self) -> Iterator[None]:
        """Hold the run for one training process; freed by the system if the process dies.

        Raises:
            RunError: another process trains it (the message has its id), or the folder cannot be written.
        """
        if not self.path.is_dir():  # the lock would make it anew
            raise RunError(f"{self.path}: is gone; mnist-sum runs lists the runs that are there")
        lock = FileLock(self.path / ".lock")
        try:
            lock.acquire(timeout=LOCK_SECONDS)
            self._pid_file.write_bytes(str(os.getpid()).encode())
        except Timeout:
            raise RunError(f"run {self.id} is being trained by process {self.pid}; wait for it, or stop it") from None
        except OSError as error:
            lock.release()
            raise RunError(f"{self.path}: cannot be locked ({error.strerror or error}); check the folder") from error
        try:
            yield
        finally:
            with contextlib.suppress(OSError):  # without the lock it means nothing
                self._pid_file.unlink(missing_ok=True)
            lock.release()

    @property
    def pid(self) -> int | None:
        """The process that trains the run, or did when it was killed."""
        try:
            return int(self._pid_file.read_text())
        except (OSError, ValueError):
            return None

    @property
    def is_running(self) -> bool:
        """Whether a living process trains the run now."""
        if self.pid is None:
            return False
        try:
            with FileLock(self.path / ".lock").acquire(timeout=0):
                return False
        except Timeout:
            return True
        except OSError:  # somebody else's folder: its process id is all there is to see
            return True

    def remove_if_unused(self) -> None:
        """Remove the folder of a run in which nothing has happened: one that failed before its first event."""
        is_unused = not self.metrics_file.exists() or self.metrics_file.stat().st_size == 0
        has_come_to_something = self.best_weights is not None or self.report_file.exists()
        if is_unused and not has_come_to_something and not self.is_running:
            shutil.rmtree(self.path, ignore_errors=True)

    def delete(self) -> None:
        """Remove the run and everything in it.

        Raises:
            RunError: it is being trained, or cannot be removed.
        """
        if self.is_running:
            raise RunError(f"run {self.id} is being trained by process {self.pid}; stop it first")
        with _removal_fails_in_a_line(self.path):
            shutil.rmtree(self.path)


@contextlib.contextmanager
def _removal_fails_in_a_line(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise RunError(f"{path}: cannot be removed ({error.strerror or error}); check the folder") from error


def create(folder: Path, config: TrainConfig, name: str = "") -> Run:
    """Make a new run folder with its config.json.

    Raises:
        UsageError: a name that would not do as part of a folder's name.
        RunError: the folder cannot be written to.
    """
    if name and not re.fullmatch(r"[\w.-]{1,60}", name):
        raise UsageError(f"name {name!r} cannot be used: take up to 60 letters, digits, dots, dashes and underscores")
    base = "-".join(filter(None, [datetime.now().strftime("%Y%m%d-%H%M%S"), config.model, name]))
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for attempt in range(1, 1000):
            run = Run(folder / (base if attempt == 1 else f"{base}-{attempt}"))
            with contextlib.suppress(FileExistsError):  # two runs in one second
                run.path.mkdir()
                run.write_config(config)
                return run
    except OSError as error:
        reason = error.strerror or str(error)
        raise RunError(f"{folder}: no run can be made there ({reason}); choose another --runs-dir") from error
    raise RunError(f"{folder}: has a thousand runs of this second; wait a moment")


def is_run(path: Path) -> bool:
    """Whether it is a run's folder; not, where nobody may look into it."""
    try:
        return (path / "config.json").is_file()
    except OSError:
        return False


def list_runs(folder: Path) -> list[Run]:
    """Every run in the folder, newest first, by when it was made."""
    try:
        found = [Run(path) for path in folder.iterdir() if is_run(path)]
    except OSError:
        return []
    return sorted(found, key=lambda run: (run.created, run.id), reverse=True)
