"""What `mnist-sum train` says at the end of a run whose files were removed meanwhile."""

import errno
import functools
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from mnist_sum_tui.atomic import unwritable
from mnist_sum_tui.cli.train import train_and_print
from mnist_sum_tui.config import TrainConfig
from mnist_sum_tui.errors import RunError
from mnist_sum_tui.runs import find
from mnist_sum_tui.runs.events import Checkpointed, EpochDone, Event, Finished
from mnist_sum_tui.runs.journal import Journal, last_event, read_events
from mnist_sum_tui.runs.run import Run
from mnist_sum_tui.training import loop
from mnist_sum_tui.training.loop import train


@pytest.fixture
def run(small_data: str, tmp_path: Path) -> Run:
    return find.create(tmp_path / "runs", TrainConfig.of("sprint", epochs=1, data_dir=small_data))


def after(moment: type[Event], monkeypatch: pytest.MonkeyPatch, change: Callable[[], object]) -> None:
    """Have something happen to a run at each event of that type, as when its epoch is over, but not saved yet."""

    def disturbed(*arguments: Any) -> Iterator[Event]:
        for event in train(*arguments):
            yield event
            if isinstance(event, moment):
                change()

    monkeypatch.setattr(loop, "train", disturbed)


@pytest.mark.parametrize(("style", "result"), [("quiet", "Test: "), ("auto", "Test: "), ("brief", "test ")])
def test_a_run_without_its_settings_ends_with_its_result_and_has_them_again(
    style: str, result: str, run: Run, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    config = run.read_config()
    after(EpochDone, monkeypatch, run.config_file.unlink)
    assert train_and_print(config, lambda: run, style=style) == 0
    assert result in capsys.readouterr().out
    assert find.list_runs(run.path.parent) == [run]
    assert run.read_config() == config


@pytest.mark.parametrize("style", ["quiet", "auto", "json"])
def test_a_run_whose_folder_is_gone_ends_with_the_file_that_could_not_be_written(
    style: str, run: Run, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    config = run.read_config()
    after(EpochDone, monkeypatch, lambda: shutil.rmtree(run.path))
    with pytest.raises(RunError, match=r"cannot be written \(No such file or directory\)"):
        train_and_print(config, lambda: run, style=style)
    assert "The run is in" not in capsys.readouterr().out


@pytest.mark.parametrize("style", ["quiet", "auto"])
def test_a_run_whose_disk_goes_ends_with_the_file_that_could_not_be_written(
    style: str, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a network's disk whose connection is lost: each call fails, and not because a file is missing."""
    config = run.read_config()

    def gone(call: Callable[..., Any], path: object, *others: Any, **options: Any) -> Any:
        if str(path).startswith(str(run.path)):
            raise OSError(errno.ENOTCONN, "is not connected", str(path))
        return call(path, *others, **options)

    def go() -> None:
        for name in ("stat", "lstat", "open", "scandir", "replace"):
            monkeypatch.setattr(os, name, functools.partial(gone, getattr(os, name)))

    after(EpochDone, monkeypatch, go)
    with pytest.raises(RunError, match=r"cannot be written \(is not connected\)"):
        train_and_print(config, lambda: run, style=style)
    monkeypatch.undo()
    assert [*read_events(run.metrics_file)], "nothing of it is removed"


@pytest.mark.parametrize("moment", [EpochDone, Checkpointed])
def test_a_run_whose_folder_is_replaced_by_a_link_writes_nothing_through_it(
    moment: type[Event], run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config, elsewhere, aside = run.read_config(), tmp_path / "elsewhere", tmp_path / "aside"
    elsewhere.mkdir()
    (elsewhere / ".pid").write_text("1")

    def replace() -> None:
        if not aside.exists():
            run.path.rename(aside)
            run.path.symlink_to(elsewhere)

    after(moment, monkeypatch, replace)
    with pytest.raises(RunError, match="was replaced while the run trained, so nothing more is written there: put the"):
        train_and_print(config, lambda: run, style="quiet")
    assert [path.name for path in elsewhere.iterdir()] == [".pid"]
    ended = last_event(aside / "metrics.jsonl")
    assert isinstance(ended, Finished)
    assert ended.reason == "failed"
    run.path.unlink()
    aside.rename(run.path)
    list(train(config, Run(run.path)))
    assert run.report_file.exists()


@pytest.mark.parametrize(("is_kept", "how"), [(False, "begin again"), (True, "go on")])
def test_a_disk_that_gets_full_is_told_with_what_to_do_then(
    is_kept: bool, how: str, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    append, full = Journal.append, OSError(errno.ENOSPC, "No space left on device")

    def fill(journal: Journal, event: Event) -> None:
        if event.step and run.resume_file.exists() >= is_kept:  # from now on, so that no end can be written
            raise unwritable(run.metrics_file, full) from full
        append(journal, event)

    monkeypatch.setattr(Journal, "append", fill)
    with pytest.raises(RunError, match="No space left") as raised:
        train_and_print(run.read_config(), lambda: run, style="quiet")
    again = f"mnist-sum train --resume {run.argument}"
    assert str(raised.value).endswith(f"free some space, then {how} with {again}")
    monkeypatch.undo()
    assert train_and_print(run.read_config(), lambda: Run(run.path), style="quiet") == 0
    assert run.report_file.exists()


def test_a_run_that_fails_after_a_checkpoint_says_how_to_resume_it(
    run: Run, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    config = run.read_config()

    def full(*_: object, **__: object) -> None:
        raise RunError("report.json: cannot be written (No space left on device); free some space")

    monkeypatch.setattr("mnist_sum_tui.training.recorder.Recorder.report", full)
    with pytest.raises(RunError, match="free some space"):
        train_and_print(config, lambda: run, style="auto")
    said = capsys.readouterr().out
    assert f"resume it with mnist-sum train --resume {run.argument}" in " ".join(said.split())
    assert run.resume_file.exists()
