"""What the machine is busy with, from files like Linux's and from stand-ins for the extra's packages."""

import os
import sys
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from mnist_sum_tui.machine import figures
from mnist_sum_tui.machine.figures import Meter


@pytest.fixture
def proc(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder in place of /proc and of the sensors; none of the extra's packages; a clock that we set."""
    monkeypatch.setattr(figures, "PROC", tmp_path)
    monkeypatch.setattr(figures, "THERMAL", tmp_path / "thermal")
    monkeypatch.setattr(figures, "_module", lambda _: None)
    monkeypatch.setattr(os, "cpu_count", lambda: 4)
    return tmp_path


def set_times(proc: Path, monkeypatch: pytest.MonkeyPatch, seconds: float, own: float, busy: int, idle: int) -> None:
    """The clock, this process's time, and the machine's in hundredths of a second."""
    monkeypatch.setattr(time, "perf_counter", lambda: seconds)
    monkeypatch.setattr(time, "process_time", lambda: own)
    waiting = idle // 10  # for a disk, which is idle, too
    (proc / "stat").write_text(f"cpu  {busy} 0 0 {idle - waiting} {waiting} 0 0 0 0 0\ncpu0 1 2 3\n")


def test_own_and_other_shares_are_of_all_cores_since_the_last_reading(
    proc: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_times(proc, monkeypatch, 100, 50, busy=1000, idle=9000)
    meter = Meter()
    set_times(proc, monkeypatch, 110, 60, busy=4000, idle=10_000)
    assert meter.age == 10
    found = meter.read()
    assert (found.cores, found.own) == (4, 0.25)
    assert found.others == pytest.approx(0.5), "3 of 4 are busy, one of them with us"
    assert meter.age == 0
    set_times(proc, monkeypatch, 120, 60, busy=4000, idle=14_000)
    found = meter.read()
    assert (found.own, found.others) == (0, 0)
    set_times(proc, monkeypatch, 130, 70, busy=4000, idle=18_000)
    found = meter.read()
    assert (found.own, found.others) == (0.25, 0), "the machine's times are coarse, but no share is negative"


def test_what_is_not_known_is_none(proc: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    set_times(proc, monkeypatch, 0, 0, busy=0, idle=0)
    for content in ("", "cpu a b c d e f g h\n", "cpu 1 2\n"):
        (proc / "stat").write_text(content)
        found = Meter().read()
        assert found == figures.Figures(4, 0.0, None, None, None, None, None)


def test_memory_and_temperature_of_linux(proc: Path) -> None:
    (proc / "self").mkdir()
    (proc / "self" / "statm").write_text("9999 1000 1 1 0 1 0\n")
    for zone, text in enumerate(("61500\n", "0\n", "999999\n", "-5000\n", "48000\n")):
        (proc / "thermal" / f"thermal_zone{zone}").mkdir(parents=True)
        (proc / "thermal" / f"thermal_zone{zone}" / "temp").write_text(text)
    found = Meter().read()
    assert found.memory == 1000 * os.sysconf("SC_PAGE_SIZE")
    assert found.temperature == 61.5


def test_the_extra_knows_it_elsewhere(proc: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    times = iter([(10.0, 90.0), (40.0, 100.0)])

    def cpu_times() -> Any:
        user, idle = next(times)
        return SimpleNamespace(user=user, system=0.0, idle=idle)

    sensors = {"nvme": [SimpleNamespace(current=80.0)], "coretemp": [SimpleNamespace(current=55.0)]}
    psutil = SimpleNamespace(
        cpu_times=cpu_times,
        Process=lambda: SimpleNamespace(memory_info=lambda: SimpleNamespace(rss=123)),
        sensors_temperatures=lambda: sensors,
    )
    nvml = SimpleNamespace(
        nvmlInit=lambda: None,
        nvmlDeviceGetHandleByUUID=lambda uuid: uuid,
        nvmlDeviceGetUtilizationRates=lambda handle: SimpleNamespace(gpu=73 if handle == "GPU-1-2" else 0),
    )
    cuda = SimpleNamespace(
        is_initialized=lambda: True,
        memory_reserved=lambda: 456,
        get_device_properties=lambda: SimpleNamespace(uuid="1-2"),
    )
    monkeypatch.setattr(figures, "_module", {"psutil": psutil, "pynvml": nvml}.get)
    monkeypatch.setitem(sys.modules, "torch", SimpleNamespace(cuda=cuda))
    set_times(proc, monkeypatch, 0, 0, busy=0, idle=0)
    meter = Meter()
    set_times(proc, monkeypatch, 10, 0, busy=0, idle=0)
    found = meter.read()
    assert (found.others, found.memory, found.temperature) == (0.75, 123, 55.0)
    assert (found.gpu, found.gpu_memory) == (0.73, 456)
    monkeypatch.setattr(figures, "_module", {"pynvml": None}.get)
    assert (meter.read().gpu, meter.read().gpu_memory) == (None, 456)


def test_an_extra_that_may_know_nothing_ends_no_training(proc: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As the real psutil in a container that hides /proc/stat: Linux's files are read, or the figure is not known."""

    def refused() -> Any:
        raise PermissionError("/proc/stat")

    psutil = SimpleNamespace(cpu_times=refused, Process=refused, sensors_temperatures=refused)
    monkeypatch.setattr(figures, "_module", {"psutil": psutil}.get)
    set_times(proc, monkeypatch, 0, 0, busy=0, idle=0)
    meter = Meter()
    set_times(proc, monkeypatch, 10, 0, busy=1000, idle=3000)
    assert meter.read() == figures.Figures(4, 0.0, 0.25, None, None, None, None)
    (proc / "stat").unlink()
    assert meter.read() == figures.Figures(4, 0.0, None, None, None, None, None)


def test_the_real_extra_says_what_linux_says(monkeypatch: pytest.MonkeyPatch) -> None:
    psutil = pytest.importorskip("psutil", reason="the extra `system` is not installed")
    figures._module.cache_clear()
    assert figures._module("psutil") is psutil
    busy, whole = figures._machine_times() or (0.0, 0.0)
    memory = figures._memory() or 0
    monkeypatch.setattr(figures, "_module", lambda _: None)
    if sys.platform == "linux":
        ticks = os.sysconf("SC_CLK_TCK")
        theirs, all_theirs = figures._machine_times() or (0.0, 0.0)
        assert (busy, whole) == pytest.approx((theirs / ticks, all_theirs / ticks), rel=0.01)
        assert memory == pytest.approx(figures._memory(), rel=0.2)
    assert 0 < busy <= whole
    assert memory > 1_000_000


def test_this_machine_is_read_in_little_time() -> None:
    meter = Meter()
    end = time.process_time() + 0.05
    while time.process_time() < end:
        pass
    found = meter.read()
    assert 0 < found.own <= 1
    assert found.others is None or 0 <= found.others <= 1
    spent = time.thread_time()
    for _ in range(20):
        meter.read()
    assert (time.thread_time() - spent) / 20 < 0.02
