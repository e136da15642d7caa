"""A run is also found by the name that --name gave to it: the whole name, and only if one run has it."""

import os
from pathlib import Path

import pytest

from mnist_sum_tui.config import TrainConfig
from mnist_sum_tui.errors import UsageError
from mnist_sum_tui.runs import find
from mnist_sum_tui.runs.run import Run
from tests.conftest import Cli, is_one_line

CONFIG = TrainConfig.of("standard", model="swift")


def made(folder: Path, day: int, name: str = "", suffix: str = "") -> Run:
    """A run that was begun on some day."""
    path = find.create(folder, CONFIG, name, suffix).path
    return Run(path.rename(folder / f"202601{day:02}-120000{path.name[15:]}"))


def test_the_whole_name_finds_its_run_and_a_part_of_it_none(tmp_path: Path) -> None:
    normal, fast = made(tmp_path, 1, "normal"), made(tmp_path, 2, "very-fast")
    made(tmp_path, 3)
    assert find.by_name("normal", tmp_path) == normal
    assert find.by_name("very-fast", tmp_path) == fast
    for part in ("fast", "norm", "swift", "swift-normal", "120000-swift-normal", "Normal"):
        with pytest.raises(UsageError, match=f"unknown run '{part}'"):
            find.by_name(part, tmp_path)


def test_an_id_and_its_beginning_go_before_a_name(tmp_path: Path) -> None:
    first = made(tmp_path, 1, "x")
    made(tmp_path, 2, "20260101"), made(tmp_path, 3, "latest")
    newest = made(tmp_path, 4)
    assert find.by_name("20260101", tmp_path) == first
    assert find.by_name("latest", tmp_path) in (newest, find.list_runs(tmp_path)[0])
    assert find.by_name("latest", tmp_path) == find.list_runs(tmp_path)[0] == newest


def test_a_name_of_several_runs_finds_none_but_lists_them(tmp_path: Path, cli: Cli) -> None:
    runs = tmp_path / "runs"
    for day in (1, 2, 3, 4):
        made(runs, day, "fast")
    said = cli("runs", "delete", "fast", "--yes")
    is_one_line(
        said, 2, "several runs are named 'fast': 20260104-120000-swift-fast, 20260103-120000-swift-fast or 2 more"
    )
    assert len(find.list_runs(runs)) == 4


@pytest.mark.parametrize("suffix", ["seed0", "2"], ids=["of several seeds", "second of its second"])
def test_a_run_that_has_the_name_and_more_counts_only_against_it(tmp_path: Path, suffix: str) -> None:
    first, other = made(tmp_path, 1, "fast"), made(tmp_path, 1, "fast", suffix)
    with pytest.raises(UsageError, match="several runs are named 'fast'"):
        find.by_name("fast", tmp_path)
    first.path.rename(tmp_path / "away")  # no run by its name
    with pytest.raises(UsageError, match=f"unknown run 'fast': did you mean '{other.id}'"):
        find.by_name("fast", tmp_path)


def test_the_name_of_several_seeds_stands_for_all_of_them_where_runs_are_compared(tmp_path: Path) -> None:
    seeds = [made(tmp_path, day, "fast", f"seed{day}") for day in (1, 2)]
    made(tmp_path, 3, "fast-seed3"), made(tmp_path, 4, "faster", "seed1")
    other = made(tmp_path, 5, "other")
    assert find.all_by_name("fast", tmp_path) == [*seeds, Run(tmp_path / "20260103-120000-swift-fast-seed3")]
    assert find.all_by_name("other", tmp_path) == [other]
    assert find.all_by_name(str(other.path), tmp_path) == [other]
    with pytest.raises(UsageError, match="unknown run 'slow'"):
        find.all_by_name("slow", tmp_path)


def test_a_numbered_name_of_another_time_is_another_name(tmp_path: Path) -> None:
    first, second = made(tmp_path, 1, "fast"), made(tmp_path, 2, "fast-2")
    assert (find.by_name("fast", tmp_path), find.by_name("fast-2", tmp_path)) == (first, second)


def test_an_id_in_other_letters_finds_its_run_where_the_disk_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on a FAT stick; it was said to be no run's folder."""
    run = made(tmp_path, 1, "Big")
    (tmp_path / "other").mkdir()
    is_dir, small = os.path.isdir, str(tmp_path / run.id.lower())
    monkeypatch.setattr(os.path, "isdir", lambda path: str(path) == small or is_dir(path))
    assert find.by_name(run.id.lower(), tmp_path) == run
    with pytest.raises(UsageError, match="'other' is not a run's folder"):
        find.by_name("other", tmp_path)
    monkeypatch.undo()
    with pytest.raises(UsageError, match="unknown run"):
        find.by_name(run.id.lower(), tmp_path)
