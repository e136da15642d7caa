"""What the tests of the dashboard share."""

import pytest

from tests.tui.fake_train import FakeTrain


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> FakeTrain:
    return FakeTrain(monkeypatch)


@pytest.fixture(autouse=True)
def _no_speeds(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """No steps in the background, which would load torch and show another time on each machine."""
    if "speeds" not in request.keywords:
        monkeypatch.setattr("mnist_sum_tui.tui.running.SpeedThread.start", lambda _: None)
        monkeypatch.setattr("mnist_sum_tui.tui.running.SpeedThread.join", lambda _: None)
