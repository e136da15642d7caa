"""A container's CPU quota and memory limit, read from files like Linux's."""

import os
from pathlib import Path

import pytest

from mnist_sum_tui.config import TrainConfig
from mnist_sum_tui.machine import hardware, quota


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the hierarchies are mounted; the file `member` beside it says which groups the process is in."""
    monkeypatch.setattr(quota, "MEMBERSHIP", tmp_path / "member")
    monkeypatch.setattr(quota, "TREE", tmp_path / "tree")
    return tmp_path / "tree"


def put(folder: Path, **files: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (folder / f"cpu.{name}").write_text(f"{content}\n")


def be_in(tree: Path, *lines: str) -> None:
    (tree.parent / "member").write_text("".join(f"{line}\n" for line in lines))


@pytest.mark.parametrize(
    ("limit", "cores"),
    [("150000 100000", 2), ("200000 100000", 2), ("1000 100000", 1), ("max 100000", None), ("max", None)],
)
def test_the_quota_is_rounded_up_to_whole_cores(tree: Path, limit: str, cores: int | None) -> None:
    be_in(tree, "0::/")
    put(tree, max=limit)
    assert quota.cores_by_quota() == cores


def test_the_tightest_quota_of_all_parent_groups_counts(tree: Path) -> None:
    be_in(tree, "0::/pod/container")
    put(tree / "pod" / "container", max="max 100000")
    put(tree / "pod", max="300000 100000")
    put(tree / "other", max="100000 100000")
    assert quota.cores_by_quota() == 3
    put(tree / "pod" / "container", max="50000 50000")
    assert quota.cores_by_quota() == 1


@pytest.mark.parametrize("controllers", ["cpu,cpuacct", "cpuacct,cpu", "cpu"])
@pytest.mark.parametrize("place", ["docker/1a2b", ""], ids=["the whole tree", "its own part of it"])
def test_cgroups_version_1(tree: Path, controllers: str, place: str) -> None:
    be_in(tree, "7:memory:/docker/1a2b", f"4:{controllers}:/docker/1a2b", "2:cpuset:/docker/1a2b", "0::/system.slice")
    put(tree / controllers / place, cfs_quota_us="-1", cfs_period_us="100000")
    assert quota.cores_by_quota() is None
    put(tree / controllers / place, cfs_quota_us="250000", cfs_period_us="100000")
    put(tree / "memory" / "docker" / "1a2b", cfs_quota_us="100000", cfs_period_us="100000")
    assert quota.cores_by_quota() == 3


def test_a_group_outside_the_visible_tree(tree: Path) -> None:
    be_in(tree, "0::/../../elsewhere")
    put(tree, max="200000 100000")
    put(tree.parent / "elsewhere", max="100000 100000")
    assert quota.cores_by_quota() == 2


@pytest.mark.parametrize("content", ["", "0 0", "100000 0", "-5 100000", "1 2 3", "\N{SUPERSCRIPT TWO} 1", "nan 1"])
def test_an_invalid_file_is_no_limit(tree: Path, content: str) -> None:
    assert quota.cores_by_quota() is None, "there are no files at all"
    be_in(tree, "0::/", "", "nonsense", "1:cpu")
    put(tree, max=content)
    assert quota.cores_by_quota() is None


def test_the_number_of_threads_follows_the_quota(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: range(64), raising=False)
    be_in(tree, "0::/")
    assert hardware.usable_cores() == 64
    put(tree, max="250000 100000")
    assert hardware.usable_cores() == 3
    assert hardware.choose(TrainConfig(device="cpu", precision="fp32")).threads == 3
    put(tree, max="12800000 100000")
    assert hardware.usable_cores() == 64
