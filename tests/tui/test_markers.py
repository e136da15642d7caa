"""A marker that is chosen while the dashboard runs; test_looks.py looks at each page in each marker."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from textual.pilot import Pilot

from mnist_sum_tui import glyphs
from mnist_sum_tui.tui.textual_fixes import whole_cells
from tests.tui import fixed, recorded, shown


@pytest.fixture(autouse=True)
def _parts_of_cells_again() -> Iterator[None]:
    yield
    whole_cells(False)


async def test_the_whole_page_is_drawn_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It looks as if it had begun with that marker."""

    async def after(pilot: Pilot[int], *markers: str) -> list[str]:
        await shown.SHOWN["train"](pilot)
        for marker in markers:
            recorded.app_of(pilot).use_marker(marker)
            await pilot.pause()
        return shown.lines(recorded.app_of(pilot))

    async with fixed.new_app(tmp_path, monkeypatch).run_test(size=(100, 30)) as pilot:
        switched = await after(pilot, "ascii")
    async with fixed.new_app(tmp_path, monkeypatch).run_test(size=(100, 30)) as pilot:
        assert glyphs.current() is glyphs.ASCII
        assert await after(pilot) == switched
