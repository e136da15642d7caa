"""Files that are not checkpoints of ours: refused, never executed, and never large in memory."""

import io
import math
import os
import pickle
import subprocess
import sys
import zipfile
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
import safetensors.torch
import torch

from mnist_sum_tui.errors import CheckpointError
from mnist_sum_tui.models import skeleton
from mnist_sum_tui.recipes import MODELS
from mnist_sum_tui.runs import checkpoint, checkpoint_file
from mnist_sum_tui.runs.position import Position
from mnist_sum_tui.training.step import Learner
from tests.conftest import PEAK


class _Trap:
    """Creates a file when it is unpickled."""

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return Path.touch, (Path("trapped"),)  # type: ignore[return-value]


@cache
def _zip_bomb() -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("archive/data.pkl", bytes(50_000_000))
    return stream.getvalue()


def _foreign() -> dict[str, Callable[[], bytes]]:
    return {
        "pickle": lambda: pickle.dumps(_Trap()),
        "huge header": lambda: (2**60).to_bytes(8, "little") + b"{}",
        "another safetensors": lambda: safetensors.torch.save({"a": torch.zeros(3)}),
        "text": lambda: b"not a checkpoint at all, but long enough to be one",
        "zip bomb": _zip_bomb,
        "empty": lambda: b"",
        "three bytes": lambda: bytes(3),
        "half a header": lambda: (400).to_bytes(8, "little") + b'{"sha256":"' + b"0" * 64 + b'"',
    }


@pytest.mark.parametrize("kind", _foreign())
def test_foreign_files_are_refused_and_not_executed(tmp_path: Path, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "x.safetensors"
    path.write_bytes(_foreign()[kind]())
    why = "of mnist-sum" if kind == "another safetensors" else "is incomplete"
    with pytest.raises(CheckpointError, match=why):
        checkpoint.load(path)
    assert checkpoint_file.head_of(path) is None
    assert list(tmp_path.iterdir()) == [path], "nothing in it was executed"


@pytest.mark.parametrize(("epoch", "batch", "is_known"), [(2, 3, True), ("2", 3, False), (2, "3", False)])
def test_the_place_in_the_training_must_be_two_numbers(
    tmp_path: Path, epoch: object, batch: object, is_known: bool
) -> None:
    """Or two checkpoints could not be compared to choose the one to ask."""
    path = tmp_path / "x.safetensors"
    about = {"position": {"epoch": epoch, "batch": batch}, "config": {}}
    path.write_bytes(checkpoint._encode({"a": torch.zeros(3)}, about))
    assert (checkpoint_file.head_of(path) is not None) is is_known


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
from mnist_sum_tui.runs import checkpoint, checkpoint_file
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


def test_a_checkpoint_as_large_as_the_limit_is_read_and_a_larger_one_is_not(
    saved: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checkpoint, "MAX_BYTES", saved.stat().st_size)
    assert checkpoint.load(saved).weights
    monkeypatch.setattr(checkpoint, "MAX_BYTES", saved.stat().st_size - 1)
    with pytest.raises(CheckpointError, match=r"is not a checkpoint of mnist-sum \(over \d MiB\)"):
        checkpoint.load(saved)


def test_the_size_limits_fit_the_largest_network(learner: Learner, tmp_path: Path) -> None:
    sizes = {}
    for model in MODELS:
        network = skeleton(model)
        tensors = {name: tensor.shape for name, tensor in network.state_dict().items()}
        adam = {name: parameter.shape for name, parameter in network.named_parameters()}
        count = sum(map(math.prod, tensors.values())) + 2 * sum(map(math.prod, adam.values()))
        sizes[model] = 4 * count + 150 * (len(tensors) + 3 * len(adam)) + 4096
    assert max(sizes.values()) < checkpoint_file.MAX_BYTES < 1.2 * max(sizes.values())
    learner.save(tmp_path / "x", Position())
    with (tmp_path / "x").open("rb") as stream:
        assert int.from_bytes(stream.read(8), "little") < checkpoint_file.MAX_HEADER_BYTES / 10
