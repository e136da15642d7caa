"""The knobs on page Train: they show what holds, ask the training, are undone, and mark the charts."""

from dataclasses import replace
from pathlib import Path

import pytest
from textual.events import MouseScrollDown, MouseScrollUp
from textual.pilot import Pilot

from mnist_sum_tui.config import TrainConfig
from mnist_sum_tui.runs.events import Changed, Notice
from mnist_sum_tui.runs.run import Run
from mnist_sum_tui.training.control import Control
from mnist_sum_tui.tui.pages.dialogs import Confirm
from mnist_sum_tui.tui.pages.knob_keys import values_now
from mnist_sum_tui.tui.pages.train import TrainPage
from mnist_sum_tui.tui.session.messages import RunEvent, TrainingEnded
from mnist_sum_tui.tui.session.session import Session
from mnist_sum_tui.tui.session.state_line import state_line
from mnist_sum_tui.tui.widgets.key_figures import facts
from mnist_sum_tui.tui.widgets.key_footer import keys_of
from mnist_sum_tui.tui.widgets.knob_panel import IDEA_WIDTH, KnobPanel, knob, knob_line
from tests.tui import recorded
from tests.tui.pages.training import chart, play
from tests.tui.recorded import app_of, press, until

pytestmark = pytest.mark.usefixtures("without_form", "_quick_hand")


@pytest.fixture
def _quick_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    """A change by hand counts as made at once."""
    monkeypatch.setattr("mnist_sum_tui.training.control.AT_REST", 0.0)


def test_a_value_of_the_run_itself_is_a_stop_too() -> None:
    shown = knob("weight_decay", "0.07")
    assert list(shown.stops[4:7]) == ["0.05", "0.07", "0.1"]
    assert shown.place == 5
    assert list(knob("lr", "x3").stops[6:11]) == ["x1", "x2", "x3", "x5", "x10"]


@pytest.mark.parametrize("width", [40, 76, 150])
def test_every_knob_fits_its_line(width: int) -> None:
    lines = [knob_line(knob("lr", value), is_chosen=True, width=width) for value in ("x0.01", "x1", "x100")]
    assert {len(line) for line in lines} == {max(len(line) for line in lines)} <= {*range(max(width, 43))}
    dots = [line.index("●") for line in lines]
    assert dots == sorted(set(dots))


def test_a_planned_change_is_shown_from_its_step_on_and_not_a_wish_that_came_before(tmp_path: Path) -> None:
    session = Session(tmp_path)
    session.begin(TrainConfig.of("standard"), Run(tmp_path / recorded.RUN), Control())
    planned = Changed(step=0, epoch=1, elapsed=0.1, at=300, setting="lr", before="x1", value="x0.5")
    for event in (recorded.started(), planned):
        session.add(event)
    assert values_now(session)["lr"] == "x1"
    session.asked["lr"] = "x2"
    assert values_now(session)["lr"] == "x2", "at once"
    session.add(replace(planned, step=100, at=100, value="x2"))
    assert (values_now(session)["lr"], session.asked) == ("x2", {})
    session.add(Notice(step=300, epoch=1, elapsed=9.0, message=""))
    assert values_now(session)["lr"] == "x0.5"


async def test_a_knob_is_turned_and_undone(pilot: Pilot[int]) -> None:
    control = Control()
    app = await play(pilot, recorded.training(200), control)
    await pilot.press("k")
    assert isinstance(app.focused, KnobPanel)
    assert "Undo" not in {key.words for key in keys_of(app.screen)[0]}, "nothing was turned yet"
    await pilot.press("left", "down", "right")
    assert "Undo" in {key.words for key in keys_of(app.screen)[0]}
    asked = [(turn.setting, turn.value) for turn in control.take_turns()]
    assert asked == [("lr", "x0.5"), ("sum_weight", "0.6")]
    await pilot.press("z")
    assert [(turn.setting, turn.value) for turn in control.take_turns()] == [("sum_weight", "0.5")]
    changed = Changed(step=200, epoch=1, elapsed=5.0, at=150, setting="lr", before="x1", value="x0.5")
    app.on_run_event(RunEvent(changed))
    app.train_page.redraw(at_once=True)
    await pilot.pause()
    assert any("lr x1 -> x0.5" in line for line in chart(app, "loss"))
    panel = app.train_page.query_one(KnobPanel)
    for _ in range(3):  # keys that come together, before the page has answered the first
        panel.action_turn(1)
    await pilot.pause()
    assert [turn.value for turn in control.take_turns()] == ["0.8"]
    await pilot.press("up", "up", "right")  # from the first knob to the last
    assert [turn.setting for turn in control.take_turns()] == ["augment"]
    await pilot.press("escape")
    assert not app.train_page.query(KnobPanel)
    await pilot.press("k", "k")
    assert not app.train_page.query(KnobPanel)


async def test_what_is_taken_as_one_change_is_undone_at_once(pilot: Pilot[int]) -> None:
    """As in a pause, at whose end three keys are one change; what is turned after it is another one."""
    control = Control()
    await play(pilot, recorded.training(200), control)

    async def after(*keys: str) -> list[str]:
        await pilot.press(*keys)
        return [turn.value for turn in control.take_turns()]

    assert await after("k", "right", "right", "right") == ["x10"]
    assert await after("right") == ["x20"]
    assert await after("z") == ["x10"]
    assert await after("z") == ["x1"]
    assert await after("z") == []
    assert await after("right") == ["x2"]
    assert await after("z", "right", "right") == ["x5"], "and not the change that was taken back"
    assert await after("z") == ["x1"]


@pytest.mark.parametrize(("terminal_size", "room"), [((80, 36), 78), ((120, 36), 118 - IDEA_WIDTH - 3)])
async def test_the_mouse_turns_a_knob(pilot: Pilot[int], room: int) -> None:
    control = Control()

    def turned() -> list[tuple[str, str]]:
        return [(turn.setting, turn.value) for turn in control.take_turns()]

    await play(pilot, recorded.training(200), control)
    await press(pilot, "k")
    panel = pilot.app.screen.query_one(KnobPanel)
    region = panel.content_region
    for kind in (MouseScrollUp, MouseScrollDown, MouseScrollDown):
        at = region.offset - panel.region.offset
        panel.post_message(kind(panel, at.x, at.y, 0, 0, 0, False, False, False, region.x, region.y))
        await pilot.pause()
    assert turned()[-1] == ("lr", "x0.5")
    panel.post_message(MouseScrollUp(panel, 0, 0, 0, 0, 0, False, False, False, region.x, region.bottom + 1))
    await pilot.pause()
    assert not turned(), "beside the knobs"
    line = knob_line(knob("lr", "x0.5"), is_chosen=True, width=room)
    await pilot.click("#knobs", offset=(1 + line.rindex("─"), 1))
    assert turned() == [("lr", "x100")]


async def test_single_steps_only_in_a_pause_and_slow_motion(pilot: Pilot[int], monkeypatch: pytest.MonkeyPatch) -> None:
    control, told = Control(), list[str]()
    monkeypatch.setattr(TrainPage, "notify", lambda _, words, **_others: told.append(words))
    await play(pilot, recorded.training(200), control)
    await pilot.press("full_stop")
    assert not control.take("step")
    await pilot.press("o")
    assert control.slow
    session = recorded.app_of(pilot).session
    assert state_line(session).startswith("● epoch 1/5, slow motion")
    assert state_line(session, room=20) == "● slow motion "
    assert facts(session, 40).startswith("1 step/s")
    assert "left -" in facts(session, 40)
    await pilot.press("o")
    assert not control.slow
    assert "slow" not in state_line(session)
    await pilot.press("space", "full_stop")
    assert control.take("step")
    await pilot.press("o", "o")
    slow, full = "One step per second", "Full speed"
    assert told[0] == "Pause first (space): then . makes one step."
    assert told[1:] == [slow, full, *(f"{words}, once it goes on (space)" for words in (slow, full))]


async def test_without_a_training_there_are_no_knobs(pilot: Pilot[int]) -> None:
    await pilot.press("n", "k")
    assert app_of(pilot).train_page.is_form_shown
    assert not pilot.app.screen.query(KnobPanel)


async def test_a_dialog_takes_the_cursor_away_and_leaves_the_knobs(pilot: Pilot[int]) -> None:
    app = await play(pilot, recorded.training(200), Control())
    await pilot.press("left", "k")
    await app.push_screen(Confirm("Really?", "It is gone then."))
    await pilot.pause()
    assert app.train_page.run_view.view.cursor is None
    await pilot.press("escape")
    assert app.train_page.query(KnobPanel)


@pytest.mark.parametrize("terminal_size", [(80, 24), (120, 36)])
async def test_the_chart_beside_the_knobs_can_be_read(pilot: Pilot[int]) -> None:
    app = await play(pilot, recorded.training(200), Control())
    await pilot.press("left")
    before = len(chart(app, "loss"))
    await press(pilot, "k")
    app.train_page.redraw(at_once=True)
    await pilot.pause()
    rows = chart(app, "loss")
    assert len(rows) >= 8, "title, six rows of curves at least, the axis"
    assert "step" in rows[0], "the values at the cursor"
    assert app.train_page.query_one("#knobs").region.height == 8
    await press(pilot, "escape")
    app.train_page.redraw(at_once=True)
    assert len(chart(app, "loss")) == before, "the rest comes back"


async def test_knobs_that_open_as_the_training_ends_leave_the_page_as_it_was(pilot: Pilot[int]) -> None:
    app = app_of(pilot)
    recorded.begin(app)
    await pilot.pause()
    page = app.train_page
    page.call_later(page.action_knobs)
    app.post_message(TrainingEnded())
    await until(pilot, lambda: not app.session.is_training and not page.query(KnobPanel))
    assert not page.has_class("-turning"), "which takes rows from the samples"
