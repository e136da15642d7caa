"""The bar below a replay: it says where the replay is, and follows the mouse."""

from textual.pilot import Pilot

from mnist_sum_tui.runs.run import Run
from mnist_sum_tui.tui.widgets.scrub_bar import ScrubBar
from tests.tui.pages.test_replay import paused, shown
from tests.tui.recorded import app_of


async def test_the_bar_follows_the_mouse(pilot: Pilot[int], run: Run) -> None:
    await paused(pilot, run)
    app = app_of(pilot)
    bar = app.train_page.run_view.query_one(ScrubBar)
    left, room, _ = bar._parts()
    await pilot.mouse_down(bar, offset=(1 + len(left) + room // 2, 0))
    await pilot.pause()
    half = shown(pilot)[0]
    assert abs(half - 2150 / 2) <= 2150 / room, "not a cell from the middle"
    await pilot.hover(bar, offset=(1 + len(left) + room // 4, 0))
    await pilot.pause()
    assert abs(shown(pilot)[0] - 2150 / 4) <= 2150 / room
    assert not app.screen.selections, "no text is selected meanwhile"
    await pilot.hover(bar, offset=(0, 0))
    await pilot.pause()
    assert shown(pilot)[0] == 0
    await pilot.mouse_up(bar)
    await pilot.hover(bar, offset=(1 + len(left) + room // 2, 0))
    await pilot.pause()
    assert shown(pilot)[0] == 0, "the mouse was released"
    assert bar.render().plain.startswith("‖ x2 ")
    assert bar.render().plain.endswith("0.0 s of 54 s, step     0")
    bar.place = bar.place._replace(speed=0.25)
    assert bar.render().plain.startswith("‖ x1/4 ")
