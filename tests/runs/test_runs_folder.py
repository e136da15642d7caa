"""The folder of the runs: runs in it and elsewhere are found by the argument that names them."""

import shlex
import sys
from pathlib import Path

import pytest

from mnist_sum_tui.cli.common import absolute_folder
from mnist_sum_tui.runs import find
from mnist_sum_tui.runs.runs_folder import default_folder
from tests.runs.folders import CONFIG


def test_a_runs_argument_finds_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for folder in (Path(), Path("other folder"), tmp_path, default_folder()):
        run = find.create(folder, CONFIG)
        (name,) = shlex.split(run.argument)
        assert find.by_name(name, default_folder()) == run


def test_a_link_to_itself_in_place_of_the_default_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    monkeypatch.setenv("MNIST_SUM_RUNS", str(tmp_path / "loop"))
    run = find.create(tmp_path / "runs", CONFIG)
    assert run.argument == str(run.path)
    assert absolute_folder(str(tmp_path / "loop")) == str(tmp_path / "loop")


@pytest.mark.skipif(sys.platform == "win32", reason="there the current folder cannot be removed")
def test_a_run_is_named_by_its_path_if_the_current_folder_has_gone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = find.create(tmp_path / "elsewhere", CONFIG)
    (tmp_path / "gone").mkdir()
    monkeypatch.delenv("MNIST_SUM_RUNS", raising=False)
    monkeypatch.chdir(tmp_path / "gone")
    (tmp_path / "gone").rmdir()
    assert run.argument == find.where(run) == str(run.path)
