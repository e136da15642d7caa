"""What Inside shows besides the layers of one image."""

from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import OptionList, Static

from mnist_sum_tui.tui.app import MnistSumApp
from mnist_sum_tui.tui.pages.inside import InsidePage
from mnist_sum_tui.tui.pages.inside_words import VIEWS
from mnist_sum_tui.tui.widgets.health_table import HealthTable
from mnist_sum_tui.tui.widgets.maps import Maps, Pictures
from tests.tui import fixed, recorded
from tests.tui.recorded import until

SIZES = pytest.mark.parametrize("size", [(80, 24), (120, 36), (200, 60)])


@pytest.fixture
def app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> MnistSumApp:
    return fixed.new_app(tmp_path, monkeypatch)


def words(page: InsidePage) -> str:
    return str(page.query_one("#words", Static).render())


async def show(pilot: Pilot[int], name: str) -> InsidePage:
    """Go down the list to one of the views."""
    await fixed.open_page(pilot, "inside")
    page = pilot.app.screen
    assert isinstance(page, InsidePage)
    page.query_one(OptionList).highlighted = len(page.views) + list(VIEWS).index(name)
    await pilot.pause()
    await pilot.pause()
    return page


@SIZES
async def test_the_health_of_the_layers(size: tuple[int, int], app: MnistSumApp) -> None:
    for step in range(10, 500, 10):
        app.session.add(recorded.health(step))
    async with app.run_test(size=size) as pilot:
        page = await show(pilot, "health")
        table = page.query_one(HealthTable)
        assert not page.query_one(Maps).display or not page.query_one("#seen-inside").display
        figures = str(table.query_one("#figures", Static).render())
        assert [line.split()[0] for line in figures.splitlines()[1:]] == list(recorded.LAYERS)
        assert "Each layer learns" in words(page)
        pictures = table.query_one(Pictures)
        assert [item.caption for item in pictures.items] == list(recorded.LAYERS)
        assert pictures.region.height > 4
        assert figures.splitlines()[3].split()[-2:] == ["33", "%"]
        await pilot.press("enter", "escape", "up")
        await pilot.pause()
        assert not table.display


async def test_before_the_first_figures_it_says_what_will_be_here(
    app: MnistSumApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mnist_sum_tui.tui.pages.network_views.LOOK_SECONDS", 0.05)
    async with app.run_test(size=(80, 24)) as pilot:
        page = await show(pilot, "health")
        assert "Here you will see" in words(page)
        app.session.add(recorded.health(10))  # as a training, a replay or a watched run does
        await until(pilot, lambda: "Each layer learns" in words(page))
        assert len(page.query_one(HealthTable).events) == 1
