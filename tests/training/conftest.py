"""Fixtures of several test files: a small training, and one that tells every step."""

from pathlib import Path

import pytest

from mnist_sum_tui.config import TrainConfig
from mnist_sum_tui.runs import find
from mnist_sum_tui.runs.run import Run
from tests.conftest import make_small_data
from tests.training.resuming import EVERY_STEP, config_of


@pytest.fixture
def few_images(tmp_path: Path) -> str:
    """A torchvision root with 97 training and 16 test images, for tests of many steps."""
    return str(make_small_data(tmp_path / "data", 97, 16))


@pytest.fixture
def config(small_data: str) -> TrainConfig:
    return config_of(small_data, batch_size=64)


@pytest.fixture
def run(config: TrainConfig, tmp_path: Path) -> Run:
    return find.create(tmp_path / "runs", config)


@pytest.fixture
def every_step_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every step sends a Progress."""
    monkeypatch.setattr("mnist_sum_tui.training.loop.USUAL", EVERY_STEP)
