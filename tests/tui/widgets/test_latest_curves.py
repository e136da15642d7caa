"""The curves of the newest runs beside the form of a new run."""

from pathlib import Path

import pytest

from mnist_sum_tui.tui.app import MnistSumApp
from mnist_sum_tui.tui.session.messages import TrainingEnded
from mnist_sum_tui.tui.widgets.latest_curves import NEWEST, LatestCurves
from tests.tui import recorded
from tests.tui.pages.test_runs import make, make_three
from tests.tui.recorded import settle, until
from tests.tui.shown import lines

TITLE = "sum accuracy in training"


async def test_the_newest_runs_are_drawn_where_there_is_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    recorded.without_torch(monkeypatch)
    app = recorded.new_app(tmp_path)
    make_three(app.session.runs_folder)
    make(app.session.runs_folder, "20260102-120000-compact", list(recorded.training(300)))
    async with app.run_test(size=(169, 60)) as pilot:
        await pilot.pause(0.2)
        assert not app.train_page.query(LatestCurves), "nothing is read for a small screen"
        await pilot.resize_terminal(200, 60)
        await until(pilot, lambda: TITLE in "\n".join(lines(app)))
        curves = app.train_page.query_one(LatestCurves)
        assert len(curves.plot.curves) == NEWEST
        assert "01-02 12:00" in curves.plot.curves[0].name
        assert app.train_page.form.max_scroll_y == 0
        recorded.begin(app)
        make(app.session.runs_folder, "20260103-120000-compact", list(recorded.training(300)))
        app.on_training_ended(TrainingEnded())
        await pilot.press("n")
        await until(pilot, lambda: "01-03 12:00" in curves.plot.curves[0].name)


async def test_without_runs_there_is_no_chart(app: MnistSumApp) -> None:
    async with app.run_test(size=(200, 60)) as pilot:
        await settle(pilot)
        assert TITLE not in "\n".join(lines(app))
        make_three(app.session.runs_folder)
        await app.switch_mode("runs")
        await app.switch_mode("train")
        await until(pilot, lambda: TITLE in "\n".join(lines(app)))
