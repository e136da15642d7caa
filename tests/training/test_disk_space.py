"""Room on the disk: estimated before a run begins, for at most what the run then takes, and refused in one line."""

import shutil
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from mnist_sum_tui.config import TrainConfig
from mnist_sum_tui.errors import RunError
from mnist_sum_tui.models import build
from mnist_sum_tui.printable import shell_word
from mnist_sum_tui.runs import checkpoint, find, own_files
from mnist_sum_tui.runs.run import Run
from mnist_sum_tui.training.disk_space import REST, bytes_needed, check_room
from mnist_sum_tui.training.loop import train
from tests.conftest import Cli, is_one_line, small_disk
from tests.tui import recorded
from tests.tui.pages.test_runs import make

SWIFT = 73_961 * 4
"""bytes of its weights"""
HOPES_FOR_ROOM = """
from mnist_sum_tui.training import loop
loop.check_room = lambda *_: None
from mnist_sum_tui.cli.main import main
main()
"""
"""the program on a disk that others fill, once it has begun"""


@pytest.mark.parametrize(
    ("keep", "epochs", "optimizer", "times"),
    [(0, 9, "adamw", 9), (8, 3, "adamw", 9 + 4), (8, 99, "adamw", 9 + 9), (8, 99, "sgd", 6 + 9)],
)
def test_it_goes_by_the_weights_the_optimizer_and_the_kept_epochs(
    keep: int, epochs: int, optimizer: str, times: int
) -> None:
    config = TrainConfig.of("standard", keep=keep, epochs=epochs, optimizer=optimizer)
    assert bytes_needed(SWIFT, config) == times * SWIFT + REST


def test_a_run_takes_less_than_was_estimated(config: TrainConfig, run: Run) -> None:
    list(train(config, run))
    weights = sum(tensor.nbytes for tensor in build(config.model).state_dict().values())
    needed = bytes_needed(weights, config)
    assert needed / 2 < own_files.size(run.path) < needed


def test_too_little_room_is_one_line_and_leaves_nothing(
    config: TrainConfig, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=5_000_000))
    words = r"5.0 MB are free there, and the run may take 5.6 MB: .* take --keep 0 \(4.7 MB\), or choose another"
    with pytest.raises(RunError, match=words) as told:
        list(train(config, run))
    assert told.value.exit_code == 1
    assert not run.path.exists()
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=1_000_000))
    with pytest.raises(RunError, match=r"5.6 MB: free some space, or choose another --runs-dir"):
        list(train(config, find.create(run.path.parent, config)))


def test_what_a_resumed_run_has_is_not_counted_again(
    config: TrainConfig, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    list(train(config, run))
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=4_000_000))
    check_room(run, build(config.model), config)


def test_the_advice_names_the_runs_folder_and_sends_no_resumed_run_to_another(
    config: TrainConfig, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=1_000_000))
    monkeypatch.setenv("MNIST_SUM_RUNS", "elsewhere")
    with pytest.raises(RunError, match=r": free some space, or choose"):  # nothing to prune
        check_room(run, build(config.model), config)
    (make(run.path.parent, "20260101-120000-old", [recorded.finished()]).path / "epoch-1.safetensors").touch()
    with pytest.raises(RunError) as told:
        check_room(run, build(config.model), config)
    prune = f"free some space (mnist-sum runs prune --all --runs-dir {shell_word(str(run.path.parent))})"
    assert str(told.value).endswith(f": {prune}, or choose another --runs-dir")
    run.last_file.touch()
    with pytest.raises(RunError) as told:
        check_room(run, build(config.model), config)
    assert str(told.value).endswith(f": {prune}")


def test_a_folder_that_goes_while_the_training_is_prepared_is_an_error_of_ours(
    config: TrainConfig, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(path: Path) -> Any:
        shutil.rmtree(path)
        raise FileNotFoundError(path)

    monkeypatch.setattr(shutil, "disk_usage", gone)
    with pytest.raises(RunError, match="cannot be written"):
        list(train(config, run))


@pytest.mark.parametrize("megabytes", [2, 4])
def test_a_full_disk_is_one_line_and_the_last_checkpoint_stays(
    megabytes: int, small_data: str, tmp_path: Path, cli: Cli
) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    with small_disk(disk, f"size={megabytes}m"):
        settings = ["--recipe", "sprint", "--threads", "1", "--batch-size", "110", "--keep", "100", "--epochs", "50"]
        arguments = ("train", *settings, "--data-dir", small_data, "--runs-dir", str(disk))
        is_one_line(cli(*arguments), 1, "MB are free there, and the run may take 20 MB", "or choose another --runs-dir")
        assert not find.list_runs(disk), "a run that cannot begin leaves nothing"
        done = cli("-c", HOPES_FOR_ROOM, *arguments)
        (run,) = find.list_runs(disk)
        is_one_line(
            done, 1, "No space left", "free some space, then ", f" with mnist-sum train --resume {run.argument}"
        )
        if megabytes == 4:  # on the smaller disk not even the first checkpoint has room
            assert checkpoint.load(run.last_file).position.step > 0
        assert not [path for path in run.path.iterdir() if path.name.endswith(".tmp")]
