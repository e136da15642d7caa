"""What the tests of the dashboard share."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from textual.pilot import Pilot

from mnist_sum_tui.runs.run import Run
from mnist_sum_tui.tui.app import MnistSumApp
from tests.tui import fixed, recorded
from tests.tui.fake_train import FakeTrain
from tests.tui.idle import wait_for_idle
from tests.tui.pages.test_runs import make, make_three


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> FakeTrain:
    return FakeTrain(monkeypatch)


@pytest.fixture
def terminal_size() -> tuple[int, int]:
    """Of `pilot`; a folder or a file of tests may have another."""
    return 80, 24


@pytest.fixture
async def pilot(
    terminal_size: tuple[int, int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Pilot[int]]:
    recorded.without_torch(monkeypatch)
    async with recorded.new_app(tmp_path).run_test(size=terminal_size) as pilot:
        await pilot.pause()
        yield pilot


@pytest.fixture
def without_form() -> Iterator[None]:
    """For tests that need no form; it stands before `pilot` in `usefixtures`."""
    with recorded.without_form():
        yield


@pytest.fixture(autouse=True)
def _short_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let Textual's pilot wait for an app that is idle indeed, and for no longer; it does so twice for each key.

    The app draws twice as often, so that a frame is waited for half as long.
    """
    monkeypatch.setattr("textual.pilot.wait_for_idle", wait_for_idle)
    monkeypatch.setattr("textual.app.wait_for_idle", wait_for_idle)
    monkeypatch.setattr("textual.screen.UPDATE_PERIOD", 1 / 120)


@pytest.fixture
def app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> MnistSumApp:
    """The dashboard with predictions that are always the same; not started, and without runs."""
    return fixed.new_app(tmp_path, monkeypatch)


@pytest.fixture
def made(tmp_path: Path) -> list[Run]:
    """Three runs in the folder of `app`."""
    return make_three(tmp_path)


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """A completed run in the folder of `pilot`."""
    return make(tmp_path / "runs", "20260101-120100-compact", [*recorded.training(2150), recorded.finished()])
