"""Choose device, precision and number of threads. Only config and machine decide, so that a run can be repeated."""

import os
import platform
from dataclasses import dataclass, replace

import torch

from mnist_sum_tui.config import DEVICES, TrainConfig
from mnist_sum_tui.errors import SettingError, UsageError, unknown
from mnist_sum_tui.formatting import plural
from mnist_sum_tui.machine.process import keep_freed_memory, try_threads
from mnist_sum_tui.machine.quota import cores_by_quota
from mnist_sum_tui.machine.ranks import Ranks

WITHOUT_BF16 = ("SSE41", "AVX", "AVX2", "AVX2_VNNI", "AVX2_VNNI_2", "AVX512_CORE", "AVX512_CORE_VNNI")
"""values of ONEDNN_MAX_CPU_ISA that keep oneDNN, and with it torch, from the processor's bf16 units"""
LESS_THREADS = "give --threads no more than that, or leave it out"


@dataclass(frozen=True, slots=True)
class Hardware:
    """Where and in what precision to compute; `choose` decides it."""

    device: torch.device
    precision: str
    """fp32 or bf16"""
    threads: int
    reason: str
    """why this device and precision, for environment.json"""

    @property
    def is_bf16(self) -> bool:
        """Whether matrix products run in bf16; weights, losses and totals stay in float32."""
        return self.precision == "bf16"

    def autocast(self) -> torch.autocast:
        """The context manager in which the network runs."""
        return torch.autocast(self.device.type, dtype=torch.bfloat16, enabled=self.is_bf16)


def choose(config: TrainConfig, world: Ranks | None = None) -> Hardware:
    """Choose device, precision and threads for a config. Processes on the same machine share its cores and GPUs.

    Raises:
        UsageError: this machine lacks the config's device, precision or number of cores.
    """
    world = world or Ranks()
    device = _device(config.device, world)
    precision, why = _precision(config.precision, device)
    cores = os.cpu_count() or 1
    if config.threads > cores:
        raise SettingError(
            f"threads {config.threads} is more than this machine's {plural(cores, 'core')}: {LESS_THREADS}"
        )
    threads = config.threads or max(1, usable_cores() // world.local_size)
    return Hardware(device, precision, threads, f"{device.type}: {why}")


def choose_for_inference(config: TrainConfig, device: str) -> Hardware:
    """As `choose`, for predictions with a trained network: what the config asks for and the machine lacks is replaced.

    On a device without bf16 the precision becomes `auto`, and there are at most as many threads as usable cores.

    Raises:
        UsageError: the device is unknown, or this machine lacks it.
    """
    name = str(device)  # a script may give a torch.device
    if name not in DEVICES:
        raise unknown("device", name, DEVICES)
    found = _device(name, Ranks())
    precision = config.precision if config.precision != "bf16" or _has_bf16(found) else "auto"
    return choose(replace(config, device=found.type, precision=precision, threads=min(config.threads, usable_cores())))


def beside_training(hardware: Hardware) -> Hardware:
    """What to predict with in a second thread, beside one that may train: the CPU instead of an Apple GPU.

    Two threads that use an Apple GPU at once crash the process (pytorch/pytorch#197805).
    """
    if hardware.device.type != "mps":
        return hardware
    return replace(hardware, device=torch.device("cpu"), reason="cpu: a training may use the GPU")


def set_up(hardware: Hardware) -> None:
    """Set up the process for training: the number of threads, the GPU, and that freed memory is kept.

    Raises:
        RuntimeError: so many threads cannot be started.
    """
    keep_freed_memory()
    try_threads(hardware.threads + 1)  # torch's own but this one, and two that read files
    torch.set_num_threads(hardware.threads)
    if hardware.device.type == "cuda":
        torch.cuda.set_device(hardware.device)  # needs a device with an index
        torch.backends.cudnn.deterministic, torch.backends.cudnn.benchmark = True, False


def usable_cores() -> int:
    """The number of cores that this process may use; a container or taskset may allow fewer than the machine has."""
    visible = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(visible, cores_by_quota() or visible)


def cpu_has_fast_bf16() -> bool:
    """Whether the CPU multiplies bf16 faster than float32: with AMX, or with AMD's AVX-512 BF16.

    With them `original` trains twice as fast. Without such units bf16 is emulated, and slower. On Intel's AVX-512 BF16
    it is slower too: a product takes twice as long as in float32. `guide/measurements.md` has the figures.
    """
    if os.environ.get("ONEDNN_MAX_CPU_ISA", "").upper() in WITHOUT_BF16:
        return False
    known = torch.cpu.get_capabilities()
    return bool(known.get("amx_bf16") or (known.get("avx512_bf16") and "intel" not in _processor().lower()))


def describe() -> dict[str, object]:
    """The versions, processor and GPU, so that a run's speed can be judged and the run repeated."""
    return {
        "python": platform.python_version(),
        "torch": torch.__version__,
        "platform": platform.platform(),
        "processor": _processor(),
        "cores": usable_cores(),
        "gpu": torch.cuda.get_device_name() if torch.cuda.is_available() else None,
    }


def _device(wanted: str, world: Ranks) -> torch.device:
    """The device; a GPU has an index, because a tensor's device is `cuda:0`, never `cuda`."""
    available = {"cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available(), "cpu": True}
    if available["mps"] and world.size > 1:
        if wanted == "mps":
            raise UsageError("several processes cannot train on mps: use --device cpu, or one process")
        available["mps"] = False
    name = next(name for name, there in available.items() if there) if wanted == "auto" else wanted
    if not available[name]:
        raise UsageError(f"device '{name}' is not available on this machine: use --device cpu, or leave it at auto")
    if name == "cuda" and world.size > 1 and world.local_rank >= torch.cuda.device_count():
        gpus = plural(torch.cuda.device_count(), "GPU")
        raise UsageError(f"{world.local_size} processes for {gpus}: start one per GPU")
    return torch.device(name) if name == "cpu" else torch.device(name, world.local_rank if name == "cuda" else 0)


def _precision(wanted: str, device: torch.device) -> tuple[str, str]:
    if wanted == "bf16" and not _has_bf16(device):
        raise UsageError(f"bf16 is not available on {device.type} here: use --precision fp32, or leave it at auto")
    if wanted != "auto":
        return wanted, "as asked for"
    if device.type == "cuda":
        return ("bf16", "bf16 units") if _has_bf16(device) else ("fp32", "no bf16 units")
    if device.type == "mps":
        return "fp32", "bf16 is not known to be faster on Apple GPUs"
    if cpu_has_fast_bf16():
        return "bf16", "the processor has bf16 matrix or vector units"
    return "fp32", "the processor is not faster in bf16"


def _has_bf16(device: torch.device) -> bool:
    """Whether the device computes in bf16. Every CPU does, if slowly; mps counts as no, because not every Mac does."""
    if device.type == "cuda":
        return bool(torch.cuda.is_bf16_supported(False))  # False: not by emulation
    return device.type == "cpu"


def _processor() -> str:
    return str(torch.cpu.get_capabilities().get("cpu_name") or platform.processor() or platform.machine())
