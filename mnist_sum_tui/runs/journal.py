"""metrics.jsonl: every event of a run, appended as it happens and read back."""

import contextlib
import json
import os
from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

from mnist_sum_tui.atomic import open_own, to_bytes
from mnist_sum_tui.errors import RunError
from mnist_sum_tui.runs.events import Event, Started, from_dict, to_json

MOST_LINE_BYTES = 1 << 20


class Journal:
    """Appends events. Each line is handed to the system at once, so that a killed process loses none."""

    def __init__(self, path: Path, keep: int = 0) -> None:
        """Open for appending after the first `keep` bytes; what stands behind them will happen again."""
        self._path = path
        try:
            self._stream = open_own(path, "ab")
            kept = _whole_lines(path, keep)
            self._stream.truncate(kept)
            self._stream.seek(kept)
        except OSError as error:
            raise self._failed(error) from error

    @property
    def size(self) -> int:
        """Bytes written so far; a checkpoint notes it, and a resumed run goes on from there."""
        return self._stream.tell()

    def append(self, event: Event) -> None:
        """Write one event.

        Raises:
            RunError: the disk is full, or the folder is gone.
        """
        try:
            self._stream.write(to_bytes(to_json(event)) + b"\n")
            self._stream.flush()
        except OSError as error:
            raise self._failed(error) from error

    def sync(self) -> None:
        """Wait until the disk has it; done before a checkpoint that refers to it."""
        try:
            os.fsync(self._stream.fileno())
        except OSError as error:
            raise self._failed(error) from error

    def close(self) -> None:
        """Close the file; what `append` could not write, and has complained of, is tried once more and then lost."""
        with contextlib.suppress(OSError):
            self._stream.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _failed(self, error: OSError) -> RunError:
        reason = error.strerror or str(error)
        return RunError(f"{self._path}: cannot be written ({reason}); free some space or check the folder")


class Follower:
    """Reads a metrics.jsonl that another process writes: each time what is new. Opens it to read, and no longer."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._at = 0
        self._last = b""
        """the last line that was read; where it stands no more, the run was resumed, however long the file is again"""

    def read(self) -> tuple[list[Event], bool]:
        """The events since the last call, and whether they are all of them, from the beginning.

        They are at the first call; and where a run was resumed, for what stood behind its checkpoint happens again.
        """
        try:
            with open_own(self._path) as stream:
                if self._at and self._stands_at(stream):
                    events = self._read(stream, self._at)
                    if not any(isinstance(event, Started) for event in events):
                        return events, False
                return self._read(stream, 0), True
        except OSError:  # gone for the moment, or for good
            return [], self._at == 0

    def _stands_at(self, stream: BinaryIO) -> bool:
        """Whether what was read last is still there."""
        stream.seek(self._at - len(self._last))
        return stream.read(len(self._last)) == self._last

    def _read(self, stream: BinaryIO, begin: int) -> list[Event]:
        stream.seek(begin)
        content = stream.read()
        whole = content[: content.rfind(b"\n") + 1]  # the last line may still be in the writing
        lines = whole.splitlines(keepends=True)
        self._at = begin + len(whole)
        self._last = lines[-1] if lines else self._last
        return list(_parse(lines))


def read_events(path: Path, *kinds: str, begin: int = 0) -> Iterator[Event]:
    """The events in a metrics.jsonl from a byte on, of the given kinds or all.

    Lines that are torn or damaged are passed over.
    """
    marks = [f'"event": "{kind}"'.encode() for kind in kinds]
    try:
        with open_own(path) as stream:
            stream.seek(begin)
            for line in _bounded(stream):
                # Looking for the kind before parsing makes the listing of long runs ten times quicker.
                if marks and not any(mark in line[:40] for mark in marks):
                    continue
                yield from _parse([line])
    except OSError:
        return


def _bounded(stream: BinaryIO) -> Iterable[bytes]:
    """The lines; one that is longer than any event in pieces, which are none, so that no file can fill the memory."""
    return iter(partial(stream.readline, MOST_LINE_BYTES), b"")


def _parse(lines: Iterable[bytes]) -> Iterator[Event]:
    for line in lines:
        with contextlib.suppress(ValueError, TypeError, RecursionError, AttributeError):
            yield from_dict(json.loads(line))


def _whole_lines(path: Path, limit: int) -> int:
    """The length of the whole lines within the first `limit` bytes."""
    with open_own(path) as stream:
        return stream.read(min(limit, os.fstat(stream.fileno()).st_size)).rfind(b"\n") + 1
