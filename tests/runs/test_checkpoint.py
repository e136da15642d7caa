import io
import json
import math
import os
import pickle
import subprocess
import sys
import zipfile
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import pytest
import safetensors.torch
import torch

from mnist_sum_tui.config import TrainConfig
from mnist_sum_tui.errors import CheckpointError, RunError
from mnist_sum_tui.machine.hardware import choose
from mnist_sum_tui.models import skeleton
from mnist_sum_tui.recipes import MODELS
from mnist_sum_tui.runs import checkpoint
from mnist_sum_tui.runs.position import Position
from mnist_sum_tui.training.step import DivergedError, Learner
from tests.conftest import PEAK, plan_of

CONFIG = TrainConfig.of("standard", model="compact", precision="fp32")


def _trained(steps: int = 2) -> Learner:
    learner = Learner(CONFIG, choose(CONFIG))
    for _ in range(steps):
        learner.step(plan_of(16))
    return learner


@pytest.fixture(scope="module")
def learner() -> Learner:
    return _trained()


@pytest.fixture
def saved(tmp_path: Path, learner: Learner) -> Path:
    path = tmp_path / "last.safetensors"
    learner.save(path, Position(epoch=2, batch=3, step=433, sums={"images": 384.0}))
    return path


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


class _Trap:
    """Creates a file when it is unpickled."""

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return Path.touch, (Path("trapped"),)  # type: ignore[return-value]


def _zip_bomb() -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("archive/data.pkl", bytes(200_000_000))
    return stream.getvalue()


def _foreign() -> dict[str, Callable[[], bytes]]:
    return {
        "pickle": lambda: pickle.dumps(_Trap()),
        "huge header": lambda: (2**60).to_bytes(8, "little") + b"{}",
        "another safetensors": lambda: safetensors.torch.save({"a": torch.zeros(3)}),
        "text": lambda: b"not a checkpoint at all, but long enough to be one",
        "zip bomb": _zip_bomb,
        "empty": lambda: b"",
    }


@pytest.mark.parametrize("kind", _foreign())
def test_foreign_files_are_refused_and_not_executed(tmp_path: Path, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "x.safetensors"
    path.write_bytes(_foreign()[kind]())
    with pytest.raises(CheckpointError):
        checkpoint.load(path)
    assert list(tmp_path.iterdir()) == [path], "nothing in it was executed"


@pytest.mark.skipif(sys.platform != "linux", reason="reads the process's peak memory from /proc")
def test_foreign_files_do_not_fill_the_memory(tmp_path: Path, saved: Path, learner: Learner) -> None:
    for number, content in enumerate(_foreign().values()):
        (tmp_path / str(number)).write_bytes(content())
    (tmp_path / "endless").symlink_to("/dev/zero")
    (tmp_path / "circle").symlink_to("circle")
    for name, megabytes in (("sparse", 300), ("short and sparse", 70), ("begins well", 300), ("begins very well", 70)):
        (tmp_path / name).write_bytes(saved.read_bytes() if "well" in name else b"")
        os.truncate(tmp_path / name, megabytes << 20)
    saved.unlink()
    for name, filler in (("many keys", ",".join(f'"{key}":[]' for key in range(9**6))), ("a long text", "x" * 10**7)):
        (tmp_path / name).write_bytes(checkpoint._encode({"a": torch.zeros(3)}, {"format": 1, "config": filler}))
    os.mkfifo(tmp_path / "pipe")
    script = """
import sys
from pathlib import Path
from mnist_sum_tui.runs import checkpoint
from mnist_sum_tui.errors import CheckpointError

before = peak()
for path in Path(sys.argv[1]).iterdir():
    try:
        checkpoint.load(path)
    except CheckpointError as error:
        print("refused:", error)
print(peak() - before)
"""
    command = [sys.executable, "-c", PEAK + script, str(tmp_path)]
    *refused, growth = subprocess.run(
        command, capture_output=True, text=True, check=True, timeout=60
    ).stdout.splitlines()
    assert len(refused) == len(_foreign()) + 9
    assert int(growth) < 20_000


def test_the_size_limits_fit_the_largest_network(learner: Learner, tmp_path: Path) -> None:
    sizes = {}
    for model in MODELS:
        network = skeleton(model)
        tensors = {name: tensor.shape for name, tensor in network.state_dict().items()}
        adam = {name: parameter.shape for name, parameter in network.named_parameters()}
        count = sum(map(math.prod, tensors.values())) + 2 * sum(map(math.prod, adam.values()))
        sizes[model] = 4 * count + 150 * (len(tensors) + 3 * len(adam)) + 4096
    assert max(sizes.values()) < checkpoint.MAX_BYTES < 1.2 * max(sizes.values())
    learner.save(tmp_path / "x", Position())
    with (tmp_path / "x").open("rb") as stream:
        assert int.from_bytes(stream.read(8), "little") < checkpoint.MAX_HEADER_BYTES / 10


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
        fresh.restore_weights(weights, Path("untrusted"))
    assert all(torch.equal(before[name], tensor) for name, tensor in fresh.copy_weights().items())


def test_a_later_format_is_refused_as_such(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, learner: Learner) -> None:
    monkeypatch.setattr(checkpoint, "FORMAT", 3)
    learner.save(tmp_path / "new", Position())
    monkeypatch.undo()
    with pytest.raises(CheckpointError, match="later version"):
        checkpoint.load(tmp_path / "new")


def test_weights_with_nan_are_never_saved(saved: Path) -> None:
    learner, before = _trained(1), saved.read_bytes()
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


ODD: list[dict[str, object]] = [
    {"epoch": 0},
    {"epoch": 10_002},
    {"epoch": True},
    {"batch": 1.5},
    {"batch": 10**9, "sums": {"images": 1.0}},
    {"batch": 3},
    {"step": -1},
    {"step": 10**400},
    {"elapsed": -1.0},
    {"elapsed": float("inf")},
    {"elapsed": float("nan")},
    {"elapsed": 10**400},
    {"sums": {"x": 1.0}},
    {"sums": [["images", 1.0]]},
    {"sums": None},
    {"sums": {"images": 8.0}},
    *({"batch": 1, "sums": {"images": 8.0, name: -1.0}} for name in ("digit_loss", "sum_loss", "sum_right", "seconds")),
    {"batch": 1, "sums": {"images": -8.0}},
    {"batch": 1, "sums": {"images": float("nan")}},
    {"batch": 1, "sums": {"images": 8.0, "digit_right": 9.0}},
    {"batch": 1, "sums": {"images": 8.0, "digit_loss": float("inf")}},
    {"best_epoch": "1"},
    {"best_epoch": 0},
    {"best_epoch": 10_001},
    {"best_accuracy": 1.5},
    {"best_accuracy": float("nan")},
    {"best_loss": -0.5},
    {"best_loss": None},
    {"journal_bytes": 10**30},
    {"journal_bytes": -1},
    {"changes": None},
    {"changes": [3]},
    {"changes": [{"step": 1, "epochs": 2}]},
    {"changes": [{"step": 0, "epochs": 2}, {"step": 0, "epochs": 3}]},
    {"changes": [{"step": 0, "epochs": 2}, {"step": 10**400, "epochs": 3}]},
    {"changes": [{"step": 0, "epochs": 0}]},
    {"changes": [{"step": 0, "epochs": 2, "more": 1}]},
    {"changes": [{"step": step, "epochs": 2} for step in range(2000)]},
    {"images": None},
    {"images": {"train": {"count": 600, "sha256": "x"}}},
    {"images": {"train": {"count": 0, "sha256": "0" * 64}}},
    {"images": {"train": {"count": 600}}},
    {"images": {"other": {"count": 600, "sha256": "0" * 64}}},
    {"more": 1},
]


@pytest.mark.parametrize("change", ODD, ids=str)
def test_a_position_with_an_invalid_field_is_refused(
    tmp_path: Path, learner: Learner, change: dict[str, object], monkeypatch: pytest.MonkeyPatch
) -> None:
    values = {**asdict(Position()), **change}
    monkeypatch.setattr(checkpoint, "asdict", lambda _: values)
    learner.save(tmp_path / "odd", Position())
    with pytest.raises(CheckpointError, match="this version can read"):
        checkpoint.load(tmp_path / "odd")


@pytest.mark.parametrize("name", sorted(asdict(Position()).keys() - {"images", "changes"}))
def test_a_position_with_a_missing_field_is_refused(name: str) -> None:
    values = asdict(Position())
    del values[name]
    with pytest.raises(ValueError, match=name):
        Position.from_dict(values)


def test_the_metadata_is_json(saved: Path) -> None:
    with safetensors.safe_open(saved, "pt") as stream:
        values = json.loads(stream.metadata()["mnist_sum"])
    assert values["config"]["model"] == "compact"
