"""`g` in a replay: which step is asked for, what the question says, and what is shown then."""

from dataclasses import replace
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Label

from mnist_sum_tui.runs.events import Samples
from mnist_sum_tui.runs.run import Run
from mnist_sum_tui.tui.pages.dialogs import GoTo
from tests.tui import recorded
from tests.tui.pages.test_replay import paused, shown
from tests.tui.pages.test_runs import make
from tests.tui.recorded import app_of, press, until

ADDS = tuple("0" * (3 + number) + "9" + "0" * (15 - number) for number in range(10))
GUESSES = ("0" * 19,) * 10


pytestmark = pytest.mark.usefixtures("without_form")


@pytest.fixture
def run(tmp_path: Path) -> Run:
    events = [*recorded.training(2150), recorded.finished()]
    found = next(event for event in events if isinstance(event, Samples))
    found = replace(found, labels=(3, *found.labels[1:]))
    answers = [replace(found, step=step, addition=table) for step, table in ((400, GUESSES), (800, ADDS))]
    kept = [event for event in events if not isinstance(event, Samples)]
    return make(tmp_path / "runs", "20260101-120100-compact", sorted([*kept, *answers], key=lambda event: event.step))


async def test_g_goes_to_a_step(pilot: Pilot[int], run: Run) -> None:
    app, player = app_of(pilot), await paused(pilot, run)
    await pilot.press("space", "g")
    await until(pilot, lambda: isinstance(app.screen, GoTo))
    assert str(app.screen.query_one(".question", Label).content) == "Which step? 0 to 2,150"
    await pilot.press(*"9999", "enter")
    assert "There are steps 0 to 2,150" in str(app.screen.query_one("#said", Label).content)
    await pilot.press(*["backspace"] * 4, *"802", "enter")
    await until(pilot, lambda: app.screen is app.train_page)
    assert player.moment.step == 800
    assert not player.is_playing
    assert shown(pilot)[0] == 800


async def test_without_a_replay_g_does_nothing(pilot: Pilot[int], run: Run) -> None:
    app = app_of(pilot)
    await until(pilot, lambda: app.train_page.is_composed)
    await press(pilot, "g")
    assert app.screen is app.train_page
