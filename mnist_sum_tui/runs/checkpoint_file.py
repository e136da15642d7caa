"""A checkpoint's file, without torch: how large it may be, whether it is whole, and when it was saved."""

import contextlib
import hashlib
import json
import os
import re
from functools import lru_cache
from pathlib import Path
from typing import BinaryIO, NamedTuple

from mnist_sum_tui.atomic import open_own
from mnist_sum_tui.errors import CheckpointError
from mnist_sum_tui.runs.position import Position

MAX_BYTES = 80 << 20
"""enough for the largest network, with AdamW's two values per weight; limits the memory that a file can take"""
MAX_HEADER_BYTES = 256 << 10
"""ten times the longest header that is written; a parsed header takes some 25 times its size in memory"""
OPTIMIZER, CONFIDENCE = "optimizer.", "confidence."
"""how the names of tensors begin that are no weights"""
PIECE = 1 << 20
"""bytes that are hashed at a time"""
ADVICE = "choose another run or checkpoint"
NO_HASH = "0" * 64
_HASH = re.compile(rb'"sha256":"([0-9a-f]{64})"')
KEPT_HEADS = 1000
MALFORMED = (ValueError, TypeError, KeyError, AttributeError, RecursionError)
"""errors of a head that is not as a checkpoint has it"""


class Head(NamedTuple):
    """When a checkpoint was saved. Later ones compare as greater."""

    epochs: int
    """how many epochs were done"""
    batches: int
    """how many batches of the next one were done"""
    is_chosen: bool
    """whether images were held out to choose the best epoch by"""
    is_early: bool
    """whether its network has hardly learned, as `Position` has it"""


def checked_header(stream: BinaryIO, path: Path | str) -> bytes:
    """The header of a checkpoint whose content matches its hash; nothing else of it is kept in memory.

    Raises:
        CheckpointError: the file is incomplete, damaged or not a checkpoint; `path` is only named in the message.
    """
    start = stream.read(8)
    length = int.from_bytes(start, "little")
    header = stream.read(length) if length <= MAX_HEADER_BYTES else b""
    if len(header) < max(length, 1):
        raise CheckpointError(f"{path}: is not a checkpoint, or is incomplete; {ADVICE}")
    mark = _HASH.search(header)
    if mark is None:
        raise CheckpointError(f"{path}: is not a checkpoint of mnist-sum; {ADVICE}")
    digest = hashlib.sha256(start + header[: mark.start(1)] + NO_HASH.encode() + header[mark.end(1) :])
    while piece := stream.read(PIECE):
        digest.update(piece)
    if digest.hexdigest() != mark[1].decode():
        raise CheckpointError(f"{path}: is damaged (its content does not match its hash); {ADVICE}")
    return header


def head_of(path: Path) -> Head | None:
    """The head of a checkpoint; None if it is no checkpoint, or has just been removed."""
    try:
        found = path.stat()
    except OSError:
        return None
    return _head_in(path, found.st_mtime_ns, found.st_size, found.st_ino)


@lru_cache(KEPT_HEADS)
def _head_in(path: Path, _time: int, _size: int, _file: int) -> Head | None:
    """As `head_of`. A file is read only once per version, because the page Draw asks for it with every stroke."""
    with contextlib.suppress(OSError, *MALFORMED), open_own(path) as stream:
        header = json.loads(stream.read(min(int.from_bytes(stream.read(8), "little"), MAX_HEADER_BYTES)))
        about = json.loads(header["__metadata__"]["mnist_sum"])
        position, is_chosen = about["position"], about["config"].get("all_data") is not True
        if isinstance(position["epoch"], int) and isinstance(position["batch"], int):
            known = {name: position[name] for name in ("epoch", "batch", "sums", "best_accuracy") if name in position}
            return Head(position["epoch"] - 1, position["batch"], is_chosen, Position(**known).is_early)
    return None


def to_ask(best: Path, last: Path) -> Path | None:
    """Which of a run's two checkpoints has the weights to ask; None if there is neither.

    That is the best; but the last if there is no best yet, or if it is newer and no validation has chosen the other.
    """
    heads = head_of(best), head_of(last)
    is_last = heads[0] is not None and heads[1] is not None and not heads[0].is_chosen and heads[0] < heads[1]
    return next(filter(os.path.exists, (last, best) if is_last else (best, last)), None)
