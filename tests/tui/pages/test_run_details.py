"""The page Runs: what stands beside the table and the curves."""

from dataclasses import replace
from pathlib import Path

from textual.widgets import Static

from mnist_sum_tui.charts.run_charts import RUN_SYMBOLS
from mnist_sum_tui.glyphs import BRAILLE
from mnist_sum_tui.runs.run import Run
from mnist_sum_tui.tui.app import MnistSumApp
from mnist_sum_tui.tui.pages.runs import RunsPage
from mnist_sum_tui.tui.widgets.chart import Chart
from mnist_sum_tui.tui.widgets.key_footer import KeyFooter
from mnist_sum_tui.tui.widgets.run_table import RunTable
from tests.tui import fixed, recorded
from tests.tui.pages.test_runs import make
from tests.tui.recorded import press, settle, until


async def test_beside_the_curves_of_marked_runs_stand_the_settings_that_differ(
    app: MnistSumApp, made: list[Run]
) -> None:
    async with fixed.on(app, RunsPage) as (pilot, page):
        beside = page.query_one("#differing", Static)
        assert not beside.display, "of one run there is nothing to compare"
        await pilot.press("space", "space")
        await settle(pilot)
        rows = [line.split() for line in str(beside.render()).splitlines()]
        assert rows == [["setting", *RUN_SYMBOLS[:2]], ["model", "compact", "pictured"]]
        assert beside.region.right <= 80
        assert page.query_one(Chart).region.width >= 40
        await pilot.press("up", "space", "down", "space")
        assert page.query_one(RunTable).cursor_row == 2, "on the last row the cursor stays"
        await settle(pilot)
        assert [page.query_one(RunTable).marked, beside.display] == [
            ("20260101-120300-compact-short", "20260101-120100-compact"),
            False,
        ]
        assert page.query_one(Chart).region.width == 79, "the same settings take no room from the curves"
        await press(pilot, "space")
        assert len(page.query_one(RunTable).marked) == 1
        assert not beside.display
        assert "esc Unmark all" in page.query_one(KeyFooter).render().plain
        await press(pilot, "escape")
        assert page.query_one(RunTable).marked == ()
        assert "esc" not in page.query_one(KeyFooter).render().plain


async def test_beside_the_table_stand_the_details_of_the_chosen_run_where_there_is_room(
    app: MnistSumApp, made: list[Run]
) -> None:
    async with fixed.on(app, RunsPage, (160, 36)) as (pilot, page):
        beside, table = page.query_one("#details", Static), page.query_one(RunTable)
        assert beside.region.x >= table.region.right
        assert beside.region.y == table.region.y
        assert beside.region.right == 160
        await press(pilot, "down")
        assert table.current is not None
        lines = str(beside.render()).splitlines()
        assert lines[0] == table.current.run.id
        assert [line.split()[0] for line in lines[3:8]] == ["1", "2", "3", "4", "5"]
        assert lines[7].endswith("best")
        assert "model            pictured" in lines
        assert not any(line.startswith(("outliers", "patience")) for line in lines), "they are off"
        assert max(map(len, lines)) <= beside.content_size.width
        await press(pilot, "space", "space")
        assert str(beside.render()).splitlines()[1].split() == ["model", "pictured", "compact"]
        assert str(beside.render()).splitlines()[3] == table.current.run.id, "and the run under the cursor"
        assert not page.query_one("#differing").display
        await pilot.resize_terminal(159, 36)
        await pilot.pause()
        assert not beside.display
        assert page.query_one("#differing").display


async def test_the_details_follow_the_height_and_say_how_many_rows_do_not_fit(
    app: MnistSumApp, made: list[Run]
) -> None:
    async with fixed.on(app, RunsPage, (200, 24)) as (pilot, page):
        beside = page.query_one("#details", Static)

        def rows() -> list[str]:
            return str(beside.content).splitlines()

        low = rows()
        assert len(low) == beside.content_size.height
        assert low[-1].startswith(BRAILLE.cut)
        assert low[-1].endswith("more")
        await pilot.resize_terminal(200, 60)
        await until(pilot, lambda: len(rows()) > len(low) and BRAILLE.cut not in rows()[-1])
        await pilot.resize_terminal(200, 24)
        await until(pilot, lambda: rows() == low)


async def test_two_marked_runs_say_whether_they_differ_by_chance(app: MnistSumApp, tmp_path: Path) -> None:
    for place, share in enumerate((0.9854, 0.9858, 0.99)):
        end = replace(recorded.finished(), sum_accuracy=share)
        make(tmp_path, f"20260101-12010{place}-compact", [*recorded.training(2150), end])
    async with fixed.on(app, RunsPage) as (pilot, page):
        assert "keep: how many epochs' weights stay" in " ".join(page.about.split()), "as in the table of differences"
        told = page.query_one("#why-best", Static)
        assert "standard error" not in str(told.content)
        await pilot.press("down", "space", "space")  # it goes on to the next
        near = f"sums: {RUN_SYMBOLS[0]} is the highest, perhaps by chance above {RUN_SYMBOLS[1]}"
        await until(pilot, lambda: str(told.content).startswith(f"{near}\n"))
        await pilot.resize_terminal(140, 40)
        whole = f"{near}: ● 98.58 % +- 0.24; ◆ 98.54 % +- 0.24 (two standard errors)"
        await until(pilot, lambda: str(told.content).startswith(f"{whole}\n"))
        await pilot.press("home", "space")
        await until(pilot, lambda: "is the highest" in str(told.content))
