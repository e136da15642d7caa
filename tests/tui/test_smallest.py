"""At 60x20 every page works, and nothing that one needs is cut."""

import pytest
from textual.widgets import Button, DataTable, OptionList, Static

from mnist_sum_tui.glyphs import BRAILLE
from mnist_sum_tui.tui.app import MnistSumApp
from mnist_sum_tui.tui.pages.inside import InsidePage
from mnist_sum_tui.tui.widgets.addition_table import AdditionTable
from mnist_sum_tui.tui.widgets.gallery import GAP, Gallery
from mnist_sum_tui.tui.widgets.heat_pair import HeatPair
from mnist_sum_tui.tui.widgets.large_map import LargeMap
from mnist_sum_tui.tui.widgets.maps import Maps
from tests.tui import fixed, recorded, shown
from tests.tui.pages.test_draw import draw
from tests.tui.recorded import press, until

pytestmark = pytest.mark.usefixtures("without_form")
SMALLEST = 60, 20


def text(app: MnistSumApp) -> str:
    return "\n".join(shown.lines(app))


async def test_the_form_has_all_its_buttons(app: MnistSumApp) -> None:
    async with app.run_test(size=SMALLEST) as pilot:
        await shown.form(pilot)
        for button in app.screen.query(Button):
            assert str(button.label) in text(app)


async def test_the_addition_table_is_whole_beside_its_words(app: MnistSumApp) -> None:
    async with app.run_test(size=SMALLEST) as pilot:
        await shown.SHOWN["table"](pilot)
        table = app.screen.query_one(AdditionTable)
        assert "so it adds." in " ".join(str(app.screen.query_one("#words").render()).split())
        assert table.content_size.height >= 11
        assert table.content_size.width >= 3 + 19 * 2


async def test_wrong_images_are_whole_or_it_says_how_to_see_them(app: MnistSumApp) -> None:
    async with app.run_test(size=SMALLEST) as pilot:
        await shown.mistakes(pilot)
        assert "images: m makes room" in text(app)
        assert "99%" not in text(app), "a caption without its image"
        gallery = app.screen.query_one(Gallery)
        all_items, gallery.items = gallery.items, gallery.items[:1]
        await until(pilot, lambda: "1 image: m makes room" in text(app))
        gallery.items = all_items
        await press(pilot, "m")
        assert gallery.scrollable_content_region.height >= gallery.tile.height - 1
        assert "m makes" not in text(app)
        await press(pilot, "m")
        await pilot.resize_terminal(80, 24)  # with four rows more they are shown
        await until(pilot, lambda: "8 → 2  99%" in text(app))
        assert "m makes room" not in text(app)


@pytest.mark.parametrize("view", ["health", "means", "map", "inside"])
async def test_the_views_of_inside_have_more_room_than_their_words(view: str, app: MnistSumApp) -> None:
    async with app.run_test(size=SMALLEST) as pilot:
        await shown.SHOWN[view](pilot)
        page = app.screen
        assert isinstance(page, InsidePage)
        assert page.query_one("#words").size.height <= 4
        said = str(page.query_one("#words").render())
        await press(pilot, "question_mark")
        told = page.query_one("#help-text", Static)
        assert str(told.render()).endswith(page._whole_words)
        assert page._whole_words.startswith(said.removesuffix("."))
        for is_sliding in (False, True):
            line = str(page.query_one("#said").render()).splitlines()[1]
            assert len(line) <= page.query_one("#said").content_size.width
            assert ("space ends" in line) == is_sliding
            page.action_slides()
        if view == "health":
            assert page.query_one("#figures").size.height == 1 + len(recorded.LAYERS)
            assert "dead" in next(line for line in shown.lines(app) if "weights " in line and "gradient" in line)
        page.query_one(OptionList).highlighted = 0
        await until(pilot, lambda: str(told.render()).endswith(page._whole_words) and page._whole_words[:9] != said[:9])


async def test_at_80x24_the_words_leave_two_rows_of_maps_and_the_help_has_them_all(app: MnistSumApp) -> None:
    async with fixed.on(app, InsidePage, (80, 24)) as (pilot, page):
        told, maps = page.query_one("#words", Static), page.query_one(Maps)
        assert told.size.height <= 5
        assert maps.scrollable_content_region.height >= 2 * maps.tile.height - GAP
        assert "Weak values" not in str(told.render())
        await press(pilot, "question_mark")
        assert "Weak values are shown stronger." in str(page.query_one("#help-text", Static).render())


async def test_a_map_is_whole_beside_the_image(app: MnistSumApp) -> None:
    """Both in 28x14 cells with a margin, in which the frames are; the filter only where there is room."""
    async with app.run_test(size=SMALLEST) as pilot:
        await shown.closer(pilot)
        closer = app.screen.query_one(LargeMap)
        for size in (SMALLEST, (80, 20), (100, 22), (80, 24)):
            await pilot.resize_terminal(*size)
            await until(pilot, lambda: app.screen.size == size)  # noqa: B023
            lines = str(closer.render()).split("\n")
            assert len(lines) <= closer.content_size.height
            assert max(map(len, lines)) <= closer.content_size.width
            assert ("filter" in lines[0]) == (size[0] >= 80)
            assert "Map 1 of conv1" in text(app)


@pytest.mark.parametrize(("page", "least"), [("inspect", 20), ("draw", 10), ("inside", 10)])
async def test_where_it_looked_is_a_picture(page: str, least: int, app: MnistSumApp) -> None:
    async with app.run_test(size=SMALLEST) as pilot:
        await fixed.open_page(pilot, page)
        if page == "draw":
            await draw(pilot)
        await press(pilot, "h")
        pair = app.screen.query_one(HeatPair)
        lines = str(pair.render()).split("\n")
        named = next(at for at, line in enumerate(lines) if line.startswith("digit ") and "sum " in line)
        assert len(lines) - named - 1 >= least // 2
        assert len(lines) <= pair.content_size.height
        assert max(map(len, lines)) <= pair.content_size.width


async def test_the_table_of_runs_shows_both_accuracies_and_a_question_is_whole(app: MnistSumApp) -> None:
    async with app.run_test(size=SMALLEST) as pilot:
        await shown.runs(pilot)
        table = app.screen.query_one(DataTable)
        assert not table.show_horizontal_scrollbar
        assert "99.12 %" in text(app)
        assert "98.74 %" in text(app)
        await press(pilot, "slash")
        await until(pilot, lambda: app.screen.query("#said"))
        hint = app.screen.query_one("#said")
        assert " ".join(str(hint.render()).split())[-12:] in " ".join(text(app).replace(BRAILLE.axes[0], " ").split())


async def test_forty_by_ten_says_what_is_missing(app: MnistSumApp) -> None:
    said = "Too small: pages are whole from 60x20 on, so make the window 20 columns and 10 rows larger."
    async with app.run_test(size=(40, 10)) as pilot:
        await shown.form(pilot)
        for page in ("train", "inspect", "runs", "inside"):
            await app.switch_mode(page)
            await until(pilot, lambda: " ".join(text(app).split()) == said)
        await pilot.resize_terminal(60, 9)
        await until(pilot, lambda: "make the window 11 rows larger." in " ".join(text(app).split()))
        await pilot.resize_terminal(*SMALLEST)
        await until(pilot, lambda: "Too small" not in text(app))


@pytest.mark.usefixtures("made")  # without runs, the table that has the focus at first is hidden
async def test_after_a_size_that_was_too_small_the_focus_is_where_it_was(app: MnistSumApp) -> None:
    async with app.run_test(size=(80, 24)) as pilot:
        for page in ("mistakes", "runs", "inside"):
            await app.switch_mode(page)
            await until(pilot, lambda: app.screen.focused is not None)
            before = app.screen.focused
            await pilot.resize_terminal(40, 10)
            await until(pilot, lambda: "Too small" in text(app))
            await pilot.resize_terminal(30, 8)
            await pilot.pause()
            await pilot.resize_terminal(80, 24)
            await until(pilot, lambda: app.screen.focused is before)  # noqa: B023
