"""What all pages have in common."""

from pathlib import Path

import pytest
from textual.widgets import Static

from tests.tui import recorded


@pytest.mark.parametrize(("size", "is_enough"), [((40, 10), True), ((39, 10), False), ((40, 9), False)])
async def test_a_terminal_that_is_too_small_is_told_what_is_needed(
    size: tuple[int, int], is_enough: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    recorded.without_torch(monkeypatch)
    app = recorded.new_app(tmp_path)
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        message = app.train_page.query_one("#cramped", Static)
        assert message.display != is_enough
        assert "at least 40 columns wide and 10 rows high" in str(message.render())
