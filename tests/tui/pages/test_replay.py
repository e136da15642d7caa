"""A run that is played back on the page Train: the keys, the mouse, and what the other pages ask meanwhile."""

import pytest
from textual.pilot import Pilot
from textual.widgets import Digits

from mnist_sum_tui.runs.journal import Journal
from mnist_sum_tui.runs.run import Run
from mnist_sum_tui.tui.predictions.weights import of_session
from mnist_sum_tui.tui.session.messages import OpenRun, ReplayRun, StartTraining
from mnist_sum_tui.tui.session.player import Player
from mnist_sum_tui.tui.session.state_line import state_line
from mnist_sum_tui.tui.widgets.key_footer import WIDE, keys_of
from mnist_sum_tui.tui.widgets.run_view import RunView
from mnist_sum_tui.tui.widgets.sample_strip import AdditionPicture, Sample, SampleStrip
from mnist_sum_tui.tui.widgets.scrub_bar import ScrubBar
from tests.tui import recorded
from tests.tui.fake_train import CONFIG, FakeTrain
from tests.tui.pages.test_keys import footer_of
from tests.tui.predictions.test_weights import save_head
from tests.tui.recorded import app_of, press, until
from tests.tui.shown import lines

pytestmark = pytest.mark.usefixtures("without_form")


async def paused(pilot: Pilot[int], run: Run) -> Player:
    """The replay of the run, paused at its beginning."""
    app = app_of(pilot)
    await until(pilot, lambda: app.train_page.is_composed)
    app.post_message(ReplayRun(run))
    await until(pilot, lambda: app.train_page.player is not None)
    player = app.train_page.player
    assert player is not None
    if player.is_playing:
        await pilot.press("space")
    await pilot.press("home")
    return player


def shown(pilot: Pilot[int]) -> tuple[int, str]:
    """The newest step of the curves, and the large figure of the digit."""
    view = app_of(pilot).train_page.run_view
    steps = view.series.training.column(0)
    return (int(steps[-1]) if len(steps) else 0), view.query_one("#digit-figure Digits", Digits).value


async def test_a_replay_may_begin_before_its_view_is_composed(pilot: Pilot[int], run: Run) -> None:
    player, page = await paused(pilot, run), app_of(pilot).train_page
    page._run_view = RunView(page.session, id="not-yet-composed")
    page.begin_replay(player)
    assert page.run_view.scrub_bar.place.words == player.words
    page.step_back()


async def test_p_plays_an_opened_run_and_escape_leaves(pilot: Pilot[int], run: Run) -> None:
    app = app_of(pilot)
    await pilot.press("p")
    assert app.train_page.player is None, "there is nothing to play"
    app.post_message(OpenRun(run))
    await until(pilot, lambda: app.session.finished and app.query("#digit-figure Digits") and shown(pilot)[1] != "-")
    whole = shown(pilot)
    assert not app.train_page.run_view.query_one(ScrubBar).display
    await pilot.press("p")
    await until(pilot, lambda: app.train_page.player is not None)
    player = app.train_page.player
    assert player is not None
    assert player.is_playing
    assert app.session.finished is None, "what comes is not known"
    assert "esc End replay" in footer_of(pilot), "the way out"
    for is_offered in (False, False, True):  # while one chart is large, Escape makes it small
        await pilot.press("m")
        assert any(key.words == "End replay" for key in keys_of(app.screen)[0]) == is_offered
    step = player.moment.step
    await until(pilot, lambda: player.moment.step > step)
    await press(pilot, "escape")
    assert app.train_page.player is app.session.moment is None
    assert not app.train_page.run_view.query_one(ScrubBar).display
    await until(pilot, lambda: shown(pilot) == whole)
    assert app.session.finished is not None
    assert "End replay" not in footer_of(pilot)


async def test_keys_lead_through_the_moments(pilot: Pilot[int], run: Run) -> None:
    app, player = app_of(pilot), await paused(pilot, run)
    assert shown(pilot) == (0, "-")
    assert state_line(app.session).startswith("‖ replay 0.0 s")
    await pilot.press("right", "right")
    assert shown(pilot)[0] == 10
    await pilot.press("left")
    assert shown(pilot)[0] == 5
    await pilot.press("pagedown")
    assert shown(pilot)[0] == 430
    assert app.session.validation is not None
    assert state_line(app.session).startswith("‖ replay 11 s · validation: digit")
    await pilot.press("shift+right", "pageup", "shift+left")
    assert shown(pilot)[0] == 0
    await pilot.press("end")
    assert shown(pilot) == (2150, "99.12")
    assert "-over" not in app.train_page.run_view.classes, "the outcome would move everything"
    speed = player.speed
    await pilot.press("plus", "equals_sign", "minus", "plus")
    assert player.speed == 4 * speed
    await pilot.press("r")
    await until(pilot, lambda: app._notifications)
    assert "leave the replay first" in next(iter(app._notifications)).message


async def test_the_bar_says_whether_it_plays_and_the_footer_what_space_does(pilot: Pilot[int], run: Run) -> None:
    player = await paused(pilot, run)

    def says(mark: str, does: str) -> bool:
        first, *_, last = lines(app_of(pilot))
        return f"{mark} replay" in first and f"space {does}" in last

    await until(pilot, lambda: says("‖", "Play"))
    await pilot.press("space")
    await until(pilot, lambda: says("▸", "Pause"))
    await pilot.press("right")
    await until(pilot, lambda: says("‖", "Play"))  # a step pauses
    player.go_to_row(player.replay.last - 2)
    await pilot.press("space")
    await until(pilot, lambda: player.is_at_end)
    await until(pilot, lambda: says("‖", "Play"))  # at the end it stops


async def test_a_run_that_still_trains_can_be_looked_back_at(fake: FakeTrain, pilot: Pilot[int], run: Run) -> None:
    app, page = app_of(pilot), app_of(pilot).train_page
    await until(pilot, lambda: page.is_composed)
    app.post_message(StartTraining(CONFIG))
    await until(pilot, lambda: app.session.progress)
    control, mine = app.session.control, app.session.run
    assert control is not None
    assert mine is not None
    mine.metrics_file.write_text(run.metrics_file.read_text())
    await pilot.press("p")
    await until(pilot, lambda: page.player is not None)
    assert shown(pilot)[0] == 2150, "as it stood when it was asked"
    for key, named in (
        ("k", "Close the knobs"),
        ("escape", "End replay"),
        ("question_mark", ""),
        ("escape", "End replay"),
    ):
        await pilot.press(key)
        assert "".join(found.words for found in keys_of(app.screen)[0] if found.key == "escape") == named
    await pilot.press("home", "pagedown")
    count = len(app.session.events)
    await until(pilot, lambda: len(app.session.events) > count + 2)
    assert shown(pilot)[0] == 430, "the training goes on and changes nothing here"
    state = state_line(app.session)
    assert ", it trains on" in state
    assert state_line(app.session, room=state.index(",") + 1) == f"{state[: state.index(',')]} "
    for epoch in (0, 2):
        save_head(mine.epoch_file(epoch), epoch)
    assert of_session(app.session).chosen.path == mine.epoch_file(0), "the other pages ask the weights of then"
    app.session.weights = of_session(app.session).all[-1]
    await pilot.press("pagedown")
    assert of_session(app.session).chosen.path == mine.epoch_file(2), "whatever was chosen at another moment"
    await pilot.press("space")
    assert page.player is not None
    assert page.player.is_playing
    assert not control.paused
    await pilot.press("end")
    assert page.player is None
    assert of_session(app.session).chosen.name == "live"
    count = len(page.run_view.series.training)
    await until(pilot, lambda: len(page.run_view.series.training) > count)
    await pilot.press("p")
    await until(pilot, lambda: page.player is not None)
    await pilot.press("left")
    control.stop()
    await until(pilot, lambda: not app.session.is_training)
    assert page.player is not None, "its end changes nothing of what is looked at"
    assert ", it has ended since" in state_line(app.session)
    await press(pilot, "escape")
    assert "-over" in page.run_view.classes
    assert "p Replay" in footer_of(pilot), "of the run that has just ended, without a way over page Runs"
    await pilot.press("p")
    await until(pilot, lambda: page.player is not None)
    assert page.player is not None
    assert page.player.is_playing
    assert app.session.run == mine


async def test_a_run_that_another_process_trains_is_looked_back_at(pilot: Pilot[int], run: Run) -> None:
    app, page, events = app_of(pilot), app_of(pilot).train_page, list(recorded.training(900))
    await until(pilot, lambda: page.is_composed)
    with run.lock(), Journal(run.metrics_file) as journal:
        for event in events[:60]:
            journal.append(event)
        app.post_message(ReplayRun(Run(run.path)))
        await until(pilot, lambda: page.player is not None and app.session.progress is not None)
        await pilot.press("home")
        assert shown(pilot)[0] == 0
        for event in events[60:]:
            journal.append(event)
        await until(pilot, lambda: app.session.events[-1].step == events[-1].step)
        assert shown(pilot)[0] == 0, "the training goes on and changes nothing here"
        await pilot.press("end")
        assert page.player is None
        assert shown(pilot)[0] == events[-1].step, "now"
    await until(pilot, lambda: not app.session.is_live)  # and nothing more comes while the app closes


async def test_played_to_the_end_a_run_that_still_trains_is_at_now(
    fake: FakeTrain, pilot: Pilot[int], run: Run
) -> None:
    app, page = app_of(pilot), app_of(pilot).train_page
    await until(pilot, lambda: page.is_composed)
    app.post_message(StartTraining(CONFIG))
    await until(pilot, lambda: app.session.progress)
    assert app.session.run is not None
    app.session.run.metrics_file.write_text(run.metrics_file.read_text())
    await pilot.press("p")
    await until(pilot, lambda: page.player is not None)
    await pilot.press("left", *["plus"] * 8, "space")
    await until(pilot, lambda: page.player is None)
    app.stop_and_leave()
    await until(pilot, lambda: not app.session.is_training)


async def test_the_strip_is_of_the_moment(pilot: Pilot[int], run: Run) -> None:
    app, player = app_of(pilot), await paused(pilot, run)

    def answers() -> list[object]:
        return [sample.answer for sample in app.train_page.run_view.query(Sample)]

    assert answers() == [None] * 8
    await pilot.press("end")
    assert answers()[0] == (5, 8, 5, 13), "right at last"
    player.go_to(1.5)
    await pilot.press("right")
    assert answers()[0] == (5, 8, 8, 16), "wrong at first"
    await pilot.press("home")
    assert answers() == [None] * 8


async def test_a_replay_has_the_addition_table_where_the_strip_has_room(pilot: Pilot[int], run: Run) -> None:
    await paused(pilot, run)
    await pilot.press("end")
    least = WIDE
    strip = app_of(pilot).train_page.query_one(SampleStrip)
    for columns in (least, least - 1):
        await pilot.resize_terminal(columns, 36)
        await until(pilot, lambda: strip.has_class("-with-table") and strip.size.width == columns - 2)  # noqa: B023
        assert strip.query_one(AdditionPicture).display == (columns == least)
