"""The page Train with recorded events, for the tests of its parts."""

from collections.abc import Iterable

from textual.pilot import Pilot
from textual.widgets import Static

from mnist_sum_tui.runs.events import Event
from mnist_sum_tui.training.control import Control
from mnist_sum_tui.tui.app import MnistSumApp
from mnist_sum_tui.tui.session.messages import RunEvent
from mnist_sum_tui.tui.widgets.chart import Chart
from tests.tui import recorded


async def play(pilot: Pilot[int], events: Iterable[Event], control: Control | None = None) -> MnistSumApp:
    """Events as if from a training, and the drawing that follows them."""
    app = recorded.app_of(pilot)
    recorded.begin(app, control)
    while not app.train_page.run_view.is_mounted:
        await pilot.pause(0.02)
    for event in events:
        app.on_run_event(RunEvent(event))
    app.train_page.redraw(at_once=True)
    await pilot.pause()
    return app


def chart(app: MnistSumApp, name: str) -> list[str]:
    return ["".join(text for text, _ in line) for line in app.train_page.query_one(f"#{name}", Chart).drawing.lines]


def shown(app: MnistSumApp, selector: str) -> str:
    return str(app.train_page.query_one(selector, Static).visual)
