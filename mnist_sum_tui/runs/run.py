"""A run's folder: where each of its files is, reading and writing them, locking and deleting. Does not need torch."""

import contextlib
import glob
import json
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mnist_sum_tui.atomic import read_own, to_bytes, why_unread, write_atomic
from mnist_sum_tui.config import TrainConfig
from mnist_sum_tui.errors import RunError, UsageError
from mnist_sum_tui.printable import printable, shell_word
from mnist_sum_tui.runs import checkpoint_file, json_values, locking, own_files
from mnist_sum_tui.runs.runs_folder import is_default

if TYPE_CHECKING:
    from filelock import FileLock

BUILT_IN = (Path(__file__).parents[1] / "models" / "built-in.safetensors").resolve()
"""the network in the package, used when there is no run; resolved, because an installer may make it a link"""
EPOCH_FILE = re.compile(r"epoch-(0|[1-9][0-9]{,4})\.safetensors")
MOST_JSON_BYTES = 16 << 20
"""the largest JSON file that is read, a hundred times the largest report; it limits the memory that a file can take"""
MARKS = {"created", "model", "recipe", "schedule", "augment", "all_data"}
"""the keys that show that a config.json is a run's, because many programs have a file of that name"""


@dataclass(frozen=True, slots=True)
class Run:
    """A run's folder, and the names of the files in it."""

    path: Path
    _held: "list[FileLock] | None" = field(default=None, repr=False, compare=False)
    """the lock of a run that this process created, until a training takes it over; None if the run existed before"""
    asked: str = field(default="", compare=False)
    """the name of the checkpoint that the user named, to be asked instead of the best weights"""

    def __reduce__(self) -> tuple[type["Run"], tuple[Path]]:
        """Pickle only the path, and release the lock, because the process that gets the run will lock it itself."""
        self._let_go()
        return Run, (self.path,)

    @property
    def is_new(self) -> bool:
        """Whether this process created the run, so that its config comes from the user and not from a file."""
        return self._held is not None

    @property
    def id(self) -> str:
        """The folder's name, printable: <date>-<time>-<model>[-name]."""
        return printable(self.path.name)

    @property
    def argument(self) -> str:
        """The run as an argument of a command, quoted: its id, or in another folder its path, which keeps a `./`."""
        folder = self.path.parent
        if is_default(folder) and not self.asked:
            return shell_word(self.path.name)
        return shell_word(os.path.join(folder, self.path.name, self.asked).rstrip(os.sep))  # noqa: PTH118

    @property
    def config_file(self) -> Path:
        """The TrainConfig, and when the run was created."""
        return self.path / "config.json"

    @property
    def metrics_file(self) -> Path:
        """All events, one JSON object per line."""
        return self.path / "metrics.jsonl"

    @property
    def last_file(self) -> Path:
        """The newest checkpoint."""
        return self.path / "last.safetensors"

    @property
    def best_file(self) -> Path:
        """The checkpoint of the best epoch so far; if no image is held out, of the last epoch that is done."""
        return self.path / "best.safetensors"

    @property
    def resume_file(self) -> Path:
        """The checkpoint to resume from: the newest, or the best if there is no other."""
        return next(filter(os.path.exists, (self.last_file, self.best_file)), self.last_file)

    def epoch_file(self, epoch: int) -> Path:
        """The snapshot of the weights after an epoch; epoch 0 is before the first."""
        return self.path / f"epoch-{epoch}.safetensors"

    def kept_epochs(self) -> dict[int, Path]:
        """The epochs that have a snapshot, in order, each with its file."""
        names = glob.glob("epoch-*", root_dir=self.path)  # noqa: PTH207 - none if the disk has failed
        return dict(sorted((int(name[1]), self.path / name[0]) for name in map(EPOCH_FILE.fullmatch, names) if name))

    @property
    def best_weights(self) -> Path | None:
        """The checkpoint to ask: the named one; or the best; or, before an epoch is done or validated, the newest."""
        if self.asked:
            return next(filter(os.path.exists, [self.path / self.asked]), None)
        return checkpoint_file.to_ask(self.best_file, self.last_file)

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

    def write_json(self, path: Path, values: dict[str, Any]) -> None:
        """Write one of the run's JSON files, whole or not at all."""
        write_atomic(path, to_bytes(json_values.strict_json(values, indent=2) + "\n"))

    def read_json(self, path: Path) -> dict[str, Any]:
        """Read one of the run's JSON files.

        Raises:
            RunError: the file is missing or damaged, or cannot be read.
        """
        try:
            values = json.loads(read_own(path, MOST_JSON_BYTES))
        except (OSError, ValueError, RecursionError) as error:
            raise RunError(f"{path}: {why_unread(error)}; choose another run (mnist-sum runs lists them)") from error
        if not isinstance(values, dict):
            raise RunError(f"{path}: is damaged; choose another run (mnist-sum runs lists them)")
        return values

    def read_config(self) -> TrainConfig:
        """The TrainConfig; raises as `read_created_and_config`."""
        return self.read_created_and_config()[1]

    def read_created_and_config(self) -> tuple[str, TrainConfig]:
        """When the run was created, as `created` says it, and its TrainConfig, from one reading of config.json.

        Raises:
            RunError: config.json is missing, damaged, unreadable, or not a run's.
        """
        if not (values := self.read_json(self.config_file)).keys() >= MARKS:
            raise RunError(f"{self.config_file}: is not a run's; choose another run (mnist-sum runs lists them)")
        created = str(values.pop("created"))
        try:
            return created, TrainConfig.from_dict(values)
        except UsageError as error:
            raise RunError(f"{self.config_file}: {error}; choose another run (mnist-sum runs lists them)") from error

    def write_config(self, config: TrainConfig) -> None:
        """Write config.json; the time of the run's creation is kept."""
        values = {"created": self.created or datetime.now(UTC).isoformat(), **config.to_dict()}
        self.write_json(self.config_file, values)
        with contextlib.suppress(OSError):  # by this time of the folder of runs a dashboard knows that it has changed
            os.utime(self.path.parent)

    def forget_end(self) -> None:
        """Remove report.json and error.txt, if they exist, because training goes on and they describe an earlier end.

        Raises:
            RunError: one cannot be removed.
        """
        own_files.remove(self.report_file, self.error_file)

    @property
    def created(self) -> str:
        """When the run was created, ISO 8601 in UTC; empty if it is not known."""
        with contextlib.suppress(RunError):
            return str(self.read_json(self.config_file).get("created", ""))
        return ""

    @contextlib.contextmanager
    def lock(self, *, is_named: bool = True) -> Iterator[None]:
        """Lock the run for one process, which a file names if `is_named`; the system unlocks it if the process dies.

        Raises:
            RunError: another process trains it (the message has its id), or the folder is missing or not writable.
        """
        if not os.path.isdir(self.path):  # locking would create it
            raise RunError(f"{self.path}: no longer exists; mnist-sum runs lists the runs")
        lock = self._held.pop() if self._held else locking.acquire(self.path, is_named=is_named)
        try:
            yield
        finally:
            locking.release(lock, self.path)

    def _let_go(self) -> None:
        """Release the lock that has been held since the run was created, if no training has taken it over."""
        while self._held:
            locking.release(self._held.pop(), self.path)

    @property
    def pid(self) -> int | None:
        """The id of the process that trains the run, or trained it when it was killed."""
        return locking.pid(self.path)

    @property
    def is_running(self) -> bool:
        """Whether a process trains the run now, or another process has created it and is about to."""
        return not self._held and locking.is_locked(self.path)

    def remove_if_unused(self) -> None:
        """Remove the run if this process created it and it failed before its first event."""
        if self._held is None:
            return
        self._let_go()
        try:
            has_events = self.metrics_file.stat().st_size > 0
        except OSError as error:
            has_events = not isinstance(error, FileNotFoundError)  # otherwise the disk has failed
        if not (has_events or self.best_weights or os.path.exists(self.report_file) or self.is_running):
            with contextlib.suppress(RunError):
                own_files.remove(*own_files.own_files(self.path), folder=self.path)

    def delete(self) -> None:
        """Remove the run: its files, then its folder.

        Raises:
            RunError: as `deletable_files`, and then nothing is removed; or a file cannot be removed.
        """
        files = self.deletable_files()
        self._let_go()
        own_files.remove(*files, folder=self.path)

    def deletable_files(self) -> list[Path]:
        """The run's files, in the order in which to delete them.

        Raises:
            RunError: it is being trained, or its folder is a link or has something else in it.
        """
        files = own_files.own_files(self.path)
        if self.is_running:
            raise locking.taken(self.path)
        self.check_own()
        return files

    def check_own(self) -> None:
        """Refuse a folder whose config.json is another program's. A damaged one is a run's beside a run's own files.

        Raises:
            RunError: it is another program's.
        """
        try:
            is_own = self.read_json(self.config_file).keys() >= MARKS
        except RunError:
            is_own = self.pid is not None or os.path.exists(self.metrics_file) or os.path.exists(self.resume_file)
        if not is_own:
            raise RunError(f"{self.config_file}: is not a run's, so nothing is deleted or changed; choose another run")
