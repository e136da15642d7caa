"""The page Runs on a disk whose times are coarse."""

import math
from pathlib import Path

import pytest

from mnist_sum_tui.runs.run import Run
from mnist_sum_tui.tui.app import MnistSumApp
from mnist_sum_tui.tui.pages.experiments import Experiments
from mnist_sum_tui.tui.pages.runs import RunsPage
from tests.tui import fixed, recorded
from tests.tui.pages.test_experiments import ids
from tests.tui.pages.test_runs import make
from tests.tui.recorded import settle, until


async def test_a_run_comes_although_the_time_of_the_folder_stays_the_same(
    app: MnistSumApp, made: list[Run], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on a FAT stick, whose times are even seconds: nothing told of a second change in these."""
    monkeypatch.setattr(Experiments, "changed_at", 1_800_000_000 * 10**9)
    monkeypatch.setattr("mnist_sum_tui.tui.pages.experiments.COARSE_SECONDS", math.inf)
    async with fixed.on(app, RunsPage, (160, 36)) as (pilot, page):
        make(tmp_path, "20260101-120500-swift", [recorded.started()])
        await settle(pilot)
        assert len(ids(page)) == 3
        monkeypatch.setattr("mnist_sum_tui.tui.pages.experiments.COARSE_SECONDS", 0.0)
        await until(pilot, lambda: len(ids(page)) == 4)
