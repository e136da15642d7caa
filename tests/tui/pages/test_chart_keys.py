"""The keys and the mouse on the charts of the page Train."""

from dataclasses import replace
from typing import Any

import pytest
from textual.pilot import Pilot

from mnist_sum_tui.charts.run_charts import SMOOTHINGS
from mnist_sum_tui.charts.series import Series
from mnist_sum_tui.glyphs import BRAILLE
from mnist_sum_tui.machine.figures import Figures, Meter
from mnist_sum_tui.runs.events import System
from mnist_sum_tui.tui.widgets.chart import Chart
from mnist_sum_tui.tui.widgets.help_panel import page_keys
from mnist_sum_tui.tui.widgets.system_lines import SystemLines, system_words
from tests.tui import recorded
from tests.tui.pages.training import chart, play, shown
from tests.tui.recorded import press

AT_400: Any = {"step": 400, "epoch": 1, "elapsed": 10.0}


pytestmark = pytest.mark.usefixtures("without_form")


async def test_keys_of_the_charts_wait_for_the_charts(pilot: Pilot[int]) -> None:
    app = recorded.app_of(pilot)
    recorded.begin(app)
    for action in ("large", "system"):
        await app.run_action(action, app.train_page)
    await pilot.pause()
    await app.run_action("large", app.train_page)
    assert (app.train_page.run_view.large, app.train_page.run_view.shows_system) == ("loss", False)


async def test_log_smoothing_and_axis_change_the_charts(pilot: Pilot[int]) -> None:
    app = await play(pilot, recorded.training())
    run_view = app.train_page.run_view
    seen = ["\n".join(chart(app, "loss"))]
    for key in ("l", "left_square_bracket", "left_square_bracket", "x", "x"):
        await pilot.press(key)
        seen.append("\n".join(chart(app, "loss")))
    assert len(set(seen)) == len(seen)
    assert run_view.view.x_kind == "time"
    await pilot.press("x", *["right_square_bracket"] * len(SMOOTHINGS))
    assert (run_view.view.x_kind, run_view.view.smoothing) == ("step", 0.99)
    await pilot.press(*["left_square_bracket"] * len(SMOOTHINGS))
    assert run_view.view.smoothing == 0


async def test_a_key_draws_the_charts_alone(pilot: Pilot[int], monkeypatch: pytest.MonkeyPatch) -> None:
    app = await play(pilot, recorded.training())
    drawn = recorded.drawn_on(app.screen, monkeypatch)
    await pilot.press("l", "left_square_bracket", "x")
    assert set(app.query(Chart)) & drawn
    assert not {app.screen, app.train_page.run_view} & drawn, "with all that is in them"


async def test_the_colours_of_a_chart_are_looked_up_once_for_a_theme(
    pilot: Pilot[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    app = await play(pilot, recorded.training())
    await pilot.press("l")
    asked, look_up = list[str](), Chart.get_component_rich_style

    def note(chart: Chart, name: str) -> Any:
        asked.append(name)
        return look_up(chart, name)

    monkeypatch.setattr(Chart, "get_component_rich_style", note)
    await pilot.press("l")
    assert not asked
    app.theme = "textual-light"
    await pilot.pause()
    assert "chart--digit" in asked


async def test_the_cursor_reads_both_charts_by_keys_and_mouse(pilot: Pilot[int]) -> None:
    app = await play(pilot, recorded.training())
    arrows = " ".join((BRAILLE.arrows[0], BRAILLE.arrows[1]))
    assert (arrows, "Values at a step") in page_keys(app.screen)[0], "one line for both keys"
    await pilot.press("left")
    assert chart(app, "loss")[0].startswith("loss  step 1,075  digit 0.0")
    assert chart(app, "accuracy")[0].startswith("accuracy  step 1,075  digit 98.")
    assert chart(app, "loss")[0].rstrip().endswith("smoothed")
    page = app.train_page
    page.take_ghost(Series(recorded.training(2150)))
    await pilot.press("escape")
    page.redraw(at_once=True)
    await pilot.press("left")  # not at the end of the other run
    assert chart(app, "loss")[0].startswith("loss  step 1,075  digit 0.0")
    await pilot.press("shift+left")
    assert not chart(app, "loss")[0].startswith("step 1,075")
    await pilot.hover("#accuracy", offset=(8, 5))
    await pilot.pause()
    assert app.train_page.run_view.view.cursor is not None
    assert app.train_page.run_view.view.cursor < 70
    await pilot.press("escape")
    assert chart(app, "loss")[0].startswith("loss")


async def test_one_chart_takes_the_room(pilot: Pilot[int]) -> None:
    app = await play(pilot, recorded.training(200))
    charts = [app.train_page.query_one(f"#{name}", Chart) for name in ("loss", "accuracy")]
    await press(pilot, "m")
    assert charts[0].size.width == 119
    assert charts[0].size.height > 30
    await pilot.press("m")
    assert [chart.display for chart in charts] == [False, True]
    await press(pilot, "m")
    assert charts[0].size.width == 58


async def test_the_cursor_goes_with_the_page_and_the_settings_stay_with_the_next_run(pilot: Pilot[int]) -> None:
    app = await play(pilot, recorded.training(200))
    await pilot.press("x", "l", "left_square_bracket", "left")
    view = app.train_page.run_view.view
    assert view.cursor is not None
    await pilot.press("f5")
    await pilot.press("f1")
    assert app.train_page.run_view.view.cursor is None
    recorded.begin(app)
    found = app.train_page.run_view.view
    assert (found.x_kind, found.is_log, found.smoothing) == (view.x_kind, view.is_log, view.smoothing)


def busy(step: int, own: float) -> System:
    return System(
        step=step, epoch=1, elapsed=step / 40, cores=2, own=own, others=0.25, memory=812_000_000, temperature=61.4,
        gpu=None, gpu_memory=None,
    )  # fmt: skip


def test_a_machine_of_one_core_has_no_cores() -> None:
    assert system_words(replace(busy(1, 0.5), cores=1)).startswith("this run 50 % of 1 core, others")


async def test_u_shows_what_the_machine_is_busy_with(pilot: Pilot[int]) -> None:
    app = await play(pilot, [*recorded.training(), busy(200, 0.5), busy(600, 0.7), busy(1000, 0.7)])
    view = app.train_page.run_view
    await press(pilot, "u")
    assert shown(app, "#system").startswith("this run 70 % of 2 cores, others 25 %")
    assert "memory 812 MB\nprocessor 61 degrees" in shown(app, "#system")
    assert view.query_one("#system").region.height == 2
    assert view.query_one("#loss").display
    await press(pilot, "u")
    assert not view.query_one("#system").region.height
    system = SystemLines("")
    for is_live, words in ((True, "appear after ten seconds"), (False, "were not recorded")):
        system.show(None, is_ours=False, is_live=is_live)
        assert words in str(system.content)
        assert max(map(len, str(system.content).splitlines())) <= 78, "it is seen whole"


async def test_the_machine_is_read_once_a_second_while_our_own_training_runs(
    pilot: Pilot[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[float] = []

    class Clocked(Meter):
        def read(self) -> Figures:
            read.append(self.age)
            return super().read()

    monkeypatch.setattr("mnist_sum_tui.machine.figures.Meter", Clocked)
    app = await play(pilot, recorded.training())
    await pilot.press("u")
    for _ in range(12):
        await pilot.pause(0.1)
        app.train_page.redraw(at_once=True)
    assert read
    assert all(age >= 1 for age in read)
    assert shown(app, "#system").startswith("this run ")


def test_the_first_figures_of_a_training_are_not_those_of_the_time_before_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mnist_sum_tui.tui.widgets.system_lines.READ_SECONDS", 0.0)
    system, has_figures = SystemLines(""), []
    for is_ours in (True, True, False, True, True):
        system.show(None, is_ours, is_live=is_ours)
        has_figures.append(str(system.content).startswith("this run"))
    assert has_figures == [False, True, False, False, True]
