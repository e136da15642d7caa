"""Several processes train one run: each computes its part of every batch, and all make the same step.

torch's DistributedDataParallel averages their gradients.
"""

import contextlib
import inspect
import json
import os
import time
from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any

import torch
import torch.distributed as dist
from torch import nn

from mnist_sum_tui.errors import RunError
from mnist_sum_tui.machine.ranks import Ranks
from mnist_sum_tui.models.layers import SumNetwork
from mnist_sum_tui.runs.knob_turns import Turn
from mnist_sum_tui.training.batchnorm import share_batch_norms
from mnist_sum_tui.training.control import Control

LONGEST_WAIT = timedelta(days=7)
"""how long a process waits for the others: long, because the user may pause; a process that dies is noticed at once"""

PRESENT = "mnist-sum/present"
"""the key under which the processes count themselves before they connect"""
TOLD = "mnist-sum/told"
"""the key that the leader sets when it ends by itself: it has said why, and no helper needs to"""
_left: list[dist.ProcessGroup] = []
"""connections that were closed, kept until this process ends"""


class Processes:
    """Operations over all processes of a run. A single process has all images, and nothing to send."""

    def __init__(self, ranks: Ranks) -> None:
        self.ranks = ranks

    @property
    def is_alone(self) -> bool:
        """Whether there is only one process."""
        return self.ranks.size == 1

    def total(self, values: list[float]) -> list[float]:
        """The sums over all processes."""
        if self.is_alone:
            return values
        sums = torch.tensor(values, dtype=torch.float64)
        with lost_process_is_one_line():
            dist.all_reduce(sums)
        return sums.tolist()

    def any(self, flag: bool) -> bool:
        """Whether the flag is true in any process."""
        return flag if self.is_alone else self.total([float(flag)])[0] > 0

    def agree(self, stop: bool, turns: Sequence[Turn]) -> tuple[bool, Sequence[Turn]]:
        """Whether any process should stop, and the leader's changes of settings; the same result in every process."""
        if self.is_alone:
            return stop, turns
        is_stopping, count = self.total([float(stop), float(len(turns))])
        if count:
            found, _ = self.share({"turns": [str(turn) for turn in turns]})
            turns = [Turn.parse(text) for text in found["turns"]]
        return is_stopping > 0, turns

    def share(self, values: dict[str, Any], content: bytes = b"") -> tuple[dict[str, Any], bytes]:
        """The leader's values (as JSON has them) and bytes; the same result in every process."""
        if self.is_alone:
            return values, content
        text = json.dumps(values).encode()
        sizes = torch.tensor([len(text), len(content)])
        with lost_process_is_one_line():
            dist.broadcast(sizes, 0)
            raw = torch.zeros(int(sizes.sum()), dtype=torch.uint8)
            if not self.ranks.is_helper:
                raw.copy_(torch.frombuffer(bytearray(text + content), dtype=torch.uint8))
            dist.broadcast(raw, 0)
        received = raw.numpy().tobytes()
        return json.loads(received[: int(sizes[0])]), received[int(sizes[0]) :]

    def average_gradients(self, network: SumNetwork) -> nn.Module:
        """The network, wrapped so that each backward pass averages the gradients over the processes."""
        if self.is_alone:
            return network
        share_batch_norms(network)
        device = next(network.parameters()).device
        with lost_process_is_one_line():  # DDP first compares the processes' parameters
            wrapped: nn.Module = nn.parallel.DistributedDataParallel(
                network,
                [device.index] if device.type == "cuda" else None,
                gradient_as_bucket_view=True,
                find_unused_parameters=network.has_idle_weights,  # otherwise it waits for them, and fails
                **_buffers_stay(),
            )
        return wrapped


def _buffers_stay() -> dict[str, Any]:
    """DistributedDataParallel's option to send no buffers in a step, because all processes compute the same ones.

    torch 2.13 has renamed the option, and warns about the old name.
    """
    known = inspect.signature(nn.parallel.DistributedDataParallel).parameters
    return {"forward_sync_buffers" if "forward_sync_buffers" in known else "broadcast_buffers": False}


@contextlib.contextmanager
def joined(ranks: Ranks, control: Control) -> Iterator[Processes]:
    """Connect to the other processes, and disconnect at the end; for a helper a leader's failure ends it early.

    Raises:
        KeyboardInterrupt: `control` stops it before the others are there.
        RunError: another process has ended.
    """
    if ranks.size == 1:
        yield Processes(ranks)
        return
    with lost_process_is_one_line():
        backend = "cpu:gloo,cuda:nccl" if torch.cuda.is_available() else "gloo"
        store = _store_of_all(ranks, control)
        dist.init_process_group(backend, store=store, rank=ranks.rank, world_size=ranks.size, timeout=LONGEST_WAIT)
    try:
        yield Processes(ranks)
    except RunError:
        if not (ranks.is_helper and _has_told(store)):
            raise
    finally:
        if not ranks.is_helper:
            with contextlib.suppress(RuntimeError):  # torchrun may be gone
                store.set(TOLD, "")
        # DistributedDataParallel, freed later, would free the group, and torch then waits for a thread with Python's
        # lock held, which that thread may want.
        _left.extend(filter(None, [dist.group.WORLD]))
        dist.destroy_process_group()


def _store_of_all(ranks: Ranks, control: Control) -> Any:
    """Torchrun's store of keys and values, once all processes are there; torch would wait for them deaf to signals."""
    if control.stopping:
        raise KeyboardInterrupt
    store, *_ = next(dist.rendezvous("env://", timeout=LONGEST_WAIT))  # type: ignore[attr-defined]
    present = store.add(PRESENT, 1)
    try:
        while present < ranks.size:
            if control.stopping:
                raise KeyboardInterrupt
            time.sleep(0.05)
            present = store.add(PRESENT, 0)
    except KeyboardInterrupt:
        store.add(PRESENT, -1)  # so that nobody connects to a process that has left
        raise
    return store


def _has_told(store: Any) -> bool:
    """Whether the leader has ended by itself, so that it has said why; not if it was killed."""
    if os.environ.get("TORCHELASTIC_USE_AGENT_STORE") != "True":  # without torchrun the store has ended with the leader
        return False
    try:
        return bool(store.check([TOLD]))
    except RuntimeError:  # torchrun is gone, too
        return False


@contextlib.contextmanager
def lost_process_is_one_line() -> Iterator[None]:
    """Turn torch's error about a broken connection into a RunError of one line.

    Raises:
        RunError: another process of the run has ended.
    """
    try:
        yield
    except RuntimeError as error:
        if not _is_lost_process(error):
            raise
        raise RunError(
            "another process of this run has ended: the last checkpoint is kept; go on with --resume and any number of "
            "processes"
        ) from error


def _is_lost_process(error: RuntimeError) -> bool:
    """Whether the error comes from torch.distributed, or names the library that failed to send.

    gloo's errors are plain RuntimeErrors, also those that DistributedDataParallel raises out of backward(); they begin
    with the place in gloo's source, as "[.../gloo/transport/tcp/pair.cc:598] Connection closed by peer".
    """
    return isinstance(error, dist.DistError) or any(name in str(error).lower() for name in ("gloo", "nccl"))
