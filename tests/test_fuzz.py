"""Random input, bytes or words, gives a value or one of our own errors, never another exception.

FUZZ=50 makes 50 times as many attempts: `FUZZ=50 pytest -n 0 tests/test_fuzz.py`.
"""

import contextlib
import gzip
import hashlib
import io
import json
import os
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from PIL import Image

from mnist_sum_tui.cli import main
from mnist_sum_tui.config import TrainConfig
from mnist_sum_tui.data.idx import read_images, read_labels
from mnist_sum_tui.data.picture import read_picture
from mnist_sum_tui.errors import CheckpointError, DataError, MnistSumError, PictureError
from mnist_sum_tui.models import build
from mnist_sum_tui.recipes import MODELS, RECIPES
from mnist_sum_tui.runs import checkpoint, find, summary
from mnist_sum_tui.runs.journal import Follower, read_events
from mnist_sum_tui.runs.position import Position
from mnist_sum_tui.runs.run import Run
from tests.conftest import header

TIMES = int(os.environ.get("FUZZ", "1"))

often = settings(max_examples=200 * TIMES, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


def changed(content: bytes, places: list[tuple[int, int]], cut: int) -> bytes:
    """The content with some bytes replaced and its end cut off."""
    result = bytearray(content)
    for place, value in places:
        result[place % len(result)] = value
    return bytes(result[: len(result) - cut % len(result)])


Harm = tuple[list[tuple[int, int]], int]
"""what `changed` takes: places with their new bytes, and how much is cut off"""
damage = st.tuples(
    st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 255)), max_size=6), st.just(0) | st.integers(0, 10**6)
)


def with_a_valid_hash(tensors: dict[str, torch.Tensor], metadata: str) -> bytes:
    """A checkpoint forged with a right hash."""
    return checkpoint._encode(tensors, json.loads(metadata))


# Checkpoints.


@often
@given(st.binary(max_size=400))
def test_random_bytes_are_refused_as_a_checkpoint(content: bytes) -> None:
    with pytest.raises(CheckpointError):
        checkpoint.decode(content, "an untrusted file")


@often
@given(json_values)
@example({"format": 1, "config": {}, "position": {}})
@example({"format": 1, "config": TrainConfig().to_dict(), "position": {"epoch": 10**30}})
def test_forged_metadata_is_refused(values: Any) -> None:
    content = with_a_valid_hash({"a": torch.zeros(2)}, json.dumps(values))
    with pytest.raises(CheckpointError):
        checkpoint.decode(content, "an untrusted file")


@often
@given(st.binary(min_size=1, max_size=300).map(lambda text: text.replace(b'"sha256"', b"")), st.integers(0, 2**64 - 1))
def test_a_forged_header_is_refused(text: bytes, length: int) -> None:
    """Random headers of any length, with a right hash."""
    for size in (length, len(text) + 78):
        raw = size.to_bytes(8, "little") + text + b'"sha256":"' + b"0" * 64 + b'"' + b"\0" * 8
        digest = hashlib.sha256(raw).hexdigest().encode()
        with pytest.raises(CheckpointError):
            checkpoint.decode(raw.replace(b"0" * 64, digest, 1), "an untrusted file")


@often
@given(st.dictionaries(st.sampled_from(["conv1.weight", "sum.bias", "../../x", ""]), st.integers(0, 5), max_size=4))
def test_forged_weights_are_refused_and_change_nothing(sizes: dict[str, int]) -> None:
    values = {"format": 1, "config": TrainConfig().to_dict(), "position": asdict(Position())}
    content = with_a_valid_hash({name: torch.zeros(size) for name, size in sizes.items()}, json.dumps(values))
    loaded = checkpoint.decode(content, "an untrusted file")
    network = build("swift")
    before = {name: tensor.clone() for name, tensor in network.state_dict().items()}
    with pytest.raises(CheckpointError):
        checkpoint.restore_weights(network, loaded.weights, "an untrusted file")
    assert all(torch.equal(tensor, before[name]) for name, tensor in network.state_dict().items())


# Data, pictures, runs.


@often
@given(damage, st.booleans())
def test_a_damaged_idx_file_is_read_or_refused(tmp_path: Path, harm: Harm, is_gz: bool) -> None:
    images = header(2051, 3, 28, 28) + bytes(3 * 784)
    labels = header(2049, 3) + bytes([1, 2, 3])
    for content, read in ((images, read_images), (labels, read_labels)):
        whole = gzip.compress(content) if is_gz else content
        path = tmp_path / ("x.gz" if is_gz else "x")
        path.write_bytes(changed(whole, *harm))
        with contextlib.suppress(DataError):
            assert len(read(path)) == 3


def _pictures() -> list[bytes]:
    image = Image.fromarray(np.arange(40 * 30, dtype=np.uint32).astype(np.uint8).reshape(40, 30))
    kinds = []
    for kind in ("PNG", "JPEG", "GIF", "BMP", "TIFF", "WEBP", "PPM"):
        stream = io.BytesIO()
        image.save(stream, kind)
        kinds.append(stream.getvalue())
    return kinds


@settings(often, max_examples=700 * TIMES)
@pytest.mark.filterwarnings("ignore")  # Pillow warns about the damage
@given(st.sampled_from(_pictures()), damage)
def test_a_damaged_picture_is_read_or_refused(tmp_path: Path, content: bytes, harm: Harm) -> None:
    path = tmp_path / "picture"
    path.write_bytes(changed(content, *harm))
    with contextlib.suppress(PictureError):
        assert read_picture(str(path)).ndim == 2


@often
@given(st.binary(max_size=200))
def test_random_bytes_are_read_or_refused_as_a_picture(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "picture"
    path.write_bytes(content)
    with contextlib.suppress(PictureError):
        read_picture(str(path))


@often
@given(st.lists(st.binary(max_size=60) | json_values.map(lambda value: json.dumps(value).encode()), max_size=8))
@example([b'{"event": "progress", "step": 1}', b'{"event": "epoch"'])
@example([b"[" * 100_000])
def test_random_lines_in_the_metrics_are_skipped(tmp_path: Path, lines: list[bytes]) -> None:
    path = tmp_path / "metrics.jsonl"
    path.write_bytes(b"\n".join(lines))
    list(read_events(path))
    list(read_events(path, "progress", "epoch"))
    Follower(path).read()


@often
@given(json_values)
@example({"model": ["x"], "epochs": {}})
@example({**TrainConfig().to_dict(), "epochs": 2**100})
def test_a_random_config_json_is_read_or_refused(tmp_path: Path, values: Any) -> None:
    folder = tmp_path / "runs" / "one"
    folder.mkdir(parents=True, exist_ok=True)
    run = Run(folder)
    for path in (run.config_file, run.report_file, run.environment_file):
        path.write_text(json.dumps(values))
    with contextlib.suppress(MnistSumError):
        run.read_config()
    summary.summarise(run)
    assert find.list_runs(folder.parent) == [run]


# The command line.

words = st.text(min_size=0, max_size=12) | st.integers().map(str) | st.floats().map(str)
options = st.sampled_from(
    ["--epochs", "--batch-size", "--lr", "--optimizer", "--momentum", "--weight-decay", "--schedule", "--augment",
     "--seed", "--label-smoothing", "--sum-weight", "--precision", "--threads", "--keep", "--name", "--resume",
     "--outliers", "--seeds", "--recipe", "--model", "--json"]
)  # fmt: skip
sensible = st.sampled_from([*MODELS, *RECIPES, "sgd", "1", "0.1", "latest", "best", "bf16"])
commands = st.sampled_from(
    [["train"], ["tui"], ["runs"], ["runs", "show"], ["runs", "compare"], ["runs", "delete", "--yes"], ["evaluate"],
     ["predict", "idx"], ["predict", "image"], ["model"], ["bench", "--help"]]
)  # fmt: skip


@settings(often, max_examples=300 * TIMES)
@given(commands, st.lists(options | words | sensible, max_size=5))
def test_random_command_lines_end_without_a_traceback(tmp_path: Path, command: list[str], arguments: list[str]) -> None:
    patch = pytest.MonkeyPatch()
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()) as errors:
        patch.setattr(sys, "argv", ["mnist-sum", *command, *(word for word in arguments if "\0" not in word)])
        patch.setattr("mnist_sum_tui.cli.train.train_and_print", lambda *_, **__: 1)
        patch.chdir(tmp_path)
        patch.setenv("PYTHONSAFEPATH", "1")  # as the command sets it, so that it does not outlast the test
        patch.setenv("MNIST_SUM_RUNS", "none")
        try:
            with pytest.raises(SystemExit) as ended:
                main.main()
        finally:
            patch.undo()
    assert ended.value.code in (0, 1, 2)
    if ended.value.code == 2:
        assert len(errors.getvalue().strip().splitlines()) == 1
