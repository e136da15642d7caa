"""What `mnist-sum train` says at the end of a run whose files were removed meanwhile."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from mnist_sum_tui.cli.train import train_and_print
from mnist_sum_tui.config import TrainConfig
from mnist_sum_tui.errors import RunError
from mnist_sum_tui.runs import find
from mnist_sum_tui.runs.events import EpochDone, Event
from mnist_sum_tui.runs.run import Run
from mnist_sum_tui.training import loop


@pytest.fixture
def run(small_data: str, tmp_path: Path) -> Run:
    return find.create(tmp_path / "runs", TrainConfig.of("sprint", epochs=1, data_dir=small_data))


def after_the_epoch(monkeypatch: pytest.MonkeyPatch, change: Callable[[], object]) -> None:
    """Have something happen to a run when its last epoch is over, before it is saved."""
    train = loop.train

    def disturbed(*arguments: Any) -> Iterator[Event]:
        for event in train(*arguments):
            yield event
            if isinstance(event, EpochDone):
                change()

    monkeypatch.setattr(loop, "train", disturbed)


@pytest.mark.parametrize(("style", "result"), [("quiet", "Test: "), ("auto", "Test: "), ("brief", "test ")])
def test_a_run_without_its_settings_ends_with_its_result_and_has_them_again(
    style: str, result: str, run: Run, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    config = run.read_config()
    after_the_epoch(monkeypatch, run.config_file.unlink)
    assert train_and_print(config, run, style=style) == 0
    assert result in capsys.readouterr().out
    assert find.list_runs(run.path.parent) == [run]
    assert run.read_config() == config


@pytest.mark.parametrize("style", ["quiet", "auto", "json"])
def test_a_run_whose_folder_is_gone_ends_with_the_file_that_could_not_be_written(
    style: str, run: Run, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    config = run.read_config()
    after_the_epoch(monkeypatch, lambda: shutil.rmtree(run.path))
    with pytest.raises(RunError, match=r"cannot be written \(No such file or directory\)"):
        train_and_print(config, run, style=style)
    assert "The run is in" not in capsys.readouterr().out
