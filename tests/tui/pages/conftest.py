"""What the tests of the pages share."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from textual.pilot import Pilot

from tests.tui import recorded


@pytest.fixture
async def pilot(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Pilot[int]]:
    recorded.without_torch(monkeypatch)
    async with recorded.new_app(tmp_path).run_test(size=(120, 36)) as pilot:
        await pilot.pause()
        yield pilot
