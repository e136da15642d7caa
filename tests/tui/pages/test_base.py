"""What all pages have in common."""

from pathlib import Path

import pytest
from textual.widgets import Static

from tests.tui import recorded


@pytest.mark.parametrize(
    ("size", "is_enough", "missing"),
    [
        ((41, 11), True, ""),
        ((39, 9), False, "21 columns and 11 rows larger"),
        ((40, 30), False, "20 columns larger"),
        ((90, 10), False, "10 rows larger"),
    ],
)
async def test_a_terminal_that_is_too_small_is_told_what_is_needed(
    size: tuple[int, int], is_enough: bool, missing: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    recorded.without_torch(monkeypatch)
    app = recorded.new_app(tmp_path)
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        message = app.train_page.query_one("#cramped", Static)
        assert message.display != is_enough
        assert missing in str(message.render())
