"""quiz.json: what is kept, and what a damaged file does."""

import json
from pathlib import Path
from typing import Any

import pytest

from mnist_sum_tui.errors import RunError
from mnist_sum_tui.runs import find
from mnist_sum_tui.runs.quiz_scores import FILE, KEPT, MOST_LETTERS, Score, keep_score, read_scores

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
def test_a_damaged_file_or_one_of_a_later_version_counts_as_none_and_stays(content: str, tmp_path: Path) -> None:
    (tmp_path / FILE).write_text(content)
    assert read_scores(tmp_path) == []
    with pytest.raises(RunError, match=r"quiz\.json: cannot be read, so the score is not kept: move it away"):
        keep_score(tmp_path, SCORE)
    assert (tmp_path / FILE).read_text() == content


def test_scores_with_the_longest_names_are_read_again(tmp_path: Path) -> None:
    extreme: Score = {
        "when": "2026-11-27", "network": "\U0001f600" * 5000, "images": 10**6, "right": 10**6, "seconds": 1 / 3e-5,
        "network_right": 10**6, "network_seconds": 1 / 3e-5,
    }  # fmt: skip
    for _ in range(KEPT + 1):
        keep_score(tmp_path, extreme)
    assert [len(score["network"]) for score in read_scores(tmp_path)] == [MOST_LETTERS] * KEPT


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
    with pytest.raises(RunError, match="not kept"):
        keep_score(folder, {**SCORE, "right": 1})
    assert json.loads(other.read_text()) == [SCORE]
    assert (folder / FILE).is_symlink()


def test_a_folder_that_cannot_be_made_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(RunError, match="cannot be made"):
        keep_score(tmp_path / "file" / "runs", SCORE)
