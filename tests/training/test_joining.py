"""Several processes that are stopped, or end, before all of them are there."""

import importlib
import os
import signal
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from mnist_sum_tui.machine.ranks import Ranks
from mnist_sum_tui.runs import find
from mnist_sum_tui.training.control import Control
from mnist_sum_tui.training.distributed import PRESENT, joined
from tests.conftest import COMMAND, wait_for

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


def test_a_leader_that_waits_in_vain_ends_at_a_signal_without_a_run(tmp_path: Path, small_data: str) -> None:
    """torchrun sends it when another process has failed."""
    host = dist.TCPStore("localhost", 0, 2, is_master=True, wait_for_workers=False)
    place = {"RANK": "0", "WORLD_SIZE": "2", "LOCAL_RANK": "0", "LOCAL_WORLD_SIZE": "2"}
    agent = {"MASTER_ADDR": "localhost", "MASTER_PORT": str(host.port), "TORCHELASTIC_USE_AGENT_STORE": "True"}
    command = [*COMMAND, "train", "--model", "swift", "--data-dir", small_data, "--runs-dir", str(tmp_path / "runs")]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdout=pipe, stderr=pipe, env={**os.environ, **place, **agent}) as leader:
        try:
            wait_for(lambda: host.check([PRESENT]))
            leader.send_signal(signal.SIGTERM)
            _, said = leader.communicate(timeout=60)
        finally:
            leader.kill()
    assert (leader.returncode, said) == (130, b"error: interrupted\n")
    assert find.list_runs(tmp_path / "runs") == []


def test_what_ends_the_leader_is_told_by_it_alone(small_data: str, tmp_path: Path) -> None:
    """The leader alone reads the test images; then its helper waits for it in vain."""
    for file in (Path(small_data) / "MNIST" / "raw").glob("t10k-*"):
        file.unlink()
    command = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2"]
    command += ["-m", "mnist_sum_tui", "train", "--model", "swift"]
    options = ["--data-dir", small_data, "--runs-dir", str(tmp_path / "runs")]
    done = subprocess.run([*command, *options], capture_output=True, text=True, timeout=120, check=False)
    (said,) = [line for line in done.stderr.splitlines() if line.startswith("error: ")]
    assert "t10k-" in said
