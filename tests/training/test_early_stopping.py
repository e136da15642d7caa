"""How a training ends that does not come to its end: it diverges, fails, or cannot begin."""

import math
from pathlib import Path
from typing import Any

import pytest
import torch

from mnist_sum_tui.config import TrainConfig
from mnist_sum_tui.errors import DataError, MnistSumError, RunError
from mnist_sum_tui.runs import checkpoint, find
from mnist_sum_tui.runs.events import Event, Finished, Progress
from mnist_sum_tui.runs.run import Run
from mnist_sum_tui.training.loop import train


@pytest.mark.parametrize("poison", ["loss", "weights"])
def test_divergence_stops_within_a_step_and_keeps_the_checkpoint(
    config: TrainConfig, run: Run, poison: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from mnist_sum_tui.training.step import Learner

    step = Learner.step

    def poisoned(self: Learner, *arguments: Any, **named: Any) -> Any:
        optimizer_steps = max((int(state["step"]) for state in self.optimizer.state.values()), default=0)
        if optimizer_steps == 11:
            with torch.no_grad():
                next(self.network.parameters()).fill_(math.nan if poison == "loss" else math.inf)
        return step(self, *arguments, **named)

    monkeypatch.setattr(Learner, "step", poisoned)
    events = list(train(config, run))
    assert isinstance(events[-1], Finished)
    assert events[-1].reason == "diverged"
    assert "try learning rate 0.0002" in events[-1].message
    assert events[-1].step == 11
    assert isinstance(events[-2], Progress)
    assert math.isnan(events[-2].digit_loss)
    assert '"digit_loss": "NaN"' in run.metrics_file.read_text()
    kept = checkpoint.load(run.last_file)
    assert kept.position.step == 9
    assert all(torch.isfinite(tensor).all() for tensor in kept.weights.values())


def _events_of_a_surprise(config: TrainConfig, run: Run, monkeypatch: pytest.MonkeyPatch, *words: str) -> list[Event]:
    from mnist_sum_tui.training.step import Learner

    def fail(*_: object) -> None:
        raise ZeroDivisionError(*words)

    monkeypatch.setattr(Learner, "step", fail)
    seen: list[Event] = []
    with pytest.raises(ZeroDivisionError):
        seen.extend(train(config, run))
    return seen


@pytest.mark.parametrize(("words", "told"), [(["surprise"], "surprise"), ([], "ZeroDivisionError")])
def test_an_error_is_finished_and_raised_and_kept(
    config: TrainConfig, run: Run, monkeypatch: pytest.MonkeyPatch, words: list[str], told: str
) -> None:
    seen = _events_of_a_surprise(config, run, monkeypatch, *words)
    assert isinstance(seen[-1], Finished)
    assert (seen[-1].reason, seen[-1].message) == ("failed", told)
    assert "ZeroDivisionError" in run.error_file.read_text()


def test_an_error_that_cannot_be_kept_is_finished_all_the_same(
    config: TrainConfig, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    (run.error_file / "in-the-way").mkdir(parents=True)  # so that nothing can be written there
    monkeypatch.setattr(Run, "forget_end", lambda _: None)  # which would say so before the training
    seen = _events_of_a_surprise(config, run, monkeypatch)
    assert isinstance(seen[-1], Finished)
    assert seen[-1].reason == "failed"


def test_missing_test_images_are_noticed_before_the_first_step(config: TrainConfig, run: Run) -> None:
    assert config.data_dir is not None
    (Path(config.data_dir) / "MNIST" / "raw" / "t10k-images-idx3-ubyte").unlink()
    with pytest.raises(DataError, match="has no t10k-images"):
        next(train(config, run))
    assert not run.path.exists()


def test_a_run_is_one_process_s(config: TrainConfig, run: Run) -> None:
    with run.lock(), pytest.raises(RunError, match="is being trained by this process"):
        next(train(config, run))


def test_a_run_that_cannot_begin_leaves_no_folder(config: TrainConfig, tmp_path: Path) -> None:
    for values in ({"data_dir": str(tmp_path / "nowhere")}, {"device": "mps"}):
        broken = TrainConfig.from_dict({**config.to_dict(), **values})
        run = find.create(tmp_path / "runs", broken)
        with pytest.raises(MnistSumError):
            next(train(broken, run))
        assert not run.path.exists()


def test_a_run_that_is_interrupted_before_it_begins_leaves_no_folder(
    config: TrainConfig, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("mnist_sum_tui.training.loop.prepare", interrupt)
    with pytest.raises(KeyboardInterrupt):
        next(train(config, run))
    assert not run.path.exists()
    monkeypatch.setattr(Run, "write_config", interrupt)
    with pytest.raises(KeyboardInterrupt):
        find.create(run.path.parent, config)
    assert [*run.path.parent.iterdir()] == []
