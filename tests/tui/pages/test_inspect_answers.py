"""The page Inspect and its answers: those that come late, grow old, or do not come."""

import itertools
import time

from textual.widgets import Static

from mnist_sum_tui.glyphs import BRAILLE
from mnist_sum_tui.tui.app import MnistSumApp
from mnist_sum_tui.tui.pages.inspect import InspectPage
from mnist_sum_tui.tui.predictions.messages import Trouble, Working
from mnist_sum_tui.tui.predictions.requests import EvaluateTestSet, PredictImage
from mnist_sum_tui.tui.widgets.gallery import Gallery
from mnist_sum_tui.tui.widgets.probability_bars import ProbabilityBars
from tests.tui import fixed, recorded
from tests.tui.pages.test_inspect import WRONG
from tests.tui.recorded import press, until


async def test_a_result_of_other_weights_comes_late(app: MnistSumApp) -> None:
    async with fixed.on(app, InspectPage) as (pilot, page):
        held = fixed.hold(app, EvaluateTestSet)
        await pilot.press("w", "comma")
        held[0].reply(fixed.evaluated(source="other weights"))
        await pilot.pause()
        assert page.index == 0  # whoever turned to other weights wants no jump by these
        await pilot.press("w")
        assert len(held) == 2  # they are not taken for the chosen ones
        held[1].reply(fixed.evaluated())
        await pilot.pause()
        assert page.index == WRONG[0]


async def test_a_result_of_a_training_serves_for_a_while(app: MnistSumApp) -> None:
    async with fixed.on(app, InspectPage) as (pilot, page):
        worker = fixed.predictions_in(app)
        requests, steps = worker.requests, itertools.count()
        worker.says = {
            PredictImage: lambda asked: fixed.live(asked.index, f"step {next(steps)}"),  # each of later weights
            EvaluateTestSet: lambda _: fixed.evaluated(weights=fixed.NEWEST, source="step 0", made=time.monotonic()),
        }
        page.show_index(0)
        await pilot.pause()
        for index in WRONG[:3]:
            await press(pilot, "w")
            assert page.index == index
        assert sum(isinstance(request, EvaluateTestSet) for request in requests) == 1
        page.on_run_event(recorded.started())  # another training, whose newest weights have the same name
        await pilot.press("w")
        assert sum(isinstance(request, EvaluateTestSet) for request in requests) == 2


async def test_an_evaluation_that_another_page_has_replaced_is_not_waited_for(app: MnistSumApp) -> None:
    async with fixed.on(app, InspectPage) as (pilot, page):
        fixed.hold(app, EvaluateTestSet)
        await pilot.press("w")
        page.post_message(Working("Evaluating all ...", 0.45))
        await pilot.pause()
        assert page.query_one("#note", Static).display
        await fixed.open_page(pilot, "runs")
        await fixed.open_page(pilot, "inspect")
        assert not page.query_one("#note", Static).display


async def test_a_training_that_begins_is_what_is_shown(app: MnistSumApp) -> None:
    async with fixed.on(app, InspectPage) as (pilot, page):
        requests = fixed.predictions_in(app).requests
        await pilot.press("comma")
        for weights, index in ((fixed.CHOICES[0], 0), (None, 1)):
            last = requests[-1]
            assert isinstance(last, PredictImage)
            assert (last.index, last.weights) == (index, weights)
            page.on_run_event(recorded.started())
            await pilot.press("right")


async def test_the_live_weights_give_way_to_the_best_when_the_training_ends(app: MnistSumApp) -> None:
    async with fixed.on(app, InspectPage) as (pilot, page):
        page.on_image_predicted(fixed.live(0, "step 7"))
        page.keep_up()
        await pilot.pause()
        assert str(page.query_one("#source", Static).render()) == fixed.SOURCE
        count = len(fixed.predictions_in(app).requests)
        page.keep_up()
        assert len(fixed.predictions_in(app).requests) == count
        page.answer, page._asked, page._due = None, time.monotonic(), 0.0  # as after "the training has just ended"
        page.keep_up()
        assert len(fixed.predictions_in(app).requests) == count + 1, "it does not stay empty"


async def test_a_long_name_of_the_weights_ends_in_an_ellipsis(app: MnistSumApp) -> None:
    async with fixed.on(app, InspectPage) as (pilot, page):
        name = "20260101-120000-" + 9 * "long-name-"
        told = page.query_one("#source", Static)
        page.show_weights(fixed.CHOICES[1], fixed.CHOICES, f"{name}, epoch 3")
        await pilot.pause()
        shown = str(told.render())
        assert shown.endswith(BRAILLE.cut)
        assert f"{name}, epoch 3".startswith(shown[:-1])
        assert told.region.right <= 80, "all of it is on the screen"
        assert len(shown) > 55
        page.show_weights(fixed.CHOICES[1], fixed.CHOICES, "20260101-120000-" + 40 * "\u6570")
        await pilot.pause()
        assert str(told.render()).endswith(BRAILLE.cut), "signs of two columns"
        assert told.region.right <= 80


async def test_what_the_worker_does_and_what_it_could_not_do(app: MnistSumApp) -> None:
    async with fixed.on(app, InspectPage) as (pilot, page):
        note = page.query_one("#note", Static)
        assert not note.display
        page.post_message(Working("Reading the test images ...", 0.5))
        await pilot.pause()
        assert "Reading" in str(note.render())
        assert "50 %" in str(note.render())
        page.post_message(Trouble("there is no trained network yet"))
        await pilot.pause()
        assert str(note.render()) == "There is no trained network yet"
        assert note.has_class("-error")
        await press(pilot, "right")
        assert not note.display


async def test_a_large_screen_shows_every_digit_and_every_sum(app: MnistSumApp) -> None:
    """Also where the page had to wait for its first answer, as it does while torch is loaded."""
    held = fixed.hold(app)
    async with fixed.on(app, InspectPage, (200, 60)) as (pilot, page):
        fixed.predictions_in(app).answer(held[-1])
        await pilot.pause()
        await pilot.pause()
        for name, classes in (("#digit-bars", 10), ("#sum-bars", 19)):
            rows = str(page.query_one(name, ProbabilityBars).render()).splitlines()
            assert [int(row.strip(f" {BRAILLE.chosen}{BRAILLE.truth}").split()[0]) for row in rows] == [*range(classes)]


async def test_the_wrong_image_that_is_shown_is_marked_among_them(app: MnistSumApp) -> None:
    async with fixed.on(app, InspectPage, (200, 60)) as (pilot, page):
        gallery = page.query_one(Gallery)
        for _ in range(2):
            await pilot.press("w")
            await until(pilot, lambda: gallery.items and gallery.chosen >= 0)
            assert gallery.items[gallery.chosen].key == page.index
        await press(pilot, "right")
        assert gallery.chosen == -1 or gallery.items[gallery.chosen].key == page.index


async def test_the_wrong_images_stay_scrolled_where_they_are(app: MnistSumApp) -> None:
    """For an image that is not among them, and when the page comes back into view."""
    async with fixed.on(app, InspectPage, (200, 60)) as (pilot, page):
        gallery = page.query_one(Gallery)
        await pilot.press("w")
        await until(pilot, lambda: gallery.items and gallery.chosen >= 0)
        gallery.items = gallery.items * 20  # more than there is room for
        gallery.mark(page.index)
        await pilot.pause()
        gallery.scroll_to(0, gallery.max_scroll_y, animate=False)
        await pilot.pause()
        there = gallery.scroll_offset.y
        assert there > 0
        for keys in (["f4", "f2"], ["f1", "f2"], ["right"]):
            await press(pilot, *keys)
            await pilot.pause()
            assert gallery.scroll_offset.y == there, keys
        assert gallery.chosen == -1
