"""What Inside shows besides the layers of one image."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from textual.pilot import Pilot
from textual.widgets import OptionList, Static

from mnist_sum_tui.tui.app import MnistSumApp
from mnist_sum_tui.tui.pages.inside import InsidePage
from mnist_sum_tui.tui.pages.inside_words import MEANS, NO_MEANS, VIEWS
from mnist_sum_tui.tui.predictions.requests import EvaluateTestSet
from mnist_sum_tui.tui.session.session import Session
from mnist_sum_tui.tui.widgets.health_table import HealthTable
from mnist_sum_tui.tui.widgets.heat_pair import HeatPair
from mnist_sum_tui.tui.widgets.key_footer import keys_of
from mnist_sum_tui.tui.widgets.maps import Maps, Pictures
from tests.tui import fixed, recorded
from tests.tui.pages.test_inside import words
from tests.tui.recorded import press, until

SIZES = pytest.mark.parametrize("size", [(80, 24), (120, 36)])


pytestmark = pytest.mark.usefixtures("without_form")


async def show(pilot: Pilot[int], name: str) -> InsidePage:
    """Go down the list to one of the views."""
    page = await fixed.opened(pilot, InsidePage)
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
        await press(pilot, "enter", "escape", "up")
        assert not table.display


async def test_the_health_says_of_which_step_it_is_and_follows_the_chosen_weights(
    app: MnistSumApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    epochs = {"epoch 1": 1, "best": 2, "last": recorded.EPOCHS}
    monkeypatch.setattr("mnist_sum_tui.tui.pages.network_views.epoch_of", lambda _, weights: epochs[weights.name])
    app.session.add(recorded.started())
    for step in (400, 700, 2_150):
        app.session.add(recorded.health(step))
    async with app.run_test(size=(120, 36)) as pilot:
        page = await show(pilot, "health")
        assert "Step 2,150 of 2,150. Each layer learns" in words(page), "with the usual weights, the whole run"
        await press(pilot, "comma")
        assert "Step 400 of 2,150. Each layer" in words(page), "the last look before the end of epoch 1"
        table = page.query_one(HealthTable)
        assert [event.step for event in table.events] == [400]
        epochs["epoch 1"] = 0
        page.show_layer()
        await pilot.pause()
        assert "before the first look" in words(page)
        assert not table.visible
        await press(pilot, "full_stop")
        assert table.visible


async def test_where_it_looked_is_shown_in_the_place_of_any_view(app: MnistSumApp) -> None:
    async with app.run_test(size=(80, 24)) as pilot:
        for name in VIEWS:
            page = await show(pilot, name)
            pair = page.query_one(HeatPair)
            await press(pilot, "h")
            assert pair.region.area > 500, name
            await press(pilot, "escape")
            assert pair.region.area == 0, name
            assert page.view_name == name


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
        app.session.past = Session(app.session.runs_folder)
        await until(pilot, lambda: "Here you will see" in words(page))  # of the moment that is looked back at


@SIZES
async def test_the_mean_tables_are_those_of_the_evaluation(size: tuple[int, int], app: MnistSumApp) -> None:
    async with app.run_test(size=size) as pilot:
        page = await show(pilot, "means")
        pictures = page.query_one("#means", Pictures)
        assert [item.caption for item in pictures.items] == [f"digit {n}" for n in range(10)]
        assert pictures.region.area > 500
        probabilities, labels = fixed.outputs().sum_probabilities.numpy(), fixed.images().labels.numpy()
        for digit, (_, grid) in enumerate(pictures.grids):
            by_hand = np.mean([probabilities[row] for row in np.flatnonzero(labels == digit)], 0)
            assert grid**2 == pytest.approx(by_hand, abs=1e-5), "a root, so that a guess is not blank"
            assert grid.argmax(1).tolist() == [digit + number for number in range(10)]
        picture = pictures.items[3].image
        assert picture.shape[0] % 10 == picture.shape[1] % 19 == 0
        await pilot.press("enter", "right", "enter")
        assert pictures.chosen == 1
        assert not page.has_class("-large-map"), "a table is no map of the image"
        named = {key.words for key in keys_of(app.screen)[0]}
        assert named & {"Back to the list", "Open in Inspect"} == {"Back to the list"}
        await pilot.press("escape")
        assert page.query_one(OptionList).has_focus


async def test_mean_tables_of_other_weights_do_not_stay(app: MnistSumApp, monkeypatch: pytest.MonkeyPatch) -> None:
    async with app.run_test() as pilot:
        page = await show(pilot, "means")
        pictures, answer, known = page.query_one("#means", Pictures), page.answer, page._evaluated
        assert answer is not None
        assert known is not None

        def says(source: str, *, is_evaluated: bool = False, path: Path | None = None) -> tuple[str, bool]:
            monkeypatch.setattr(page, "_evaluation", lambda _: known.result if is_evaluated else None)
            weights = replace(fixed.NEWEST, path=path)
            return page._show_means(replace(answer, source=source, weights=weights)), bool(pictures.items)

        assert says("epoch 3", path=Path("best")) == (NO_MEANS, False)
        assert says("epoch 3", path=Path("best"), is_evaluated=True) == (MEANS, True)
        assert says("epoch 3", path=Path("best")) == (MEANS, True)
        assert says("step 98") == (NO_MEANS, False), "those of the file are of others"
        assert says("step 98", is_evaluated=True) == (MEANS, True)
        assert says("step 140") == (MEANS, True), "of the same training"
        page.forget_weights()
        assert says("step 3") == (NO_MEANS, False), "another training"


@pytest.mark.parametrize("name", ["means", "map"])
async def test_while_the_test_images_are_evaluated_it_says_what_will_be_here(name: str, app: MnistSumApp) -> None:
    async with fixed.on(app, InsidePage) as (pilot, page):
        evaluations = fixed.hold(app, EvaluateTestSet)
        page = await show(pilot, name)
        for _ in range(3):
            page.keep_view_up()
            await pilot.pause()
        assert len(evaluations) == 1, "it is asked for once"
        assert "test images" in words(page)
        await pilot.press("enter", "left", "enter", "escape")
