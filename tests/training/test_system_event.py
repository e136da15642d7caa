"""What the machine is busy with, as events of a training; from NVML to the chart."""

import math
import sys
from types import SimpleNamespace

import pytest

from mnist_sum_tui.config import TrainConfig
from mnist_sum_tui.machine import figures
from mnist_sum_tui.runs import find
from mnist_sum_tui.runs.events import System
from mnist_sum_tui.runs.journal import read_events
from mnist_sum_tui.runs.run import Run
from mnist_sum_tui.training.loop import train
from mnist_sum_tui.training.timing import Paces
from mnist_sum_tui.tui.widgets.system_lines import system_words

AT_ONCE = Paces(progress=0.0, system=0.0)
UUID = "0b1c3a7e-0000-1111-2222-333344445555"


def test_what_the_machine_is_busy_with_is_an_event_every_few_seconds(config: TrainConfig, run: Run) -> None:
    never = Paces(progress=0.0, system=math.inf)
    assert not [event for event in train(config, run, paces=never) if isinstance(event, System)]
    other = find.create(run.path.parent, config)
    told = [event for event in train(config, other, paces=AT_ONCE) if isinstance(event, System)]
    assert len(told) == 18, "at every step"
    assert list(read_events(other.metrics_file, "system")) == told
    assert all(0 <= event.own <= 1 for event in told)


def test_share_and_memory_of_a_gpu_are_read_sampled_and_drawn(
    config: TrainConfig, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """NVML's and torch's answers are ours; everything behind them is the program's."""
    shares = iter([*range(50, 100)])

    def rates(handle: str) -> SimpleNamespace:
        assert handle == f"handle of GPU-{UUID}"
        return SimpleNamespace(gpu=next(shares), memory=3)

    nvml = SimpleNamespace(
        nvmlInit=lambda: None,
        nvmlDeviceGetHandleByUUID=lambda uuid: f"handle of {uuid}",
        nvmlDeviceGetUtilizationRates=rates,
    )
    cuda = SimpleNamespace(
        is_initialized=lambda: True,
        memory_reserved=lambda: 3_210_000_000,
        get_device_properties=lambda: SimpleNamespace(uuid=UUID),
    )
    monkeypatch.setitem(sys.modules, "pynvml", nvml)
    monkeypatch.setattr(figures, "_module", figures._module.__wrapped__)
    monkeypatch.setattr(figures, "sys", SimpleNamespace(modules={"torch": SimpleNamespace(cuda=cuda)}))
    list(train(config, run, paces=AT_ONCE))
    told = [event for event in read_events(run.metrics_file, "system") if isinstance(event, System)]
    assert [(event.gpu, event.gpu_memory) for event in told] == [
        (share / 100, 3_210_000_000) for share in range(50, 50 + len(told))
    ]
    assert len(told) == 18
    assert "\nGPU 67 % · GPU memory 3.2 GB" in system_words(told[-1])
