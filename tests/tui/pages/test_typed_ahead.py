"""What is typed ahead of a question's field, as over a slow line that brings several keys at once, is typed into it."""

import asyncio

from textual.app import App
from textual.events import Key

from mnist_sum_tui.runs.run import Run
from mnist_sum_tui.tui.app import MnistSumApp
from mnist_sum_tui.tui.pages.inspect import InspectPage
from mnist_sum_tui.tui.pages.runs import RunsPage
from tests.tui import fixed
from tests.tui.recorded import until


async def typed(app: App[int], *keys: str, gap: float = 0) -> None:
    for key in keys:
        app.post_message(Key(key, key if len(key) == 1 else None))
        if gap:
            await asyncio.sleep(gap)


async def test_the_number_of_an_image(app: MnistSumApp) -> None:
    """The first digits were lost, and another image was shown."""
    async with fixed.on(app, InspectPage, (120, 36)) as (pilot, page):
        number = page.number
        for gap, image in ((0, 507), (0.001, 618), (0.003, 729), (0.01, 831)):
            await typed(app, "g", *str(image), "enter", gap=gap)
            await pilot.pause()
            await until(pilot, lambda: app.screen is page, 10)
            await pilot.pause()
            assert (page.index, page.number, app.screen) == (image, number, page), gap


async def test_which_runs(app: MnistSumApp, made: list[Run]) -> None:
    assert made
    async with fixed.on(app, RunsPage, (120, 36)) as (pilot, page):
        await typed(app, "slash", *"completed", "enter")
        await pilot.pause()
        await until(pilot, lambda: app.screen is page, 10)
        assert page.pattern == "completed"


async def test_escape_and_a_question_without_a_field_work_as_before(app: MnistSumApp, made: list[Run]) -> None:
    async with fixed.on(app, RunsPage, (120, 36)) as (pilot, page):
        await typed(app, "slash", "escape")
        await pilot.pause()
        assert app.screen is page
        await typed(app, "d", "n")
        await pilot.pause()
        assert app.screen is page
        assert all(run.path.exists() for run in made)
