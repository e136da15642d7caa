"""What the tests of the dashboard share."""

import pytest

from tests.tui.fake_train import FakeTrain


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> FakeTrain:
    return FakeTrain(monkeypatch)
