"""Folders that may not be read, or not be written: what is said, and that nothing is half removed."""

import errno
import json
import os
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from mnist_sum_tui.cli import commands
from mnist_sum_tui.cli.main import main
from mnist_sum_tui.cli.run_list import print_list
from mnist_sum_tui.cli.runs import app
from mnist_sum_tui.errors import RunError, UsageError
from mnist_sum_tui.runs import find, own_files
from mnist_sum_tui.runs.run import Run
from mnist_sum_tui.runs.runs_folder import check_folder, left_out, obstacle
from mnist_sum_tui.runs.summary import summarise
from tests.runs.folders import contents, lock_up, old_run


def test_a_folder_that_cannot_be_read_is_not_called_empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: Any) -> Any:
        raise PermissionError(13, "Permission denied")

    old_run(tmp_path)
    check_folder(tmp_path)
    check_folder(tmp_path / "made later")
    monkeypatch.setattr(os, "scandir", refused)
    with pytest.raises(UsageError, match=r"cannot be read \(Permission denied\): name another with --runs-dir"):
        check_folder(tmp_path)


def failing(*_: Any, **__: Any) -> Any:
    raise OSError(errno.EIO, "Input/output error", "a file")


def test_a_run_whose_disk_fails_is_listed_as_damaged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a file system does not say what kind of file each is, that is asked of each one."""
    run = old_run(tmp_path)
    files = [SimpleNamespace(name=path.name, is_file=failing) for path in run.path.iterdir()]
    monkeypatch.setattr(own_files, "_entries", lambda _: files)
    found = summarise(run)
    assert found.state == "damaged"
    assert found.trouble.startswith(f"{files[0].name}: cannot be read (Input/output error)")


def test_a_disk_that_fails_is_not_taken_for_a_closed_terminal(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["mnist-sum", "runs"])
    monkeypatch.setattr(commands, "build", lambda _: failing)
    with pytest.raises(SystemExit, match="1"):
        main()
    assert capsys.readouterr().err == "error: a file: Input/output error; check its disk\n"


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
    assert f"{run.id} cannot be read (Permission denied)" in obstacle(tmp_path)
    monkeypatch.undo()
    assert obstacle(tmp_path) == ""


def test_of_many_folders_that_cannot_be_read_the_first_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in "edcba":
        (tmp_path / name).mkdir()
    monkeypatch.setattr(os, "access", lambda path, _: Path(path).parent != tmp_path)
    assert left_out(tmp_path) == "5 folders cannot be read (Permission denied): a, b, c and 2 more"


def test_a_run_among_others_that_cannot_be_read_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run, other = (old_run(tmp_path), old_run(tmp_path))
    lock_up(run.path, monkeypatch)
    print_list(tmp_path, json=False)
    assert f"1 folder cannot be read (Permission denied): {run.id}" in " ".join(capsys.readouterr().out.split())
    print_list(tmp_path, json=True)
    printed = capsys.readouterr()
    assert json.loads(printed.out)["run"] == other.id
    assert printed.err == f"1 folder cannot be read (Permission denied): {run.id}\n"
    for name in (run.id, str(run.path)):
        with pytest.raises(UsageError, match=rf"{run.id} cannot be read \(Permission denied\): choose another run"):
            find.by_name(name, tmp_path)
    assert find.by_name("latest", tmp_path) == find.by_name(other.id, tmp_path) == other


def test_prediction_does_not_pass_over_a_folder_that_cannot_be_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert find.for_prediction(None, tmp_path / "made later") is None, "it asks the network in the package"
    lock_up(tmp_path, monkeypatch)
    assert find.for_prediction("built-in", tmp_path) is None
    with pytest.raises(UsageError, match=r"cannot be read \(Permission denied\): name another with --runs-dir"):
        find.for_prediction(None, tmp_path)


def test_files_that_cannot_be_read_are_not_called_damaged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run, folder = old_run(tmp_path), ["--runs-dir", str(tmp_path)]
    run.report_file.touch()
    app(["show", *folder], standalone_mode=False)
    said = capsys.readouterr().out
    assert "report.json is damaged: mnist-sum evaluate" in said
    assert f"evaluate{run.argument}teststherunagain" in "".join(said.split()), "its path is wrapped"
    lock_up(run.report_file, monkeypatch)
    lock_up(run.config_file, monkeypatch)
    app(["show", *folder], standalone_mode=False)
    shown = capsys.readouterr().out
    assert "report.json cannot be read (Permission denied)" in shown
    assert "evaluate" not in shown, "it could not write the file"
    with pytest.raises(RunError, match=r"config\.json: cannot be read \(Permission denied\); choose another run"):
        run.read_config()


def test_a_run_that_is_gone_is_called_gone_and_not_unreadable(tmp_path: Path) -> None:
    with pytest.raises(RunError, match=r"no longer exists; mnist-sum runs lists the runs"):
        Run(tmp_path / "gone").deletable_files()
