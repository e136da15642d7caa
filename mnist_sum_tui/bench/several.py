"""How much faster several processes train on this machine, and an estimate for several machines."""

import contextlib
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from mnist_sum_tui.bench.follow import steps_per_second, wait_for_run
from mnist_sum_tui.runs.journal import read_events

BATCH = 128
TURN_SECONDS = 4.0
GRADIENT_BYTES = 4
"""per parameter, in float32"""
BANDWIDTH = 10e9 / 8
"""bytes/s between the machines of the estimate: 10 Gbit Ethernet"""
LATENCY = 50e-6
"""seconds per message between them"""
NODES = (1, 2, 4, 8, 16, 32, 64)
"""numbers of machines in the estimate"""


@dataclass(frozen=True, slots=True)
class Several:
    """What was measured with two processes, and the estimate for several machines."""

    model: str
    parameters: int
    one: float
    """images/s of one process with all cores, median over the rounds"""
    two: float
    """images/s of two processes with half of the cores each, training one run together, median over the rounds"""
    ratio: float
    """two / one, median over the rounds"""
    rounds: int
    gradient_bytes: int
    """size of all gradients; per step each process sends and receives about twice as much in a ring"""
    exchanges: int
    """exchanges per step: one each for gradients, for losses, and on whether to stop; two per batch normalisation"""
    projected: dict[int, float]
    """estimated images/s by number of machines, with a total batch size of 128"""
    projected_each: dict[int, float]
    """the same with batch size 128 per machine, which is another training, because the total batch size grows"""


def measure(model: str, rounds: int) -> Several:
    """Measure one network; takes about half a minute per round.

    Raises:
        BenchError: a training did not start, or is too slow to be measured.
    """
    from torch import nn

    from mnist_sum_tui.models import build, parameter_count

    pairs = [(_turn(model, 1), _turn(model, 2)) for _ in range(rounds)]
    one = statistics.median(pair[0] for pair in pairs)
    network = build(model)
    parameters = parameter_count(network)
    exchanges = 3 + 2 * sum(isinstance(module, nn.BatchNorm2d) for module in network.modules())
    cost = (BATCH / one, parameters, exchanges)
    return Several(
        model=model,
        parameters=parameters,
        one=one,
        two=statistics.median(pair[1] for pair in pairs),
        ratio=statistics.median(two / single for single, two in pairs),
        rounds=rounds,
        gradient_bytes=parameters * GRADIENT_BYTES,
        exchanges=exchanges,
        projected={nodes: project(*cost, nodes, 1 / nodes) for nodes in NODES},
        projected_each={nodes: project(*cost, nodes, 1.0) for nodes in NODES},
    )


def project(step_seconds: float, parameters: int, exchanges: int, nodes: int, share: float) -> float:
    """Estimated images/s of `nodes` machines with `share` x 128 images each.

    A step takes `share` of the computing time plus the time of the exchanges, which do not overlap with computing.
    An exchange goes twice around a ring of n machines: 2 (n - 1) messages in a row. Only the gradients are large; each
    of their messages carries 1/n of them (Patarasuk and Yuan, 2009).
    """
    carried = parameters * GRADIENT_BYTES / nodes / BANDWIDTH
    exchange = 2 * (nodes - 1) * (exchanges * LATENCY + carried)
    return nodes * share * BATCH / (share * step_seconds + exchange)


def _turn(model: str, processes: int) -> float:
    """Images/s of a training with this number of processes."""
    with TemporaryDirectory(prefix="mnist-sum-bench-") as folder, _training(model, processes, Path(folder)):
        run = wait_for_run(Path(folder))
        time.sleep(1.0)  # the first steps warm up
        begin = run.metrics_file.stat().st_size
        time.sleep(TURN_SECONDS)
        return BATCH * steps_per_second(read_events(run.metrics_file, begin=begin))


@contextlib.contextmanager
def _training(model: str, processes: int, folder: Path) -> Iterator[None]:
    launcher = ["torch.distributed.run", "--nproc-per-node", str(processes), "-m"] if processes > 1 else []
    arguments = ["train", "--model", model, "--epochs", "1000", "--keep", "0", "--runs-dir", str(folder)]
    command = [sys.executable, "-m", *launcher, "mnist_sum_tui", *arguments]
    nowhere = subprocess.DEVNULL
    process = subprocess.Popen(command, stdout=nowhere, stderr=nowhere)
    try:
        yield
    finally:
        process.terminate()  # torchrun passes this on to its workers; kill() would leave them running
        process.wait()


def rows(found: Several) -> Iterator[list[str]]:
    """The estimate as table rows: network, machines, then images/s and share of the ideal for both batch sizes."""
    for nodes in found.projected:
        ideal = nodes * found.projected[1]
        speeds = (found.projected[nodes], found.projected_each[nodes])
        yield [
            found.model,
            f"{nodes}",
            *(cell for speed in speeds for cell in (f"{speed:,.0f}", f"{speed / ideal:.0%}")),
        ]
