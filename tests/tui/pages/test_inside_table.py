"""Inside: the addition table, and what is said where a run kept no other weights to compare it with."""

from dataclasses import replace

import pytest
from textual.widgets import OptionList, Static

from mnist_sum_tui.glyphs import BRAILLE
from mnist_sum_tui.tui.app import MnistSumApp
from mnist_sum_tui.tui.pages.inside import InsidePage
from mnist_sum_tui.tui.pages.inside_words import VIEWS
from mnist_sum_tui.tui.pages.weights_bar import NO_OTHERS
from mnist_sum_tui.tui.widgets.addition_table import AdditionTable, table_words
from mnist_sum_tui.tui.widgets.heat_pair import HeatPair
from mnist_sum_tui.tui.widgets.maps import Maps
from tests.tui import fixed
from tests.tui.pages.test_inside import words
from tests.tui.recorded import press, until


async def test_the_addition_table_says_whether_it_adds(app: MnistSumApp) -> None:
    async with fixed.on(app, InsidePage) as (pilot, page):
        await press(pilot, "end", *["up"] * (len(VIEWS) - 1))
        table = page.query_one(AdditionTable)
        assert page.query_one(OptionList).highlighted == len(page.views)
        assert not page.query_one(Maps).display
        assert "all ten sums are 7 + the number, so it adds" in words(page)
        header, *rows = str(table.render()).splitlines()
        assert header.split() == [*"0123456789", "10", "12", "14", "16", "18"], "every second that fills its cell"
        assert header.index("12") == 3 + 2 * 12, "above its column"
        for number, row in enumerate(rows):
            cells = row[3:].ljust(38)[::2]
            assert len(row[3:]) <= 38
            assert cells.index(BRAILLE.shades[4]) == 7 + number, "the diagonal"
        page.show_index(fixed.ODD[0])
        await press(pilot, "enter")
        assert "it reads 0, and 9 of ten sums are 0 + the number. It adds, but for one number" in words(page)
        await pilot.resize_terminal(120, 36)
        await press(pilot, "h")
        pair = page.query_one(HeatPair)
        assert table.region.y < pair.region.y, "it has the width below the table"
        assert max(len(line) for line in str(pair.render()).splitlines()[-10:]) > 40
        await press(pilot, "escape", "up")
        assert "Nineteen scores" in words(page)
        await pilot.resize_terminal(200, 60)
        await pilot.pause()
        assert min(part.region.area for part in (table, page.query_one(Maps), page.query_one("#digit-end"))) > 0
        await press(pilot, "down")
        assert page.view_name == "table"
        assert not page.query_one(Maps).display, "which would show another layer below the table's words"
        assert table.region.width > 19 * 6
        assert table.region.y < page.query_one(HeatPair).region.y


def test_a_table_of_what_is_no_digit_is_not_taken_for_a_network_that_cannot_add() -> None:
    odd = fixed.predictions(fixed.ODD[0])
    few = tuple(replace(said, sum=said.number % 3) for said in odd)
    assert "It does not add yet." in table_words(few)
    strange = tuple(replace(said, digit_score=0.1, threshold=0.5) for said in few)
    said = table_words(strange)
    assert "it takes the image for no digit" in said
    assert "not add" not in said


async def test_on_a_large_screen_the_list_of_many_layers_is_whole(
    app: MnistSumApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    few = fixed.views
    async with fixed.on(app, InsidePage, (200, 60)) as (pilot, page):
        listed = page.query_one(OptionList)
        assert listed.max_scroll_y == 0
        for times, height in ((2, 28), (3, 14)):
            monkeypatch.setattr(fixed, "views", lambda *asked, times=times: (*few(*asked)[:5], *few(*asked) * times))
            page.request_answer()
            await until(pilot, lambda: listed.option_count == 5 + 7 * times + len(VIEWS))  # noqa: B023
            await until(pilot, lambda: listed.max_scroll_y == 0)
            assert page.query_one("#goes-in").region.height == height, "which makes room"
            assert not page.query_one("#beside-each").display


async def test_beyond_the_first_and_the_last_weights_it_says_so(app: MnistSumApp) -> None:
    async with fixed.on(app, InsidePage, (120, 36)) as (pilot, page):
        note = page.query_one("#note", Static)
        for key, words in (
            *(("comma", ""), ("comma", "These are the first weights")),
            *(("full_stop", ""), ("full_stop", ""), ("full_stop", "These are the last weights")),
        ):
            await press(pilot, key)
            assert (words in str(note.render())) if words else not note.display


async def test_where_only_one_network_was_kept_that_is_told(app: MnistSumApp) -> None:
    async with fixed.on(app, InsidePage, (120, 36)) as (pilot, page):
        await press(pilot, "end", *["up"] * (len(VIEWS) - 1))
        assert page.answer is not None
        only = page.answer.choices[1:2]
        page.answer.choices = only
        page.show_layer()
        page.show_weights(only[0], only, "")
        await press(pilot, "comma")
        told = str(page.query_one("#note", Static).render())
        assert told == NO_OTHERS
