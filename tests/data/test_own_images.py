"""A run's files name the folder of its images. On another machine it may be missing, and it may be untrusted."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from mnist_sum_tui.runs.run import Run
from tests.conftest import Cli, is_one_line
from tests.tui.pages.test_draw import make_run


@pytest.fixture(params=["gone", "empty"])
def run(request: pytest.FixtureRequest, tmp_path: Path) -> Run:
    """A run whose folder of images is missing or empty."""
    folder = tmp_path / "elsewhere"
    if request.param == "empty":
        folder.mkdir()
    return Run(make_run(tmp_path / "runs", str(folder)).path)  # the one made here is locked


COMMANDS = [["predict", "idx", "3", "--number", "7"], ["evaluate"], ["train", "--resume", "latest", "--epochs", "2"]]


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command[0])
def test_nothing_is_created_or_downloaded_there(run: Run, tmp_path: Path, cli: Cli, command: list[str]) -> None:
    folder = tmp_path / "elsewhere"
    was_there = folder.exists()
    refused = cli(*command)
    is_one_line(refused, 1, str(folder), "the run's images were there: name their new folder with --data-dir")
    assert folder.exists() == was_there
    assert not was_there or not list(folder.iterdir())
    assert run.last_file.exists()


def test_resuming_a_run_without_a_checkpoint_downloads_nothing(run: Run, tmp_path: Path, cli: Cli) -> None:
    folder = tmp_path / "elsewhere"
    run.last_file.unlink()
    run.best_file.unlink()
    is_one_line(cli("train", "--resume", str(run.path)), 1, str(folder), "the run's images were there")
    assert not folder.exists() or not list(folder.iterdir())


def test_nothing_is_downloaded_where_config_json_alone_names_the_folder(
    small_data: str, tmp_path: Path, cli: Cli
) -> None:
    """It is written before the next checkpoint is, and a stranger's may say anything."""
    run = Run(make_run(tmp_path / "runs", small_data).path)
    folder = tmp_path / "empty"
    folder.mkdir()
    run.write_config(replace(run.read_config(), data_dir=str(folder)))
    refused = cli("train", "--resume", "latest", "--epochs", "2")
    is_one_line(refused, 1, str(folder), "the run's images were there: name their new folder with --data-dir")
    assert not list(folder.iterdir())


def test_the_option_replaces_the_folder(run: Run, small_data: str, cli: Cli) -> None:
    done = cli("evaluate", "--data-dir", small_data, "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["images"] == 100
    assert cli("predict", "idx", "3", "--data-dir", small_data).returncode == 0
