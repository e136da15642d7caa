"""The latest runs below the form of a new run."""

from pathlib import Path

import pytest

from mnist_sum_tui.runs.find import list_runs
from mnist_sum_tui.runs.summary import summarise
from mnist_sum_tui.tui.app import MnistSumApp
from mnist_sum_tui.tui.widgets.latest_runs import NEWEST, LatestRuns, latest
from mnist_sum_tui.tui.widgets.run_form import RunForm
from tests.tui import recorded
from tests.tui.pages.test_runs import make, make_three


def test_the_newest_runs_and_the_best_of_all_with_how_to_open_them(tmp_path: Path) -> None:
    three = make_three(tmp_path)
    for number in range(NEWEST):
        make(tmp_path, f"20260102-12000{number}-compact", list(recorded.training(300)))
    lines = latest([summarise(run) for run in list_runs(tmp_path)]).splitlines()
    assert "F5" in lines[0]
    assert "Enter" in lines[0]
    ids = [line.split()[0] for line in lines[2 : NEWEST + 3]]
    assert ids == [*(f"20260102-12000{number}-compact" for number in range(NEWEST)[::-1]), three[0].id]
    assert "done, best" in lines[NEWEST + 2]
    assert lines[NEWEST + 3].startswith("best: the highest mean validation accuracy")
    assert "best" not in latest([summarise(three[0])]), "it would be the best of one"
    assert latest([]) == ""


@pytest.mark.parametrize(("size", "is_listed"), [((200, 60), True), ((80, 44), True), ((80, 43), False)])
async def test_they_are_read_where_the_screen_is_high_enough(
    size: tuple[int, int], is_listed: bool, app: MnistSumApp
) -> None:
    made = make_three(app.session.runs_folder)
    async with app.run_test(size=size) as pilot:
        below = app.train_page.query_one(LatestRuns)
        if is_listed:
            await recorded.until(pilot, lambda: made[2].id in str(below.render()))
            form = app.train_page.query_one(RunForm)
            assert below.region.bottom <= form.region.bottom, "nothing has to be scrolled"
            made[2].delete()
            await app.switch_mode("runs")
            await app.switch_mode("train")
            await recorded.until(pilot, lambda: made[2].id not in str(below.render()))
        else:
            await pilot.pause(0.2)
            assert str(below.render()) == ""


async def test_at_80_by_24_the_form_keeps_its_drawing(app: MnistSumApp) -> None:
    make_three(app.session.runs_folder)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        assert app.train_page.query_one("#intro-picture").region.height == 7
        assert app.train_page.query_one("#go").region.bottom <= 23
