"""The maps of the page Mistakes: a cell chooses what the gallery shows; the maps at every size."""

from dataclasses import replace

import numpy as np
import pytest
from textual.widgets import Static

from mnist_sum_tui.tui.app import MnistSumApp
from mnist_sum_tui.tui.pages.inspect import InspectPage
from mnist_sum_tui.tui.pages.mistakes import MistakesPage
from mnist_sum_tui.tui.predictions.pairs import TestSetResult
from mnist_sum_tui.tui.predictions.selection import caption, read_as, sums_wrong
from mnist_sum_tui.tui.widgets.gallery import Gallery
from mnist_sum_tui.tui.widgets.heatmap import Confusion, Heatmap, SumMap
from mnist_sum_tui.tui.widgets.key_footer import KeyFooter
from tests.tui import fixed
from tests.tui.pages.test_mistakes import shown_in
from tests.tui.recorded import until


def test_a_cell_of_the_confusion_is_its_images() -> None:
    found = read_as(fixed.result(), 9, 5)
    assert [chosen.image for chosen in found.chosen] == [241]
    assert found.title.startswith("9 read as 5: 1 image ")
    assert found.chosen[0].caption == "9 → 5? 84%"
    right = read_as(fixed.result(), 5, 5)
    assert right.title.startswith("5 read as 5: 84 images ")
    assert len(right.chosen) == 84
    sure = [fixed.result().digit_probabilities[chosen.image, 5] for chosen in right.chosen]
    assert sure == sorted(sure, reverse=True), "the surest first"
    assert read_as(fixed.result(), 0, 1).title.startswith("0 read as 1: no images ")
    assert "200 of them here" in read_as(many(), 1, 1).title
    assert len(read_as(many(), 1, 1).chosen) == 200
    assert read_as(many(200), 1, 1).title.startswith("1 read as 1: 200 images ")


def many(count: int = fixed.COUNT) -> TestSetResult:
    """A result in which so many images are a 1 that is read as one, and the others a 2."""
    labels = np.where(np.arange(fixed.COUNT) < count, 1, 2)
    return replace(fixed.result(), labels=labels, digits=labels)


def test_a_cell_of_the_sums_is_what_is_wrong_there() -> None:
    found = sums_wrong(fixed.result(), 0, 4)
    assert [(chosen.image, chosen.number) for chosen in found.chosen] == [(3, 4)]
    assert found.chosen[0].caption.startswith("0+4 → 5? ")
    assert len(found.chosen[0].caption) <= 14
    surer = replace(fixed.result(), sureness=np.full_like(fixed.result().sureness, 0.95))
    assert "?" not in sums_wrong(surer, 0, 4).chosen[0].caption, "the sign is about both answers"


def test_what_is_not_sure_is_not_rounded_to_the_limit() -> None:
    assert caption("4 → 9", 0.896, "unsure") == "4 → 9? 89%"
    assert caption("4 → 9", 0.93, "unsure") == "4 → 9? 93%", "because of the sum"
    assert caption("4 → 9", 0.9, "sure") == "4 → 9  90%"


async def test_a_cell_is_chosen_by_keys_or_a_click_and_escape_shows_all_again(app: MnistSumApp) -> None:
    async with fixed.on(app, MistakesPage) as (pilot, _):
        gallery, confusion = app.screen.query_one(Gallery), app.screen.query_one(Confusion)
        sums = app.screen.query_one(SumMap)
        everything, footer = shown_in(gallery), app.screen.query_one(KeyFooter)
        assert "esc All mistakes" not in footer.render().plain
        await pilot.click(confusion, offset=(3 + 5 * confusion.cell, 2 + 9))
        await until(pilot, lambda: shown_in(gallery) == [241])
        assert "esc All mistakes" in footer.render().plain
        assert gallery.has_focus
        app.screen.on_test_set_evaluated(fixed.evaluated(fixed.CHOICES, made=1.0))  # type: ignore[attr-defined]
        assert shown_in(gallery) == [241], "of the newer weights, too"
        await pilot.click(footer, offset=(footer.render().plain.index("esc"), 0))
        await pilot.pause()
        assert shown_in(gallery) == everything
        assert "esc All mistakes" not in footer.render().plain
        sums.focus()
        await pilot.press("up", "left", *["right"] * 4, "enter")  # it stays on the map
        await until(pilot, lambda: shown_in(gallery) == [3])
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, InspectPage) and app.screen.answer)
        assert (app.screen.index, app.screen.number) == (3, 4)  # type: ignore[attr-defined]


async def test_m_says_what_it_does_and_makes_the_pictures_larger(app: MnistSumApp) -> None:
    async with fixed.on(app, MistakesPage) as (pilot, page):
        gallery, footer = page.query_one(Gallery), page.query_one(KeyFooter)
        assert gallery.tile.look == "dots"
        page.add_class("-empty")  # as before the first result
        await pilot.pause()
        assert "m Enlarge" in footer.render().plain
        page.remove_class("-empty")
        assert "m Enlarge" in footer.render().plain
        await pilot.press("m")
        await until(pilot, lambda: gallery.tile.look == "blocks")
        assert "m Show maps" in footer.render().plain
        await pilot.press("escape")
        await until(pilot, lambda: gallery.tile.look == "dots")
        assert page.query_one("#maps").display


def _ground(heatmap: Heatmap, row: int, column: int) -> object:
    """The background of a cell."""
    line = heatmap.render_line(1 + row)
    return [style and style.bgcolor for cells, style, _ in line for _ in cells][3 + column * heatmap.cell]


@pytest.mark.parametrize("size", [(50, 15), (60, 20), (80, 24), (120, 36), (200, 60)])
async def test_the_maps_are_whole_have_a_key_and_no_blank_row_and_words_never_touch(
    size: tuple[int, int], app: MnistSumApp
) -> None:
    """Where counts do not fit, shades stand for all of them; the titles say which map it is."""
    async with fixed.on(app, MistakesPage, size) as (pilot, page):
        for heatmap in page.query(Heatmap):
            lines = heatmap.render().plain.split("\n")
            assert len(lines) == heatmap.content_size.height, "none wraps"
            assert max(map(len, lines)) <= heatmap.content_size.width
            assert all(line[3:].strip() for line in lines[:11])
            assert len(str(heatmap.border_title)) <= heatmap.size.width - 3, "its title is whole"
        confusion, sums = page.query_one(Confusion), page.query_one(SumMap)
        assert "96.6" in f"{sums.border_title}{sums.render().plain}"
        if size[0] >= 120:  # figures, not shades
            least, most = _ground(sums, 0, 0), _ground(sums, 5, 0)
            assert most == _ground(confusion, 2, 1), "the most mistakes, as in the other map"
            assert least == _ground(sums, 1, 0) == sums.rich_style.bgcolor, "100 %"
            assert " to  96.6  % of the sums are right" in sums.render().plain
        gallery = page.query_one(Gallery)
        assert gallery.tile.width * (gallery.across + 1) > gallery.size.width, "the whole width"
        assert gallery.size.width - gallery.tile.width * gallery.across < gallery.across + 2
        frequent = str(gallery.border_title) + str(page.query_one("#frequent", Static).render())
        assert "2 read as 1: 1 of 116" in frequent or size[0] < 60
        grid = [[900.0 if row == column else 0.0 for column in range(10)] for row in range(10)]
        grid[4][8:] = 12, 124
        confusion.grid = grid
        await pilot.pause()
        lines = str(confusion.render()).split("\n")
        assert all(len(line.split()) == 11 for line in lines[1:11])
        assert ("12" in lines[5].split()) == (size[0] > 60)
        assert not any("+" in line for line in lines[1:11]), "shades, not signs for what does not fit"
        assert size[0] < 60 or str(confusion.border_title).startswith("Digit: ")
        assert size[0] < 60 or str(sums.border_title).startswith("Sum: ")
        assert ("░" in str(sums.border_title)) == (size[1] < 30)
        assert size != (80, 24) or "digit↓ number→ ░100% █96.6%" in str(sums.border_title)
