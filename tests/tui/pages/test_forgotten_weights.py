"""Weights are forgotten with their run: when it is deleted."""

from pathlib import Path

import pytest

from mnist_sum_tui.runs.run import Run
from mnist_sum_tui.training.control import Control
from mnist_sum_tui.tui.app import MnistSumApp
from mnist_sum_tui.tui.predictions.weights import Weights
from mnist_sum_tui.tui.session.messages import RunDeleted
from tests.tui import fixed, recorded
from tests.tui.recorded import until

CHOSEN, OTHER = "20260101-120300-compact", "20260101-120200-compact"


@pytest.fixture
def app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> MnistSumApp:
    return fixed.new_app(tmp_path, monkeypatch)


@pytest.mark.parametrize(("deleted", "is_kept"), [(CHOSEN, False), (OTHER, True)])
async def test_chosen_weights_go_with_their_run_though_nobody_opened_it(
    deleted: str, is_kept: bool, app: MnistSumApp, tmp_path: Path
) -> None:
    chosen = Weights("epoch 1", CHOSEN, Run(tmp_path / CHOSEN).epoch_file(1))
    async with app.run_test(size=(120, 36)) as pilot:
        await fixed.open_page(pilot, "inspect")
        app.session.weights = chosen
        app.post_message(RunDeleted(Run(tmp_path / deleted)))
        await pilot.pause()
        assert app.session.weights == (chosen if is_kept else None)


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
