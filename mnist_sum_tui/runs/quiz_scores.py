"""quiz.json in the folder of the runs: how the quiz ended each time, the newest last. Read with care, written whole."""

import json
from pathlib import Path
from typing import TypedDict

from mnist_sum_tui.atomic import read_own, to_bytes, write_atomic
from mnist_sum_tui.errors import RunError
from mnist_sum_tui.runs.json_values import Amount, Count, check_of

FILE = "quiz.json"
KEPT = 100
MOST_BYTES = 1 << 16


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
        values = json.loads(read_own(folder / FILE, MOST_BYTES))
        return list(check_of(tuple[Score, ...])(values))
    except (OSError, ValueError, RecursionError):
        return []


def keep_score(folder: Path, score: Score) -> None:
    """Add one to those that are kept.

    Raises:
        RunError: the folder cannot be written to.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise RunError(f"{folder}: cannot be made ({error.strerror or error}); check the folder") from error
    kept = [*read_scores(folder), score][-KEPT:]
    write_atomic(folder / FILE, to_bytes(json.dumps(kept, ensure_ascii=False, indent=1)) + b"\n")
