"""The rows of a run's epochs that `mnist-sum runs show` prints: of very many, a terminal gets some, a pipe all."""

import io
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

from mnist_sum_tui.cli.run_tables import print_epochs
from mnist_sum_tui.runs.events import EpochDone
from mnist_sum_tui.runs.summary import Summary, summarise
from tests.cli.test_layout import printed, terminal
from tests.conftest import Cli
from tests.tui import recorded
from tests.tui.pages.test_runs import make


def run_of(folder: Path, epochs: int) -> Summary:
    """A run with so many epochs, of which the 37th is the best."""
    epoch = next(event for event in recorded.training(2150) if isinstance(event, EpochDone))
    each = [replace(epoch, epoch=at, step=at, best=at == 37) for at in range(1, epochs + 1)]
    events = [replace(recorded.started(), epochs=epochs), *each, recorded.finished()]
    return summarise(make(folder, "20260101-120100-compact", events, epochs=epochs))


def rows(lines: list[str], epochs: int) -> list[int]:
    return [int(line.split("/")[0]) for line in lines if f"/{epochs} " in line]


@pytest.mark.parametrize(("epochs", "apart"), [(50, 1), (51, 2), (5000, 100)])
def test_of_very_many_epochs_a_terminal_gets_some(epochs: int, apart: int, tmp_path: Path) -> None:
    print_epochs(out := terminal(300), run_of(tmp_path, epochs))
    lines = printed(out)
    assert rows(lines, epochs) == [at for at in range(1, epochs + 1) if at % apart == 0 or at in (1, 37, epochs)]
    assert sum(line.endswith("*") for line in lines) == 1
    told = [" ".join(line.split()) for line in lines if "is shown" in line or "all " in line]
    command = f"all {epochs:,} epochs mnist-sum runs show {tmp_path}/20260101-120100-compact | more"
    words = [f"one epoch in {apart} is shown, and the first, the best and the last", command]
    assert told == (words if apart > 1 else [])


def test_a_pipe_gets_all_epochs(tmp_path: Path) -> None:
    pipe = io.StringIO()
    print_epochs(Console(file=pipe), run_of(tmp_path, 60))
    lines = pipe.getvalue().splitlines()
    assert rows(lines, 60) == list(range(1, 61))
    assert not any("is shown" in line for line in lines)


def test_runs_without_an_epoch_are_compared_without_a_table_of_curves(tmp_path: Path, cli: Cli) -> None:
    """Each of them once, also if it is named twice."""
    for place, name in enumerate(("20260101-120000-compact", "20260101-120100-compact")):
        make(tmp_path / "runs", name, [recorded.started()], seed=place)
    lines = cli("runs", "compare", "20260101-120000", "latest", "20260101-120100").stdout.splitlines()
    assert lines[-1].split() == ["seed", "0", "1"]
