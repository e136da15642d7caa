"""The app: pages, starting, ending, leaving, exit codes; and a short real training in its thread."""

import importlib
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from textual.command import CommandList
from textual.events import Click
from textual.widgets import Button, Static

from mnist_sum_tui.config import TrainConfig
from mnist_sum_tui.errors import UsageError
from mnist_sum_tui.runs import find
from mnist_sum_tui.runs.events import Event
from mnist_sum_tui.runs.run import Run
from mnist_sum_tui.training.control import Control
from mnist_sum_tui.tui.app import MnistSumApp
from mnist_sum_tui.tui.launch import LaunchOptions, run_dashboard
from mnist_sum_tui.tui.pages.base import Page
from mnist_sum_tui.tui.pages.dialogs import Confirm, QuitScreen
from mnist_sum_tui.tui.pages.train import TrainPage
from mnist_sum_tui.tui.session.messages import RunEvent, StartTraining, TrainingEnded
from mnist_sum_tui.tui.session.result import receipt
from mnist_sum_tui.tui.session.run_threads import TrainingThread
from mnist_sum_tui.tui.session.session import Session
from mnist_sum_tui.tui.textual_fixes import Palette
from tests.tui import recorded
from tests.tui.recorded import until

CONFIG = TrainConfig.of("standard", model="compact", epochs=1, threads=1, batch_size=50)


class FakeTrain:
    """Stands for `train`: goes on until it is stopped, and says nothing while it is paused."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.saved = self.closed = False
        self.error: BaseException | None = None
        monkeypatch.setattr(importlib.import_module("mnist_sum_tui.training.loop"), "train", self)
        monkeypatch.setattr("mnist_sum_tui.tui.app.warm_up", lambda done: done())

    def __call__(self, _: TrainConfig, run: Run, control: Control) -> Iterator[Event]:
        try:
            if self.error is not None:
                raise self.error
            yield recorded.started(run.id)
            progress = list(recorded.training(100))[-1]
            while not control.stopping:
                if control.paused:
                    control.wait(0.02)
                else:
                    time.sleep(0.02)
                    yield progress
            self.saved = True
            yield recorded.finished(reason="stopped")
        except GeneratorExit:
            self.closed = True
            raise


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> FakeTrain:
    return FakeTrain(monkeypatch)


async def test_start_shows_the_run_and_stop_ends_it(fake: FakeTrain, tmp_path: Path) -> None:
    app = recorded.new_app(tmp_path)
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


@pytest.mark.parametrize(
    ("keys", "code", "is_saved"),
    [
        (("q", "s"), 0, True),
        (("ctrl+c", "s"), 130, True),
        (("q", "l"), 0, False),
        (("ctrl+q", "down", "enter"), 0, True),
    ],
)
async def test_leaving_while_training_asks(
    keys: tuple[str, ...], code: int, is_saved: bool, fake: FakeTrain, tmp_path: Path
) -> None:
    app = recorded.new_app(tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        app.post_message(StartTraining(CONFIG))
        await until(pilot, lambda: app.session.progress)
        await pilot.press(keys[0])
        await pilot.pause()
        assert isinstance(app.screen, QuitScreen)
        assert app.screen.query_one("#keep", Button).has_focus
        await pilot.press("escape")
        await pilot.pause()
        assert app.session.is_training
        await pilot.press(*keys)
        await until(pilot, lambda: not app.is_running)
    assert app.return_value == code
    assert app.thread is not None
    app.thread.join(5)
    assert not app.thread.is_alive()
    assert (fake.saved, fake.closed) == (is_saved, not is_saved)


async def test_space_pauses_after_a_question_and_after_another_page(fake: FakeTrain, tmp_path: Path) -> None:
    app = recorded.new_app(tmp_path)
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


async def test_the_palette_s_quit_asks_too(fake: FakeTrain, tmp_path: Path) -> None:
    app = recorded.new_app(tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        app.post_message(StartTraining(CONFIG))
        await until(pilot, lambda: app.session.progress)
        await pilot.press("ctrl+p", *"quit")
        await until(pilot, lambda: app.screen.query_one(CommandList).option_count)
        await pilot.press("down", "enter")
        await until(pilot, lambda: isinstance(app.screen, QuitScreen))
        await pilot.press("s")
        await until(pilot, lambda: not app.is_running)
    assert app.return_value == 0
    assert fake.saved


async def test_a_question_takes_one_answer_and_closes_nothing_else(fake: FakeTrain, tmp_path: Path) -> None:
    app = recorded.new_app(tmp_path)
    answers: list[bool | None] = []
    async with app.run_test(size=(80, 24)) as pilot:
        lower, upper = (Confirm("Delete?", "", "Delete") for _ in range(2))
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


async def test_a_palette_opens_over_a_page_alone(fake: FakeTrain, tmp_path: Path) -> None:
    app = recorded.new_app(tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        app.search_themes()
        assert isinstance(app.screen, Palette)
        app.action_command_palette()
        await pilot.press("escape")
        await pilot.pause()
        assert isinstance(app.screen, Page)
        await app.push_screen(Confirm("Delete?", "", "Delete"))
        await pilot.press("ctrl+p")
        assert isinstance(app.screen, Confirm)


async def test_a_click_before_the_palette_is_laid_out_ends_nothing(fake: FakeTrain, tmp_path: Path) -> None:
    app = recorded.new_app(tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        app.action_command_palette()
        app.screen.post_message(Click(app.screen, 3, 14, 0, 0, 1, False, False, False, 3, 140))
        await pilot.pause()
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, Page))


@pytest.mark.parametrize("width", range(1, 9))
async def test_a_palette_in_a_few_columns_ends_nothing(width: int, fake: FakeTrain, tmp_path: Path) -> None:
    app = recorded.new_app(tmp_path)
    async with app.run_test(size=(width, 24)) as pilot:
        await pilot.pause()
        app.action_command_palette()
        await until(pilot, lambda: app.screen.query(CommandList) and app.screen.query_one(CommandList).option_count)
        await pilot.press("down", "pagedown", "end")
        await pilot.resize_terminal(80, 24)
        await until(pilot, lambda: app.screen.query_one(CommandList).virtual_size.height > 0)
        await pilot.press("escape")


async def test_an_error_is_shown_and_is_the_exit_code(fake: FakeTrain, tmp_path: Path) -> None:
    fake.error = UsageError("device 'cuda' is not available")
    app = recorded.new_app(tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        app.post_message(StartTraining(CONFIG))
        await until(pilot, lambda: "device 'cuda'" in str(app.train_page.query_one("#readiness", Static).visual))
        await pilot.press("q")
    assert app.return_value == 1
    assert "device 'cuda' is not available" in receipt(app.session)


@pytest.mark.parametrize(("reason", "code"), [("completed", 0), ("stopped", 0), ("diverged", 1), ("failed", 1)])
async def test_the_exit_code_is_the_runs(reason: str, code: int, fake: FakeTrain, tmp_path: Path) -> None:
    app = recorded.new_app(tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        recorded.begin(app)
        app.on_run_event(RunEvent(recorded.finished(reason=reason)))
        app.on_training_ended(TrainingEnded())
        await pilot.press("q")
    assert app.return_value == code


async def test_a_runs_folder_that_cannot_be_made_is_told_in_the_form(fake: FakeTrain, tmp_path: Path) -> None:
    (tmp_path / "runs").write_text("a file")
    app = recorded.new_app(tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("enter")
        await until(pilot, lambda: "no run can" in str(app.train_page.query_one("#readiness", Static).visual))


async def test_a_page_that_takes_long_to_compose_is_waited_for(
    fake: FakeTrain, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on a busy machine: the clock that begins everything is quicker than the widgets."""
    asked = []

    def is_composed(page: TrainPage) -> bool:
        asked.append(page)
        return len(asked) > 2 and bool(page.query("ContentSwitcher"))

    monkeypatch.setattr(TrainPage, "is_composed", property(is_composed))
    app = recorded.new_app(tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: len(asked) > 2 and app.train_page.run_view.is_mounted)
        app.post_message(StartTraining(CONFIG))
        await until(pilot, lambda: app.session.progress)
        app.stop_and_leave()
        await until(pilot, lambda: not app.is_running)


async def test_help_comes_and_goes(fake: FakeTrain, tmp_path: Path) -> None:
    app = recorded.new_app(tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("question_mark")
        await pilot.pause()
        assert app.screen.query("HelpPanel")
        await pilot.press("question_mark")
        await pilot.pause()
        assert not app.screen.query("HelpPanel")


@pytest.mark.parametrize("theme", ["textual-light", "nord"])
async def test_the_theme_is_the_one_asked_for(theme: str, fake: FakeTrain, tmp_path: Path) -> None:
    app = recorded.new_app(tmp_path, theme)
    async with app.run_test(size=(80, 24)):
        assert app.current_theme.name == theme


def test_without_a_terminal_one_line_points_to_train(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    options = LaunchOptions(tmp_path, CONFIG, False, None, None)
    assert run_dashboard(options) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.count("\n") == 1
    assert "mnist-sum train" in err


def test_an_unknown_theme_names_a_near_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mnist_sum_tui.tui.launch._has_terminal", lambda: True)
    with pytest.raises(UsageError, match="textual-dark"):
        run_dashboard(LaunchOptions(tmp_path, CONFIG, False, None, "textual-drak"))


async def test_a_real_training_runs_to_its_end_and_is_gone_on_with(small_data: str, tmp_path: Path) -> None:
    config = TrainConfig.of("standard", model="compact", epochs=1, threads=1, batch_size=50, data_dir=small_data)
    app = MnistSumApp(Session(tmp_path / "runs"), config)
    async with app.run_test(size=(120, 36)) as pilot:
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
    assert "a second cycle with half the peak rate" in further


def test_a_thread_that_is_abandoned_while_paused_ends(fake: FakeTrain, tmp_path: Path) -> None:
    seen: list[object] = []
    control = Control()
    control.pause()
    thread = TrainingThread(CONFIG, find.create(tmp_path, CONFIG), control, seen.append)
    thread.start()
    thread.abandon()
    thread.join(5)
    assert not thread.is_alive()
    assert isinstance(seen[-1], TrainingEnded)
    assert fake.closed
    assert not fake.saved
