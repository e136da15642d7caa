"""Choosing and using a GPU, tested on a machine without one: torch's answers are replaced."""

import os
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import nullcontext
from dataclasses import replace
from typing import Any

import pytest
import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

from mnist_sum_tui.config import TrainConfig
from mnist_sum_tui.data import dataset
from mnist_sum_tui.errors import UsageError
from mnist_sum_tui.inference.infer import infer
from mnist_sum_tui.inference.predict import Predictor
from mnist_sum_tui.machine.hardware import Hardware, choose, choose_for_inference, cpu_has_fast_bf16, set_up
from mnist_sum_tui.machine.ranks import Ranks
from mnist_sum_tui.models import build
from mnist_sum_tui.training.step import Learner
from tests.conftest import plan_of

META, CPU = torch.device("meta"), torch.device("cpu")


@pytest.fixture(autouse=True)
def _threads() -> Iterator[None]:
    before = torch.get_num_threads()
    yield
    torch.set_num_threads(before)


@pytest.fixture
def chosen_gpus(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """A machine with two NVIDIA GPUs; the list gets the index of each GPU that torch is told to use."""
    told: list[int] = []
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    monkeypatch.setattr(torch.cuda, "is_bf16_supported", lambda _: True)
    monkeypatch.setattr(torch._C, "_cuda_setDevice", told.append, raising=False)
    return told


@pytest.fixture
def mps(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine with an Apple GPU."""
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: True)


def test_more_threads_than_cores_are_refused_in_training_and_lowered_in_prediction() -> None:
    cores = os.cpu_count() or 1
    with pytest.raises(UsageError, match=f"threads {cores + 1} is more than this machine's {cores} core"):
        choose(TrainConfig(threads=cores + 1))
    assert choose(TrainConfig(threads=cores)).threads == cores
    assert choose_for_inference(TrainConfig(threads=1000), "cpu").threads <= cores


def test_a_device_that_there_is_not_is_refused_by_name() -> None:
    with pytest.raises(UsageError, match="unknown device 'CPU': choose from auto, cpu, cuda, mps"):
        choose_for_inference(TrainConfig(), "CPU")
    assert choose_for_inference(TrainConfig(), CPU).device == CPU  # type: ignore[arg-type]


def test_the_processes_of_a_machine_share_its_cores_and_each_has_one_at_least(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mnist_sum_tui.machine.hardware.usable_cores", lambda: 6)
    for local, threads in ((1, 6), (2, 3), (4, 1), (8, 1)):
        assert choose(TrainConfig(device="cpu"), Ranks(0, 8, 0, local)).threads == threads


@pytest.mark.parametrize("device", ["auto", "cuda"])
def test_one_process_sets_up_the_first_nvidia_gpu(chosen_gpus: list[int], device: str) -> None:
    hardware = choose(TrainConfig(device=device, threads=1))
    set_up(hardware)
    assert hardware.device == torch.device("cuda", 0)
    assert chosen_gpus == [0]


@pytest.mark.usefixtures("mps")
@pytest.mark.parametrize("device", ["auto", "mps"])
def test_an_apple_gpu_is_set_up(device: str) -> None:
    hardware = choose(TrainConfig(device=device, threads=1))
    set_up(hardware)
    assert hardware.device == torch.device("mps", 0)
    assert hardware.precision == "fp32"


def test_each_process_has_its_own_nvidia_gpu(chosen_gpus: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    set_up(choose(TrainConfig(threads=1), Ranks(1, 2, 1, 2)))
    assert chosen_gpus == [1]
    with pytest.raises(UsageError, match="3 processes for 2 GPUs"):
        choose(TrainConfig(), Ranks(2, 3, 2, 3))
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 1)
    with pytest.raises(UsageError, match="2 processes for 1 GPU: start"):
        choose(TrainConfig(), Ranks(1, 2, 1, 2))


def test_several_processes_do_not_use_an_apple_gpu(mps: None) -> None:
    assert choose(TrainConfig(), Ranks(1, 2, 1, 2)).device == CPU
    with pytest.raises(UsageError, match="several processes cannot train on mps"):
        choose(TrainConfig(device="mps"), Ranks(1, 2, 1, 2))


@pytest.mark.parametrize("device", ["cuda", "mps"])
def test_bf16_is_refused_on_a_gpu_without_it(
    chosen_gpus: list[int], mps: None, monkeypatch: pytest.MonkeyPatch, device: str
) -> None:
    monkeypatch.setattr(torch.cuda, "is_bf16_supported", lambda by_emulation: by_emulation)
    config = TrainConfig(device=device, precision="bf16", threads=1)
    with pytest.raises(UsageError, match=f"bf16 is not available on {device}"):
        choose(config)
    assert choose(replace(config, precision="auto")).precision == "fp32"
    assert choose_for_inference(config, device).precision == "fp32", "a run from another machine still predicts"
    assert choose_for_inference(config, "cpu").precision == "bf16"


@pytest.mark.parametrize(
    ("capabilities", "is_faster"),
    [
        ({"cpu_name": "AMD EPYC", "avx512_bf16": True, "amx_bf16": False}, True),
        ({"cpu_name": "Intel Xeon", "avx512_bf16": True, "amx_bf16": False}, False),
        ({"cpu_name": "Intel Xeon", "avx512_bf16": True, "amx_bf16": True}, True),
        ({"cpu_name": "Intel Xeon", "avx512_bf16": False, "amx_bf16": False}, False),
        ({"cpu_name": "ARM Neoverse N2"}, False),
        ({"avx512_bf16": True}, True),
    ],
)
def test_auto_is_bf16_only_where_it_is_faster(
    monkeypatch: pytest.MonkeyPatch, capabilities: dict[str, object], is_faster: bool
) -> None:
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: capabilities)
    assert choose(TrainConfig(device="cpu", threads=1)).precision == ("bf16" if is_faster else "fp32")


@pytest.mark.parametrize(("limit", "is_faster"), [("avx2", False), ("AVX512_CORE", False), ("AVX512_CORE_AMX", True)])
def test_auto_is_fp32_where_onednn_is_kept_from_the_units(
    monkeypatch: pytest.MonkeyPatch, limit: str, is_faster: bool
) -> None:
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: {"amx_bf16": True})
    monkeypatch.setenv("ONEDNN_MAX_CPU_ISA", limit)
    assert cpu_has_fast_bf16() is is_faster


def test_cudnn_uses_its_deterministic_kernels(chosen_gpus: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.backends.cudnn, "deterministic", False)
    monkeypatch.setattr(torch.backends.cudnn, "benchmark", True)
    set_up(choose(TrainConfig(threads=1)))
    assert torch.backends.cudnn.deterministic
    assert not torch.backends.cudnn.benchmark


class StrictMeta(TorchDispatchMode):
    """Makes torch's device `meta`, whose tensors have no values, as strict as a GPU: mixing it with the CPU fails.

    Copies to the CPU are zeros.
    """

    def __torch_dispatch__(
        self, func: Callable[..., Any], types: Any, args: tuple[Any, ...] = (), kwargs: Mapping[str, Any] | None = None
    ) -> Any:
        options = kwargs or {}
        tensors = [value for value in tree_leaves((args, options)) if isinstance(value, Tensor)]
        if len({tensor.device for tensor in tensors if tensor.dim()}) > 1:
            raise RuntimeError(f"two devices in {func}")
        if tensors and tensors[0].is_meta and options.get("device") == CPU:
            return torch.zeros(tensors[0].shape, dtype=options.get("dtype") or tensors[0].dtype)
        return func(*args, **options)


@pytest.fixture
def meta(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hardware]:
    """A stand-in for a GPU: the device `meta`, strict."""
    monkeypatch.setattr(Hardware, "autocast", lambda _: nullcontext())  # torch has no autocast for meta
    with StrictMeta():  # type: ignore[no-untyped-call]
        yield Hardware(META, "fp32", 1, "a test")


def test_the_strict_device_refuses_tensors_on_the_cpu() -> None:
    with StrictMeta(), pytest.raises(RuntimeError, match="two devices"):  # type: ignore[no-untyped-call]
        torch.ones(2) + torch.ones(2, device=META)


@pytest.mark.parametrize(
    ("model", "optimizer"),
    [("compact", "sgd"), *((model, "adamw") for model in ("original", "pictured", "compact", "swift", "keen", "deep"))],
)
def test_a_step_runs_on_the_device(meta: Hardware, model: str, optimizer: str) -> None:
    config = TrainConfig.of("standard", model=model, optimizer=optimizer, augment="strong", label_smoothing=0.1)
    learner = Learner(config, meta)
    learner.connect()
    learner.step(plan_of(4, lr=0.1))
    for parameter in learner.network.parameters():
        assert parameter.device == META
        assert parameter.grad is not None
        assert parameter.grad.device == META
        momenta = [value for value in learner.optimizer.state[parameter].values() if torch.is_tensor(value)]
        assert any(value.device == META for value in momenta)
    assert all(buffer.device == META for buffer in learner.network.buffers())
    assert all(tensor.device == CPU for tensor in learner.copy_weights().values())


@pytest.mark.parametrize("model", ["original", "pictured", "compact", "swift", "keen", "deep"])
def test_evaluation_and_prediction_run_on_the_device(meta: Hardware, model: str) -> None:
    images = dataset.load("test").images[:4]
    outputs = infer(build(model).to(META), images, meta)
    assert outputs.digits.device == outputs.sums.device == CPU, "the outputs are back on the CPU"
    predictor = Predictor(TrainConfig(model=model), build(model).state_dict(), "a test", meta)
    assert all(parameter.device == META for parameter in predictor.network.parameters())
    assert len(predictor.predict(images[0], 3).sum_probabilities) == 19


def test_a_training_whose_threads_cannot_be_started_says_so_first(monkeypatch: pytest.MonkeyPatch) -> None:
    """OpenMP would end the process at its first step, with a run that is cut off and the terminal as it is."""
    started = list[threading.Thread]()

    def start(thread: threading.Thread) -> None:
        if len(started) == 2:
            raise RuntimeError("can't start new thread")
        started.append(thread)
        usual(thread)

    usual = threading.Thread.start
    monkeypatch.setattr(threading.Thread, "start", start)
    set_up(choose(TrainConfig(threads=1)))
    started.clear()
    with pytest.raises(RuntimeError, match="can't start new thread"):
        set_up(replace(choose(TrainConfig(threads=1)), threads=2))
    assert not started[0].is_alive(), "the others are ended"
