from dataclasses import replace
from pathlib import Path

from mnist_sum_tui.runs.run import Run
from mnist_sum_tui.tui.app import MnistSumApp
from mnist_sum_tui.tui.pages.runs import RunsPage
from mnist_sum_tui.tui.widgets.run_table import RunTable
from tests.tui import fixed, recorded
from tests.tui.pages.test_runs import make
from tests.tui.recorded import until
from tests.tui.shown import lines


async def test_the_figures_are_seen_beside_a_long_name(app: MnistSumApp, made: list[Run], tmp_path: Path) -> None:
    name = "20260101-120400-compact-" + "long" * 15
    make(tmp_path, name, [*recorded.training(2150), replace(recorded.finished(), sum_accuracy=0.99)])
    async with fixed.on(app, RunsPage) as (pilot, page):
        await until(pilot, lambda: any("20260101-120400" in line for line in lines(app)))
        row = next(line for line in lines(app) if "20260101-120400" in line)
        assert "longlong" in row.split()[0]
        assert "\u2026" in row
        assert "99.00 %" in row
        assert "best" in row
        table = page.query_one(RunTable)
        assert table.virtual_size.width <= table.size.width


async def test_while_no_run_has_a_result_a_dash_stands_for_each_of_its_figures(
    app: MnistSumApp, tmp_path: Path
) -> None:
    make(tmp_path, "20260101-120100-compact", [recorded.started()])
    async with fixed.on(app, RunsPage, (150, 36)) as (pilot, _):
        await until(pilot, lambda: any("20260101-" in line for line in lines(app)))
        titles, row = (next(line for line in lines(app) if word in line) for word in ("mean val.", "20260101-"))
        for title in ("digit", "sum", "mean val."):
            assert "-" in row[titles.index(title) : titles.index(title) + len("99.99 %")], title
