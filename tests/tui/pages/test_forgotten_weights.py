"""Weights are forgotten with their run: when it is deleted, and when another one is opened."""

from pathlib import Path

import pytest
from textual.widgets import Static

from mnist_sum_tui.runs.run import Run
from mnist_sum_tui.training.control import Control
from mnist_sum_tui.tui.app import MnistSumApp
from mnist_sum_tui.tui.pages.draw import DrawPage
from mnist_sum_tui.tui.pages.inspect import InspectPage
from mnist_sum_tui.tui.pages.weights_bar import WeightsPage
from mnist_sum_tui.tui.predictions.weights import Weights
from mnist_sum_tui.tui.session.messages import OpenRun, RunDeleted
from tests.tui import fixed, recorded
from tests.tui.pages.test_runs import make
from tests.tui.recorded import until
from tests.tui.shown import lines

CHOSEN, OTHER = "20260101-120300-compact", "20260101-120200-compact"


async def test_chosen_weights_go_with_their_run_though_nobody_opened_it(app: MnistSumApp, tmp_path: Path) -> None:
    chosen = Weights("epoch 1", CHOSEN, Run(tmp_path / CHOSEN).epoch_file(1))
    async with fixed.on(app, InspectPage) as (pilot, _):
        app.session.weights = chosen
        for deleted, left in ((OTHER, chosen), (CHOSEN, None)):
            app.post_message(RunDeleted(Run(tmp_path / deleted)))
            await pilot.pause()
            assert app.session.weights == left


async def test_the_run_that_trains_is_asked_again_when_the_one_asked_instead_is_deleted(
    app: MnistSumApp, tmp_path: Path
) -> None:
    async with app.run_test(size=(120, 36)) as pilot:
        await until(pilot, lambda: app.train_page.is_composed)
        recorded.begin(app, Control())
        app.session.network = Run(tmp_path / OTHER)
        app.post_message(RunDeleted(app.session.network))
        await pilot.pause()
        assert app.session.network is None
        assert app.session.run is not None


async def test_an_opened_run_that_is_deleted_elsewhere_is_named_and_its_result_goes(app: MnistSumApp) -> None:
    run = make(app.session.runs_folder, "20260101-120100-compact", [*recorded.training(2150), recorded.finished()])
    async with app.run_test(size=(120, 36)) as pilot:
        await until(pilot, lambda: app.train_page.is_composed)
        app.post_message(OpenRun(run))
        await until(pilot, lambda: app.session.finished)
        await fixed.open_page(pilot, "inspect")
        assert "done" in lines(app)[0]
        run.config_file.unlink()
        await pilot.press("right")
        await until(pilot, lambda: app.session.run is None)
        assert "done" not in lines(app)[0]
        assert [run.id in notice.message for notice in app._notifications] == [True], "once"
        await pilot.press("comma")
        assert app.session.weights == fixed.CHOICES[0], "the weights of the run that answers can be chosen"


async def test_until_another_run_has_answered_there_are_no_weights_to_choose(app: MnistSumApp) -> None:
    async with fixed.on(app, InspectPage, (120, 36)) as (pilot, page):
        fixed.hold(app)
        page.forget_weights()
        await pilot.press("comma")
        assert app.session.weights is None, "those of the run before"


@pytest.mark.parametrize("kind", [InspectPage, DrawPage])
async def test_weights_that_are_gone_are_not_named_beside_the_answer_of_others(
    kind: type[WeightsPage], app: MnistSumApp, tmp_path: Path
) -> None:
    async with fixed.on(app, kind, (120, 36)) as (pilot, page):
        file = tmp_path / "epoch-0.safetensors"
        chosen = Weights("epoch 0", fixed.RUN, file)
        for is_kept in (True, False):
            file.write_bytes(b"") if is_kept else file.unlink()
            app.session.weights = chosen
            page.show_state()
            page.show_weights(fixed.CHOICES[1], fixed.CHOICES, "")
            await pilot.pause()
            assert app.session.weights == (chosen if is_kept else None)
            told = str(page.query_one("#other-weights", Static).render())
            assert ("epoch 0" in told) == is_kept
            said = " ".join(notice.message for notice in app._notifications)
            assert ("not there any more: epoch 0" in said) != is_kept


async def test_a_step_back_to_the_usual_weights_leaves_all_of_them_to_choose(app: MnistSumApp) -> None:
    async with fixed.on(app, InspectPage) as (pilot, _):
        await pilot.press("comma")
        fixed.hold(app)
        await pilot.press("escape", "full_stop", "full_stop")
        assert app.session.weights == fixed.CHOICES[2], "though no answer has come yet"
