"""Mistakes: the key that shows how sure the network is instead of the maps."""

import pytest
from textual.pilot import Pilot
from textual.widgets import Static

from mnist_sum_tui.charts.sureness import coverage_words, figures_line
from mnist_sum_tui.tui.app import MnistSumApp
from mnist_sum_tui.tui.pages.mistakes import MistakesPage
from mnist_sum_tui.tui.widgets.chart import Chart
from mnist_sum_tui.tui.widgets.gallery import Gallery
from tests.tui import fixed
from tests.tui.pages.test_keys import footer_of
from tests.tui.recorded import press


def _seen(pilot: Pilot[int]) -> list[str]:
    """What stands above the gallery: `maps`, or the names of the charts."""
    page = pilot.app.screen
    charts = [str(chart.id) for chart in page.query(Chart) if chart.display and page.query_one("#sureness").display]
    return (["maps"] if page.query_one("#maps").display else []) + charts


def _figures(pilot: Pilot[int]) -> str:
    return str(pilot.app.screen.query_one("#sure-figures", Static).render())


async def test_all_charts_beside_each_other_and_back_by_c_m_and_escape(app: MnistSumApp) -> None:
    async with fixed.on(app, MistakesPage, (120, 36)) as (pilot, page):
        assert _seen(pilot) == ["maps"]
        await press(pilot, "c")
        assert _seen(pilot) == ["coverage", "digit-sure", "sum-sure"]
        heads = fixed.result().report.reliability
        for words in (*(figures_line(head, found) for head, found in heads.items()), coverage_words(heads)):
            assert words in _figures(pilot)
        drawn = page.query_one("#sum-sure", Chart).plot
        points = [(100 * part.sureness, part.accuracy) for part in heads["sum"].bins if part.answers >= 10]
        assert [*zip(*(drawn.curves[0].x, drawn.curves[0].y), strict=True)] == points
        gallery = page.query_one(Gallery)
        assert gallery.content_size.height == gallery.tile.height, "one row of images"
        assert page.query_one("#coverage", Chart).size.height >= 18, "the rows that no image needs"
        await pilot.press("c")
        assert _seen(pilot) == ["maps"]
        await pilot.press("c", "m")
        assert _seen(pilot) == []
        assert gallery.is_large
        await pilot.press("c")
        assert not gallery.is_large
        await pilot.press("escape")
        assert _seen(pilot) == ["maps"]


@pytest.mark.parametrize("size", [(60, 20), (120, 36)])
async def test_the_charts_have_their_titles_and_all_lines_their_names(size: tuple[int, int], app: MnistSumApp) -> None:
    async with fixed.on(app, MistakesPage, size) as (pilot, page):
        await press(pilot, "c")
        legend = page.query_one("#coverage", Chart).render_line(0).text
        assert legend.startswith("Right, of the surest  ")
        assert "digit" in legend
        assert "sum" in legend
        await press(pilot, *["c"] * (size[0] <= 80))
        legend = page.query_one("#digit-sure", Chart).render_line(0).text
        assert legend.startswith("Right, by how sure  ")
        assert " digit " in legend
        assert " ideal" in legend, "the diagonal"


async def test_one_chart_at_a_time_at_80_columns(app: MnistSumApp) -> None:
    async with fixed.on(app, MistakesPage) as (pilot, _):
        assert "c How sure m Enlarge" in footer_of(pilot)
        heads = fixed.result().report.reliability
        assert coverage_words(heads).startswith("Of the 99 % that it is surest of, "), "a sentence"
        for name, words in (
            ("coverage", coverage_words(heads)),
            ("digit-sure", figures_line("digit", heads["digit"])),
            ("sum-sure", figures_line("sum", heads["sum"])),
        ):
            await press(pilot, "c")
            assert _seen(pilot) == [name]
            assert _figures(pilot) == words
            assert "c Next view" in footer_of(pilot)
            assert "tab Maps" not in footer_of(pilot)
        await pilot.press("c")
        assert _seen(pilot) == ["maps"]
        assert "tab Maps" in footer_of(pilot)
