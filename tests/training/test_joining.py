"""Several processes that are stopped, or end, before all of them are there."""

import importlib
import os
import signal
import weakref
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from mnist_sum_tui.machine.ranks import Ranks
from mnist_sum_tui.runs import find
from mnist_sum_tui.training.control import Control
from mnist_sum_tui.training.distributed import PRESENT, joined
from tests.conftest import wait_for
from tests.forked import Kept, ranks

dist: Any = importlib.import_module("torch.distributed")  # whose stores have no types


@pytest.fixture
def store(monkeypatch: pytest.MonkeyPatch) -> Any:
    """torchrun's store, for a process whose torch would connect only to another one."""
    found = dist.HashStore()
    found.set_timeout(timedelta(seconds=1))
    monkeypatch.setattr(dist, "rendezvous", lambda *_, **__: iter([(found, 0, 2)]))
    monkeypatch.setattr(dist, "init_process_group", lambda *_, **__: None)
    monkeypatch.setattr(dist, "destroy_process_group", lambda: None)
    return found


def test_who_is_stopped_while_it_waits_for_the_others_leaves(store: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    control = Control()
    monkeypatch.setattr("time.sleep", lambda _: control.stop())
    with pytest.raises(KeyboardInterrupt), joined(Ranks(0, 2), control):
        pytest.fail("the other one is not there")
    assert store.add(PRESENT, 0) == 0, "nobody connects to it any more"


def test_who_is_stopped_before_does_not_come(store: Any) -> None:
    control = Control()
    control.stop()
    with pytest.raises(KeyboardInterrupt), joined(Ranks(0, 2), control):
        pytest.fail("it was stopped")
    assert store.add(PRESENT, 0) == 0


def test_all_go_on_when_the_last_one_is_there(store: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.sleep", lambda _: store.add(PRESENT, 1))
    with joined(Ranks(0, 2), Control()) as processes:
        assert not processes.is_alone


def test_what_is_freed_later_does_not_free_the_connection(store: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """With torch's compiler loaded, the network did that at the end of a helper, which waited for itself at times."""
    real = dist.distributed_c10d
    alone = partial(real.init_process_group, "gloo", store=dist.HashStore(), rank=0, world_size=1)
    monkeypatch.setattr(dist, "init_process_group", lambda *_, **__: alone())
    monkeypatch.setattr(dist, "destroy_process_group", real.destroy_process_group)
    monkeypatch.setattr("time.sleep", lambda _: store.add(PRESENT, 1))
    with joined(Ranks(0, 2), Control()):
        group = weakref.ref(dist.group.WORLD)
    assert group() is not None
    assert not dist.is_initialized()


@pytest.fixture
def agent() -> Any:
    """The store of torchrun's agent, which outlives the processes."""
    return dist.TCPStore("localhost", 0, 2, is_master=True, wait_for_workers=False)


def started(agent: Any, folder: Path, data_dir: str, count: int) -> Kept:
    """A training in the first of two processes, or in both."""
    store = {"MASTER_PORT": str(agent.port), "TORCHELASTIC_USE_AGENT_STORE": "True"}
    places = [{**place, **store} for place in ranks(2, os.environ)[:count]]
    return Kept(["train", "--model", "swift", "--data-dir", data_dir], folder, *places)


def test_a_leader_that_waits_in_vain_ends_at_a_signal_with_no_run(agent: Any, tmp_path: Path, small_data: str) -> None:
    """torchrun sends it when another process has failed."""
    leader = started(agent, tmp_path, small_data, 1)
    wait_for(lambda: agent.check([PRESENT]))
    leader.send_signal(signal.SIGTERM)
    assert ((done := leader.end()).returncode, done.stderr) == (130, "")
    assert find.list_runs(tmp_path / "runs") == []


def test_what_ends_the_leader_is_told_by_it_alone(agent: Any, small_data: str, tmp_path: Path) -> None:
    """The leader alone reads the test images; then its helper waits for it in vain."""
    for file in (Path(small_data) / "MNIST" / "raw").glob("t10k-*"):
        file.unlink()
    done = started(agent, tmp_path, small_data, 2).end()
    (said,) = [line for line in done.stderr.splitlines() if line.startswith("error: ")]
    assert "t10k-" in said
