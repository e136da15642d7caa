"""Runs that are played in step after two others, whose answers were shown below the curves."""

import threading

import pytest

from mnist_sum_tui.runs.run import Run
from mnist_sum_tui.tui.app import MnistSumApp
from mnist_sum_tui.tui.pages.runs import RunsPage
from mnist_sum_tui.tui.session.run_curves import curves_of
from tests.tui import fixed
from tests.tui.recorded import settle, until


async def test_a_third_run_that_a_filter_had_hidden_is_played_with_the_two_before(
    app: MnistSumApp, made: list[Run], monkeypatch: pytest.MonkeyPatch
) -> None:
    """With p before its curves were read, the dashboard ended with a ValueError, and so did a training in it."""
    is_free = threading.Event()
    async with fixed.on(app, RunsPage, (120, 36)) as (pilot, page):
        await pilot.press("space", "space", "space", "slash", *"completed", "enter")
        await until(pilot, lambda: len(page.curves) == 2)
        await pilot.press("p")
        await until(pilot, lambda: page.has_class("-in-step"))
        monkeypatch.setattr("mnist_sum_tui.tui.pages.runs.curves_of", lambda run: is_free.wait(20) and curves_of(run))
        await pilot.press("slash", *["backspace"] * len("completed"), "enter", "p")
        is_free.set()
        await until(pilot, lambda: page._moves and len(page.curves) == 3)
        assert not page.has_class("-in-step"), "those are the answers of two"
        await settle(pilot)
