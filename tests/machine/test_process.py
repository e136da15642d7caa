"""How torch's threads wait, depending on what else runs. The speed is measured elsewhere, not tested."""

import gc
import os
import subprocess
import sys
from pathlib import Path
from typing import NoReturn

import pytest

import mnist_sum_tui
from mnist_sum_tui.cli import main
from mnist_sum_tui.machine import process
from tests.conftest import plan_of
from tests.runs.learners import trained

ENVIRONMENT = dict(os.environ)


@pytest.fixture(autouse=True)
def unset(monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty environment on Linux, and no waiting."""
    monkeypatch.setattr(os, "environ", {})
    monkeypatch.setattr("mnist_sum_tui.machine.process.time.sleep", lambda _: None)
    monkeypatch.setattr("mnist_sum_tui.machine.process.sys.platform", "linux")


def decided() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}


def load(running: list[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Have /proc/loadavg give these numbers of running threads, one per look."""
    looks = iter(running)
    file = tmp_path / "loadavg"

    def look(_: float) -> None:
        file.write_text(f"0.07 0.05 0.01 {next(looks)}/78 4711\n")

    monkeypatch.setattr("mnist_sum_tui.machine.process.time.sleep", look)
    monkeypatch.setattr(process, "LOAD", file)


@pytest.mark.parametrize(
    ("running", "spins"),
    [
        (["1", "1", "1"], process.LONG),
        (["1", "2", "1"], process.LONG),  # something short in between
        (["2", "1", "2"], process.SHORT),
        (["3", "3", "3"], process.SHORT),
        (["0", "0", "0"], process.SHORT),  # as in some sandboxes
        (["?", "?", "?"], process.SHORT),
    ],
)
def test_a_training_spins_long_only_if_it_is_alone(
    running: list[str], spins: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    load(running, monkeypatch, tmp_path)
    process.set_waiting(may_be_alone=True)
    assert decided() == {"GOMP_SPINCOUNT": spins, "KMP_BLOCKTIME": "0", "OMP_WAIT_POLICY": "active"}


def test_other_commands_spin_for_a_short_time(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    load(["1"] * 3, monkeypatch, tmp_path)
    process.set_waiting()
    assert os.environ["GOMP_SPINCOUNT"] == process.SHORT


@pytest.mark.parametrize("text", ["", "0.07\n"])
def test_without_a_readable_load_it_is_not_alone(text: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "loadavg").write_text(text)
    monkeypatch.setattr(process, "LOAD", tmp_path / "loadavg")
    assert not process.is_alone()
    monkeypatch.setattr(process, "LOAD", tmp_path / "none")
    assert not process.is_alone()


def test_the_users_own_settings_are_kept() -> None:
    os.environ["OMP_WAIT_POLICY"] = "passive"
    process.set_waiting(may_be_alone=True)
    assert decided() == {"OMP_WAIT_POLICY": "passive"}
    del os.environ["OMP_WAIT_POLICY"]
    os.environ["GOMP_SPINCOUNT"] = "7"
    process.set_waiting()
    assert os.environ["GOMP_SPINCOUNT"] == "7"


def test_on_other_systems_threads_sleep_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mnist_sum_tui.machine.process.sys.platform", "darwin")
    process.set_waiting(may_be_alone=True)
    assert decided() == {"OMP_WAIT_POLICY": "passive"}


@pytest.mark.parametrize("name", ["train", "load_predictor"])
def test_a_script_waits_as_a_command_does(name: str) -> None:
    code = f"""
import os, sys
class AtTorch:
    def find_spec(self, name, *_):
        if name == "torch":
            sys.exit(os.environ.get("OMP_WAIT_POLICY", "not set"))
sys.meta_path.insert(0, AtTorch())
from mnist_sum_tui import {name}
"""
    clean = {name: value for name, value in ENVIRONMENT.items() if not name.startswith(("OMP", "GOMP", "KMP"))}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=clean)
    assert done.stderr.strip() in ("active", "passive")


def test_the_environment_stays_if_torch_is_loaded_or_not_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("train", "load_predictor"):
        assert callable(mnist_sum_tui.__getattr__(name))
    monkeypatch.delitem(sys.modules, "torch")
    assert callable(mnist_sum_tui.__getattr__("TrainConfig"))
    assert decided() == {}


def test_the_collector_looks_less_often_and_a_training_step_leaves_it_nothing() -> None:
    before = gc.get_threshold()
    try:
        gc.set_threshold(700, 10, 10)
        oldest = gc.get_threshold()[2]  # 0 with Python 3.14, which has no oldest generation
        process.collect_less_often()
        assert gc.get_threshold() == (process.COLLECT_AFTER, process.YOUNG, oldest)
    finally:
        gc.set_threshold(*before)
    learner, plan = trained(), plan_of(16)
    gc.collect()
    gc.disable()
    try:
        for _ in range(3):
            learner.step(plan)
        assert gc.collect() == 0
    finally:
        gc.enable()


def test_what_is_there_when_torch_is_asked_for_again_is_still_collected() -> None:
    frozen = gc.get_freeze_count()
    process.import_torch()
    assert gc.get_freeze_count() == frozen


@pytest.mark.parametrize(
    ("words", "is_long"), [("train", True), ("--plain train", True), ("--marker ascii lr", True), ("predict 3", False)]
)
def test_only_what_trains_may_spin_long_also_after_options(
    words: str, is_long: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    def waits(may_be_alone: bool) -> NoReturn:
        raise SystemExit(may_be_alone)

    monkeypatch.setattr(main, "set_waiting", waits)
    monkeypatch.setattr(sys, "argv", ["mnist-sum", *words.split()])
    with pytest.raises(SystemExit) as ended:
        main.main()
    assert ended.value.code is is_long
