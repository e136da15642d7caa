"""Where it looked, by the very network that gave the answer, whatever its run has saved since."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from mnist_sum_tui.tui.app import MnistSumApp
from mnist_sum_tui.tui.pages.heat_page import HeatPage
from mnist_sum_tui.tui.predictions import load
from mnist_sum_tui.tui.predictions.weights import choices
from mnist_sum_tui.tui.predictions.worker import PredictionWorker
from mnist_sum_tui.tui.widgets.heat_pair import HeatPair
from mnist_sum_tui.tui.widgets.probability_bars import ProbabilityBars
from tests.tui import fixed
from tests.tui.pages.test_draw import draw, make_run
from tests.tui.recorded import press, until


@pytest.mark.usefixtures("without_form")
@pytest.mark.parametrize("name", ["inspect", "inside", "draw"])
async def test_it_is_of_the_weights_of_the_answer_although_their_file_has_others_by_now(
    name: str, app: MnistSumApp, small_data: str, tmp_path: Path
) -> None:
    run = make_run(app.session.runs_folder, small_data)
    first = load.load_file(choices(run, run.path.parent, None).chosen)
    app.predictions = PredictionWorker(app.session)
    async with app.run_test(size=(120, 36)) as pilot:
        await fixed.open_page(pilot, name)
        page, pair = app.screen, app.screen.query_one(HeatPair)
        assert isinstance(page, HeatPage)
        if name == "draw":
            await draw(pilot)
        bars = page.query(ProbabilityBars).first()
        await until(pilot, lambda: any(bars.probabilities))
        shutil.copyfile(make_run(tmp_path / "others", small_data, seed=1).best_file, tmp_path / "epoch 2")
        for path in (run.best_file, run.last_file):  # another process trains it on
            path.unlink()
            shutil.copyfile(tmp_path / "epoch 2", path)
        await press(pilot, "h")
        await until(pilot, lambda: pair.found is not None and pair.found.is_hiding)
        assert pair.found is not None
        assert pair.said is not None
        assert pair.said.digit_probabilities == bars.probabilities
        heat = load.find_heat(first, pair.found.request.image, page.number, is_hiding=True)
        assert np.array_equal(pair.found.heat.digit, heat.digit)
        assert np.array_equal(pair.found.heat.sum, heat.sum)
