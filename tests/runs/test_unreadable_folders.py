"""Folders that may not be read, or not be written: what is said, and that nothing is half removed."""

import os
from pathlib import Path
from typing import Any

import pytest

from mnist_sum_tui.cli.run_list import print_list
from mnist_sum_tui.errors import RunError, UsageError
from mnist_sum_tui.runs import find
from tests.runs.folders import contents, old_run


def test_a_folder_that_cannot_be_read_is_not_called_empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: Any) -> Any:
        raise PermissionError(13, "Permission denied")

    old_run(tmp_path)
    find.check_folder(tmp_path)
    find.check_folder(tmp_path / "made later")
    monkeypatch.setattr(os, "scandir", refused)
    with pytest.raises(UsageError, match=r"cannot be read \(Permission denied\): name another with --runs-dir"):
        find.check_folder(tmp_path)


def test_a_run_is_deleted_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = old_run(tmp_path)
    before, may = contents(run.path), os.access
    monkeypatch.setattr(os, "access", lambda path, mode: Path(path) != tmp_path and may(path, mode))
    with pytest.raises(RunError, match="may not be written, so nothing is removed"):
        run.delete()
    assert contents(run.path) == before
    monkeypatch.undo()
    run.delete()
    assert not run.path.exists()


def test_a_run_that_cannot_be_read_is_not_called_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (run, other), lstat, may = (old_run(tmp_path), old_run(tmp_path)), Path.lstat, os.access

    def refused(path: Path) -> os.stat_result:
        if path.parent == run.path:
            raise PermissionError(13, "Permission denied")
        return lstat(path)

    monkeypatch.setattr(Path, "lstat", refused)
    monkeypatch.setattr(os, "access", lambda path, mode: Path(path) != run.path and may(path, mode))
    assert find.list_runs(tmp_path) == [other], "the others are listed"
    print_list(tmp_path, json=False)
    other.delete()
    with pytest.raises(UsageError, match=rf"{run.id} cannot be read \(Permission denied\): name another folder with"):
        print_list(tmp_path, json=False)
    with pytest.raises(UsageError, match=rf"{run.id} cannot be read \(Permission denied\): name another folder with"):
        find.by_name("latest", tmp_path)
