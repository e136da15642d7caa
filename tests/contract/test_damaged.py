"""What a damaged checkpoint costs: no more than what came after the other one."""

from pathlib import Path

import pytest

from tests.conftest import Cli, is_one_line


def damage(file: Path) -> None:
    raw = bytearray(file.read_bytes())
    raw[len(raw) // 2] ^= 1
    file.write_bytes(raw)


def test_a_run_whose_last_checkpoint_is_damaged_goes_on_from_its_best(cli: Cli, trained_run: Path) -> None:
    damage(trained_run / "last.safetensors")
    done = cli("train", "--resume", "latest", "--epochs", "4")
    assert (done.returncode, done.stderr) == (0, "")
    (said,) = [line for line in done.stdout.splitlines() if "last.safetensors" in line]
    assert "is damaged" in said
    assert "it goes on from best.safetensors, step " in said
    assert cli("predict", "3").returncode == 0


def test_where_both_are_damaged_one_line_says_so(cli: Cli, trained_run: Path) -> None:
    for name in ("last", "best"):
        damage(trained_run / f"{name}.safetensors")
    is_one_line(cli("train", "--resume", "latest", "--epochs", "4"), 1, "last.safetensors: is damaged")
    is_one_line(cli("predict", "3"), 1, "best.safetensors: is damaged")


@pytest.mark.parametrize("command", ["predict idx 3 --json --run latest", "evaluate latest --json"])
def test_where_the_best_weights_are_damaged_the_last_answer(command: str, cli: Cli, trained_run: Path) -> None:
    damage(trained_run / "best.safetensors")
    done = cli(*command.split())
    assert done.returncode == 0
    (said,) = done.stderr.splitlines()
    assert said.startswith("note: ")
    assert "best.safetensors: is damaged" in said
    assert said.endswith(": last.safetensors answers")


@pytest.mark.parametrize("name", ["last", "best", "epoch-1"])
@pytest.mark.parametrize("command", ["predict 3 --number 4 --json --run", "evaluate --json", "evaluate --json --run"])
def test_a_checkpoint_is_accepted_wherever_a_run_is(command: str, name: str, cli: Cli, trained_run: Path) -> None:
    done = cli(*command.split(), str(trained_run / f"{name}.safetensors"))
    assert (done.returncode, done.stderr) == (0, "")
    is_one_line(cli(*command.split(), str(trained_run / "epoch-9.safetensors")), 2, "has no weights")


@pytest.mark.parametrize(("keep", "epochs", "kept"), [(2, 5, {1, 5}), (3, 7, {1, 4, 7}), (3, 2, {1, 2}), (1, 3, {3})])
def test_as_many_epochs_are_kept_as_were_asked_for_evenly_spread(
    keep: int, epochs: int, kept: set[int], cli: Cli, mnist600: Path, tmp_path: Path
) -> None:
    options = ("--model", "swift", "--epochs", str(epochs), "--keep", str(keep), "--data-dir", str(mnist600))
    assert cli("train", *options, "--threads", "1").returncode == 0
    (run,) = (tmp_path / "runs").iterdir()
    found = {int(file.stem.removeprefix("epoch-")) for file in run.glob("epoch-*.safetensors")}
    assert found == {0} | kept, "0 is before the first"


def test_latest_is_the_newest_run_that_has_weights(cli: Cli, mnist600: Path, trained_run: Path) -> None:
    options = ("--model", "pictured", "--recipe", "original", "--lr", "100", "--epochs", "1")
    assert cli("train", *options, "--data-dir", str(mnist600)).returncode == 1
    assert "diverged" in cli("runs").stdout
    done = cli("predict", "3", "--run", "latest", "--json")
    assert (done.returncode, done.stderr) == (0, "")
    assert trained_run.name in done.stdout
