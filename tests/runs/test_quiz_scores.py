"""quiz.json: what is kept, and what a damaged file does."""

import json
from pathlib import Path
from typing import Any

import pytest

from mnist_sum_tui.errors import RunError
from mnist_sum_tui.runs import find
from mnist_sum_tui.runs.quiz_scores import FILE, KEPT, Score, keep_score, read_scores

SCORE: Score = {
    "when": "2026-11-27", "network": "the built-in network, epoch 32", "images": 10, "right": 9, "seconds": 41.5,
    "network_right": 8, "network_seconds": 0.05,
}  # fmt: skip


def test_scores_are_kept_the_newest_last(tmp_path: Path) -> None:
    folder = tmp_path / "runs"
    assert read_scores(folder) == []
    for right in range(KEPT + 2):
        keep_score(folder, {**SCORE, "right": right})
    assert [score["right"] for score in read_scores(folder)] == list(range(2, KEPT + 2))
    assert find.list_runs(folder) == [], "it is no run"


@pytest.mark.parametrize(
    "content",
    ["", "{", "{}", "3", json.dumps([{**SCORE, "right": -1}]), json.dumps([{**SCORE, "seconds": "x"}]),
     json.dumps([{**SCORE, "more": 1}]), json.dumps([{"when": "x"}]), "[" * 100_000, " " * 100_000],
)  # fmt: skip
def test_a_damaged_file_counts_as_none_and_is_replaced(content: str, tmp_path: Path) -> None:
    (tmp_path / FILE).write_text(content)
    assert read_scores(tmp_path) == []
    keep_score(tmp_path, SCORE)
    assert read_scores(tmp_path) == [SCORE]


def test_text_from_the_file_is_made_printable(tmp_path: Path) -> None:
    values: dict[str, Any] = {**SCORE, "network": "\x1b[31m"}
    (tmp_path / FILE).write_text(json.dumps([values]))
    assert read_scores(tmp_path)[0]["network"] == r"\x1b[31m"


def test_a_link_is_neither_read_nor_written_through(tmp_path: Path) -> None:
    other = tmp_path / "other.json"
    other.write_text(json.dumps([SCORE]))
    folder = tmp_path / "runs"
    folder.mkdir()
    (folder / FILE).symlink_to(other)
    assert read_scores(folder) == []
    keep_score(folder, {**SCORE, "right": 1})
    assert json.loads(other.read_text()) == [SCORE]
    assert read_scores(folder)[0]["right"] == 1


def test_a_folder_that_cannot_be_made_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(RunError, match="cannot be made"):
        keep_score(tmp_path / "file" / "runs", SCORE)
