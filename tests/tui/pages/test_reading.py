"""What is said while runs are read, which takes seconds if a run is long: on the page Runs, and after Enter there."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from mnist_sum_tui.runs.events import Event
from mnist_sum_tui.runs.journal import read_events
from mnist_sum_tui.runs.run import Run
from mnist_sum_tui.runs.summary import Summary, summarise
from mnist_sum_tui.tui.app import MnistSumApp
from tests.tui.recorded import until
from tests.tui.shown import lines

pytestmark = pytest.mark.usefixtures("without_form")


@pytest.fixture
def held() -> Iterator[threading.Event]:
    """Set, it lets the reading threads go on; the end of the test does so in any case."""
    event = threading.Event()
    yield event
    event.set()


async def test_runs_says_that_it_reads_them_while_it_is_empty(
    app: MnistSumApp, made: list[Run], held: threading.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    def slowly(run: Run) -> Summary:
        held.wait(30)
        return summarise(run)

    monkeypatch.setattr("mnist_sum_tui.tui.pages.runs.summarise", slowly)
    async with app.run_test(size=(80, 24)) as pilot:
        await app.switch_mode("runs")
        await until(pilot, lambda: any("reading the runs ..." in line for line in lines(app)))
        held.set()
        await until(pilot, lambda: not any("reading the runs ..." in line for line in lines(app)))
        assert any(made[0].id in line for line in lines(app))


async def test_the_bar_says_that_a_long_run_is_read(
    app: MnistSumApp, made: list[Run], held: threading.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    def slowly(file: Path) -> Iterator[Event]:
        held.wait(30)
        yield from read_events(file)

    monkeypatch.setattr("mnist_sum_tui.tui.run_app.read_events", slowly)
    async with app.run_test(size=(80, 24)) as pilot:
        await app.switch_mode("runs")
        await until(pilot, lambda: any(made[0].id in line for line in lines(app)))
        assert "reading" not in lines(app)[0]
        await pilot.press("enter")
        await until(pilot, lambda: "reading the run" in lines(app)[0])
        held.set()
        await until(pilot, lambda: app.screen is app.train_page and "reading" not in lines(app)[0])
