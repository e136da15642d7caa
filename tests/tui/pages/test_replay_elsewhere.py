"""A replay and the rest of the dashboard: other pages meanwhile, their weights, and a journal that lacks something."""

from dataclasses import replace
from pathlib import Path
from typing import cast

import pytest
from textual.events import Key
from textual.pilot import Pilot
from textual.widgets import Static

from mnist_sum_tui.errors import UsageError
from mnist_sum_tui.runs.events import Advice
from mnist_sum_tui.runs.journal import read_events
from mnist_sum_tui.runs.run import Run
from mnist_sum_tui.runs.summary import ONLY_GUESSES
from mnist_sum_tui.tui.app import MnistSumApp
from mnist_sum_tui.tui.pages.weights_bar import GUESSES, WeightsPage
from mnist_sum_tui.tui.predictions.weights import of_session, place_in_time
from mnist_sum_tui.tui.session.exit_code import exit_code
from mnist_sum_tui.tui.session.messages import OpenRun, ReplayRun, RunEvent, TrainingEnded
from mnist_sum_tui.tui.session.result import outcome, receipt
from mnist_sum_tui.tui.session.session import Session
from mnist_sum_tui.tui.session.state_line import state_line
from mnist_sum_tui.tui.widgets.run_form import RunForm
from tests.tui import recorded
from tests.tui.pages.test_replay import paused
from tests.tui.pages.test_runs import make
from tests.tui.predictions.test_weights import save_head
from tests.tui.recorded import app_of, until
from tests.tui.shown import lines

pytestmark = pytest.mark.usefixtures("without_form")


async def test_another_page_lets_it_wait(pilot: Pilot[int], run: Run) -> None:
    app, player = app_of(pilot), await paused(pilot, run)
    await pilot.press("space")
    await until(pilot, lambda: player.seconds > 0)
    app.switch_mode("runs")
    await pilot.pause()
    row = player.moment.row
    await until(pilot, lambda: "\u2016 replay" in lines(app)[0])
    await pilot.pause(0.2)
    assert player.moment.row == row
    app.switch_mode("train")
    await until(pilot, lambda: "\u25b8 replay" in lines(app)[0])
    app.switch_mode("runs")
    app.post_message(OpenRun(run))
    await until(pilot, lambda: app.train_page.player is None)
    assert app.session.finished is not None, "opened anew, it is as it ended"


async def test_the_pages_ask_the_weights_of_that_time(pilot: Pilot[int], run: Run) -> None:
    app, player = app_of(pilot), await paused(pilot, run)
    with pytest.raises(UsageError, match="has no weights"):
        of_session(app.session)
    for epoch in (0, 2, 4):
        save_head(run.epoch_file(epoch), epoch)
    run.best_file.write_bytes(b"{}")
    for step, name in ((0, 0), (430, 0), (859, 0), (860, 2), (1300, 2), (2150, 4)):
        player.go_to_row(player.replay.row_at_step(step))
        app.train_page.show_moment()
        assert of_session(app.session).chosen.path == run.epoch_file(name)
        assert not place_in_time(app.session, of_session(app.session).chosen).startswith("later")
    await pilot.press("escape")
    assert of_session(app.session).chosen.path == run.best_file


async def test_weights_that_are_later_than_the_moment_are_told(pilot: Pilot[int], run: Run) -> None:
    app, player = app_of(pilot), await paused(pilot, run)
    save_head(run.best_file, 2)  # no epoch was kept
    await pilot.press("f2")
    page = cast(WeightsPage, app.screen)
    later, earlier = "later than this moment: epoch 2", "kept before this moment: epoch 2"
    for step, words in ((859, later), (860, "epoch 2"), (870, earlier)):
        player.go_to_row(player.replay.row_at_step(step))
        app.train_page.show_moment()
        chosen, known = of_session(app.session).chosen, of_session(app.session).all
        assert chosen.path == run.best_file
        page.note()
        page.show_weights(chosen, known, "epoch 2")
        assert str(page.query_one("#source", Static).render()) == words
        told = "Weights of epoch 2: none kept at step 870."
        assert str(page.query_one("#note", Static).content) == (told if words == earlier else "")
    page.show_weights(chosen, (chosen, replace(chosen, name="last")), "epoch 2")
    assert str(page.query_one("#note", Static).content).endswith(" The key . goes to later ones.")
    page.show_weights(chosen, known, f"epoch 2, {ONLY_GUESSES}")
    assert str(page.query_one("#note", Static).content) == GUESSES, "which matters more"


async def test_advice_about_other_programs_is_of_the_past_and_not_played_back(
    pilot: Pilot[int], tmp_path: Path
) -> None:
    words = "Something else takes 81 % of the cores: stop it"
    events = [*recorded.training(900), Advice(step=900, epoch=3, elapsed=22.5, topic="busy", words=words)]
    player = await paused(pilot, make(tmp_path / "runs", "20260101-120100-compact", events))
    assert player.replay.at(player.replay.last).events[-1] == events[-1]
    view = app_of(pilot).train_page.run_view
    await pilot.press("end")
    assert view.advice is None
    app_of(pilot).session.past = None
    recorded.begin(app_of(pilot))
    view.add(events[-1])
    assert view.advice == events[-1], "while it trains, it helps"


async def test_a_journal_without_its_start_says_nothing_of_loading(pilot: Pilot[int], tmp_path: Path) -> None:
    await paused(pilot, make(tmp_path / "runs", "20260101-120100-compact", list(recorded.training(2150))[1:]))
    assert "loading" not in "".join(lines(app_of(pilot)))


async def test_a_run_without_events_is_told(pilot: Pilot[int], tmp_path: Path) -> None:
    app = app_of(pilot)
    app.train_page.show_form()  # otherwise the page waits for a run, and tells it there
    app.post_message(ReplayRun(make(tmp_path / "runs", "20260101-120100-compact", [])))
    await until(pilot, lambda: app._notifications)
    assert "no events to replay: choose another run" in next(iter(app._notifications)).message
    assert app.train_page.player is None


async def test_who_comes_for_a_replay_gets_the_form_when_it_is_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, run: Run
) -> None:
    recorded.without_torch(monkeypatch)
    app = MnistSumApp(Session(tmp_path / "runs"), replay=run)
    async with app.run_test(size=(120, 36)) as pilot:
        await until(pilot, lambda: "train" in app.pages and app.train_page.player is not None)
        page = app.train_page
        await until(pilot, lambda: not app.session.is_loading)
        assert not page.has_form, "it would take as long as the rest of the page"
        assert app.focused is None
        for key in ("f5", "f1", "n"):  # in one go: the page comes into view with a form that has no fields yet
            app.post_message(Key(key, key))
        await until(pilot, lambda: page.has_form and app.focused in [*page.form.query("#start")])
        await until(pilot, lambda: any("ready" in line for line in lines(app)))
        assert page.is_form_shown
        await pilot.press("escape", "n", "escape")
        assert len(page.query(RunForm)) == 1
        assert page.player is not None
        assert not page.is_form_shown


async def test_a_replay_that_cannot_be_read_says_so_in_the_form(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, run: Run
) -> None:
    recorded.without_torch(monkeypatch)
    run.metrics_file.unlink()
    app = MnistSumApp(Session(tmp_path / "runs"), replay=run)
    async with app.run_test(size=(120, 36)) as pilot:
        await until(pilot, lambda: "train" in app.pages and app.train_page.is_form_shown)
        await until(pilot, lambda: any("no events to replay" in line for line in lines(app)))


@pytest.mark.parametrize(("error", "code", "words"), [(RuntimeError("no memory"), 1, "failed"), (None, 0, "done")])
async def test_how_a_training_here_has_ended_is_known_during_and_after_its_replay(
    error: RuntimeError | None, code: int, words: str, pilot: Pilot[int], tmp_path: Path
) -> None:
    app, page = app_of(pilot), app_of(pilot).train_page
    events = [*recorded.training(900), *([recorded.finished()] if error is None else [])]
    run = make(tmp_path / "runs", recorded.RUN, events)
    recorded.begin(app)
    for event in events:
        app.on_run_event(RunEvent(event))
    app.on_training_ended(TrainingEnded(error))
    before, printed = outcome(app.session), receipt(app.session)
    assert words in printed
    await pilot.press("p")
    await until(pilot, lambda: page.player is not None)
    assert app.session.run == run
    assert (exit_code(app.session), receipt(app.session)) == (code, printed)
    await pilot.press("escape")
    assert outcome(app.session) == before
    assert words in state_line(app.session)
    assert (exit_code(app.session), receipt(app.session)) == (code, printed)


async def test_after_a_replay_all_events_are_known_again(pilot: Pilot[int], run: Run) -> None:
    app = app_of(pilot)
    await paused(pilot, run)
    await pilot.press("escape")
    assert app.session.events == list(read_events(run.metrics_file))
    assert len(app.train_page.run_view.series.training) == 430
