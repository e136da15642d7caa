"""`bench --race`: seconds until the validation has the accuracy that is asked for."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from mnist_sum_tui.bench import race
from mnist_sum_tui.cli import commands
from mnist_sum_tui.errors import BenchError
from mnist_sum_tui.recipes import MODELS, RECIPES
from mnist_sum_tui.runs import locking
from mnist_sum_tui.runs.run import Run
from tests.conftest import COMMAND, Cli, is_one_line, wait_for
from tests.forked import Kept
from tests.training.test_early_end import done


@pytest.fixture
def short_runs(small_data: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Trainings of the race have some hundred images and an epoch, and do not wait for torch."""

    def shortened(command: list[str], **_: object) -> object:
        assert command[: len(COMMAND)] == COMMAND
        return Kept([*command[len(COMMAND) :], "--data-dir", small_data, "--epochs", "1"], tmp_path).end()

    monkeypatch.setattr("mnist_sum_tui.bench.race.subprocess.run", shortened)


@pytest.mark.usefixtures("short_runs")
def test_who_reaches_the_target_is_timed() -> None:
    found = race.run("swift", seeds=2, target=0.5)
    assert (found.model, found.recipe, found.seeds, found.reached, found.epochs) == ("swift", "sprint", 2, 2, 1)
    assert found.training is not None
    assert found.process is not None
    assert 0 < found.training < found.process


@pytest.mark.usefixtures("short_runs")
def test_who_does_not_reach_it_has_no_time() -> None:
    found = race.run("swift", seeds=1, target=100)
    assert (found.reached, found.epochs, found.training, found.process) == (0, None, None, None)


def test_a_target_that_is_met_exactly_is_reached(monkeypatch: pytest.MonkeyPatch) -> None:
    """100 * 0.9934 is a little less than 99.34."""
    ended = subprocess.CompletedProcess([], 0, stderr="")
    monkeypatch.setattr("mnist_sum_tui.bench.race.subprocess.run", lambda *_, **__: ended)
    monkeypatch.setattr(race, "list_runs", lambda folder: [Run(folder)])
    monkeypatch.setattr(race, "read_events", lambda _: [done(1, 0.9933), done(2, 0.9934, 0.99), done(3, 0.9934)])
    assert race.run("swift", seeds=1, target=99.34).epochs == 3


def test_a_training_that_fails_ends_the_race_with_its_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    failed = subprocess.CompletedProcess([], 1, stderr="a warning\nerror: no space left\n")
    monkeypatch.setattr("mnist_sum_tui.bench.race.subprocess.run", lambda *_, **__: failed)
    with pytest.raises(BenchError, match=r"failed: error: no space left$"):
        race.run("swift", seeds=1, target=99.4)


def test_each_network_runs_its_own_recipe() -> None:
    assert {model: race.recipe_of(model) for model in MODELS} == {
        **dict.fromkeys(MODELS, "standard"), "swift": "sprint", "keen": "marathon", "deep": "sturdy"
    }  # fmt: skip
    assert set(race.MODELS) <= MODELS.keys()
    assert RECIPES["sprint"].values["all_data"], "so the race has to hold images out"


def test_the_command_prints_the_quickest_first(monkeypatch: pytest.MonkeyPatch) -> None:
    times = {"swift": (2, 3.0, 5.25), "compact": (4, 20.0, 30.0), "keen": (None, None, None)}
    monkeypatch.setattr(
        race, "run", lambda model, seeds, target: race.Race(model, "r", target, seeds, 1, *times[model])
    )
    result = CliRunner().invoke(commands.build(), ["bench", "--race", "99.4", "--rounds", "2"], catch_exceptions=False)
    rows = [line.split() for line in result.stdout.splitlines() if line.split()[0:1] and line.split()[0] in times]
    assert rows == [
        ["swift", "r", "1", "of", "2", "2.0", "3.0", "5.2"],
        ["compact", "r", "1", "of", "2", "4.0", "20.0", "30.0"],
        ["keen", "r", "1", "of", "2", "-", "-", "-"],
    ]
    result = CliRunner().invoke(commands.build(), ["bench", "--race", "90", "--model", "swift", "--json"])
    assert json.loads(result.stdout) == {
        "model": "swift", "recipe": "r", "target": 90.0, "seeds": 3, "reached": 1, "epochs": 2, "training": 3.0,
        "process": 5.25,
    }  # fmt: skip


@pytest.mark.parametrize("arguments", [("--race", "0"), ("--race", "101"), ("--race", "99", "--growth")])
def test_a_race_that_makes_no_sense_is_refused(arguments: tuple[str, ...], cli: Cli) -> None:
    is_one_line(cli("bench", *arguments), 2, "--race")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGTERM")
def test_a_bench_that_is_asked_to_end_leaves_no_training_and_no_folder(tmp_path: Path) -> None:
    command = [*COMMAND, "bench", "--race", "100", "--model", "keen", "--rounds", "1"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, env={**os.environ, "TMPDIR": str(tmp_path)})
    try:
        wait_for(lambda: any(tmp_path.glob("mnist-sum-bench-*/*/.pid")))
        (run,) = tmp_path.glob("mnist-sum-bench-*/*")
        trainer = locking.pid(run)
        process.terminate()
        assert process.wait(60) == 128 + signal.SIGTERM
    finally:
        process.kill()
        process.wait()
    assert trainer is not None
    with pytest.raises(ProcessLookupError):
        os.kill(trainer, 0)
    assert not list(tmp_path.glob("mnist-sum-*"))
