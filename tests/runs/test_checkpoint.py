"""Writing and reading checkpoints: whole, equal, atomic; damaged ones are refused."""

import json
import os
from dataclasses import replace
from pathlib import Path

import pytest
import safetensors.torch
import torch

from mnist_sum_tui.errors import CheckpointError, RunError
from mnist_sum_tui.machine.hardware import choose
from mnist_sum_tui.runs import checkpoint
from mnist_sum_tui.runs.checkpoint import Checkpoint
from mnist_sum_tui.runs.position import Position
from mnist_sum_tui.training.step import DivergedError, Learner
from tests.runs.learners import CONFIG, trained


def test_a_loaded_checkpoint_equals_the_saved_one(saved: Path, learner: Learner) -> None:
    loaded = checkpoint.load(saved)
    assert loaded.config == CONFIG
    assert loaded.position == Position(epoch=2, batch=3, step=433, sums={"images": 384.0})
    fresh = Learner(CONFIG, choose(CONFIG))
    fresh.restore(loaded, saved)
    for name, tensor in learner.network.state_dict().items():
        assert torch.equal(fresh.network.state_dict()[name], tensor)
    for ours, theirs in zip(fresh.network.parameters(), learner.network.parameters(), strict=True):
        for key, value in learner.optimizer.state[theirs].items():
            assert torch.equal(fresh.optimizer.state[ours][key], value)
            assert fresh.optimizer.state[ours][key].stride() == value.stride()


def test_safetensors_own_reader_reads_the_weights(saved: Path, learner: Learner) -> None:
    tensors = safetensors.torch.load_file(saved)
    assert torch.equal(tensors["conv1.weight"], learner.network.state_dict()["conv1.weight"])


def test_a_flipped_bit_is_found(saved: Path) -> None:
    whole = saved.read_bytes()
    places = [*range(0, 4000, 97), *range(4000, len(whole), len(whole) // 150)]
    for place in places:
        damaged = bytearray(whole)
        damaged[place] ^= 1 << (place % 8)
        saved.write_bytes(damaged)
        with pytest.raises(CheckpointError):
            checkpoint.load(saved)


def test_a_truncated_checkpoint_is_refused(saved: Path, learner: Learner) -> None:
    only_weights = saved.with_name("weights")
    learner.save(only_weights, Position(), weights_only=True)
    for path, step in ((saved, 32 * 1024), (only_weights, 1024)):
        size = path.stat().st_size
        for left in [size - 1, *range(size - step, 64, -step), *range(63, -1, -3)]:
            os.truncate(path, left)
            with pytest.raises(CheckpointError):
                checkpoint.load(path)


def test_a_missing_file_and_a_folder_are_refused(tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match="cannot be read"):
        checkpoint.load(tmp_path / "none")
    with pytest.raises(CheckpointError):
        checkpoint.load(tmp_path)


@pytest.mark.parametrize("change", ["missing", "extra", "shape", "dtype"])
def test_weights_that_do_not_fit_change_nothing(learner: Learner, change: str) -> None:
    weights = learner.copy_weights()
    if change == "missing":
        del weights["sum.bias"]
    elif change == "extra":
        weights["more"] = torch.zeros(1)
    else:
        bias = weights["sum.bias"]
        weights["sum.bias"] = torch.zeros(7) if change == "shape" else bias.half()
    weights["conv1.weight"] = torch.zeros_like(weights["conv1.weight"])
    fresh = Learner(CONFIG, choose(CONFIG))
    before = fresh.copy_weights()
    with pytest.raises(CheckpointError, match="does not fit"):
        checkpoint.restore_weights(fresh.network, weights, "untrusted")
    assert all(torch.equal(before[name], tensor) for name, tensor in fresh.copy_weights().items())


@pytest.mark.parametrize("change", ["nothing left", "one missing", "extra", "shape", "dtype", "another optimizer"])
def test_an_optimizer_state_that_does_not_fit_is_never_used_in_part(saved: Path, change: str) -> None:
    loaded = checkpoint.load(saved)
    state = loaded.optimizer
    if change == "nothing left":
        state.clear()
    elif change == "one missing":
        del state["sum.bias.exp_avg_sq"]
    elif change == "extra":
        state["sum.bias.more"] = torch.zeros(19)
    elif change == "shape":
        state["sum.bias.step"] = torch.zeros(19)
    elif change == "dtype":
        state["sum.bias.exp_avg"] = torch.zeros(19, dtype=torch.int32)
    config = replace(CONFIG, optimizer="sgd") if change == "another optimizer" else CONFIG
    fresh = Learner(config, choose(config))
    with pytest.raises(CheckpointError, match="does not fit the optimizer"):
        fresh.restore(loaded, "untrusted")
    assert not fresh.optimizer.state


def test_only_a_network_of_ones_own_may_have_weights_that_are_never_trained(learner: Learner) -> None:
    state = checkpoint.tensors_of(learner.network, learner.optimizer)
    state = {name.removeprefix("optimizer."): value for name, value in state.items() if "optimizer." in name}
    some = {name: value for name, value in state.items() if not name.startswith("sum.bias")}
    fresh, begun = Learner(CONFIG, choose(CONFIG)), Position(step=2)
    with pytest.raises(CheckpointError, match=r"sum\.bias"):
        fresh.restore(Checkpoint(CONFIG, begun, learner.copy_weights(), some), "a run")
    own = replace(CONFIG, model="net@0123456789ab")
    with pytest.raises(CheckpointError, match="does not fit"):
        fresh.restore(Checkpoint(own, begun, learner.copy_weights(), {}), "a run")
    fresh.restore(Checkpoint(own, begun, learner.copy_weights(), some), "a run")
    assert len(fresh.optimizer.state) == len([*fresh.network.parameters()]) - 1


@pytest.mark.parametrize(
    ("number", "message"),
    [
        (3, "later .*; update mnist-sum"),
        (0, "not a checkpoint that this version"),
        ("x", "not a checkpoint that this version"),
    ],
)
def test_a_format_that_cannot_be_read_is_refused_and_only_a_later_one_as_such(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, learner: Learner, number: object, message: str
) -> None:
    monkeypatch.setattr(checkpoint, "FORMAT", number)
    learner.save(tmp_path / "new", Position())
    monkeypatch.undo()
    with pytest.raises(CheckpointError, match=message):
        checkpoint.load(tmp_path / "new")


def test_weights_with_nan_are_never_saved(saved: Path) -> None:
    learner, before = trained(1), saved.read_bytes()
    with torch.no_grad():
        next(learner.network.parameters())[0] = float("nan")
    with pytest.raises(DivergedError):
        learner.save(saved, Position())
    assert saved.read_bytes() == before


def test_a_failed_write_keeps_the_previous_checkpoint_and_leaves_no_temporary_file(
    saved: Path, learner: Learner, monkeypatch: pytest.MonkeyPatch
) -> None:
    import os

    def fail(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    before = saved.read_bytes()
    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(RunError, match="No space left"):
        learner.save(saved, Position(step=9), also=saved.with_name("best.safetensors"))
    assert saved.read_bytes() == before
    assert [path.name for path in saved.parent.iterdir()] == [saved.name]


def test_also_gets_the_same_content(tmp_path: Path, learner: Learner) -> None:
    last, best = tmp_path / "last", tmp_path / "best"
    learner.save(last, Position(step=1), also=best)
    assert last.read_bytes() == best.read_bytes()
    learner.save(last, Position(step=2))
    assert checkpoint.load(best).position.step == 1


def test_the_metadata_is_json(saved: Path) -> None:
    with safetensors.safe_open(saved, "pt") as stream:
        values = json.loads(stream.metadata()["mnist_sum"])
    assert values["config"]["model"] == "swift"
