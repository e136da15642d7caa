"""Write a run for TensorBoard: measurements, settings and mistakes, live or afterwards. Needs tensorboardX.

The file is written directly, not by tensorboardX's thread, which would wait forever once the disk is full.
"""

import contextlib
import math
import os
import shutil
import time
from collections.abc import Generator, Iterable, Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any

from mnist_sum_tui.atomic import unwritable, writing
from mnist_sum_tui.config import option_name, value_words
from mnist_sum_tui.errors import UsageError
from mnist_sum_tui.export.report_json import pictured, tested
from mnist_sum_tui.runs.created import seconds_since_1970
from mnist_sum_tui.runs.events import EpochDone, Event, Finished, Notice, Paused, Progress, Started, Validated
from mnist_sum_tui.runs.run import Run

GROUPS: dict[type[Event], str] = {Progress: "train", Validated: "validation", EpochDone: "validation", Finished: "test"}
MEASURED = ("digit_loss", "sum_loss", "digit_accuracy", "sum_accuracy", "agreement", "lr", "images_per_second")
FLUSH_SECONDS = 1.0
"""how often a training's file is flushed; tensorboardX then waits for the disk, and the training with it"""
METRICS = ("test/digit_accuracy", "test/sum_accuracy")
"""the metrics by which TensorBoard's page HParams compares runs"""


def scalars(event: Event) -> Iterator[tuple[str, float]]:
    """The measurements of an event, as TensorBoard's name, such as `validation/sum_loss`, and value.

    An epoch gives only its validation, because its means over the batches are in the Progress events already.
    """
    group, prefix = GROUPS.get(type(event)), "val_" if isinstance(event, EpochDone) else ""
    names = {item.name for item in fields(event)} if group else set()
    for name in MEASURED:
        if prefix + name in names and (value := getattr(event, prefix + name)) is not None:
            yield f"{group}/{name}", value


class Board:
    """Writes the events of a run into a folder, which TensorBoard reads while it grows."""

    def __init__(self, folder: Path, run: Run, created: float | None = None) -> None:
        """Begin a new file in the folder, which is made if it is missing.

        `created` is when the run was created, in seconds since 1970; without it the run counts as going on now.

        Raises:
            OSError: the file cannot be written.
        """
        from tensorboardX.event_file_writer import EventsWriter

        self._run, self._created, self._began = run, created, 0.0
        with _left_if_filled(folder):
            # an absolute path, because a folder named like s3: would be taken for a URL
            self._file = EventsWriter(str(folder.resolve() / "events"), f".{os.getpid()}")

    def add(self, event: Event) -> None:
        """Write what an event has for TensorBoard.

        Raises:
            OSError: the disk is full.
        """
        from tensorboardX.proto.summary_pb2 import Summary  # summary.scalar would warn of each NaN

        if isinstance(event, Started):
            self._begin(event)
        for name, value in scalars(event):
            self._write(event, summary=Summary(value=[Summary.Value(tag=name, simple_value=value)]))
        if isinstance(event, Finished):
            self._end(event)

    def flush(self) -> None:
        """Have all that was written on the disk, where TensorBoard finds it; that takes some milliseconds.

        Raises:
            OSError: the disk is full.
        """
        self._file.flush()

    def _begin(self, started: Started) -> None:
        """Write the settings; after a resume, also that what an earlier process wrote of later steps is void."""
        from tensorboardX import summary
        from tensorboardX.proto.event_pb2 import SessionLog

        self._began = time.time() - started.elapsed if self._created is None else self._created
        if started.resumed:
            self._write(started, file_version="brain.Event:2")
            self._write(started, session_log=SessionLog(status=SessionLog.START))
        settings = {option_name(name): _plain(name, value) for name, value in self._run.read_config().to_dict().items()}
        for part in summary.hparams(settings, dict.fromkeys(METRICS, 0.0))[:2]:
            self._write(started, summary=part)

    def _end(self, finished: Finished) -> None:
        """Write that the run went well, and the images of the surest mistakes, if it was tested."""
        from tensorboardX import summary

        if finished.reason in ("completed", "stopped"):
            self._write(finished, summary=summary.hparams({}, {})[2])
        wrong = tested(self._run, finished).get("mistakes", ()) if finished.pairs else ()
        for place, (mistake, image) in enumerate(pictured(wrong, self._run.read_config().data_dir)):
            name = f"mistakes/{place + 1:02}-{mistake['label']}-read-as-{mistake['digit']}"
            self._write(finished, summary=summary.image(name, image, dataformats="HW"))

    def _write(self, at: Event, **content: Any) -> None:
        from tensorboardX.proto.event_pb2 import Event as Record

        self._file.write_event(Record(wall_time=self._began + at.elapsed, step=at.step, **content))

    def close(self) -> None:
        """Close the file.

        Raises:
            OSError: the disk is full.
        """
        self._file.close()


@contextlib.contextmanager
def _left_if_filled(folder: Path) -> Iterator[None]:
    """Make the folder if it is missing, and remove it again if it stays empty."""
    was_there = folder.is_dir()
    folder.mkdir(parents=True, exist_ok=True)
    try:
        yield
    finally:
        if not was_there:
            with contextlib.suppress(OSError):  # there is something in it
                folder.rmdir()


def streamed(events: Iterable[Event], run: Run, folder: Path) -> Generator[Event, None, bool]:
    """Pass on the events of a training, and write them into the folder; returns whether all were written.

    If writing fails, the training goes on: a Notice says so once, and nothing more is written.
    """
    board: Board | None = None
    flushed = 0.0
    try:
        for event in events:
            yield event
            try:
                if isinstance(event, Started):
                    board = Board(folder, run)
                if board is not None:
                    board.add(event)
                    if isinstance(event, Started | Paused | Finished) or time.monotonic() > flushed + FLUSH_SECONDS:
                        board.flush()
                        flushed = time.monotonic()
            except OSError as error:
                board, words = None, f"{unwritable(folder, error)}; the training goes on without TensorBoard"
                yield Notice(step=event.step, epoch=event.epoch, elapsed=event.elapsed, message=words)
        return board is not None
    finally:
        if board is not None:
            with contextlib.suppress(OSError):
                board.close()


def to_tensorboard(run: Run, events: Iterable[Event], folder: Path) -> Path:
    """Write a run into a new folder of `folder`, whole or not at all; returns the new folder.

    Raises:
        UsageError: the new folder exists already.
        RunError: it cannot be written.
    """
    target = folder / run.path.name
    if os.path.lexists(target):
        raise UsageError(f"{target}: exists already; remove it, or name another folder")
    beside = folder / f".{run.path.name}.{os.getpid()}.tmp"
    with writing(target), _left_if_filled(folder):
        try:
            with contextlib.closing(Board(beside, run, _created(run))) as board:
                for event in events:
                    board.add(event)
            beside.rename(target)
        finally:
            shutil.rmtree(beside, ignore_errors=True)
    return target


def _created(run: Run) -> float | None:
    """When the run was created, in seconds since 1970; None if it is not known."""
    found = seconds_since_1970(run.created)
    return found if math.isfinite(found) else None


def _plain(name: str, value: object) -> bool | float | str:
    return value if isinstance(value, bool | int | float | str) else value_words(name, value)
