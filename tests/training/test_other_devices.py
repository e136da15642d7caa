"""Training, resuming, predicting and evaluating on a device that is not here: every move to it is recorded.

`Tensor.to`, which `Module.to` calls too, stays on the CPU and notes what would have moved; so does `torch.autocast`.
"""

import contextlib
import json
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import torch

from mnist_sum_tui.config import TrainConfig
from mnist_sum_tui.data import dataset
from mnist_sum_tui.inference.evaluate import score
from mnist_sum_tui.inference.heat import gradient, occlusion
from mnist_sum_tui.inference.layer_views import look_inside
from mnist_sum_tui.inference.predict import load_predictor
from mnist_sum_tui.machine import hardware
from mnist_sum_tui.runs import find
from mnist_sum_tui.training.loop import train
from tests.conftest import Cli
from tests.training.test_distributed import FAST, MODULE, TORCHRUN, losses_of

DEVICE = "cuda"


@dataclass
class Recorded:
    """What was moved to the device, by type, and in what the network ran."""

    moved: list[torch.dtype] = field(default_factory=list)
    chosen: list[torch.device] = field(default_factory=list)
    casts: set[tuple[str, torch.dtype, bool]] = field(default_factory=set)


@pytest.fixture(params=["mps", "cuda"])
def device(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def recorded(device: str, monkeypatch: pytest.MonkeyPatch) -> Recorded:
    found, to = Recorded(), torch.Tensor.to
    wanted = torch.device(device, 0)

    def moved(tensor: torch.Tensor, *arguments: Any, **named: Any) -> torch.Tensor:
        is_moved = False
        given: list[Any] = []
        for each in arguments:
            is_device = isinstance(each, torch.device | str) and torch.device(each).type == device
            is_moved |= is_device
            given.append("cpu" if is_device else each)
        result = to(tensor, *given, **named)
        if is_moved:
            found.moved.append(result.dtype)
        return result

    @contextlib.contextmanager
    def autocast(kind: str, dtype: torch.dtype, enabled: bool) -> Iterator[None]:
        found.casts.add((kind, dtype, enabled))
        yield

    monkeypatch.setattr(torch.Tensor, "to", moved)
    monkeypatch.setattr(torch, "autocast", autocast)
    monkeypatch.setattr(hardware, "_device", lambda *_: wanted)
    monkeypatch.setattr(hardware, "_has_bf16", lambda _: device == "cuda")
    monkeypatch.setattr(torch.cuda, "set_device", found.chosen.append)
    return found


def test_all_goes_to_the_device_and_no_float64(
    recorded: Recorded, device: str, small_data: str, tmp_path: Path
) -> None:
    config = TrainConfig.of("standard", model="compact", epochs=1, batch_size=60, data_dir=small_data, augment="strong")
    run = find.create(tmp_path / "runs", config)
    events = list(train(config, run))
    assert events[-1].kind == "finished"
    batches = len(recorded.moved)
    assert batches > 4 * 9, "images, labels, numbers and sums of each step, and the network"
    longer = TrainConfig.from_dict({**config.to_dict(), "epochs": 2})
    assert list(train(longer, run))[-1].kind == "finished"
    predictor = load_predictor(run, tmp_path / "runs", device)
    images = dataset.load("test").images[:20]
    before = len(recorded.moved)
    predictor.infer(images)
    assert len(recorded.moved) > before
    look_inside(predictor.network, images[0], 3, predictor.hardware)
    for look in (gradient, occlusion):
        before = len(recorded.moved)
        look(predictor, images[0], 3)
        assert len(recorded.moved) >= before + (look is gradient)
    assert torch.float64 not in recorded.moved, "MPS has none"
    assert {kind for kind, *_ in recorded.casts} == {device}
    assert {(dtype, is_on) for _, dtype, is_on in recorded.casts} == {(torch.bfloat16, device == "cuda")}
    assert recorded.chosen == [torch.device("cuda", 0)] * (2 if device == "cuda" else 0)


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA here")
def test_on_a_real_gpu_it_trains_goes_on_predicts_and_evaluates(small_data: str, tmp_path: Path) -> None:
    config = TrainConfig.of("standard", model="compact", epochs=1, device="cuda", data_dir=small_data)
    run = find.create(tmp_path / "runs", config)
    for epochs in (1, 2):
        longer = TrainConfig.from_dict({**config.to_dict(), "epochs": epochs})
        assert list(train(longer, run))[-1].kind == "finished"
    predictor = load_predictor(run, tmp_path / "runs", "cuda")
    images = dataset.load("test").take(torch.arange(100))
    on_gpu = score(predictor.infer(images.images), images)
    on_cpu = score(load_predictor(run, tmp_path / "runs", "cpu").infer(images.images), images)
    assert on_gpu.digit_accuracy == pytest.approx(on_cpu.digit_accuracy, abs=0.02)


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA here")
def test_on_real_gpus_torchrun_trains_with_nccl_and_bench_measures(small_data: str, tmp_path: Path, cli: Cli) -> None:
    processes = str(min(torch.cuda.device_count(), 2))
    arguments = ("--model", "compact", "--epochs", "2", "--device", DEVICE, "--data-dir", small_data)
    run = ("--json", "--runs-dir", str(tmp_path / "several"))
    command = [*TORCHRUN, processes, *MODULE, "train", *FAST, *run, *arguments]
    first, last = losses_of(subprocess.run(command, capture_output=True, text=True, timeout=120, check=False))
    assert last[0] < first[0]
    measured = cli("bench", "--model", "swift", "--rounds", "1", "--json")
    assert measured.returncode == 0, measured.stderr
    assert json.loads(measured.stdout.splitlines()[0])["device"] == DEVICE
