"""What one tries with the mouse, as the terminal sends it: clicks, double clicks and the wheel where they are."""

from pathlib import Path

import pytest
from textual.events import MouseDown, MouseScrollDown, MouseScrollUp
from textual.pilot import Pilot
from textual.widget import Widget
from textual.widgets import Static

from mnist_sum_tui.runs.run import Run
from mnist_sum_tui.tui.app import MnistSumApp
from mnist_sum_tui.tui.pages.base import Tab
from mnist_sum_tui.tui.pages.inspect import InspectPage
from mnist_sum_tui.tui.pages.runs import RunsPage
from mnist_sum_tui.tui.widgets.answer import AllTen
from mnist_sum_tui.tui.widgets.chart import Chart
from mnist_sum_tui.tui.widgets.choice import Choice
from mnist_sum_tui.tui.widgets.digit import Digit
from mnist_sum_tui.tui.widgets.draw_pad import DrawPad
from mnist_sum_tui.tui.widgets.gallery import Gallery
from mnist_sum_tui.tui.widgets.run_table import RunTable
from mnist_sum_tui.tui.widgets.scrub_bar import NOTCH, ScrubBar
from tests.tui import fixed, recorded
from tests.tui.pages.test_replay import paused, shown
from tests.tui.pages.test_runs import make
from tests.tui.recorded import app_of, until
from tests.tui.shown import form, lines
from tests.tui.test_snapshots import train

pytestmark = pytest.mark.usefixtures("without_form")

DOWN, UP = MouseScrollDown, MouseScrollUp


async def wheel(pilot: Pilot[int], kind: type[MouseScrollDown | MouseScrollUp], over: Widget) -> None:
    """A notch of the wheel in the middle of a widget."""
    x, y = over.region.center
    pilot.app.post_message(kind(None, int(x), int(y), 0, 0, 0, False, False, False, int(x), int(y)))
    await pilot.pause()
    await pilot.pause()


async def test_the_wheel_turns_images_over_on_a_picture_and_nowhere_else(app: MnistSumApp) -> None:
    async with fixed.on(app, InspectPage, (200, 60)) as (pilot, page):
        for kind, index in ((DOWN, 1), (DOWN, 2), (UP, 1)):
            await wheel(pilot, kind, page.query(Digit).first())
            assert page.index == index
        await wheel(pilot, DOWN, page.query_one(Gallery))
        assert page.index == 1
        pilot.app.post_message(DOWN(None, 999, 999, 0, 0, 0, False, False, False, 999, 999))  # from before a resize
        await pilot.pause()
        assert page.index == 1


async def test_the_wheel_on_a_chart_makes_it_large_and_small_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mnist_sum_tui.tui.app.warm_up", lambda done: done())
    async with recorded.new_app(tmp_path).run_test(size=(120, 36)) as pilot:
        await train(pilot)
        loss, accuracy = (pilot.app.screen.query_one(f"#{name}", Chart) for name in ("loss", "accuracy"))
        await wheel(pilot, UP, accuracy)
        assert (bool(loss.region), bool(accuracy.region)) == (False, True)
        await wheel(pilot, UP, accuracy)
        assert not loss.region
        await wheel(pilot, DOWN, accuracy)
        assert loss.region
        assert accuracy.region


async def test_another_page_ends_a_stroke(app: MnistSumApp) -> None:
    async with app.run_test(size=(120, 36)) as pilot:
        await fixed.open_page(pilot, "draw")
        pad = app.screen.query_one(DrawPad)
        await pilot.mouse_down(pad, offset=(10, 5))
        await pilot.press("f2")
        await until(pilot, lambda: app.current_mode == "inspect")
        await pilot.mouse_up()
        await pilot.click(next(tab for tab in app.screen.query(Tab) if tab.page == "draw"))
        await until(pilot, lambda: app.current_mode == "draw")
        drawn = pad.sheet
        await pilot.hover(pad, offset=(30, 10))
        assert pad.sheet is drawn, "no button is held"


async def test_a_click_on_one_of_all_ten_numbers_chooses_it(app: MnistSumApp) -> None:
    async with fixed.on(app, InspectPage, (120, 36)) as (pilot, page):
        ten = next(each for each in page.query(AllTen) if each.region)
        for number in (3, 9):
            await pilot.click(ten, offset=(4, number + ten.gutter.top))
            await pilot.pause()
            assert page.number == number
        await pilot.click(ten, offset=(4, 0))
        assert page.number == 9, "the title is no number"


async def test_the_second_click_on_a_run_opens_it_and_one_on_a_title_sorts(app: MnistSumApp, made: list[Run]) -> None:
    async with fixed.on(app, RunsPage, (120, 36)) as (pilot, page):
        table = page.query_one(RunTable)
        await pilot.click(table, offset=(5, 0), times=2)
        await pilot.click(table, offset=(5, 3))
        await pilot.pause()
        assert app.screen is page
        await pilot.click(table, offset=(5, 2), times=2)
        await recorded.until(pilot, lambda: app.session.is_opened)
        assert app.session.run is not None
        assert app.session.run.id == table.row_id


async def test_the_wheel_on_the_bar_of_a_replay_goes_back_and_forth(pilot: Pilot[int], tmp_path: Path) -> None:
    run = make(tmp_path / "runs", "20260101-120100-compact", [*recorded.training(2150), recorded.finished()])
    await paused(pilot, run)
    bar = app_of(pilot).train_page.run_view.query_one(ScrubBar)
    places = []
    for kind in (DOWN, DOWN, UP):
        await wheel(pilot, kind, bar)
        places.append(shown(pilot)[0])
    assert places[1] - places[0] == pytest.approx(NOTCH * 2150, abs=25)
    assert places[2] == pytest.approx(places[0], abs=25)


async def test_only_the_left_button_deletes(app: MnistSumApp, made: list[Run]) -> None:
    async with fixed.on(app, RunsPage, (120, 36)) as (pilot, page):
        await pilot.press("d")
        await until(pilot, lambda: app.screen.query("#yes"))
        await pilot.click("#yes", button=3)
        await pilot.pause()
        assert app.screen is not page
        await pilot.click("#yes")
        await until(pilot, lambda: app.screen is page and page.query_one(RunTable).row_count == 2)


async def test_a_click_beside_an_open_list_closes_it(pilot: Pilot[int]) -> None:
    app = app_of(pilot)
    await form(pilot)
    recipe, model = (app.train_page.form.query_one(f"#{name}", Choice) for name in ("recipe", "model"))
    label = recipe.parent.query(Static).first()  # type: ignore[union-attr]
    for beside, focused in (("#intro-words", model), (label, recipe)):
        await pilot.click(model)
        await until(pilot, lambda: model.expanded)
        await pilot.click(beside)
        await until(pilot, lambda: not model.expanded)
        await pilot.pause()
        assert app.focused is focused


async def test_a_press_on_words_that_are_gone_and_still_drawn_does_nothing(app: MnistSumApp) -> None:
    async with app.run_test(size=(80, 24)) as pilot:
        words = Static("words")
        await app.screen.mount(words)
        await pilot.pause()
        x, y = words.region.offset
        with app.batch_update():
            await words.remove()
            app.screen._forward_event(MouseDown(None, x, y, 0, 0, 1, False, False, False, x, y))
            assert app.screen._select_state is None


@pytest.mark.parametrize("takes_mouse", [True, False])
async def test_without_the_mouse_only_keys_are_named(takes_mouse: bool, app: MnistSumApp) -> None:
    app.takes_mouse = takes_mouse
    async with app.run_test(size=(160, 48)) as pilot:
        await fixed.open_page(pilot, "draw")
        hint = str(app.screen.query_one("#hint", Static).render())
        assert hint.startswith("Draw a digit with the mouse" if takes_mouse else "Space puts the pen down")
        await pilot.press("question_mark")
        await until(pilot, lambda: "e Rubber" in "\n".join(lines(app)))
        shown = "\n".join(lines(app))
        assert ("right button rubs out" in shown) == takes_mouse
        assert ("e rubs out" in shown) != takes_mouse
        assert ("and the mouse: select text" in shown) == takes_mouse
