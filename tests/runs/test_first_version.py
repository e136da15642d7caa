"""A run of version 0.1.0, stopped in its first epoch: later versions must list it, predict with it and resume it.

`first_version/resumed.jsonl` has the events of version 0.1.0 resuming it.
"""

import shutil
from pathlib import Path

import pytest
import torch

from mnist_sum_tui.runs import checkpoint
from mnist_sum_tui.runs.events import EpochDone, Finished, Progress
from mnist_sum_tui.runs.journal import read_events
from mnist_sum_tui.runs.run import Run
from mnist_sum_tui.training.control import Control
from mnist_sum_tui.training.loop import train
from mnist_sum_tui.training.timing import Paces
from tests.conftest import Cli

FOLDER = Path(__file__).parents[1] / "first_version"
ID = "20261127-021854-swift-first"


@pytest.fixture
def run(tmp_path: Path, small_data: str, monkeypatch: pytest.MonkeyPatch) -> Run:
    """A copy of the run, in the current folder together with its images, because its `data_dir` is `data`."""
    assert small_data == str(tmp_path / "data")
    monkeypatch.chdir(tmp_path)
    shutil.copytree(FOLDER / ID, tmp_path / "runs" / ID)
    return Run(tmp_path / "runs" / ID)


def test_the_run_is_listed(run: Run, cli: Cli) -> None:
    listed = cli("runs")
    assert listed.returncode == 0, listed.stderr
    assert ID in listed.stdout
    shown = cli("runs", "show", run.id)
    assert shown.returncode == 0, shown.stderr
    assert "swift" in shown.stdout


def test_the_run_predicts_and_is_evaluated(run: Run, cli: Cli) -> None:
    predicted = cli("predict", "idx", "3", "--number", "7", "--json")
    assert predicted.returncode == 0, predicted.stderr
    assert f"run {ID} (swift, stopped in epoch 1, step 5, not calibrated)" in predicted.stdout
    evaluated = cli("evaluate", ID, "--json")
    assert evaluated.returncode == 0, evaluated.stderr
    assert '"pairs": 1000' in evaluated.stdout


def test_the_run_is_resumed_as_version_0_1_0_did(run: Run, tmp_path: Path) -> None:
    """The end is the same, bit for bit, in one piece or several. The steps and learning rates are those of version
    0.1.0; its losses differ a little, because it may have run on another processor.
    """
    cut = Run(shutil.copytree(run.path, tmp_path / "cut" / ID))
    whole = [*train(run.read_config(), run, paces=Paces(progress=0.0))]
    for stop in (9, 18, 20, 10**9):
        control = Control()
        for event in train(cut.read_config(), cut, control, Paces(progress=0.0)):
            if event.step >= stop:
                control.stop()
    one, other = checkpoint.load(run.last_file), checkpoint.load(cut.last_file)
    for ours, theirs in ((one.weights, other.weights), (one.optimizer, other.optimizer)):
        assert ours.keys() == theirs.keys()
        assert all(torch.equal(tensor, theirs[name]) for name, tensor in ours.items())

    assert one.position.images == other.position.images
    assert one.position.images["train"]["count"] == 600, "a new checkpoint stores what identifies the images"

    before = list(read_events(FOLDER / "resumed.jsonl", "progress", "epoch", "finished"))
    again = list(read_events(run.metrics_file, "progress", "epoch", "finished"))
    assert [(event.kind, event.step, event.epoch) for event in again] == [
        (event.kind, event.step, event.epoch) for event in before
    ]
    for event, first in zip(again, before, strict=True):
        if isinstance(event, Progress | EpochDone):
            assert isinstance(first, Progress | EpochDone)
            assert event.lr == pytest.approx(first.lr, rel=1e-9)
            assert event.digit_loss == pytest.approx(first.digit_loss, rel=0.02)
            assert event.sum_loss == pytest.approx(first.sum_loss, rel=0.02)
    assert isinstance(whole[-1], Finished)
    assert whole[-1].reason == "completed"
