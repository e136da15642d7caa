"""quiz.json in the folder of the runs: how the quiz ended each time, the newest last. Read with care, written whole."""

import json
from pathlib import Path
from typing import TypedDict

from mnist_sum_tui.atomic import read_own, to_bytes, write_atomic
from mnist_sum_tui.errors import RunError
from mnist_sum_tui.printable import printable
from mnist_sum_tui.runs.json_values import Amount, Count, check_of

FILE = "quiz.json"
KEPT = 100
MOST_LETTERS = 100
"""of a network's name that is kept"""
MOST_BYTES = 1 << 17
"""more than KEPT scores with the longest names take"""


class Score(TypedDict):
    """How one quiz ended; `right` counts images whose digit and sum are both right."""

    when: str
    """year, month and day"""
    network: str
    """whose weights they were, and how far trained"""
    images: Count
    right: Count
    seconds: Amount
    network_right: Count
    network_seconds: Amount


def read_scores(folder: Path) -> list[Score]:
    """All that are kept; what is damaged counts as none."""
    try:
        return _read(folder)
    except (OSError, ValueError, RecursionError):
        return []


def _read(folder: Path) -> list[Score]:
    return list(check_of(tuple[Score, ...])(json.loads(read_own(folder / FILE, MOST_BYTES))))


def keep_score(folder: Path, score: Score) -> None:
    """Add one to those that are kept.

    Raises:
        RunError: the folder cannot be written to, or the file that is there is damaged, a link, or of a later version;
            it stays as it is.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise RunError(f"{folder}: cannot be made ({error.strerror or error}); check the folder") from error
    try:
        before = _read(folder)
    except FileNotFoundError:
        before = []
    except (OSError, ValueError, RecursionError):
        raise RunError(f"{folder / FILE}: cannot be read, so the score is not kept: move it away") from None
    kept = [{**each, "network": printable(each["network"])[:MOST_LETTERS]} for each in [*before, score][-KEPT:]]
    write_atomic(folder / FILE, to_bytes(json.dumps(kept, ensure_ascii=False, indent=1)) + b"\n")
