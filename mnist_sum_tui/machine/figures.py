"""The load of the machine: cores, memory, temperature, GPU.

The figures come from psutil and nvidia-ml-py (the extra `system`), or else from Linux's own files. A figure that is not
known is None: without psutil most are on other systems, and without nvidia-ml-py the GPU's load is.
"""

import contextlib
import importlib
import os
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from mnist_sum_tui.machine.quota import text_of

PROC, THERMAL = Path("/proc"), Path("/sys/class/thermal")
CPU_SENSORS = ("coretemp", "k10temp", "zenpower", "cpu_thermal", "cpu-thermal")
"""psutil's names for the temperature sensors of processors"""
POSSIBLE = range(1, 150)
"""believable temperatures of a processor in degrees Celsius; a missing sensor reads 0 or thousands"""


@dataclass(frozen=True, slots=True)
class Figures:
    """The load of the machine since the last reading; None for a figure that is not known."""

    cores: int
    own: float
    """the share of all cores that this process used, 0..1"""
    others: float | None
    """the share of all cores that all other processes used, 0..1"""
    memory: int | None
    """bytes of memory that this process holds"""
    temperature: float | None
    """the processor's temperature in degrees Celsius"""
    gpu: float | None
    """the share of the time in which the GPU computed, for any process, 0..1"""
    gpu_memory: int | None
    """bytes of GPU memory that this process holds"""


class Meter:
    """Reads the figures; each reading covers the time since the last one."""

    def __init__(self) -> None:
        self._at, self._own, self._machine = time.perf_counter(), time.process_time(), _machine_times()

    @property
    def age(self) -> float:
        """Seconds since the last reading."""
        return time.perf_counter() - self._at

    def read(self) -> Figures:
        """The figures since the last reading. It takes well below a millisecond."""
        cores, own, machine = os.cpu_count() or 1, time.process_time(), _machine_times()
        share = _share(own - self._own, self.age * cores)
        others = None
        if machine and self._machine:
            busy = _share(machine[0] - self._machine[0], machine[1] - self._machine[1])
            others = max(busy - share, 0.0)
        self._at, self._own, self._machine = time.perf_counter(), own, machine
        return Figures(cores, share, others, _memory(), _temperature(), *_gpu())


def _share(part: float, whole: float) -> float:
    return min(max(part / whole, 0.0), 1.0) if whole > 0 else 0.0


@cache
def _module(name: str) -> Any:
    """A module of the extra `system`; None if it is not installed."""
    try:
        return importlib.import_module(name)
    except ImportError:
        return None


def _asked(ask: Callable[[Any], Any]) -> Any:
    """An answer of psutil; None if it is not installed or fails, because a missing figure must not end a training."""
    with contextlib.suppress(Exception):
        return ask(_module("psutil"))
    return None


def _machine_times() -> tuple[float, float] | None:
    """The busy time and the total time of all cores together, in any unit, since the machine started."""
    if times := _asked(lambda psutil: psutil.cpu_times()):
        known = ("user", "nice", "system", "idle", "iowait", "irq", "softirq", "steal")
        values = [getattr(times, name, 0.0) for name in known]
    else:
        first = text_of(PROC / "stat").partition("\n")[0].split()
        if first[:1] != ["cpu"] or len(first) < 9 or not all(word.isdecimal() for word in first[1:9]):
            return None
        values = [float(word) for word in first[1:9]]
    return sum(values) - values[3] - values[4], sum(values)


def _memory() -> int | None:
    if size := _asked(lambda psutil: psutil.Process().memory_info().rss):
        return int(size)
    pages = text_of(PROC / "self" / "statm").split()[1:2]
    return int(pages[0]) * os.sysconf("SC_PAGE_SIZE") if pages and pages[0].isdecimal() else None


def _temperature() -> float | None:
    sensors = _asked(lambda psutil: psutil.sensors_temperatures()) or {}  # not every system has them
    found = [sensor.current for name in CPU_SENSORS for sensor in sensors.get(name, ())]
    if not found:
        texts = (text_of(zone / "temp").strip() for zone in THERMAL.glob("thermal_zone*"))
        found = [int(text) / 1000 for text in texts if text.isdecimal()]
    return max((value for value in found if POSSIBLE.start <= value < POSSIBLE.stop), default=None)


def _gpu() -> tuple[float | None, int | None]:
    """The GPU's load and this process's GPU memory; both None if torch does not use a GPU."""
    torch = sys.modules.get("torch")
    share, memory = None, None
    with contextlib.suppress(Exception):  # the driver may be of another version
        if torch is not None and torch.cuda.is_initialized():
            memory = int(torch.cuda.memory_reserved())
            nvml = _module("pynvml")
            nvml.nvmlInit()
            handle = nvml.nvmlDeviceGetHandleByUUID(f"GPU-{torch.cuda.get_device_properties().uuid}")
            share = nvml.nvmlDeviceGetUtilizationRates(handle).gpu / 100
    return share, memory
