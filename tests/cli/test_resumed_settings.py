"""What the command line says of a setting that a resumed run cannot take."""

from pathlib import Path

import pytest

from mnist_sum_tui.config import TrainConfig
from mnist_sum_tui.runs import find
from tests.conftest import Cli, is_one_line


@pytest.mark.parametrize(("is_all", "option"), [(True, "--hold-out"), (False, "--all-data")])
def test_the_option_to_leave_out_is_the_one_that_was_typed(cli: Cli, tmp_path: Path, is_all: bool, option: str) -> None:
    run = find.create(tmp_path / "runs", TrainConfig.of(all_data=is_all), "")
    is_one_line(cli("train", "--resume", str(run.path), option), 2, f"leave out {option}")


@pytest.mark.parametrize("name", ["patience", "target"])
def test_a_run_without_validation_images_is_not_advised_to_hold_some_out(cli: Cli, tmp_path: Path, name: str) -> None:
    run = find.create(tmp_path / "runs", TrainConfig.of("sprint"), "")
    refused = cli("train", "--resume", str(run.path), f"--{name}", "3")
    is_one_line(refused, 2, f"run {run.id} has none: leave out --{name}")
    assert "hold-out" not in refused.stderr
