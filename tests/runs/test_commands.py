"""The command line that makes a run again."""

from dataclasses import replace
from pathlib import Path

import pytest

from mnist_sum_tui import own_network
from mnist_sum_tui.config import TrainConfig
from mnist_sum_tui.runs.commands import command, pruning, reproduction
from mnist_sum_tui.runs.events import Changed, Started
from tests.conftest import Cli, is_one_line
from tests.tui import recorded

AGAIN = "mnist-sum train --resume latest --epochs"
STARTED = next(event for event in recorded.training(1) if isinstance(event, Started))


def test_what_was_turned_is_planned_in_the_command_that_repeats_it() -> None:
    config = TrainConfig.of("standard", model="swift", epochs=3, max_minutes=2.0)
    at = {"step": 10, "epoch": 1, "elapsed": 1.0}
    changed = [
        Changed(**at, at=10, setting="epochs", before="2", value="3"),  # type: ignore[arg-type]
        Changed(**at, at=12, setting="lr", before="x1", value="x0.5"),  # type: ignore[arg-type]
    ]
    starts = [replace(STARTED, epochs=2, step=0), replace(STARTED, epochs=3, step=20, resumed=True)]
    text, besides = reproduction(config, starts, changed)
    assert text.endswith("--epochs 2 --seed 0 --change 12:lr=x0.5")
    assert besides == "its number of epochs was changed while it trained", "as earlier versions could"


def test_a_run_that_was_resumed_with_another_number_of_epochs_is_repeated_so() -> None:
    def again(config: TrainConfig, step: int, *changed: Changed) -> tuple[str, str]:
        first = replace(STARTED, epochs=1, step=0)
        return reproduction(config, [first, replace(STARTED, epochs=2, step=step, resumed=True)], changed)

    usual, an_epoch = TrainConfig.of("standard", model="swift", epochs=2), STARTED.steps_per_epoch
    first = command(replace(usual, epochs=1))
    assert again(usual, an_epoch) == (f"{first} && {AGAIN} 2", "")
    assert again(replace(usual, target=80.0), an_epoch) == (f"{first} && {AGAIN} 2", ""), "it may be the second's only"
    turn = Changed(step=an_epoch + 5, epoch=2, elapsed=99.0, at=an_epoch + 5, setting="lr", before="x1", value="x2")
    assert again(usual, an_epoch, turn)[0] == f"{first} && {AGAIN} 2 --change {turn.turn}"
    text, besides = again(usual, an_epoch - 1)
    assert text == f"{first} ; {AGAIN} 2"
    assert besides.startswith(f"stop it at step {an_epoch - 1}")


def test_the_file_of_an_own_network_is_named_in_every_command(tmp_path: Path) -> None:
    file = tmp_path / "tiny net" / "tiny.py"
    file.parent.mkdir()
    file.write_text("pass")
    config = TrainConfig.of("standard", model=own_network.take(str(file)), epochs=2)
    text, _ = reproduction(config, [replace(STARTED, epochs=1, step=0), replace(STARTED, epochs=2, step=430)])
    assert text.count(f"--model-file '{file}'") == 2
    assert text.endswith(f"{AGAIN} 2 --model-file '{file}'")


def test_a_gain_without_patience_is_refused_and_left_out_of_the_command(cli: Cli) -> None:
    is_one_line(cli("train", "--recipe", "sprint", "--min-gain", "3"), 2, "add --patience, or leave it out")
    assert command(TrainConfig.of("standard", lr=100.0)).count("--lr 100 ") == 1, "as the list of settings has it"
    config = TrainConfig.of("standard", min_gain=3.0)  # an earlier version made such runs
    assert "--min-gain" not in command(config)
    assert command(replace(config, patience=2)).endswith("--patience 2 --min-gain 3")


def test_a_folder_that_a_command_finds_is_not_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("MNIST_SUM_RUNS", raising=False)
    assert pruning(Path("runs")) == pruning(tmp_path / "runs") == "mnist-sum runs prune --all"
    assert pruning(tmp_path / "other" / "runs").endswith(f" --runs-dir {tmp_path}/other/runs")
