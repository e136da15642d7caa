"""That the bench compares like with like, and that it runs; how quick anything is, is not tested."""

import math
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch

from mnist_sum_tui.bench import dashboard, follow, growth, measure, several
from mnist_sum_tui.bench.terminal import Terminal
from mnist_sum_tui.errors import BenchError
from mnist_sum_tui.models import build
from mnist_sum_tui.training import loop
from tests.conftest import wait_for


@pytest.mark.parametrize("name", measure.PLAIN)
def test_the_plain_network_is_the_same_function(name: str) -> None:
    ours, plain = build(name).eval(), measure.PLAIN[name]().eval()
    plain.load_state_dict(ours.state_dict())
    images, numbers = torch.randn(4, 1, 28, 28), torch.eye(10)[[3, 0, 9, 7]]
    with torch.inference_mode():
        for mine, theirs in zip(ours(images, numbers), plain(images, numbers), strict=True):
            torch.testing.assert_close(mine, theirs, rtol=1e-4, atol=1e-5)


def test_turns_are_taken_one_after_the_other(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter(range(1000))
    monkeypatch.setattr("mnist_sum_tui.bench.measure.time.perf_counter", lambda: next(clock))
    order: list[str] = []

    def contestant(name: str) -> Iterator[int]:
        while True:
            order.append(name)
            yield 128

    monkeypatch.setattr(measure, "SLICE_SECONDS", 1.5)
    speeds = measure.take_turns({"a": contestant("a"), "b": contestant("b")}, rounds=2)
    assert order == ["a", "b"] * 3, "a round that warms up, then two"
    assert speeds == {"a": [128 / 3] * 2, "b": [128 / 3] * 2}


@pytest.mark.parametrize("has_bf16", [False, True])
def test_one_row(has_bf16: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(measure, "SLICE_SECONDS", 0.2)
    monkeypatch.setattr("mnist_sum_tui.machine.hardware.cpu_has_fast_bf16", lambda: has_bf16)
    (row,) = measure.measure(rounds=1, models=("swift",))
    assert row.model == "swift"
    assert min(row.plain, row.fp32, row.auto, row.ratio, row.fp32_ratio) > 0
    assert row.limit_share > 0
    assert row.limit > 1e6
    assert row.limit_share == pytest.approx(row.auto * measure.flops_per_image("swift") / row.limit)
    assert row.precision == ("bf16" if has_bf16 else "fp32")
    assert (row.auto == row.fp32) is not has_bf16  # what is the same is not measured twice


def test_the_dashboard_is_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dashboard, "TURN_SECONDS", 1.0)
    cost = dashboard.measure("compact", rounds=1, keys=4, strokes=4, starts=1)
    assert min(cost.headless, cost.dashboard) > 1
    assert 0.1 < cost.ratio < 10
    assert cost.drawing is None or 0 <= cost.drawing < 1  # of half a second, in which there may be no frame
    assert 0 < cost.key_median <= cost.key_p95 < 10
    assert 0 < cost.stroke_median <= cost.stroke_p95 < 10
    assert 0 < cost.first_frame < 30


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="the system does not tell")
def test_the_main_thread_of_a_program_is_measured() -> None:
    busy = "print('on', flush=True)\nwhile True: pass"
    idle = "import threading\nthreading.Thread(target=lambda: exec('while True: pass'), daemon=True).start()\ninput()"
    with Terminal([sys.executable, "-c", busy]) as first, Terminal([sys.executable, "-c", idle]) as second:
        wait_for(lambda: (first.main_thread_seconds or 0) > 1)
        assert (second.main_thread_seconds or 0) < 0.5, "its other thread is not counted"


def test_a_machine_too_slow_to_be_measured_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(BenchError, match="too slow"):
        follow.steps_per_second([])
    monkeypatch.setattr(follow, "START_SECONDS", 0.0)
    with pytest.raises(BenchError, match="did not begin"):
        several.measure("pictured", rounds=1)


@pytest.mark.slow
def test_two_processes_are_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(several, "TURN_SECONDS", 1.0)
    found = several.measure("pictured", rounds=1)
    left = subprocess.run(["pgrep", "-f", "train --model pictured --epochs 1000"], capture_output=True, check=False)
    assert not left.stdout, "nobody goes on"
    assert min(found.one, found.two) > 100
    assert found.gradient_bytes == 4 * 428_789
    assert found.exchanges == 3
    assert found.projected[1] == found.projected_each[1] == pytest.approx(found.one)


def test_the_projection_is_the_formula() -> None:
    for share in (1.0, 0.25):
        assert several.project(0.128, 1_000_000, 3, 1, share) == pytest.approx(1000)
    exchange = 2 * 3 * (3 * 50e-6 + 4e6 / 4 / 1.25e9)
    assert several.project(0.128, 1_000_000, 3, 4, 0.25) == pytest.approx(128 / (0.032 + exchange))
    assert several.project(0.128, 1_000_000, 3, 4, 1.0) == pytest.approx(4 * 128 / (0.128 + exchange))


def test_the_growth_is_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(growth, "SHARES", (0.01, 0.02))
    monkeypatch.setattr(growth, "EPOCHS", (1, 2))
    monkeypatch.setattr(loop, "PROGRESS_SECONDS", math.inf)  # lines by the clock would hide those by the epoch
    found = growth.measure("swift", rounds=1)
    assert list(found.epoch_seconds) == list(found.evaluation_seconds) == [0.01, 0.02]
    assert min(*found.epoch_seconds.values(), *found.evaluation_seconds.values()) > 0
    weights = 4 * 110_841
    assert 0 < found.checkpoint_bytes[2] - found.checkpoint_bytes[1] < 2 * weights
    assert found.checkpoint_bytes[1] > 3 * weights, "weights and the optimizer's two states"
    assert 0 < found.file_bytes[1] < found.file_bytes[2] < 100_000
