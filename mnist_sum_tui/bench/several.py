"""What several processes gain a training on this machine, and what several machines would."""

import contextlib
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from mnist_sum_tui.bench.follow import events_after, steps_per_second, wait_for_run

BATCH = 128
TURN_SECONDS = 4.0
GRADIENT_BYTES = 4
"""a parameter's, in float32"""
BANDWIDTH = 10e9 / 8
"""bytes/s of the network that the projection assumes: 10 Gbit Ethernet"""
LATENCY = 50e-6
"""seconds a message takes there"""
NODES = (1, 2, 4, 8, 16, 32, 64)


@dataclass(frozen=True, slots=True)
class Several:
    """What was measured, and what follows for more machines."""

    model: str
    parameters: int
    one: float
    """images/s of one process with all cores, the median over the rounds"""
    two: float
    """of two, each with half of them, that train one run"""
    ratio: float
    """the median over the rounds of two / one"""
    rounds: int
    gradient_bytes: int
    """what each process sends and receives a step, about twice this in a ring"""
    exchanges: int
    """how often a step waits for all: gradients, figures, whether to stop, and twice for each batch normalisation"""
    projected: dict[int, float]
    """images/s of so many machines like this one, at a batch of 128 in all"""
    projected_each: dict[int, float]
    """the same at 128 images a machine, which is another training: the batch grows with the machines"""


def measure(model: str, rounds: int = 3) -> Several:
    """Measure; about half a minute a round.

    Raises:
        BenchError: a training did not begin.
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
    """Images/s of `nodes` machines with `share` of 128 images each; no exchange is hidden behind the computing.

    A step is `share` of the computing, and the exchanges. Each of these goes twice round a ring of n machines, which
    are 2 (n-1) messages one after the other; only the gradients are large, and each message carries 1/n of them
    (Patarasuk and Yuan, 2009).
    """
    carried = parameters * GRADIENT_BYTES / nodes / BANDWIDTH
    exchange = 2 * (nodes - 1) * (exchanges * LATENCY + carried)
    return nodes * share * BATCH / (share * step_seconds + exchange)


def _turn(model: str, processes: int) -> float:
    """Images/s of a training in so many processes."""
    with TemporaryDirectory(prefix="mnist-sum-bench-") as folder, _training(model, processes, Path(folder)):
        run = wait_for_run(Path(folder))
        time.sleep(1.0)  # the first steps warm up
        begin = run.metrics_file.stat().st_size
        time.sleep(TURN_SECONDS)
        return BATCH * steps_per_second(events_after(run, begin))


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
        process.terminate()  # which torchrun hands on; killed, it would leave its workers behind
        process.wait()


def rows(found: Several) -> Iterator[list[str]]:
    """The projection as a table's cells: machines, then images/s and their share of the ideal, for both batches."""
    for nodes in found.projected:
        ideal = nodes * found.projected[1]
        speeds = (found.projected[nodes], found.projected_each[nodes])
        yield [
            found.model,
            f"{nodes}",
            *(cell for speed in speeds for cell in (f"{speed:,.0f}", f"{speed / ideal:.0%}")),
        ]
