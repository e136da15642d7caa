"""metrics.jsonl: all events of a run, one JSON object per line; written, read and followed here."""

import contextlib
import errno
import json
import os
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import BinaryIO, Self

from mnist_sum_tui.atomic import open_own, to_bytes, write_atomic, writing
from mnist_sum_tui.errors import RunError, unknown
from mnist_sum_tui.runs.event_json import KINDS, from_dict, to_json
from mnist_sum_tui.runs.events import Changed, Event, Started

MOST_LINE_BYTES = 1 << 20
MOST_JOURNAL_BYTES = 4 << 30
"""as much as two weeks of training without a pause write; a larger file would take minutes to read, and is not read"""
TRIAL_BYTES = 1 << 12
"""more than the first events of a training take"""
BLOCK_BYTES = 1 << 16
"""as many as are read at once; more would not stay in the cache"""


class Journal:
    """Appends events. Each line goes to the operating system at once, so a killed process loses none."""

    def __init__(self, path: Path, keep: int = 0) -> None:
        """Open for appending after the first `keep` bytes. The rest is cut off, because a resumed run repeats it."""
        self._path = path
        with writing(path):
            self._stream = open_own(path, "ab")
            kept = _whole_lines(path, keep)
            self._stream.truncate(kept)
            self._stream.seek(kept)

    @property
    def size(self) -> int:
        """Bytes written so far. A checkpoint stores this, and a resumed run continues from there."""
        return self._stream.tell()

    def append(self, event: Event) -> None:
        """Write one event.

        Raises:
            RunError: it cannot be written, for example because the disk is full.
        """
        with writing(self._path):
            self._stream.write(to_lines([event]))
            self._stream.flush()

    def sync(self) -> None:
        """Wait until the file is on the disk; done before each checkpoint, because that refers to it.

        Raises:
            RunError: as `append`.
        """
        with writing(self._path):
            os.fsync(self._stream.fileno())

    def close(self) -> None:
        """Close the file. What `append` could not write is tried once more, without another error."""
        with contextlib.suppress(OSError):
            self._stream.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def to_lines(events: Iterable[Event]) -> bytes:
    """The events as the bytes of a metrics.jsonl."""
    return b"".join(to_bytes(to_json(event)) + b"\n" for event in events)


def open_journal(path: Path) -> BinaryIO:
    """Open a metrics.jsonl for reading.

    Raises:
        OSError: as `open_own`, or it is larger than MOST_JOURNAL_BYTES.
    """
    stream = open_own(path)
    if os.fstat(stream.fileno()).st_size > MOST_JOURNAL_BYTES:
        stream.close()
        raise OSError(errno.EFBIG, "is too large", str(path))
    return stream


def check_size(path: Path) -> None:
    """Refuse a metrics.jsonl that is larger than MOST_JOURNAL_BYTES, of which nothing is read.

    Raises:
        RunError: it is larger.
    """
    with contextlib.suppress(OSError):
        if path.lstat().st_size > MOST_JOURNAL_BYTES:
            most = f"{MOST_JOURNAL_BYTES >> 30} GiB"
            raise RunError(f"{path}: is too large (over {most}); choose another run (mnist-sum runs lists them)")


def check_appendable(path: Path) -> None:
    """Try whether a journal can be opened and has room for its next events. It stays as it is, or is made if missing.

    Raises:
        RunError: it cannot be written, or as `check_size`.
    """
    check_size(path)
    left = TRIAL_BYTES
    with writing(path), open_own(path, "ab") as stream:
        end = stream.seek(0, os.SEEK_END)
        try:
            while left:
                left -= os.write(stream.fileno(), b"\n" * left)
        finally:
            stream.truncate(end)


def changes_after(path: Path, checkpoint_bytes: int) -> list[Changed]:
    """The changes of settings that follow a checkpoint; `checkpoint_bytes` is the file's length when it was written."""
    found = read_events(path, Changed.kind, begin=checkpoint_bytes)
    return [event for event in found if isinstance(event, Changed)]


def cut_after(path: Path, checkpoint_bytes: int, turned: Sequence[Changed]) -> int:
    """Cut off the events after a checkpoint, because they will happen again; only the changes in `turned` are kept.

    Returns the length to keep. If changes are kept, the whole file is rewritten, so that no kill can lose them.

    Raises:
        RunError: it cannot be written.
    """
    if not turned:
        return checkpoint_bytes
    with open_journal(path) as stream:
        kept = stream.read(checkpoint_bytes)
    content = kept[: kept.rfind(b"\n") + 1] + to_lines(turned)
    write_atomic(path, content)
    return len(content)


class Follower:
    """Reads the new events of a metrics.jsonl that another process writes; the file is open only during `read`."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._at = 0
        self._last = b""
        """the last line that was read; if it is no longer at its place, the run was resumed from an earlier point"""

    def read(self) -> tuple[list[Event], bool]:
        """The new events, and whether they are all events of the run.

        The first call gives all events, later calls those since the last one. After a resume all are given again,
        because a resumed run repeats what followed its checkpoint.
        """
        try:
            with open_journal(self._path) as stream:
                if self._at and self._still_has_last_line(stream):
                    events = self._read(stream, self._at)
                    if not any(isinstance(event, Started) for event in events):
                        return events, False
                return self._read(stream, 0), True
        except OSError:  # the file is missing
            return [], self._at == 0

    def _still_has_last_line(self, stream: BinaryIO) -> bool:
        """Whether the last line that was read is still at its place."""
        stream.seek(self._at - len(self._last))
        return stream.read(len(self._last)) == self._last

    def _read(self, stream: BinaryIO, begin: int) -> list[Event]:
        stream.seek(begin)
        content = stream.read()
        whole = content[: content.rfind(b"\n") + 1]  # the last line may be incomplete
        lines = whole.splitlines(keepends=True)
        self._at = begin + len(whole)
        self._last = lines[-1] if lines else self._last
        return list(_parse(lines))


def read_events(path: Path, *kinds: str, begin: int = 0) -> Iterator[Event]:
    """The events in a metrics.jsonl from byte `begin` on: those of the given kinds, or all.

    Incomplete and damaged lines are skipped; a file that is missing or cannot be read has none.

    Raises:
        UsageError: there is no such kind of event.
    """
    for kind in kinds:
        if kind not in KINDS:
            raise unknown("event", kind, KINDS)
    # Looking for the kind before parsing makes listing long runs ten times faster.
    begins = rf'\{{"event": "(?:{"|".join(map(re.escape, kinds))})"' if kinds else r"[^\n]"
    try:
        with open_journal(path) as stream:
            stream.seek(begin)
            yield from _parse(_lines(stream, re.compile(rf"{begins}[^\n]*".encode())))
    except OSError:
        return


def _lines(stream: BinaryIO, wanted: re.Pattern[bytes]) -> Iterator[bytes]:
    """The lines that fit, read in blocks; of one longer than any event there are pieces, so none fills the memory."""
    rest = b""
    while read := stream.read(BLOCK_BYTES):
        block = rest + read
        end = block.rfind(b"\n") + 1
        yield from wanted.findall(block, 0, end)
        rest = block[end:] if len(block) - end < MOST_LINE_BYTES else b""
    yield from wanted.findall(rest)


def last_event(path: Path) -> Event | None:
    """The newest event, found from the file's end; None if none is among its last MOST_LINE_BYTES."""
    with contextlib.suppress(OSError), open_journal(path) as stream:
        stream.seek(max(stream.seek(0, os.SEEK_END) - MOST_LINE_BYTES, 0))
        lines = stream.read().splitlines(keepends=True)
        return next((event for line in lines[::-1] if line.endswith(b"\n") and (event := parse_line(line))), None)
    return None


def parse_line(line: bytes) -> Event | None:
    """The event that a line holds; None if it is damaged."""
    with contextlib.suppress(ValueError, TypeError, RecursionError, AttributeError):
        return from_dict(json.loads(line))
    return None


def _parse(lines: Iterable[bytes]) -> Iterator[Event]:
    return (event for line in lines if (event := parse_line(line)) is not None)


def _whole_lines(path: Path, limit: int) -> int:
    """How many of the first `limit` bytes are complete lines."""
    with open_journal(path) as stream:
        return stream.read(min(limit, os.fstat(stream.fileno()).st_size)).rfind(b"\n") + 1
