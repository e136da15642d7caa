"""Batch normalisation over several processes: it is torch's own over all images, or it is refused."""

from pathlib import Path

import pytest
import torch

from mnist_sum_tui.errors import UsageError
from mnist_sum_tui.training.batchnorm import share_batch_norms
from tests.conftest import Cli

NORMALISE = """
import sys, torch, torch.distributed as dist
from mnist_sum_tui.training.batchnorm import share_batch_norms
from mnist_sum_tui.machine.ranks import Ranks
from tests.training.test_batchnorm import maps, norm_of_maps, through

ranks, folder = Ranks.of_environment(), sys.argv[1]
dist.init_process_group("gloo", init_method=f"file://{folder}/store", rank=ranks.rank, world_size=ranks.size)
norm = norm_of_maps()
share_batch_norms(norm)
torch.save(through(norm, maps()[ranks.part(7)]), f"{folder}/{ranks.rank}.pt")
dist.destroy_process_group()
"""
"""a process of several, each with its part of seven maps"""
ADDED, SAME = ("weight", "bias"), ("mean", "variance", "evaluated")


def maps() -> torch.Tensor:
    return torch.randn(7, 5, 4, 3, generator=torch.Generator().manual_seed(0)) * 3 + torch.arange(5.0).view(5, 1, 1)


def norm_of_maps() -> torch.nn.BatchNorm2d:
    norm = torch.nn.BatchNorm2d(5)
    with torch.no_grad():
        norm.weight.copy_(torch.arange(1.0, 6.0))
        norm.bias.copy_(torch.arange(5.0))
    return norm


def through(norm: torch.nn.BatchNorm2d, maps_nchw: torch.Tensor) -> dict[str, torch.Tensor | None]:
    """What comes out of it, forward and backward, and what it keeps."""
    given = maps_nchw.clone().requires_grad_()
    out = norm(given)
    (out**3).sum().backward()
    found = {"out": out.detach(), "gradient": given.grad, "weight": norm.weight.grad, "bias": norm.bias.grad}
    return found | {"mean": norm.running_mean, "variance": norm.running_var, "evaluated": norm.eval()(maps()).detach()}


@pytest.mark.parametrize("processes", [1, 3])
def test_shared_batch_normalisation_is_torchs_own(tmp_path: Path, cli: Cli, processes: int) -> None:
    """Three have parts of 2, 2 and 3 of the maps."""
    done = cli("-c", NORMALISE, str(tmp_path), processes=processes)
    assert done.returncode == 0, done.stderr
    parts = [torch.load(tmp_path / f"{rank}.pt") for rank in range(processes)]
    whole = through(norm_of_maps(), maps())
    assert whole["gradient"] is not None
    assert whole["gradient"].abs().max() > 0.1, "or there would be nothing to compare"
    for name, wanted in whole.items():
        values = [part[name] for part in parts]
        if name in SAME:
            assert all(torch.equal(value, values[0]) for value in values)
        ours = values[0] if name in SAME else sum(values) if name in ADDED else torch.cat(values)
        torch.testing.assert_close(ours, wanted, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize(
    "norm",
    [
        "BatchNorm2d(8, affine=False)",
        "BatchNorm2d(8, momentum=None)",
        "BatchNorm2d(8, track_running_stats=False)",
        "BatchNorm1d(8)",
        "LazyBatchNorm2d()",
    ],
)
def test_a_batch_normalisation_that_cannot_be_shared_is_refused(norm: str) -> None:
    network = torch.nn.Sequential(torch.nn.BatchNorm2d(8), torch.nn.Sequential(eval(f"torch.nn.{norm}")))
    with pytest.raises(UsageError, match=rf"^1\.0 is a {norm.partition('(')[0]}.*start one process"):
        share_batch_norms(network)
