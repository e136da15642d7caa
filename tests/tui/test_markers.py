"""No page shows a character that its marker does not have, whether it is chosen at the start or in the palette."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from textual.pilot import Pilot

from mnist_sum_tui import glyphs
from mnist_sum_tui.tui.app import MnistSumApp
from mnist_sum_tui.tui.textual_fixes import whole_cells
from tests.glyph_check import strangers
from tests.tui import fixed, recorded, shown


@pytest.fixture(autouse=True)
def _parts_of_cells_again() -> Iterator[None]:
    yield
    whole_cells(False)


@pytest.mark.parametrize("name", shown.SHOWN)
async def test_each_page_in_each_marker(name: str, app: MnistSumApp) -> None:
    async with app.run_test(size=(120, 36)) as pilot:
        await shown.SHOWN[name](pilot)
        before = shown.lines(app)
        for marker in ("braille", "blocks", "ascii", "braille"):
            app.use_marker(marker)
            await pilot.pause()
            lines = shown.lines(app)
            assert strangers("".join(lines), glyphs.MARKERS[marker]) == "", marker
            assert (lines == before) == (marker == "braille")


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


async def test_the_palette_changes_the_marker(app: MnistSumApp) -> None:
    async with app.run_test(size=(100, 30)) as pilot:
        await pilot.press("ctrl+p")
        await pilot.press(*"marker ascii")
        await pilot.app.workers.wait_for_complete()
        await pilot.pause(0.3)
        await pilot.press("enter")
        await pilot.pause(0.3)
        assert glyphs.current() is glyphs.ASCII
        assert "".join(shown.lines(app)).isascii()
