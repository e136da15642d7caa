"""A run that cannot go on is refused, and stays as it is: its checkpoint or its images are not what they were."""

import shutil
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from mnist_sum_tui.errors import CheckpointError, DataError, RunError, UsageError
from mnist_sum_tui.runs import find
from mnist_sum_tui.runs.events import EpochDone
from mnist_sum_tui.runs.knob_turns import Turn
from mnist_sum_tui.runs.run import Run
from mnist_sum_tui.training.control import Control
from mnist_sum_tui.training.loop import train
from tests.conftest import Cli, is_one_line
from tests.training.resuming import assert_same_end, begun, config_of_few, resave, train_through

pytestmark = pytest.mark.usefixtures("every_step_is_told")


def test_a_resumption_that_cannot_begin_changes_nothing(few_images: str, tmp_path: Path) -> None:
    data_dir = tmp_path / "copy"
    shutil.copytree(few_images, data_dir)
    config = config_of_few(str(data_dir))
    run = train_through(config, tmp_path / "a")
    data_dir.rename(tmp_path / "gone")
    before = {path: path.read_bytes() for path in run.path.iterdir()}
    with pytest.raises(DataError, match="not a folder"):
        list(train(replace(config, epochs=4), run))
    assert {path: path.read_bytes() for path in run.path.iterdir()} == before


def test_a_result_without_a_checkpoint_is_not_trained_over(few_images: str, tmp_path: Path) -> None:
    run = train_through(config_of_few(few_images), tmp_path)
    run.last_file.unlink()
    run.best_file.unlink()
    run.metrics_file.unlink()
    with pytest.raises(UsageError, match="has a result but no checkpoint"):
        list(train(config_of_few(few_images), run))
    assert run.report_file.exists()


def test_a_run_that_is_gone_is_not_begun_anew(few_images: str, tmp_path: Path) -> None:
    run = train_through(config_of_few(few_images), tmp_path)
    run.delete()
    with pytest.raises(RunError, match="no longer exists"):
        list(train(config_of_few(few_images), run))
    assert not run.path.exists()


@pytest.mark.parametrize("place", [{"batch": 500, "step": 500}, {"batch": 4}, {"epoch": 2}, {"step": 10**9}], ids=str)
def test_a_place_that_the_run_does_not_have(few_images: str, tmp_path: Path, place: dict[str, int]) -> None:
    config = config_of_few(few_images)
    run = begun(config, tmp_path / "a", 3)
    resave(run, **place)
    before = {path: path.read_bytes() for path in run.path.iterdir()}
    with pytest.raises(CheckpointError, match=r"contradicts itself .*; 18 steps per epoch"):
        list(train(config, run))
    assert {path: path.read_bytes() for path in run.path.iterdir()} == before


def _flip(root: Path, name: str, place: int) -> None:
    path = root / "MNIST" / "raw" / name
    content = bytearray(path.read_bytes())
    content[place] ^= 1
    path.write_bytes(content)


@pytest.mark.parametrize(
    ("name", "place"),
    [("train-images-idx3-ubyte", -1), ("train-labels-idx1-ubyte", -1), ("t10k-images-idx3-ubyte", 16)],
)
def test_other_images_are_refused(few_images: str, tmp_path: Path, name: str, place: int) -> None:
    config = config_of_few(few_images)
    run = begun(config, tmp_path / "a", 3)
    _flip(Path(few_images), name, place)
    before = {path: path.read_bytes() for path in run.path.iterdir()}
    with pytest.raises(DataError, match=f"are not the .* that run {run.id} began with") as caught:
        list(train(config, run))
    assert "\n" not in str(caught.value)
    assert {path: path.read_bytes() for path in run.path.iterdir()} == before
    _flip(Path(few_images), name, place)
    list(train(config, run))
    assert run.report_file.exists()


def test_more_images_are_refused(few_images: str, tmp_path: Path) -> None:
    run = begun(config_of_few(few_images), tmp_path / "a", 3)
    with pytest.raises(DataError, match="its 60,000 train images are not the 97 that run"):
        list(train(replace(config_of_few(few_images), data_dir=None), run))


def test_the_same_images_may_stand_elsewhere(few_images: str, tmp_path: Path) -> None:
    config, moved = config_of_few(few_images), tmp_path / "moved"
    whole = train_through(config, tmp_path / "a")
    run = begun(config, tmp_path / "b", 5)
    Path(few_images).rename(moved)
    with pytest.raises(DataError, match="the run's images were there: name their new folder with --data-dir"):
        list(train(config, Run(run.path)))
    list(train(replace(config, data_dir=str(moved)), Run(run.path)))
    assert run.read_config().data_dir == str(moved)
    assert_same_end(whole, run)


@pytest.mark.parametrize("command", ["train", "tui"])
def test_an_epoch_that_has_begun_stays(cli: Cli, few_images: str, tmp_path: Path, command: str) -> None:
    run = begun(config_of_few(few_images), tmp_path / "runs", 20)
    is_one_line(cli(command, "--resume", run.id, "--epochs", "1"), 2, "has begun epoch 2", "--epochs 2 or more")
    assert run.read_config().epochs == 2


@pytest.mark.parametrize("command", ["train", "tui"])
def test_a_complete_run_is_refused(cli: Cli, few_images: str, tmp_path: Path, command: str) -> None:
    run = train_through(config_of_few(few_images, epochs=1), tmp_path / "runs")
    is_one_line(cli(command, "--resume", run.id), 2, "is complete after 1 epoch: train it further with --epochs 6")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such limit")
def test_a_complete_run_stays_complete_if_nothing_more_can_be_written(few_images: str, tmp_path: Path) -> None:
    import resource

    config = config_of_few(few_images, epochs=1)
    run = train_through(config, tmp_path)
    kept = [run.report_file, run.metrics_file, run.config_file, run.last_file, run.best_file]
    before, limits = [path.read_bytes() for path in kept], resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (run.metrics_file.stat().st_size - 1, limits[1]))
    try:
        with pytest.raises(RunError, match=r"metrics\.jsonl: cannot be written \(File too large\); raise `ulimit -f`"):
            list(train(replace(config, epochs=3), Run(run.path)))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert [path.read_bytes() for path in kept] == before


def test_nor_if_the_changes_after_the_checkpoint_cannot_be_written(
    few_images: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config, control = config_of_few(few_images, epochs=1), Control()
    run = find.create(tmp_path, config)
    for event in train(config, run, control):
        if isinstance(event, EpochDone):
            control.turn(Turn(event.step, "lr", "x0.5"))
    kept = [run.report_file, run.metrics_file, run.config_file]
    before = [path.read_bytes() for path in kept]

    def full(path: Path, _: bytes) -> None:
        raise RunError(f"{path.name}: cannot be written")

    monkeypatch.setattr("mnist_sum_tui.runs.journal.write_atomic", full)
    with pytest.raises(RunError, match=r"metrics\.jsonl: cannot be written"):
        list(train(replace(config, epochs=2), Run(run.path)))
    assert [path.read_bytes() for path in kept] == before


@pytest.mark.parametrize(("damage", "why"), [("missing", "cannot be read"), ("cut", "is damaged")])
def test_a_run_whose_best_epoch_is_lost_is_refused_before_it_trains(
    few_images: str, tmp_path: Path, damage: str, why: str
) -> None:
    config = config_of_few(few_images, all_data=False)
    run = begun(config, tmp_path / "a", 25)
    content = run.best_file.read_bytes()
    run.best_file.unlink()
    if damage == "cut":
        run.best_file.write_bytes(content[:-1])
    before = {path: path.read_bytes() for path in run.path.iterdir()}
    words = rf"run {run.id} cannot go on, .* best epoch are lost \(.*best\.safetensors: {why} [^;]*\): start a new run$"
    with pytest.raises(CheckpointError, match=words):
        list(train(config, Run(run.path)))
    assert {path: path.read_bytes() for path in run.path.iterdir()} == before
    run.best_file.write_bytes(content)
    list(train(config, Run(run.path)))
    assert run.report_file.exists()
