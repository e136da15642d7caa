"""Several processes on one run; torchrun starts them as for a user where one of them dies."""

import inspect
import json
import os
import shutil
import signal
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
import torch
import torch.distributed as dist

from mnist_sum_tui.config import TrainConfig
from mnist_sum_tui.data.augment import augment
from mnist_sum_tui.data.dataset import SumDataset, load, normalise
from mnist_sum_tui.errors import RunError, UsageError
from mnist_sum_tui.machine.hardware import choose
from mnist_sum_tui.machine.ranks import VARIABLES, Ranks
from mnist_sum_tui.models import swift
from mnist_sum_tui.runs import find
from mnist_sum_tui.runs.journal import read_events
from mnist_sum_tui.training import distributed
from mnist_sum_tui.training.distributed import Processes, lost_process_is_one_line
from mnist_sum_tui.training.prepare import prepare
from mnist_sum_tui.training.state import RunState
from tests import forked
from tests.conftest import Cli, is_one_line, make_small_data, wait_for

TORCHRUN = ["-c", "from torch.distributed.run import main; main()", "--nproc-per-node"]
MODULE = ["-m", "mnist_sum_tui"]
FAST = ("--precision", "fp32", "--batch-size", "110", "--keep", "0")


def losses(cli: Cli, processes: int, *arguments: str) -> list[tuple[float, float]]:
    """The losses of each epoch of a training of 550 images."""
    return losses_of(cli("train", *FAST, "--json", *arguments, processes=processes))


def losses_of(done: "subprocess.CompletedProcess[str]") -> list[tuple[float, float]]:
    """What the training has printed, as it should be."""
    events = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 0, done.stderr
    assert "Warning" not in done.stderr
    assert events[-1]["event"] == "finished"
    assert sum(event["event"] == "started" for event in events) == 1, "one process alone prints"
    return [(event["digit_loss"], event["sum_loss"]) for event in events if event["event"] == "epoch"]


@pytest.fixture
def few(tmp_path: Path) -> tuple[str, ...]:
    """Options for five steps an epoch, on 220 images."""
    return "--batch-size", "44", "--data-dir", str(make_small_data(tmp_path / "few", 240, 20))


def test_fifty_steps_of_two_processes_are_those_of_one(cli: Cli, few: tuple[str, ...]) -> None:
    arguments = ("--model", "pictured", "--epochs", "10", "--augment", "affine", *few)
    one, two = (losses(cli, processes, *arguments) for processes in (1, 2))
    assert len(one) == 10
    for a, b in zip(one, two, strict=True):
        assert b == pytest.approx(a, abs=1e-4)
    assert one[-1][0] < one[0][0] / 2, "it has learnt, so the steps have moved it"


def test_batch_normalisation_is_over_all_and_an_idle_weight_is_not_waited_for(
    cli: Cli, small_data: str, tmp_path: Path
) -> None:
    """Statistics of each part alone move the loss by 1.6e-3, rounding by 1e-7. By SGD: AdamW amplifies rounding."""
    layers = "super().__init__()"
    code = inspect.getsource(swift).replace(layers, f"{layers}\n        self.idle = nn.Linear(2, 3)")
    (tmp_path / "idle.py").write_text(code)
    optimizer = ("--optimizer", "sgd", "--lr", "0.2", "--schedule", "constant")
    arguments = ("--model-file", "idle.py", "--epochs", "1", *optimizer, "--data-dir", small_data)
    one, three = (losses(cli, processes, *arguments)[0] for processes in (1, 3))
    assert three == pytest.approx(one, abs=1e-4)


def test_a_worker_that_dies_ends_the_run_which_can_be_gone_on_with(tmp_path: Path, small_data: str, cli: Cli) -> None:
    folder = tmp_path / "runs"
    arguments = ["train", "--model", "pictured", "--epochs", "1000", "--data-dir", small_data, *FAST]
    torchrun = forked.Kept([*TORCHRUN, "2", *MODULE, *arguments, "--runs-dir", str(folder)], Path.cwd())
    wait_for(lambda: any(run.last_file.exists() for run in find.list_runs(folder)))
    children = subprocess.run(["pgrep", "-P", str(torchrun.pid)], capture_output=True, text=True, check=True)
    leader = find.list_runs(folder)[0].pid
    (helper,) = {int(line) for line in children.stdout.split()} - {leader}
    os.kill(helper, signal.SIGKILL)
    done = torchrun.end()
    assert done.returncode == 1
    assert done.stderr.count("error: another process of this run has ended") == 1
    (run,) = find.list_runs(folder)
    epochs = max(event.epoch for event in read_events(run.metrics_file, "epoch"))
    resumed = cli("train", "--resume", str(run.path), "--epochs", str(epochs + 1), "--json")
    assert resumed.returncode == 0, resumed.stderr
    assert json.loads(resumed.stdout.splitlines()[-1])["reason"] == "completed"


def test_the_helpers_go_by_the_leader_s_schedule(tmp_path: Path, cli: Cli, few: tuple[str, ...]) -> None:
    """Epochs that are added to a run: a helper with another learning rate would soon have other weights."""
    losses(cli, 1, "--model", "pictured", "--epochs", "2", *few)
    (run,) = find.list_runs(tmp_path / "runs")
    copy = shutil.copytree(run.path, tmp_path / "2" / run.id)
    one, two = (losses_of(cli("train", "--resume", str(path), "--epochs", "8", "--json", processes=processes))
                for processes, path in ((1, run.path), (2, copy)))  # fmt: skip
    assert len(one) == 6
    for a, b in zip(one, two, strict=True):
        assert b == pytest.approx(a, abs=1e-4)


def test_a_divergence_is_told_once(cli: Cli, small_data: str) -> None:
    """It comes in the first steps, and in all processes at once, because the loss is the whole batch's."""
    wild = ("--optimizer", "sgd", "--lr", "100", "--batch-size", "22", "--epochs", "1")
    done = cli("train", "--model", "pictured", *FAST, *wild, "--quiet", "--data-dir", small_data, processes=2)
    is_one_line(done, 1, "the loss is no longer a number")


def test_a_helper_takes_the_folder_of_a_new_run_for_the_user_s(cli: Cli, tmp_path: Path) -> None:
    """So it waits for a download into an empty one, as the leader does."""
    (tmp_path / "wrong").mkdir()
    (tmp_path / "wrong" / "other.txt").touch()
    done = cli("train", *FAST, "--model", "pictured", "--data-dir", "wrong", processes=2)
    said = [line.partition(";")[2] for line in done.stderr.splitlines()]
    assert said == [" download the file, or leave out --data-dir"] * 2, done.stderr


def test_the_parts_of_a_batch_are_all_of_it() -> None:
    for size in (1, 2, 3, 7):
        parts = [Ranks(rank, size).part(100) for rank in range(size)]
        assert [row for part in parts for row in range(100)[part]] == list(range(100))
        lengths = [part.stop - part.start for part in parts]
        assert max(lengths) - min(lengths) <= 1


@pytest.mark.parametrize("kind", ["nudge", "affine", "strong", "written", "sturdy"])
def test_a_part_is_augmented_as_in_the_whole(kind: str) -> None:
    images = normalise(load("test").images[:10])
    whole = augment(images, kind, 5)
    torch.testing.assert_close(augment(images[3:7], kind, 5, first=3, of=10), whole[3:7])


def test_a_batch_knows_where_it_stands() -> None:
    dataset = SumDataset(load("test").take(torch.arange(20)))
    whole = dataset.__getitems__(range(10))
    part = dataset.__getitems__(range(10), slice(4, 7))
    assert (part.first, part.of) == (4, 10)
    assert torch.equal(part.images, whole.images[4:7])
    assert torch.equal(part.sums, whole.sums[4:7])


def test_without_torchrun_there_is_one_process(monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in VARIABLES.values():
        monkeypatch.delenv(variable, raising=False)
    assert Ranks.of_environment() == Ranks()
    monkeypatch.setenv("RANK", "1")
    assert Ranks.of_environment() == Ranks(), "a stray variable means nothing"
    for variable, value in zip(VARIABLES.values(), "1212", strict=True):
        monkeypatch.setenv(variable, value)
    assert Ranks.of_environment() == Ranks(1, 2, 1, 2)
    monkeypatch.setenv("WORLD_SIZE", "1")
    assert Ranks.of_environment() == Ranks()


def test_alone_a_group_gives_back_what_it_is_given() -> None:
    group = Processes(Ranks())
    assert group.total([1.0, 2.0]) == [1.0, 2.0]
    assert group.any(True)
    assert not group.any(False)
    assert group.share({"a": 1}, b"b") == ({"a": 1}, b"b")


def test_what_processes_wait_for_each_other_is_no_time_of_training(monkeypatch: pytest.MonkeyPatch) -> None:
    group = Processes(Ranks(0, 2))
    monkeypatch.setattr(group, "average_gradients", lambda network: network)
    config = TrainConfig(model="swift", precision="fp32")
    for processes in (group, Processes(Ranks())):
        state = RunState(config)
        begun = state.clock._since
        prepare(state, choose(config), processes)
        assert (state.clock._since == begun) is processes.is_alone
    config = replace(config, batch_size=189)  # 55,000 images are 291 batches, and one image
    with pytest.raises(UsageError, match="the last batch has 1 image for 2 processes: change"):
        prepare(RunState(config), choose(config), group)


LOST = {
    "gloo": RuntimeError("[/third_party/gloo/gloo/transport/tcp/pair.cc:598] Connection closed by peer [10.0.0.1]:4"),
    "nccl": dist.DistBackendError("NCCL error in: ProcessGroupNCCL.cpp:3690, remote process exited"),
    "network": dist.DistNetworkError("failed to recv, got 0 bytes"),
    "store": dist.DistStoreError("Timed out after 61 seconds waiting for clients. 1/2 clients joined."),
}
OTHERS = (
    "a connection in the model is missing: head.weight",
    "CUDA error: peer access is not supported between these two devices",
    "could not create a primitive",
)


@pytest.mark.parametrize("kind", LOST)
def test_a_lost_process_is_a_line(kind: str) -> None:
    with pytest.raises(RunError, match="another process of this run has ended"), lost_process_is_one_line():
        raise LOST[kind]


@pytest.mark.parametrize("message", OTHERS)
def test_an_error_of_another_kind_is_not_told_as_a_lost_process(message: str) -> None:
    error = RuntimeError(message)
    with pytest.raises(RuntimeError) as raised, lost_process_is_one_line():
        raise error
    assert raised.value is error


class OfTorch210(torch.nn.parallel.DistributedDataParallel):
    def __init__(self, module: torch.nn.Module, device_ids: None, broadcast_buffers: bool = True) -> None: ...


class OfTorch213(torch.nn.parallel.DistributedDataParallel):
    def __init__(self, module: torch.nn.Module, device_ids: None, forward_sync_buffers: bool | None = None) -> None: ...


@pytest.mark.parametrize(("kind", "option"), [(OfTorch210, "broadcast_buffers"), (OfTorch213, "forward_sync_buffers")])
def test_buffers_are_not_sent_whatever_torch_calls_it(kind: type, option: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.nn.parallel, "DistributedDataParallel", kind)
    assert distributed._buffers_stay() == {option: False}
