"""A checkpoint's file, without torch: how large it may be, what its tensors are called, and when it was saved."""

import contextlib
import json
import os
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from mnist_sum_tui.atomic import open_own

MAX_BYTES = 80 << 20
"""enough for the largest network, with AdamW's two values per weight; limits the memory that a file can take"""
MAX_HEADER_BYTES = 256 << 10
"""ten times the longest header that is written; a parsed header takes some 25 times its size in memory"""
OPTIMIZER, CONFIDENCE = "optimizer.", "confidence."
"""how the names of tensors begin that are no weights"""
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
            return Head(position["epoch"] - 1, position["batch"], is_chosen)
    return None


def to_ask(best: Path, last: Path) -> Path | None:
    """Which of a run's two checkpoints has the weights to ask; None if there is neither.

    That is the best; but the last if there is no best yet, or if it is newer and no validation has chosen the other.
    """
    heads = head_of(best), head_of(last)
    is_last = heads[0] is not None and heads[1] is not None and not heads[0].is_chosen and heads[0] < heads[1]
    return next(filter(os.path.exists, (last, best) if is_last else (best, last)), None)
