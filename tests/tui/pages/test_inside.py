"""Inside: the layers of the image that is shown, by the same weights as its answer."""

import time
from dataclasses import replace

import pytest
from textual.widgets import OptionList, Static

from mnist_sum_tui.data.picture import prepare
from mnist_sum_tui.tui.app import MnistSumApp
from mnist_sum_tui.tui.pages.inside import InsidePage
from mnist_sum_tui.tui.pages.inside_words import VIEWS
from mnist_sum_tui.tui.pages.inspect import InspectPage
from mnist_sum_tui.tui.predictions.messages import LookedInside
from mnist_sum_tui.tui.predictions.requests import EvaluateTestSet, LookInside, PredictImage
from mnist_sum_tui.tui.widgets.digit import Digit
from mnist_sum_tui.tui.widgets.key_footer import KeyFooter
from mnist_sum_tui.tui.widgets.layer_list import LayerList
from mnist_sum_tui.tui.widgets.maps import Maps
from mnist_sum_tui.tui.widgets.probability_bars import ProbabilityBars
from tests.tui import fixed
from tests.tui.pages.test_draw import draw
from tests.tui.recorded import press, until
from tests.tui.shown import lines

ROWS = ["image", "conv1", "conv1 pooled", "hidden", "digit", "number", "sum"]


def words(page: InsidePage) -> str:
    return str(page.query_one("#words", Static).render())


async def test_a_drawing_goes_through_the_network_until_another_image_is_wanted(app: MnistSumApp) -> None:
    async with fixed.on(app, InsidePage, (120, 36)) as (pilot, page):
        await fixed.open_page(pilot, "draw")
        await draw(pilot)
        for keys in (("space", "space"), ("right",), ("g", "4", "enter")):  # the second space ends the slide show
            await fixed.open_page(pilot, "inside")
            assert said(page).startswith("drawn: 3 + 7 = 10")
            assert page.answer is not None
            drawing = app.session.drawing
            assert drawing is not None
            assert (page.answer.image == prepare(drawing)).all()
            assert (page.views[0].maps[0] > 0).sum() == (page.answer.image > 0).sum()
            await press(pilot, *keys)
            assert said(page).startswith("#"), keys
            assert app.session.drawing is None
            await fixed.open_page(pilot, "draw")
        await fixed.open_page(pilot, "inside")
        await press(pilot, "m")
        assert page.query_one("#under-cursor", Digit).image is None, "it is no point of the map"
        await fixed.open_page(pilot, "inspect")
        await fixed.open_page(pilot, "inside")
        assert said(page).startswith("#"), "Inspect and Inside show the same image"
        await fixed.open_page(pilot, "draw")
        await press(pilot, "c")
        await fixed.open_page(pilot, "inside")
        assert said(page).startswith("#"), "nothing is drawn"


def said(page: InsidePage) -> str:
    return str(page.query_one("#said", Static).render())


async def test_the_list_leads_from_the_image_to_the_sum(app: MnistSumApp) -> None:
    async with fixed.on(app, InsidePage) as (pilot, page):
        layers, maps = page.query_one(OptionList), page.query_one(Maps)
        rows = [str(layers.get_option_at_index(place).prompt) for place in range(layers.option_count)]
        assert [row.partition(":")[0] for row in rows[: len(ROWS)]] == ROWS
        assert rows[1:4] == ["conv1: 4 maps of 28x28", "conv1 pooled: 4 of 14x14", "hidden: 64 values"]
        for place, word in enumerate(
            ("image goes in", "one filter", "strongest is kept", "one value", "the first answer, the digit")
        ):
            layers.highlighted = place
            await pilot.pause()
            assert word in words(page)
            assert maps.display == (place < 4), "scores are bars"
            assert page.query_one("#digit-end").region.area > 0 or place < 4
            if maps.display:
                assert len(maps.items) == (4 if place in (1, 2) else 1)
        await press(pilot, "down", "3")
        assert "Only column 3 is lit" in words(page)
        layers.highlighted = 1
        await pilot.resize_terminal(120, 36)
        for theme, meaning in (("mnist-sum-dark", "white counts for"), ("mnist-sum-light", "black counts for")):
            app.theme = theme
            await pilot.pause()
            page.show_layer()
            assert meaning in words(page)
        assert "The numbers are only names." in words(page)
        assert "Strongest" not in words(page)
        await press(pilot, "b")
        assert words(page).startswith("Strongest maps first · Convolution ")
        await press(pilot, "b")
        assert words(page).startswith("Convolution ")


async def test_enter_goes_into_a_layer_and_escape_out_of_it(app: MnistSumApp) -> None:
    async with fixed.on(app, InsidePage, (120, 36)) as (pilot, page):
        maps = page.query_one(Maps)
        assert str(page.query_one(KeyFooter).render()).startswith("↑ ↓ Layer  ← → Image  enter Go in  h Where")
        await press(pilot, "right")
        assert page.index == 1, "the arrows choose the image"
        await press(pilot, "enter", "right")
        assert (page.index, maps.items[maps.chosen].key) == (1, 1), "within a layer they choose a map"
        await press(pilot, "2")
        assert maps.items[maps.chosen].key == 1, "the same map with another number"
        await press(pilot, "b")
        order = fixed.views(page.answer.image, 2, 2)[1].maps.mean((1, 2)).argsort()[::-1] if page.answer else ()
        assert [item.key for item in maps.items] == list(order), "brightest first"
        await press(pilot, "escape", "right")
        assert page.index == 2


async def test_enter_and_the_order_of_maps_are_offered_only_where_there_is_something_to_choose_or_sort(
    app: MnistSumApp,
) -> None:
    async with fixed.on(app, InsidePage, (150, 36)) as (pilot, page):
        rows = page.query_one(LayerList)
        views = rows.option_count - len(VIEWS)
        for row, *offered in ((views, False, False), (1, True, True), (views + 1, True, False), (0, True, False)):
            rows.highlighted = row
            await until(pilot, lambda: [words in lines(app)[-1] for words in ("Go in", "Strongest")] == offered)  # noqa: B023


async def test_another_number_comes_in_and_the_bars_follow(app: MnistSumApp) -> None:
    async with fixed.on(app, InsidePage, (120, 36)) as (pilot, page):
        for number in (3, 9):
            await press(pilot, str(number))
            assert page.views[5].maps[0, 7, number] == page.views[5].maps.sum() == 1
            assert page.query_one("#sum-end", ProbabilityBars).truth == 7 + number
            assert str(page.query_one("#said", Static).render()).startswith(f"#0: 7 + {number} = {7 + number}")


async def test_what_was_found_in_training_keeps_the_layers_of_its_weights(app: MnistSumApp) -> None:
    """The answer is that of the weights that were searched, so the layers must be theirs too, not the newest."""
    old = fixed.evaluated(weights=fixed.NEWEST, source="x, step 98", made=time.monotonic())

    def look(request: LookInside) -> LookedInside:
        looked = fixed.looked_inside(request)
        return looked if request.found else replace(looked, answer=fixed.live(request.index, "x, step 140"))

    async with fixed.on(app, InsidePage, (120, 36)) as (pilot, page):
        worker = fixed.predictions_in(app)
        worker.says = {
            LookInside: look,
            PredictImage: lambda request: fixed.live(request.index, "x, step 140"),
            EvaluateTestSet: lambda _: old,
        }
        page.show_index(0)
        await press(pilot, "w")
        looked = [request for request in worker.requests if isinstance(request, LookInside)]
        assert looked[-1].found is old.result
        shown = page.views
        worker.requests.clear()
        page._due = 0.0
        page.keep_up()
        await pilot.pause()
        assert [type(request) for request in worker.requests] == [PredictImage], "a line says what has become of it"
        assert page.views is shown
        assert "at step 98, still wrong" in str(page.query_one("#note", Static).render())
        page.on_looked_inside(fixed.looked_inside(LookInside(page.index, page.number)))
        assert page.views is shown, "late layers of other weights"
        await press(pilot, "3")
        assert page.views is not shown
        assert page.answer is not None
        assert page.answer.source == "x, step 140"


async def test_space_shows_the_next_image_every_few_seconds(app: MnistSumApp, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mnist_sum_tui.tui.pages.inside.SLIDE_SECONDS", 0.05)
    async with fixed.on(app, InsidePage) as (pilot, page):
        await press(pilot, "space")
        await until(pilot, lambda: page.index >= 3)
        assert "space ends it" in str(page.query_one("#said", Static).render())
        await fixed.open_page(pilot, "inspect")
        index = page.index
        await pilot.pause(0.15)
        assert page.index == index, "it waits on another page, which shows the same image"
        await fixed.open_page(pilot, "inside")
        await press(pilot, "space")
        index = page.index
        await pilot.pause(0.15)
        assert page.index == index
        assert "space" not in str(page.query_one("#said", Static).render())


async def test_more_rows_do_not_make_the_maps_narrower(app: MnistSumApp) -> None:
    async with fixed.on(app, InsidePage, (60, 24)) as (pilot, page):
        for width in (60, 76):
            widths = []
            for height in (24, 50):
                await pilot.resize_terminal(width, height)
                await pilot.pause()
                widths.append(page.query_one(Maps).size.width)
            assert widths[0] == widths[1] >= 41, width


async def test_before_the_first_answer_a_page_says_what_will_be_here(app: MnistSumApp) -> None:
    fixed.hold(app)
    async with fixed.on(app, InspectPage) as (pilot, _):
        for name, words in (("inspect", "each sum"), ("mistakes", "confuses"), ("inside", "through the network")):
            await fixed.open_page(pilot, name)
            row = next(row for row, line in enumerate(lines(app)) if words in line)
            assert row in (9, 10, 11), "in the middle"
        await press(pilot, "w", "right", "enter", "b", "3", "escape", "comma")
        assert app.screen.has_class("-empty")


async def test_a_wrong_answer_far_down_the_file_leaves_the_line_below_it(app: MnistSumApp) -> None:
    async with fixed.on(app, InsidePage) as (_, page):
        assert page.answer is not None
        page.answer.index = 9_340
        wrong = replace(fixed.predictions(340)[9], digit=9, sum=18, label=8)
        page.answer.predictions = (wrong,) * 10
        page.show_answer()
        lines = str(page.query_one("#said", Static).render()).splitlines()
        assert lines[0] == "#9,340: 9+9=18 ✗ an 8"
        assert max(map(len, lines)) <= page.query_one("#said").content_size.width
