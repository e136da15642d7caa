"""Rows of the bars, and the lines that take room beside them: none is left out of the middle, none is cut."""

import pytest
from textual.pilot import Pilot
from textual.widgets import Static

from mnist_sum_tui.tui.app import MnistSumApp
from mnist_sum_tui.tui.pages.base import Page
from mnist_sum_tui.tui.pages.inspect import InspectPage
from mnist_sum_tui.tui.pages.predicting import working_line
from mnist_sum_tui.tui.widgets.probability_bars import ProbabilityBars
from tests.tui import fixed, recorded
from tests.tui.pages.test_draw import draw
from tests.tui.recorded import press

pytestmark = pytest.mark.usefixtures("without_form")


def rows_of(pilot: Pilot[int], name: str) -> list[str]:
    """The classes in the bars, and the line about the others."""
    lines = str(pilot.app.screen.query_one(name, ProbabilityBars).render()).split("\n")
    return [line.strip("▸• ").split(" ")[0] if "…" not in line else line for line in lines]


async def test_a_note_takes_no_row_from_the_bars(app: MnistSumApp) -> None:
    async with fixed.on(app, InspectPage) as (pilot, page):
        for keys in ((), ("w",)):
            await press(pilot, *keys)
            assert page.query_one("#note", Static).display == bool(keys)
            assert rows_of(pilot, "#digit-bars") == [str(digit) for digit in range(10)]
            assert rows_of(pilot, "#sum-bars") == [str(total) for total in range(19)]


@pytest.mark.parametrize("page", ["inspect", "draw"])
async def test_where_there_is_no_room_the_most_probable_come_first(page: str, app: MnistSumApp) -> None:
    async with app.run_test(size=(60, 20)) as pilot:
        await fixed.open_page(pilot, page)
        if page == "draw":
            assert rows_of(pilot, "#digit-bars") == rows_of(pilot, "#sum-bars") == [""], "nothing is known yet"
            await draw(pilot)
            await pilot.pause()
        bars = app.screen.query_one("#sum-bars", ProbabilityBars)
        *shown, rest = rows_of(pilot, "#sum-bars")
        shares = [bars.probabilities[int(row)] for row in shown]
        assert shares == sorted(shares, reverse=True)
        assert len(shown) >= 3
        assert rest == f"  … {19 - len(shown)} more"


@pytest.mark.parametrize("width", [30, 40, 58, 78, 118])
def test_what_is_done_stays_in_its_line(width: int) -> None:
    line = working_line("Evaluating all 10,000 test images", 0.13, width)
    bar = line.removeprefix("Evaluating all 10,000 test images").removesuffix(" 13 %").strip()
    assert width < 78 or (bar[0], len(bar), bar[-1]) == ("━", 20, "─"), "its end is seen"
    assert line.endswith(" 13 %")
    assert len(line) <= max(width, len("Evaluating all 10,000 test images  13 %"))


async def test_the_state_has_words_beside_the_tabs(app: MnistSumApp) -> None:
    async with app.run_test(size=(60, 20)) as pilot:
        recorded.begin(app)
        app.session.is_watching = True
        app.session.take([recorded.started()], is_whole=False, is_alive=True)
        await fixed.open_page(pilot, "mistakes")
        assert isinstance(app.screen, Page)
        app.screen.show_state()
        await pilot.pause()
        assert "epoch 1/5" in str(app.screen.query_one("#state", Static).render())
