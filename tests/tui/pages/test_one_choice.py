"""One choice of weights for Inspect, Draw and Mistakes; an image from Mistakes is shown by the weights of its map."""

from dataclasses import replace
from pathlib import Path

import pytest
from textual.widgets import Static

from mnist_sum_tui.tui.app import MnistSumApp
from mnist_sum_tui.tui.pages.inspect import InspectPage
from mnist_sum_tui.tui.predictions.messages import ImagePredicted, TestSetEvaluated
from mnist_sum_tui.tui.predictions.requests import EvaluateTestSet, PredictDrawing, PredictImage, Reply, Request
from mnist_sum_tui.tui.widgets.answer import AnswerText
from mnist_sum_tui.tui.widgets.gallery import Gallery
from mnist_sum_tui.tui.widgets.slider import Slider
from tests.tui import fixed, recorded
from tests.tui.pages.test_draw import draw

FOUND_BY = fixed.CHOICES[0]
"""the weights of the map"""


@pytest.fixture
def app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> MnistSumApp:
    return fixed.new_app(tmp_path, monkeypatch)


async def test_what_is_chosen_on_one_page_holds_on_all(app: MnistSumApp) -> None:
    async with app.run_test() as pilot:
        await fixed.open_page(pilot, "inspect")
        await pilot.press("comma")
        requests = fixed.predictions_in(app).requests
        await fixed.open_page(pilot, "mistakes")
        assert isinstance(requests[-1], EvaluateTestSet)
        assert requests[-1].weights == fixed.CHOICES[0]
        await fixed.open_page(pilot, "draw")
        await draw(pilot)
        assert isinstance(requests[-1], PredictDrawing)
        assert requests[-1].weights == fixed.CHOICES[0]
        await pilot.press("full_stop", "full_stop")
        await fixed.open_page(pilot, "inspect")
        assert isinstance(requests[-1], PredictImage)
        assert requests[-1].weights == fixed.CHOICES[2]
        app.screen.on_run_event(recorded.started())
        await fixed.open_page(pilot, "mistakes")
        assert requests[-1].weights is None, "a training that begins is what there is to look at"


async def test_an_image_of_mistakes_is_shown_by_the_weights_of_its_map(
    app: MnistSumApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with app.run_test() as pilot:
        await fixed.open_page(pilot, "inspect")

        def answer(request: Request, reply: Reply) -> None:
            if isinstance(request, PredictImage):
                image = fixed.images().images[request.index].numpy()
                others = fixed.CHOICES[1], fixed.CHOICES, "x, epoch 2"
                reply(ImagePredicted(request.index, image, fixed.predictions(0), *others, fixed.COUNT))
            elif isinstance(request, EvaluateTestSet):
                found = replace(fixed.result(), weights=FOUND_BY, source="x, epoch 1")
                reply(TestSetEvaluated(found, fixed.images().images.numpy()))

        monkeypatch.setattr(fixed.predictions_in(app), "request", answer)
        await fixed.open_page(pilot, "mistakes")
        assert str(app.screen.query_one("#result", Static).render()).startswith("x, epoch 1")
        caption = app.screen.query_one(Gallery).items[0].caption
        await pilot.press("enter")
        await recorded.until(pilot, lambda: isinstance(app.screen, InspectPage))
        page = app.screen
        await recorded.until(pilot, lambda: str(page.query_one("#source", Static).render()) == "x, epoch 1")
        said = page.query_one(AnswerText).said
        assert said is not None
        assert f"{said.label} → {said.digit}" in caption
        assert page.query_one(Slider).names[page.query_one(Slider).chosen] == FOUND_BY.name
        assert str(page.query_one("#note", Static).render()) == "From Mistakes (F4 goes back): wrong"
        await pilot.press("3")
        await pilot.pause()
        assert str(page.query_one("#source", Static).render()) == "x, epoch 2", "until the next key"
