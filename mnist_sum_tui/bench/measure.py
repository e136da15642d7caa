"""Training speed of each network against a plain PyTorch loop.

The contestants take turns on the same machine, so that other load slows all of them alike.
"""

import statistics
import time
from collections.abc import Callable, Generator, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from mnist_sum_tui.bench.images import torchvision_root
from mnist_sum_tui.bench.plain import Net, Net2Fc, plain_loop
from mnist_sum_tui.config import TrainConfig
from mnist_sum_tui.data import dataset
from mnist_sum_tui.data.dataset import SumDataset
from mnist_sum_tui.machine.hardware import Hardware, choose, usable_cores
from mnist_sum_tui.models import build
from mnist_sum_tui.models.layers import to_memory_format
from mnist_sum_tui.runs import find
from mnist_sum_tui.runs.events import Started
from mnist_sum_tui.training.loop import train
from mnist_sum_tui.training.step import losses, total_loss

SLICE_SECONDS = 1.0
"""length of a turn, which has at least one step; on a slow machine the plain loop needs about 1 s per step"""
BATCH_SIZE = 128
PLAIN: Mapping[str, Callable[[], nn.Module]] = {"original": Net, "original-2fc": Net2Fc}
LIMIT_SHAPE = (1152, 4608, 1024)
"""conv6 of `original` as a matrix product with batch size 128: 9 positions per image, 9 x 512 inputs, 1,024 outputs"""


@dataclass(frozen=True, slots=True)
class Row:
    """One network's speed in images/s, median over the rounds, all on one device."""

    model: str
    device: str
    """cpu, cuda or mps, chosen by `auto`"""
    plain: float
    """the plain loop with its faster number of workers"""
    workers: int
    """the number of workers of `plain`: 0 or the number of cores"""
    fp32: float
    auto: float
    """images/s with `precision`"""
    precision: str
    """chosen by `auto`"""
    ratio: float
    """auto / plain, median over the rounds"""
    fp32_ratio: float
    """fp32 / plain, median over the rounds"""
    limit: float
    """FLOP/s of a matrix product in `precision`, measured at the same time"""
    limit_share: float
    """FLOP/s of the training (forward and backward, with `precision`) as a share of `limit`"""


def measure(rounds: int, models: tuple[str, ...]) -> Iterator[Row]:
    """Measure the networks, one row after the other; `auto` is not measured twice if it chooses fp32."""
    with torchvision_root() as root, TemporaryDirectory(prefix="mnist-sum-bench-") as folder:
        for model in models:
            hardware = choose(TrainConfig(model=model))
            contestants = {
                name: plain_loop(root, _plain_network(model), BATCH_SIZE, hardware.device, workers)
                for name, workers in _plain_loops().items()
            }
            for precision in dict.fromkeys(("fp32", hardware.precision)):
                contestants[precision] = _our_loop(root, Path(folder), model, hardware.device, precision)
            yield _row(model, take_turns(contestants, rounds), hardware)


def _plain_loops() -> dict[str, int]:
    """The plain loops by name, with the number of processes that load images; 0: the training process loads them."""
    return {f"plain, {workers} workers": workers for workers in (0, usable_cores())}


def _plain_network(model: str) -> nn.Module:
    """The network as most people would write it: from plain.py, or else our class in torch's default memory layout."""
    if model in PLAIN:
        return PLAIN[model]()
    return to_memory_format(build(model), torch.contiguous_format)


def take_turns(contestants: Mapping[str, Generator[int]], rounds: int) -> dict[str, list[float]]:
    """Images/s of each contestant in each round; an extra first round warms up and is not counted."""
    speeds: dict[str, list[float]] = {name: [] for name in contestants}
    for _ in range(rounds + 1):
        for name, loop in contestants.items():
            begin, images = time.perf_counter(), 0
            while time.perf_counter() - begin < SLICE_SECONDS:
                images += next(loop)
            _synchronize()
            speeds[name].append(images / (time.perf_counter() - begin))
    for loop in contestants.values():
        loop.close()
    return {name: values[1:] for name, values in speeds.items()}


def _synchronize() -> None:
    """Wait until the GPU, if there is one, has finished its work."""
    if torch.accelerator.is_available():
        torch.accelerator.synchronize()


def product_limit(precision: str, device: torch.device) -> float:
    """FLOP/s of a matrix product of LIMIT_SHAPE, the fastest of 20, because a limit is the best that is possible."""
    rows, inner, columns = LIMIT_SHAPE
    kind = torch.bfloat16 if precision == "bf16" else torch.float32
    a, b = (torch.randn(shape, dtype=kind, device=device) for shape in ((rows, inner), (inner, columns)))
    seconds = []
    for _ in range(20):
        _synchronize()
        begin = time.perf_counter()
        torch.mm(a, b)
        _synchronize()
        seconds.append(time.perf_counter() - begin)
    return 2 * rows * inner * columns / min(seconds)


def flops_per_image(model: str) -> float:
    """Floating-point operations per image of a training step, forward and backward, counted by torch."""
    network = build(model)
    batch = SumDataset(dataset.load("test").take(torch.arange(8))).__getitems__(range(8))
    with FlopCounterMode(display=False) as counter:
        digits_nk, sums_nk = network(batch.images, batch.numbers)
        total_loss(*losses(digits_nk, sums_nk, batch.labels, batch.sums)).backward()
    return float(counter.get_total_flops()) / len(batch)


def _row(model: str, speeds: Mapping[str, list[float]], hardware: Hardware) -> Row:
    middle = {name: statistics.median(values) for name, values in speeds.items()}
    loops, auto = _plain_loops(), hardware.precision
    best = max(loops, key=middle.__getitem__)
    by_round = {
        name: statistics.median(ours / plain for ours, plain in zip(speeds[name], speeds[best], strict=True))
        for name in ("fp32", auto)
    }
    limit = product_limit(auto, hardware.device)
    return Row(
        model=model,
        device=hardware.device.type,
        plain=middle[best],
        workers=loops[best],
        fp32=middle["fp32"],
        auto=middle[auto],
        precision=auto,
        ratio=by_round[auto],
        fp32_ratio=by_round["fp32"],
        limit=limit,
        limit_share=middle[auto] * flops_per_image(model) / limit,
    )


def _our_loop(root: str, folder: Path, model: str, device: torch.device, precision: str) -> Generator[int]:
    """The real `train`, with events and files; yields after each event the number of images since the last one."""
    config = TrainConfig.of(
        "original", model=model, device=device.type, precision=precision, epochs=10_000, data_dir=root
    )
    images = images_per_epoch = steps_per_epoch = 0
    for event in train(config, find.create(folder, config)):
        if isinstance(event, Started):
            images_per_epoch, steps_per_epoch = event.train_images, event.steps_per_epoch
        epochs, steps = divmod(event.step, steps_per_epoch)
        now = epochs * images_per_epoch + steps * config.batch_size  # the last batch of an epoch is smaller
        yield now - images
        images = now
