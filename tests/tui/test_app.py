"""The app: pages, starting and ending; and a short real training in its thread."""

import os
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest
from textual.widgets import Static

from mnist_sum_tui.config import TrainConfig
from mnist_sum_tui.errors import MnistSumError, UsageError
from mnist_sum_tui.runs import find
from mnist_sum_tui.runs.run import Run
from mnist_sum_tui.tui.app import MnistSumApp
from mnist_sum_tui.tui.launch import LaunchOptions, run_dashboard
from mnist_sum_tui.tui.pages.train import TrainPage
from mnist_sum_tui.tui.session.messages import StartTraining
from mnist_sum_tui.tui.session.result import receipt
from mnist_sum_tui.tui.session.session import Session
from tests.conftest import is_one_line
from tests.tui import recorded
from tests.tui.fake_train import CONFIG, FakeTrain
from tests.tui.recorded import until

ASKED = ("resume", "watch", "replay")
"""what can be done with a run that there is"""


async def test_start_shows_the_run_and_stop_ends_it(fake: FakeTrain, app: MnistSumApp) -> None:
    async with app.run_test(size=(80, 24)) as pilot:
        app.post_message(StartTraining(CONFIG))
        await until(pilot, lambda: app.session.progress)
        assert app.session.is_training
        app.post_message(StartTraining(CONFIG))
        await pilot.pause(0.1)
        assert len(find.list_runs(app.session.runs_folder)) == 1, "one training at a time"
        await pilot.press("s")
        await until(pilot, lambda: not app.session.is_training)
        assert fake.saved
        assert app.is_running, "it stays"
        await pilot.press("q")
    assert app.return_value == 0


async def test_space_pauses_after_a_question_and_after_another_page(fake: FakeTrain, app: MnistSumApp) -> None:
    async with app.run_test(size=(80, 24)) as pilot:
        app.post_message(StartTraining(CONFIG))
        await until(pilot, lambda: app.session.progress)
        control = app.session.control
        assert control is not None
        for detour in (("q", "k"), ("f5", "f1")):
            for key in detour:
                await pilot.press(key)
                await pilot.pause(0.2)
            await pilot.press("space")
            assert control.paused
            await pilot.press("space")
            assert not control.paused
        control.stop()
        await until(pilot, lambda: not app.session.is_training)


async def test_a_runs_folder_that_cannot_be_made_is_told_in_the_form(fake: FakeTrain, app: MnistSumApp) -> None:
    app.session.runs_folder /= "a file"
    app.session.runs_folder.touch()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("enter")
        await until(pilot, lambda: "no run can" in str(app.train_page.query_one("#readiness", Static).visual))


async def test_a_page_that_takes_long_to_compose_is_waited_for(
    fake: FakeTrain, app: MnistSumApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on a busy machine: the clock that begins everything is quicker than the widgets."""
    asked = []

    def is_composed(page: TrainPage) -> bool:
        asked.append(page)
        return len(asked) > 2 and bool(page.query("ContentSwitcher"))

    monkeypatch.setattr(TrainPage, "is_composed", property(is_composed))
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: len(asked) > 2 and app.train_page.run_view.is_mounted)
        app.post_message(StartTraining(CONFIG))
        await until(pilot, lambda: app.session.progress)
        app.stop_and_leave()
        await until(pilot, lambda: not app.is_running)


@pytest.mark.parametrize("theme", ["textual-light", "nord"])
async def test_the_theme_is_the_one_asked_for(theme: str, fake: FakeTrain, tmp_path: Path) -> None:
    app = recorded.new_app(tmp_path)
    app.use_theme(theme)
    async with app.run_test(size=(80, 24)):
        assert app.current_theme.name == theme


def test_without_a_terminal_one_line_points_to_train(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    options = LaunchOptions(tmp_path, CONFIG, False, None, None)
    assert run_dashboard(options) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.count("\n") == 1
    assert "mnist-sum train" in err


def test_the_dashboard_gets_what_was_asked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made, run = list[Any](), cast("Any", Run(tmp_path / "run"))
    monkeypatch.setattr("mnist_sum_tui.tui.launch.can_draw", lambda: True)
    monkeypatch.setattr("mnist_sum_tui.tui.launch._run_to_the_end", made.append)
    monkeypatch.setenv("TEXTUAL_FPS", "60")
    nothing = LaunchOptions(tmp_path, CONFIG, False, None, None, name="ours", notify="bell", data_dir="images")
    for options in (replace(nothing, start=True), *(replace(nothing, **{name: run}) for name in ASKED)):
        run_dashboard(options)
    assert [[getattr(app, f"_{name}") for name in ("start", *ASKED)] for app in made] == [
        [CONFIG, None, None, None], [CONFIG, run, None, None], [None, None, run, None], [None, None, None, run],
    ]  # fmt: skip
    assert {(app.run_name, app.way, app.session.data_dir) for app in made} == {("ours", "bell", "images")}


def test_an_unknown_theme_names_a_near_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mnist_sum_tui.tui.launch.can_draw", lambda: True)
    with pytest.raises(UsageError, match="textual-dark"):
        run_dashboard(LaunchOptions(tmp_path, CONFIG, False, None, "textual-drak"))


def test_a_textual_that_does_not_fit_is_named_after_a_fault(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    options = LaunchOptions(tmp_path, CONFIG, False, None, None)
    advice = "textual 9.0.0 does not fit mnist-sum: pip install 'textual>=8.2.6,<9'"
    monkeypatch.setattr("mnist_sum_tui.tui.launch.can_draw", lambda: True)
    monkeypatch.setattr("mnist_sum_tui.machine.packages.version", lambda _: "9.0.0")
    monkeypatch.setattr(MnistSumApp, "run", lambda *_, **__: int("a fault"))
    assert run_dashboard(options) == 1
    assert capsys.readouterr().err.endswith(f"error: {advice}\n"), "below the traceback"
    monkeypatch.setitem(sys.modules, "mnist_sum_tui.tui.app", None)  # an import that fails
    with pytest.raises(MnistSumError, match=f"^{re.escape(advice)}$"):
        run_dashboard(options)
    monkeypatch.setattr("mnist_sum_tui.machine.packages.version", lambda _: "8.2.8")
    with pytest.raises(ImportError):
        run_dashboard(options)


@pytest.mark.parametrize("name", ["TEXTUAL_COLOR_SYSTEM", "TEXTUAL_DRIVER", "TEXTUAL_LOG"])
def test_a_variable_that_textual_cannot_use_is_named(name: str, tmp_path: Path) -> None:
    program = (
        "from mnist_sum_tui.__main__ import main\n"
        "from mnist_sum_tui.tui import launch\n"
        "launch.can_draw = lambda: True\n"
        "main()"
    )
    words, value = [sys.executable, "-c", program, "tui"], str(tmp_path / "no" / "such")
    ended = subprocess.run(words, env={**os.environ, name: value}, cwd=tmp_path, capture_output=True, text=True)
    is_one_line(ended, 1, f"failed with {name}={value}", "unset it")


async def test_a_real_training_runs_to_its_end_and_is_gone_on_with(small_data: str, tmp_path: Path) -> None:
    config = TrainConfig.of("standard", model="swift", epochs=1, threads=1, batch_size=50, data_dir=small_data)
    app = MnistSumApp(Session(tmp_path / "runs"), config)
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: app.session.finished is not None and not app.session.is_training)
        assert app.session.finished is not None
        assert app.session.finished.reason == "completed"
        first = len(app.session.events)
        run = app.session.run
        app.post_message(StartTraining(replace(config, epochs=2), run))
        await until(pilot, lambda: app.session.finished is not None and app.session.finished.epoch == 2)
        await until(pilot, lambda: not app.session.is_training)
        assert app.session.run == run
        assert len(app.session.events) > first, "the past belongs to it"
        assert app.session.started is not None
        assert app.session.started.resumed
        page = app.train_page
        assert len(page.run_view.series.validation) == 2
        await pilot.press("q")
    assert app.return_value == 0
    command, further = receipt(app.session).splitlines()[-2:]
    assert "mnist-sum train --resume" in command
    assert "in added ones a rate that has fallen rises again, to half its peak" in further


async def test_a_timer_for_a_time_that_has_run_out_ends(tmp_path: Path) -> None:
    """As that of a toast whose last moment it is; Textual's would let nothing else run."""
    app, called = recorded.new_app(tmp_path), list[bool]()
    async with app.run_test() as pilot:
        assert app.set_timer(-1e-4, lambda: called.append(True))._interval > 0
        await until(pilot, lambda: called)
