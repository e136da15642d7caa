"""Where a run computes, and in what precision; decided by what the machine is, so that a run can be repeated on it."""

import os
import platform
from collections.abc import Mapping
from dataclasses import dataclass, replace

import torch

from mnist_sum_tui.config import TrainConfig
from mnist_sum_tui.errors import UsageError
from mnist_sum_tui.machine.process import keep_freed_memory
from mnist_sum_tui.machine.quota import cores_by_quota
from mnist_sum_tui.machine.ranks import Ranks


@dataclass(frozen=True, slots=True)
class Hardware:
    """What `choose` decided."""

    device: torch.device
    precision: str
    """fp32 or bf16"""
    threads: int
    reason: str
    """why this device and precision, for environment.json"""

    @property
    def is_bf16(self) -> bool:
        """Whether products run in bf16; weights, losses and sums stay in float32."""
        return self.precision == "bf16"

    def autocast(self) -> torch.autocast:
        """The context in which the network runs."""
        return torch.autocast(self.device.type, dtype=torch.bfloat16, enabled=self.is_bf16)


def choose(config: TrainConfig, world: Ranks | None = None) -> Hardware:
    """Device, precision and threads for a config; several processes on one machine share its cores and GPUs.

    Raises:
        UsageError: a device or precision that this machine lacks.
    """
    world = world or Ranks()
    device = _device(config.device, world)
    precision, why = _precision(config.precision, device)
    threads = config.threads or max(1, usable_cores() // world.local_size)
    return Hardware(device, precision, threads, f"{device.type}: {why}")


def choose_to_ask(config: TrainConfig, device: str) -> Hardware:
    """As `choose`, for a trained network: a device without bf16 takes its own precision, not the one of the training.

    Raises:
        UsageError: a device that this machine lacks.
    """
    found = _device(device, Ranks())
    precision = config.precision if config.precision != "bf16" or _has_bf16(found) else "auto"
    return choose(replace(config, device=found.type, precision=precision))


def set_up(hardware: Hardware) -> None:
    """Prepare the process for training: the threads, the GPU, and that it keeps the memory that it frees."""
    torch.set_num_threads(hardware.threads)
    if hardware.device.type == "cuda":
        torch.cuda.set_device(hardware.device)  # which takes no device without an index
        torch.backends.cudnn.deterministic, torch.backends.cudnn.benchmark = True, False
    keep_freed_memory()


def usable_cores() -> int:
    """Cores that this process may use; a container or taskset often allows fewer than the machine has."""
    visible = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(visible, cores_by_quota() or visible)


def cpu_has_fast_bf16() -> bool:
    """Whether the processor multiplies bf16 faster than fp32: AMX, or AVX-512 with BF16.

    Measured on two EPYC cores (AVX-512 BF16), batch 128, one step: original 600 images/s against 297, pictured 13,300
    against 8,600, compact 8,100 against 5,700. Without such units bf16 is emulated, and slower.
    """
    known = _capabilities()
    if known:
        return bool(known.get("amx_bf16") or known.get("avx512_bf16"))
    asked = (getattr(torch.cpu, name, None) for name in ("_is_amx_tile_supported", "_is_avx512_bf16_supported"))
    return any(ask() for ask in asked if ask is not None)  # as torch 2.10 has it


def describe() -> dict[str, object]:
    """What a reader needs to judge a run's speed and to repeat it."""
    return {
        "python": platform.python_version(),
        "torch": torch.__version__,
        "platform": platform.platform(),
        "processor": _processor(),
        "cores": usable_cores(),
        "gpu": torch.cuda.get_device_name() if torch.cuda.is_available() else None,
    }


def _device(wanted: str, world: Ranks) -> torch.device:
    """With an index, but for the CPU: a tensor says `cuda:0` of itself, never `cuda`."""
    available = {"cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available(), "cpu": True}
    if available["mps"] and world.size > 1:
        if wanted == "mps":
            raise UsageError(
                "several processes cannot train on mps (gloo has no mps): use --device cpu, or one process"
            )
        available["mps"] = False
    name = next(name for name, there in available.items() if there) if wanted == "auto" else wanted
    if not available[name]:
        raise UsageError(f"device {name!r} is not available on this machine: use --device cpu, or leave it at auto")
    if name == "cuda" and world.size > 1 and world.local_rank >= torch.cuda.device_count():
        raise UsageError(f"{world.local_size} processes for {torch.cuda.device_count()} GPUs: start fewer")
    return torch.device(name) if name == "cpu" else torch.device(name, world.local_rank if name == "cuda" else 0)


def _precision(wanted: str, device: torch.device) -> tuple[str, str]:
    if wanted == "bf16" and not _has_bf16(device):
        raise UsageError(f"bf16 is not available on {device.type} here: use --precision fp32, or leave it at auto")
    if wanted != "auto":
        return wanted, "as asked for"
    if device.type == "cuda":
        return ("bf16", "bf16 units") if _has_bf16(device) else ("fp32", "no bf16 units")
    if device.type == "mps":
        return "fp32", "bf16 is not known to be faster on mps"
    if cpu_has_fast_bf16():
        return "bf16", "the processor has bf16 matrix or vector units"
    return "fp32", "the processor has no bf16 units"


def _has_bf16(device: torch.device) -> bool:
    """Whether the device computes in it; a CPU does, if slowly. Not all of Apple's GPUs and systems do."""
    if device.type == "cuda":
        return bool(torch.cuda.is_bf16_supported(False))  # not by emulation
    return device.type == "cpu"


def _capabilities() -> Mapping[str, object]:
    """What torch knows of the processor; nothing, before torch 2.11 or so."""
    known: Mapping[str, object] = getattr(torch.cpu, "get_capabilities", dict)()
    return known


def _processor() -> str:
    return str(_capabilities().get("cpu_name") or platform.processor() or platform.machine())
