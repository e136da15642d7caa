"""The benchmarks run, and compare like with like; speeds are not tested."""

import contextlib
import inspect
import sys
from collections.abc import Generator, Mapping
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from typer.testing import CliRunner

from mnist_sum_tui.bench import dashboard, follow, measure
from mnist_sum_tui.bench.images import torchvision_root
from mnist_sum_tui.bench.plain import Net, plain_loop
from mnist_sum_tui.bench.terminal import Terminal
from mnist_sum_tui.cli import commands
from mnist_sum_tui.config import TrainConfig
from mnist_sum_tui.errors import BenchError
from mnist_sum_tui.machine.hardware import Hardware, choose, usable_cores
from mnist_sum_tui.models import build
from mnist_sum_tui.runs.events import Event, Progress
from mnist_sum_tui.training.batches import StepPlan
from mnist_sum_tui.training.step import Learner, StepResult
from tests.conftest import wait_for
from tests.machine.test_hardware import StrictMeta
from tests.tui import recorded


@pytest.mark.parametrize("name", measure.PLAIN)
def test_the_plain_network_computes_the_same_as_ours(name: str) -> None:
    ours, plain = build(name).eval(), measure.PLAIN[name]().eval()
    plain.load_state_dict(ours.state_dict())
    images, numbers = torch.randn(4, 1, 28, 28), torch.eye(10)[[3, 0, 9, 7]]
    with torch.inference_mode():
        for mine, theirs in zip(ours(images, numbers), plain(images, numbers), strict=True):
            torch.testing.assert_close(mine, theirs, rtol=1e-4, atol=1e-5)


def test_contestants_take_turns(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter(range(1000))
    monkeypatch.setattr("mnist_sum_tui.bench.measure.time.perf_counter", lambda: next(clock))
    order: list[str] = []

    def contestant(name: str) -> Generator[int]:
        while True:
            order.append(name)
            yield 128

    monkeypatch.setattr(measure, "SLICE_SECONDS", 1.5)
    speeds = measure.take_turns({"a": contestant("a"), "b": contestant("b")}, rounds=2)
    assert order == ["a", "b"] * 3, "a round that warms up, then two"
    assert speeds == {"a": [128 / 3] * 2, "b": [128 / 3] * 2}


@pytest.mark.parametrize("has_bf16", [False, True])
def test_a_network_is_measured(has_bf16: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(measure, "SLICE_SECONDS", 0.05)
    monkeypatch.setattr("mnist_sum_tui.machine.hardware.cpu_has_fast_bf16", lambda: has_bf16)
    monkeypatch.setattr(measure, "LIMIT_SHAPE", (128, 512, 128))  # emulated bf16 would take minutes for conv6's
    (row,) = measure.measure(rounds=1, models=("swift",))
    assert (row.model, row.device) == ("swift", choose(TrainConfig()).device.type)
    assert row.workers in (0, usable_cores())
    assert min(row.plain, row.fp32, row.auto, row.ratio, row.fp32_ratio) > 0
    assert row.limit_share > 0
    assert row.limit > 1e6
    assert row.limit_share == pytest.approx(row.auto * measure.flops_per_image("swift") / row.limit)
    assert row.precision == ("bf16" if has_bf16 else "fp32")
    assert (row.auto == row.fp32) is not has_bf16  # fp32 is not measured twice


def test_the_command_prints_a_row_and_explains_its_columns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(measure, "SLICE_SECONDS", 0.05)
    monkeypatch.setattr(measure, "LIMIT_SHAPE", (128, 512, 128))
    result = CliRunner().invoke(
        commands.build(), ["bench", "--model", "swift", "--rounds", "1"], catch_exceptions=False
    )
    assert result.exit_code == 0
    assert any(line.startswith("swift ") for line in result.stdout.splitlines())
    assert "1 round; about 13 s ..." in result.stdout, "not as long as all networks with more rounds"
    assert f"the faster of 0 and {usable_cores()}" in result.stdout
    assert "ratio: the median of the rounds' own ratios" in result.stdout


@pytest.mark.parametrize(("without", "with_cores", "better"), [(300.0, 200.0, 0), (200.0, 300.0, 4)])
def test_all_contestants_use_one_device_and_the_faster_plain_loop_counts(
    without: float, with_cores: float, better: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[torch.device, int | str | None]] = []

    def turns(contestants: Mapping[str, Generator[int]], rounds: int) -> dict[str, list[float]]:
        for loop in contestants.values():
            given = inspect.getgeneratorlocals(loop)
            asked.append((given["device"], given.get("workers", given.get("precision"))))
        return dict(zip(contestants, ([without], [with_cores], [600.0], [900.0]), strict=True))

    gpu = Hardware(torch.device("cuda", 0), "bf16", 1, "a test")
    monkeypatch.setattr(measure, "choose", lambda _: gpu)
    monkeypatch.setattr(measure, "usable_cores", lambda: 4)
    monkeypatch.setattr(measure, "take_turns", turns)
    monkeypatch.setattr(measure, "product_limit", lambda *_: 1e12)
    (row,) = measure.measure(rounds=1, models=("swift",))
    assert asked == [(gpu.device, what) for what in (0, 4, "fp32", "bf16")]
    assert (row.device, row.workers, row.plain, row.ratio) == ("cuda", better, 300.0, 3.0)
    assert (row.fp32, row.fp32_ratio, row.auto) == (600.0, 2.0, 900.0)


def test_the_plain_loop_moves_everything_to_its_device() -> None:
    with torchvision_root() as root, StrictMeta():  # type: ignore[no-untyped-call]
        network = Net()
        loop = plain_loop(root, network, 4, torch.device("meta"), 0)
        assert next(loop) + next(loop) == 8
    assert all(parameter.grad is not None and parameter.grad.is_meta for parameter in network.parameters())


@pytest.mark.filterwarnings(
    "ignore:.*use of fork:DeprecationWarning"
)  # from Python 3.12 on, because torch's DataLoader forks
@pytest.mark.filterwarnings("ignore:This DataLoader will create:UserWarning")  # more than this process has cores
@pytest.mark.parametrize("workers", [0, 2])
def test_the_plain_loop_loads_images_with_and_without_workers(small_data: str, workers: int) -> None:
    loop = plain_loop(small_data, build("swift"), 250, torch.device("cpu"), workers)
    assert [next(loop) for _ in range(4)] == [250, 250, 100, 250]


def test_the_smaller_last_batch_of_an_epoch_is_counted_correctly(
    tmp_path: Path, small_data: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    learnt = 0
    step = Learner.step

    def counted(learner: Learner, plan: StepPlan) -> StepResult:
        nonlocal learnt
        learnt += len(plan.rows)
        return step(learner, plan)

    monkeypatch.setattr(Learner, "step", counted)
    loop = measure._our_loop(small_data, tmp_path, "swift", torch.device("cpu"), "fp32")
    told = 0
    while told < 5 * 550:  # an epoch is four batches of 128 and one of 38
        told += next(loop)
        assert told == learnt


def test_the_dashboard_is_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    cost = None
    for seconds in (1.0, 15.0):
        monkeypatch.setattr(dashboard, "TURN_SECONDS", seconds)
        with contextlib.suppress(BenchError):  # a machine that is busy enough makes no two steps in a second
            cost = dashboard.measure("swift", rounds=1, keys=4, strokes=4, starts=1, page="inside")
            break
    assert cost is not None
    assert min(cost.headless, cost.dashboard) > 1
    assert cost.quartiles == (cost.ratio, cost.ratio), "of one round"
    assert cost.ratio == cost.dashboard / cost.headless
    assert cost.drawing is None or 0 <= cost.drawing < 1
    assert 0 <= cost.bytes_per_second < 1e6  # the turn is half a second and may have no frame
    assert 0 < cost.key_median <= cost.key_p95 < 10
    assert 0 < cost.stroke_median <= cost.stroke_p95 < 10
    assert 0 < cost.first_frame < 30


def test_every_byte_that_a_program_writes_is_counted() -> None:
    writes = "print('x' * 100, end='', flush=True); input(); print('y' * 70000)"
    with Terminal([sys.executable, "-c", writes]) as program:
        program.wait_for("x{100}", 30)
        assert program.received == 100
        program.write(b"\n")
        wait_for(lambda: program.received == 100 + len("\r\n") + 70000 + len("\r\n"))  # the echo of the key comes first


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="the system does not tell")
def test_only_the_main_thread_of_a_program_is_measured() -> None:
    busy = "print('on', flush=True)\nwhile True: pass"
    idle = "import threading\nthreading.Thread(target=lambda: exec('while True: pass'), daemon=True).start()\ninput()"
    with Terminal([sys.executable, "-c", busy]) as first, Terminal([sys.executable, "-c", idle]) as second:
        wait_for(lambda: (first.main_thread_seconds or 0) > 0.4)
        assert (second.main_thread_seconds or 0) < 0.2, "its other thread is not counted"


def test_the_speed_of_a_turn_leaves_out_its_start_and_the_end_of_an_epoch() -> None:
    def at(step: int, elapsed: float) -> Event:
        return replace(first, step=step, elapsed=elapsed)

    first = next(event for event in recorded.training(5) if isinstance(event, Progress))
    fast = [at(100, 1.0), at(101, 1.4), at(102, 1.5)]
    assert follow.steps_per_second(fast) == pytest.approx(2 / 0.5), "a turn as short as that counts whole"
    settled = [*fast, at(112, 2.5), at(132, 3.5)]
    assert follow.steps_per_second(settled) == pytest.approx(30 / 2.0)
    epoch = recorded.epoch_done(132, 1, 60.0, 0.1, 0.2)
    others = [*settled[:4], recorded.health(112), *settled[4:], epoch, at(133, 61.0), at(143, 62.0)]
    assert follow.steps_per_second(others) == pytest.approx(40 / 3.0), "without the minute of the validation"


def test_a_machine_that_is_too_slow_gets_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(BenchError, match="too slow"):
        follow.steps_per_second([])
    monkeypatch.setattr(follow, "START_SECONDS", 0.0)
    with pytest.raises(BenchError, match="did not start"):
        follow.wait_for_run(tmp_path)
