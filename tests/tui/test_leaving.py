"""Leaving the dashboard: the question, what is saved, the exit code."""

import asyncio
import gc
import time
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest
from textual.driver import Driver
from textual.events import AppBlur, AppFocus, Key
from textual.widgets import Button, Static

from mnist_sum_tui.errors import UsageError
from mnist_sum_tui.machine.notify import Way
from mnist_sum_tui.runs import find
from mnist_sum_tui.training.control import Control
from mnist_sum_tui.tui.app import MnistSumApp
from mnist_sum_tui.tui.pages.base import Page
from mnist_sum_tui.tui.pages.dialogs import Confirm, QuitScreen
from mnist_sum_tui.tui.session.messages import RunEvent, StartTraining, TrainingEnded
from mnist_sum_tui.tui.session.result import receipt
from mnist_sum_tui.tui.session.session import Session
from mnist_sum_tui.tui.textual_fixes import mend
from tests.tui import recorded
from tests.tui.fake_train import CONFIG, FakeTrain
from tests.tui.recorded import press, until
from tests.tui.shown import form

pytestmark = pytest.mark.usefixtures("without_form")


@pytest.mark.parametrize(
    ("keys", "code", "is_saved"),
    [
        (("q", "s"), 0, True),
        (("ctrl+c", "s"), 130, True),
        (("ctrl+c", "l"), 130, False),
        (("ctrl+q", "down", "enter"), 0, True),
    ],
)
async def test_leaving_while_training_asks(
    keys: tuple[str, ...], code: int, is_saved: bool, fake: FakeTrain, app: MnistSumApp
) -> None:
    async with app.run_test(size=(80, 24)) as pilot:
        app.post_message(StartTraining(CONFIG))
        await until(pilot, lambda: app.session.progress)
        await press(pilot, keys[0])
        assert isinstance(app.screen, QuitScreen)
        assert app.screen.query_one("#keep", Button).has_focus
        assert "still training" in str(app.screen.query_one(".heading", Static).visual)
        await press(pilot, "escape")
        app.session.is_paused = True
        await press(pilot, keys[0])
        assert "is paused" in str(app.screen.query_one(".heading", Static).visual)
        await press(pilot, "escape")
        assert app.session.is_training
        await pilot.press(*keys)
        await until(pilot, lambda: not app.is_running)
    assert app.return_value == code
    assert app.thread is not None
    app.thread.join(5)
    assert not app.thread.is_alive()
    assert (fake.saved, fake.closed) == (is_saved, not is_saved)


def test_a_key_that_comes_after_the_end_is_dropped_without_a_warning(recwarn: pytest.WarningsRecorder) -> None:
    mend()
    loop = asyncio.new_event_loop()
    driver = SimpleNamespace(_loop=loop, _app=recorded.new_app(Path()))
    Driver.send_message(cast(Driver, driver), Key("escape", None))  # comes, but is not taken any more
    loop.close()
    Driver.send_message(cast(Driver, driver), Key("escape", None))
    del loop, driver
    gc.collect()
    assert not recwarn.list


async def test_a_question_takes_one_answer_and_closes_nothing_else(app: MnistSumApp) -> None:
    answers: list[bool | None] = []
    async with app.run_test(size=(80, 24)) as pilot:
        lower, upper = (Confirm("Delete?", "") for _ in range(2))
        for question in (lower, upper):
            await app.push_screen(question, answers.append)
        lower.dismiss(True)
        assert app.screen is upper
        for _ in range(2):
            upper.dismiss(False)
        assert app.screen is lower
        lower.dismiss(True)
        await pilot.pause()
        assert isinstance(app.screen, Page)
    assert answers == [False, True]


async def test_the_question_says_what_would_be_lost_now(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    app, steps = recorded.new_app(tmp_path), list[int | None]([None])
    monkeypatch.setattr(Session, "is_training", True)
    monkeypatch.setattr(Session, "saved_step", property(lambda _: steps[-1]))
    run = find.create(tmp_path / "runs", replace(CONFIG, model="tiny@0123456789ab"))
    async with app.run_test(size=(80, 24)) as pilot:
        app.session.begin(run.read_config(), run, Control())
        await press(pilot, "q")
        said = app.screen.query_one("#lost", Static)
        first, *_ = [said.render_line(y).text.strip() for y in range(said.size.height)]
        assert first == "Leaving at once loses all, because nothing is saved yet."
        steps.append(1072)
        await until(pilot, lambda: "after step 1,072, the last checkpoint" in str(said.visual))
        steps.append(1340)
        await until(pilot, lambda: "after step 1,340, the last checkpoint" in str(said.visual))
        assert f"mnist-sum train --resume {run.id} --model-file tiny.py" in str(said.visual)
        await pilot.resize_terminal(40, 10)
        await pilot.press("k")
        await until(pilot, lambda: isinstance(app.screen, Page))
        await pilot.press("question_mark", "q", "escape")
        assert not app.screen.query("HelpPanel"), "in so small a terminal only leaving works, and its question"


async def test_an_error_is_shown_and_is_the_exit_code(fake: FakeTrain, app: MnistSumApp) -> None:
    fake.error = UsageError("device 'cuda' is not available")
    async with app.run_test(size=(80, 24)) as pilot:
        await form(pilot)
        app.post_message(StartTraining(CONFIG))
        await until(pilot, lambda: "device 'cuda'" in str(app.train_page.query_one("#readiness", Static).visual))
        await pilot.press("q")
    assert app.return_value == 1
    assert "device 'cuda' is not available" in receipt(app.session)


async def test_told_when_it_is_over_unless_the_window_is_in_front(
    fake: FakeTrain, app: MnistSumApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []
    app.way = "bell"
    monkeypatch.setattr(app, "send", told.append)
    async with app.run_test(size=(80, 24)) as pilot:

        async def end(reason: str, *before: AppFocus | AppBlur) -> list[str]:
            for said in before:
                app.post_message(said)
            await pilot.pause()
            recorded.begin(app)
            app.on_run_event(RunEvent(recorded.finished(reason=reason)))
            app.on_training_ended(TrainingEnded())
            heard = told.copy()
            told.clear()
            return heard

        assert await end("completed") == ["\a"], "a terminal that says nothing of its focus"
        assert await end("stopped") == [], "whoever has stopped it knows"
        assert await end("diverged", AppFocus()) == []
        assert await end("diverged", AppBlur()) == ["\a"]
        fake.error, app.began = UsageError("no such device"), 0.0
        app.post_message(StartTraining(CONFIG))
        await until(pilot, lambda: told)
        assert app.began, "its time counts from its own beginning"


@pytest.mark.parametrize(("is_headless", "way", "seconds", "heard"), [
    (False, "bell", 1, ["\a"]), (False, "auto", 1, []), (False, "auto", 100, ["\a"]), (True, "bell", 100, []),
])  # fmt: skip
def test_a_bell_reaches_the_terminal_after_a_long_training(
    is_headless: bool, way: Way, seconds: float, heard: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[str] = []
    app = recorded.new_app(tmp_path)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr(app, "_driver", SimpleNamespace(is_headless=is_headless, write=written.append))
    app.way, app.began = way, time.monotonic() - seconds
    app.tell_that_it_is_over()
    assert written == heard


async def test_the_exit_code_is_the_runs(app: MnistSumApp) -> None:
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        recorded.begin(app)
        app.on_run_event(RunEvent(recorded.finished(reason="diverged")))
        app.on_training_ended(TrainingEnded())
        await pilot.press("q")
    assert app.return_value == 1


@pytest.mark.parametrize("error", [None, UsageError("the disk is full")])
async def test_the_question_goes_when_the_training_has_ended_behind_it(
    error: UsageError | None, app: MnistSumApp
) -> None:
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        recorded.begin(app)
        await pilot.press("q")
        assert isinstance(app.screen, QuitScreen)
        for event in (recorded.started(), recorded.finished(reason="failed" if error else "completed")):
            app.on_run_event(RunEvent(event))
        app.on_training_ended(TrainingEnded(error))
        await until(pilot, lambda: app.screen is app.train_page)
        told = [note.message for note in app._notifications]
        assert told == ["the disk is full" if error else "The training is over, and its run is saved: q leaves"]
        assert app.return_value is None, "it did not leave"
