"""Fixtures of several test files: a learner, and its checkpoint."""

from pathlib import Path

import pytest

from mnist_sum_tui.runs import locking
from mnist_sum_tui.runs.position import Position
from mnist_sum_tui.training.step import Learner
from tests.runs.learners import trained


@pytest.fixture(scope="module")
def learner() -> Learner:
    return trained()


@pytest.fixture
def _short_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever wants a lock that is held throughout the test gives up at once, not after a second."""
    monkeypatch.setattr(locking, "LOCK_SECONDS", 0.05)


@pytest.fixture
def saved(tmp_path: Path, learner: Learner) -> Path:
    path = tmp_path / "last.safetensors"
    learner.save(path, Position(epoch=2, batch=3, step=433, sums={"images": 384.0}))
    return path
