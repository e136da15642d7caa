"""The page Mistakes with fixed answers, and its maps and gallery as text."""

from dataclasses import replace

import numpy as np
import pytest
from textual.color import Color
from textual.style import Style
from textual.widgets import Static

from mnist_sum_tui.tui.app import MnistSumApp
from mnist_sum_tui.tui.pages.inspect import InspectPage
from mnist_sum_tui.tui.pages.mistakes import MistakesPage, summary_line, title_line
from mnist_sum_tui.tui.predictions.requests import EvaluateTestSet
from mnist_sum_tui.tui.predictions.selection import KEY, all_wrong, caption, frequent
from mnist_sum_tui.tui.widgets.gallery import BIG, SMALL, Gallery, Item, tile_for
from mnist_sum_tui.tui.widgets.heatmap import Confusion, accuracy_text, confusion_text, shares
from mnist_sum_tui.tui.widgets.key_footer import keys_of
from mnist_sum_tui.tui.widgets.map_lines import cell_style, fitted, map_lines
from mnist_sum_tui.tui.widgets.slider import Slider
from tests.tui import fixed
from tests.tui.recorded import press, until

BLACK, RED = Color(0, 0, 0), Color(255, 0, 0)


def shown_in(gallery: Gallery) -> list[int]:
    """The places in the test file of the images in the gallery."""
    pixels = fixed.images().images.numpy()
    return [int((pixels == item.image).all(axis=(1, 2)).argmax()) for item in gallery.items]


async def test_maps_and_the_worst_first(app: MnistSumApp) -> None:
    async with fixed.on(app, MistakesPage) as (_, page):
        gallery = page.query_one(Gallery)
        assert shown_in(gallery) == [mistake.index for mistake in fixed.result().mistakes]
        sure = {mistake.index: mistake.probability for mistake in fixed.result().mistakes}
        assert [chosen.image for chosen in all_wrong(fixed.result()).chosen] == sorted(sure, key=lambda i: -sure[i])
        assert len(set(sure.values())) > 1
        assert "digit 98.80 %" in str(page.query_one("#result", Static).render())
        assert "12 wrong digits" in str(gallery.border_title)


@pytest.mark.usefixtures("without_form")
async def test_until_all_images_are_read_no_key_offers_what_is_not_there(
    app: MnistSumApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with app.run_test(size=(120, 36)) as pilot:
        worker, needing_one = fixed.predictions_in(app), {"Open in Inspect", "Maps", "How sure", "Enlarge"}
        with monkeypatch.context() as patch:
            patch.setattr(worker, "request", lambda *_: None)
            await fixed.open_page(pilot, "mistakes")
            assert not needing_one & {key.words for key in keys_of(app.screen)[0]}
            await pilot.press("c", "m", "tab", "enter")
        await press(pilot, "r")
        assert needing_one < {key.words for key in keys_of(app.screen)[0]}


async def test_only_mistakes_are_red(app: MnistSumApp) -> None:
    async with fixed.on(app, MistakesPage) as (_, page):
        confusion = page.query_one(Confusion)
        for mistakes in (0, 1):
            grid = [[100 if label == digit else 0 for digit in range(10)] for label in range(10)]
            grid[4][9] = mistakes
            confusion.grid = grid
            grounds = [span.style.background for span in confusion.render().spans if isinstance(span.style, Style)]
            assert len(grounds) == 100
            assert sum(ground != confusion.colors[2] for ground in grounds) == mistakes


async def test_a_click_chooses_and_a_second_one_or_enter_opens(app: MnistSumApp) -> None:
    async with fixed.on(app, MistakesPage) as (pilot, page):
        gallery = page.query_one(Gallery)
        await pilot.click(gallery, offset=(3, 0))
        await pilot.pause()
        await pilot.pause()
        assert app.screen is page, "the title is no image"
        place = (2 * gallery.tile.width + 3, 4)
        await pilot.click(gallery, offset=place)
        assert gallery.chosen == 2
        await pilot.click(gallery, offset=place)
        await until(pilot, lambda: isinstance(app.screen, InspectPage))
        await press(pilot, "f4", "home", "right", "down", "up", "enter")
        await until(pilot, lambda: isinstance(app.screen, InspectPage))
        assert app.screen.index == fixed.result().mistakes[1].index  # type: ignore[attr-defined]


async def test_the_chosen_one_is_scrolled_into_view(app: MnistSumApp) -> None:
    async with fixed.on(app, MistakesPage, (60, 20)) as (pilot, page):
        gallery = page.query_one(Gallery)
        await press(pilot, "end")
        assert gallery.chosen == len(gallery.items) - 1
        assert gallery.scroll_offset.y > 0
        await press(pilot, "home", "m")
        assert gallery.scroll_offset.y == 0
        assert not page.query_one("#maps").display


async def test_other_themes_draw_it_anew(app: MnistSumApp) -> None:
    async with fixed.on(app, MistakesPage) as (pilot, page):
        gallery = page.query_one(Gallery)
        dark = gallery.render_line(2)
        app.theme = "textual-light"
        await pilot.pause()
        await pilot.pause()
        assert gallery.render_line(2) != dark


def test_map_as_text() -> None:
    texts = [["12" if row == column else "·" for column in range(10)] for row in range(10)]
    strengths = [[1.0 if row == column else 0.0 for column in range(10)] for row in range(10)]
    shown = map_lines(texts, strengths, 4, BLACK, RED, cursor=(2, 5))
    lines = shown.plain.split("\n")
    [cursor] = [span.start for span in shown.spans if span.style == "reverse bold"]
    assert cursor == 3 * (len(lines[0]) + 1) + 3 + 5 * 4, "row 2, column 5"
    assert lines[0] == "     0   1   2   3   4   5   6   7   8   9 "
    assert lines[3] == " 2   ·   ·  12   ·   ·   ·   ·   ·   ·   · "
    assert len({len(line) for line in lines}) == 1


def test_a_cell_in_the_terminal_s_own_colours_has_coloured_text_on_its_ground() -> None:
    """Red on pale red could not be read."""
    own = Color.parse("ansi_red")
    assert cell_style(BLACK, own, 0.0) == Style()
    assert cell_style(BLACK, own, 0.5) == Style(foreground=own, bold=True)
    assert cell_style(BLACK, RED, 1.0).background == BLACK.blend(RED, 0.75)


@pytest.mark.parametrize(
    ("word", "cell", "shown"),
    [("7", 4, "  7 "), ("1135", 4, " 1k "), ("1135", 3, "1k "), ("99", 3, "99 "), ("100", 2, "+ "), ("12", 2, "+ ")],
)
def test_a_word_in_its_cell(word: str, cell: int, shown: str) -> None:
    assert fitted(word, cell) == shown


def test_only_a_full_score_is_100() -> None:
    assert [accuracy_text(share) for share in (1.0, 0.9999, 0.981, 0.0)] == ["100", "99.9", "98.1", "0.0"]
    assert [confusion_text(count) for count in (0, 3, 1135)] == ["·", "3", "1135"]


def test_shares_between_the_ends() -> None:
    assert shares([[0.5, 0.75, 1.0, None]], 0.5, 1.0) == [[0.0, 0.5, 1.0, None]]
    assert shares([[0.5, 0.75, 1.0, None]], 1.0, 0.5) == [[1.0, 0.5, 0.0, None]]
    assert shares([[1.0]], 1.0, 1.0) == [[0.0]], "nothing is wrong"


def test_words() -> None:
    assert caption("4 → 9", 0.9996) == "4 → 9 >99%"
    assert caption("4+7 → 12", 0.639, "unsure") == "4+7 → 12? 64%"
    assert caption("4+7 → 12", 0.639, "stranger") == "4 → no digit?"
    captions = {chosen.image: chosen.caption for chosen in all_wrong(fixed.result()).chosen}
    assert captions[fixed.STRANGER] == "6 → no digit?"
    assert all(
        ("?" in text) == (fixed.result().sureness[at, 0] < 0.81 or at == fixed.STRANGER)
        for at, text in captions.items()
    )
    lines = frequent(fixed.result())
    assert len(lines) == len(fixed.WRONG)
    assert all(" read as " in line for line in lines)
    more = [[12 * (label == digit) for digit in range(10)] for label in range(10)]
    more[4][9], more[9][4], more[2][7] = 1, 3, 3
    several = replace(fixed.result(), report=replace(fixed.result().report, confusion=tuple(map(tuple, more))))
    assert frequent(several) == ["2 read as 7: 3 of 15", "9 read as 4: 3 of 15", "4 read as 9: 1 of 13"]


def test_no_figure_is_cut() -> None:
    """What does not fit is left out whole."""
    whole = f"{fixed.SOURCE}: digit 98.80 % · sum 98.77 % · agreement 99.97 %"
    selection, often = all_wrong(fixed.result()), frequent(fixed.result())
    for width in range(20, 130, 5):
        line = summary_line(fixed.result(), width)
        assert len(line) <= max(width, len(fixed.SOURCE))
        assert whole.startswith(line) or whole.replace(", epoch 3", "").startswith(line), "the figure matters more"
        assert line == whole or line == fixed.SOURCE or line.endswith(" %")
        title = title_line(selection, often, width)
        named = title.removesuffix(" and others").removesuffix(", …")
        assert (
            title in ("12 wrong digits", f"12 wrong digits: {KEY}")
            or title == selection.title
            or (len(title) <= width and named != title and named.endswith((" of 116", " of 110", " of 87")))
        ), f"all are as frequent, {width}"
    once = ["5 read as 3: 2 of 892", *often]
    assert title_line(selection, once, 54) == f"12 wrong digits · most often {once[0]}"


def test_the_signs_of_the_captions_are_explained() -> None:
    selection, often = all_wrong(fixed.result()), frequent(fixed.result())
    for width in (76, 118):
        title = title_line(selection, often, width)
        assert "true → read, ? <90 %" in title
        assert "most often" in title
    assert title_line(selection, often, 118).startswith("12 wrong digits: true → read, ? <90 %; surest first")
    many = selection._replace(title="8,865 wrong digits, 200 of them here")
    assert title_line(many, often, 64).startswith("8,865 wrong digits · most often ")
    assert title_line(selection, [], 190).endswith("; surest first")


def test_tiles_suit_the_room() -> None:
    assert tile_for(200, 40) == BIG._replace(width=33), "six across, spread over the width"
    assert tile_for(80, 20, is_large=True).look == "blocks"
    assert tile_for(80, 10) == SMALL._replace(width=16)
    assert tile_for(1, 1) == SMALL
    assert Item(np.zeros((28, 28), np.uint8), "4 → 9  99%", 7).key == 7


async def test_the_weights_move_as_on_inspect(app: MnistSumApp, monkeypatch: pytest.MonkeyPatch) -> None:
    async with fixed.on(app, MistakesPage) as (pilot, page):
        worker, slider = fixed.predictions_in(app), page.query_one(Slider)
        assert slider.region.bottom == 23, "the line above the footer"
        assert slider.names[slider.chosen] == "best"
        monkeypatch.setattr(worker, "request", lambda request, _: worker.requests.append(request))  # not answered yet
        await pilot.press("full_stop")
        assert (app.session.weights, slider.names[slider.chosen]) == (fixed.CHOICES[2], "last")
        await pilot.press("comma", "comma")
        (wanted,) = {request.weights for request in worker.requests[-1:] if isinstance(request, EvaluateTestSet)}
        assert wanted == app.session.weights == fixed.CHOICES[0]
        assert slider.names[slider.chosen] == "epoch 1"
        named_anew = (fixed.CHOICES[0], replace(fixed.CHOICES[1], name="epoch 3 = best"))
        page.post_message(fixed.evaluated(named_anew))
        await pilot.pause()
        assert slider.names[slider.chosen] == "epoch 3 = best", "whose result is shown"
