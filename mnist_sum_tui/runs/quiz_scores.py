"""quiz.json in the runs folder: the results of the quizzes, the newest last; checked when read, and written whole."""

import json
from pathlib import Path
from typing import TypedDict

from mnist_sum_tui.atomic import make_folder, read_own, to_bytes, write_atomic
from mnist_sum_tui.errors import RunError
from mnist_sum_tui.printable import printable
from mnist_sum_tui.runs.json_values import Amount, Count, check_of

FILE = "quiz.json"
KEPT = 100
MOST_LETTERS = 100
"""the longest network name that is kept, in letters"""
MOST_BYTES = 1 << 17
"""the largest file that is read, in bytes; KEPT scores with the longest names take less"""


class Score(TypedDict):
    """How one quiz ended; `right` counts images whose digit and sum are both right."""

    when: str
    """year, month and day"""
    network: str
    """which network the user played against: whose weights, and how far trained"""
    images: Count
    right: Count
    seconds: Amount
    network_right: Count
    network_seconds: Amount


def read_scores(folder: Path) -> list[Score]:
    """All scores in the file; none if it is missing or damaged."""
    try:
        return _read(folder)
    except (OSError, ValueError, RecursionError):
        return []


def _read(folder: Path) -> list[Score]:
    return list(check_of(tuple[Score, ...])(json.loads(read_own(folder / FILE, MOST_BYTES))))


def keep_score(folder: Path, score: Score) -> None:
    """Add a score to the file.

    Raises:
        RunError: the folder cannot be written to; or the existing file is damaged, a link, or of a later version, and
            is left as it is.
    """
    make_folder(folder)
    try:
        before = _read(folder)
    except FileNotFoundError:
        before = []
    except (OSError, ValueError, RecursionError):
        raise RunError(f"{folder / FILE}: cannot be read, so the score is not kept: move it away") from None
    kept = [{**each, "network": printable(each["network"])[:MOST_LETTERS]} for each in [*before, score][-KEPT:]]
    write_atomic(folder / FILE, to_bytes(json.dumps(kept, ensure_ascii=False, indent=1)) + b"\n")
