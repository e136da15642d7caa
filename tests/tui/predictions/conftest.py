from collections.abc import Iterator
from pathlib import Path

import pytest

from mnist_sum_tui.tui.predictions.worker import PredictionWorker
from mnist_sum_tui.tui.session.session import Session


@pytest.fixture
def worker(tmp_path: Path) -> Iterator[PredictionWorker]:
    made = PredictionWorker(Session(tmp_path / "runs"))
    yield made
    made.close()
