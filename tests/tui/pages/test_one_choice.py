"""One choice of weights for Inspect, Draw and Mistakes; an image from Mistakes is shown by the weights of its map."""

import pytest
from textual.widgets import Static

from mnist_sum_tui.glyphs import BRAILLE
from mnist_sum_tui.tui.app import MnistSumApp
from mnist_sum_tui.tui.pages.inside import InsidePage
from mnist_sum_tui.tui.pages.inspect import InspectPage
from mnist_sum_tui.tui.pages.mistakes import MistakesPage
from mnist_sum_tui.tui.pages.weights_bar import other_weights
from mnist_sum_tui.tui.predictions.requests import (
    EvaluateTestSet,
    FindHeat,
    LookInside,
    PredictDrawing,
    PredictImage,
)
from mnist_sum_tui.tui.widgets.answer import AnswerText
from mnist_sum_tui.tui.widgets.gallery import Gallery
from mnist_sum_tui.tui.widgets.slider import Slider
from tests.tui import fixed, recorded
from tests.tui.pages.test_draw import draw
from tests.tui.pages.test_runs import make
from tests.tui.recorded import press

pytestmark = pytest.mark.usefixtures("without_form")
PREDICTING = ("inspect", "draw", "mistakes", "inside")
FOUND_BY = fixed.CHOICES[0]
"""the weights of the map"""


async def test_what_is_chosen_on_one_page_holds_on_all(app: MnistSumApp) -> None:
    async with fixed.on(app, InspectPage, (120, 36)) as (pilot, page):
        assert told(app) == ""
        await pilot.press("comma")
        requests = fixed.predictions_in(app).requests
        for name, kind in (
            ("inspect", PredictImage),
            ("mistakes", EvaluateTestSet),
            ("inside", LookInside),
            ("draw", PredictDrawing),
        ):
            await fixed.open_page(pilot, name)
            if name == "draw":
                await draw(pilot)
            assert isinstance(requests[-1], kind)
            assert requests[-1].weights == fixed.CHOICES[0]
            assert told(app) == " Weights: epoch 1 · Esc: best ", name
            line, state = app.screen.query_one("#other-weights"), app.screen.query_one("#state")
            assert line.region.width == len(told(app)), "as wide as its words"
            assert state.region.right == 120, "the state of the training is still there"
        await fixed.open_page(pilot, "train")
        assert told(app) == "", "it asks no network"
        await fixed.open_page(pilot, "draw")
        await pilot.press("full_stop", "full_stop")
        await fixed.open_page(pilot, "inspect")
        assert isinstance(requests[-1], PredictImage)
        assert requests[-1].weights == app.session.weights == fixed.CHOICES[2]
        await pilot.press("comma")
        assert told(app) == ""
        assert not app.session.weights, "back at the best, nothing is out of the usual"
        await pilot.press("full_stop")
        page.on_run_event(recorded.started())
        await fixed.open_page(pilot, "mistakes")
        assert requests[-1].weights is None, "a training that begins is what there is to look at"


async def test_an_image_of_mistakes_is_shown_by_the_weights_of_its_map(app: MnistSumApp) -> None:
    async with fixed.on(app, InspectPage) as (pilot, page):
        other = {"predictions": fixed.predictions(0), "source": "x, epoch 2"}
        fixed.predictions_in(app).says = {
            PredictImage: lambda request: fixed.predicted(request.index, **other),
            EvaluateTestSet: lambda _: fixed.evaluated(weights=FOUND_BY, source="x, epoch 1"),
        }
        await fixed.open_page(pilot, "mistakes")
        assert str(app.screen.query_one("#result", Static).render()).startswith("x, epoch 1")
        caption = app.screen.query_one(Gallery).items[0].caption
        await pilot.press("enter")
        await recorded.until(pilot, lambda: app.screen is page)
        await recorded.until(pilot, lambda: str(page.query_one("#source", Static).render()) == "x, epoch 1")
        said = page.query_one(AnswerText).said
        assert said is not None
        assert f"{said.label} → {said.digit}" in caption
        assert page.query_one(Slider).names[page.query_one(Slider).chosen] == FOUND_BY.name
        assert str(page.query_one("#note", Static).render()) == "From Mistakes (F4 goes back): wrong"
        await press(pilot, "3")
        assert str(page.query_one("#source", Static).render()) == "x, epoch 2", "until the next key"


def told(app: MnistSumApp) -> str:
    return str(app.screen.query_one("#other-weights", Static).render())


async def test_while_the_run_that_trains_is_looked_back_at_each_page_says_of_which_weights(app: MnistSumApp) -> None:
    make(app.session.runs_folder, recorded.RUN, list(recorded.training(430)))
    async with app.run_test(size=(120, 36)) as pilot:
        await recorded.until(pilot, lambda: app.train_page.is_composed)
        recorded.begin(app)
        app.session.add(recorded.started())
        for name in PREDICTING:
            await fixed.open_page(pilot, "train")
            await pilot.press("p")
            await recorded.until(pilot, lambda: app.session.past is not None)
            await fixed.open_page(pilot, name)
            assert told(app) == " Weights: best · Esc: now ", name
            await pilot.press("comma")
            assert "epoch 1 · Esc: this moment" in told(app)
            await pilot.press("escape", "escape")
            await recorded.until(pilot, lambda: not told(app))
            assert app.session.past is None
            assert app.train_page.player is None


async def test_the_last_step_back_is_to_the_usual_weights(app: MnistSumApp) -> None:
    async with app.run_test(size=(120, 36)) as pilot:
        for name in PREDICTING:
            await fixed.open_page(pilot, name)
            await pilot.press("comma")
            if name == "mistakes":
                await pilot.press("m", "escape")
                assert app.session.weights == fixed.CHOICES[0], "first the maps come back"
            requests = fixed.predictions_in(app).requests
            requests.clear()
            await press(pilot, "escape")
            assert told(app) == ""
            assert app.session.weights is None, name
            assert [request.weights for request in requests if not isinstance(request, FindHeat)] == [None]
            assert app.screen.query_one(Slider).chosen == 1


@pytest.mark.parametrize(
    ("room", "words"),
    [
        (70, " Weights: epoch 4 · Escape: back to best "),
        (53, " Weights: epoch 4 · Esc: best "),
        (45, " epoch 4 · Esc: best "),
        (22, " epoch 4 · Esc: best "),
        (20, " epoch 4 "),
    ],
)
def test_other_weights_in_as_many_words_as_leave_room_for_the_state(room: int, words: str) -> None:
    assert other_weights("epoch 4", "best", room) == words


@pytest.mark.parametrize(("room", "words"), [(22, " built-in "), (42, " built-in {} Esc: your runs ")])
def test_the_built_in_network_is_named_beside_a_word_on_the_training(room: int, words: str) -> None:
    """In 80 and in 100 columns."""
    assert other_weights("built-in network", "your runs", room) == words.format(BRAILLE.between)
    assert room - len(words) >= len("* epoch 2/5 ")


async def test_an_image_of_mistakes_keeps_the_stops_of_the_slider(app: MnistSumApp) -> None:
    async with fixed.on(app, MistakesPage) as (pilot, _):
        await pilot.press("enter")
        await recorded.until(pilot, lambda: isinstance(app.screen, InspectPage) and app.screen.answer is not None)
        await pilot.pause()
        slider = app.screen.query_one(Slider)
        assert (slider.names, slider.chosen) == (("epoch 1", "best", "last"), 1), "Inspect was not open before"


async def test_inspect_and_inside_look_at_the_same_image_and_number(app: MnistSumApp) -> None:
    async with fixed.on(app, InspectPage) as (pilot, page):
        await pilot.press("right", "right", "3")
        inside = await fixed.opened(pilot, InsidePage)
        assert (inside.index, inside.number) == (2, 3)
        assert inside.answer is not None
        assert inside.answer.index == 2
        await pilot.press("left", "4", "5")
        await fixed.open_page(pilot, "inspect")
        assert (page.index, page.number) == (1, 5)
