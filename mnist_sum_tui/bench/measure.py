"""Contestants take turns on the same cores within one run, so that a noisy machine is noisy for all of them alike."""

import statistics
import time
from collections.abc import Callable, Iterator, Mapping
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
from mnist_sum_tui.models.layers import laid_out
from mnist_sum_tui.recipes import MODELS
from mnist_sum_tui.runs import find
from mnist_sum_tui.runs.events import Started
from mnist_sum_tui.training.loop import train
from mnist_sum_tui.training.step import losses, total_loss

SLICE_SECONDS = 1.0
"""of each turn; at least one step, which takes the plain loop as long on a slow machine"""
BATCH_SIZE = 128
PLAIN: Mapping[str, Callable[[], nn.Module]] = {"original": Net, "original-2fc": Net2Fc}
LIMIT_SHAPE = (1152, 4608, 1024)
"""conv6 of `original` as one product at batch 128: nine places an image, 9 x 512 inputs, 1,024 outputs"""


@dataclass(frozen=True, slots=True)
class Row:
    """One network's speed in images/s: medians over the rounds, all on one device."""

    model: str
    device: str
    """cpu, cuda or mps, as auto picked it"""
    plain: float
    """the better of `num_workers` 0 and the number of cores"""
    workers: int
    """that number"""
    fp32: float
    auto: float
    precision: str
    """what auto picked"""
    ratio: float
    """the median over the rounds of auto / plain"""
    fp32_ratio: float
    limit: float
    """FLOP/s of a matrix product in auto's precision, just now"""
    limit_share: float
    """of that limit, 0..1; forward and backward"""


def measure(rounds: int = 5, models: tuple[str, ...] = tuple(MODELS)) -> Iterator[Row]:
    """Measure each network; one row after the other. Where auto picks fp32, these are one contestant."""
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
    """How many processes load images beside the training, by the contestant's name; 0: the training itself does."""
    return {f"plain, {workers} workers": workers for workers in (0, usable_cores())}


def _plain_network(model: str) -> nn.Module:
    """As a user writes it, where our own has convolutions of its own kind; else our class, in torch's usual layout."""
    if model in PLAIN:
        return PLAIN[model]()
    return laid_out(build(model), torch.contiguous_format)


def take_turns(contestants: Mapping[str, Iterator[int]], rounds: int) -> dict[str, list[float]]:
    """Images/s of each contestant in each round; a first round warms up and is not counted."""
    speeds: dict[str, list[float]] = {name: [] for name in contestants}
    for _ in range(rounds + 1):
        for name, loop in contestants.items():
            begin, images = time.perf_counter(), 0
            while time.perf_counter() - begin < SLICE_SECONDS:
                images += next(loop)
            _synchronize()
            speeds[name].append(images / (time.perf_counter() - begin))
    for loop in contestants.values():
        loop.close()  # type: ignore[attr-defined]
    return {name: values[1:] for name, values in speeds.items()}


def _synchronize() -> None:
    """Wait for a GPU, which is still at what it was given."""
    if torch.accelerator.is_available():
        torch.accelerator.synchronize()


def product_limit(precision: str, device: torch.device) -> float:
    """FLOP/s of one matrix product of conv6's shape, the quickest of 20, for a limit is what is possible."""
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
    """Floating point operations of a training step, forward and backward, by torch's own counter."""
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


def _our_loop(root: str, folder: Path, model: str, device: torch.device, precision: str) -> Iterator[int]:
    """`train` itself: events, journal and all; yields the number of images after each of its events."""
    config = TrainConfig.of(
        "original", model=model, device=device.type, precision=precision, epochs=10_000, data_dir=root
    )
    images = images_an_epoch = steps_an_epoch = 0
    for event in train(config, find.create(folder, config)):
        if isinstance(event, Started):
            images_an_epoch, steps_an_epoch = event.train_images, event.steps_per_epoch
        epochs, steps = divmod(event.step, steps_an_epoch)
        now = epochs * images_an_epoch + steps * config.batch_size  # an epoch's last batch is smaller
        yield now - images
        images = now
