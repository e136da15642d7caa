"""Opening a run from the page Runs: its charts, its network on the other pages, training it further."""

from dataclasses import replace
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Input, Label, Static

from mnist_sum_tui.errors import UsageError
from mnist_sum_tui.runs.run import Run
from mnist_sum_tui.training.control import Control
from mnist_sum_tui.tui.app import MnistSumApp
from mnist_sum_tui.tui.pages.experiments import Experiments
from mnist_sum_tui.tui.pages.resume_run import ResumeRun
from mnist_sum_tui.tui.pages.runs import RunsPage
from mnist_sum_tui.tui.predictions.weights import of_session
from mnist_sum_tui.tui.session.exit_code import exit_code
from mnist_sum_tui.tui.session.messages import StartTraining
from mnist_sum_tui.tui.session.result import receipt
from mnist_sum_tui.tui.session.state_line import state_line
from tests.tui import fixed, recorded
from tests.tui.fake_train import CONFIG, FakeTrain
from tests.tui.pages.test_runs import make, note_of
from tests.tui.predictions.test_weights import save_head
from tests.tui.recorded import press, until

pytestmark = pytest.mark.usefixtures("without_form")


def give_weights(run: Run) -> None:
    """Files that stand for checkpoints; nothing here reads them."""
    for path in (run.last_file, run.best_file, run.report_file):
        path.write_bytes(b"{}")


def question(app: MnistSumApp) -> str:
    assert isinstance(app.screen, ResumeRun)
    return " ".join(str(label.render()) for label in app.screen.query(Label))


async def open_third(app: MnistSumApp, pilot: Pilot[int]) -> None:
    """Open the oldest of three runs, which is complete."""
    await fixed.opened(pilot, RunsPage)
    await pilot.press("down", "down", "enter")
    await until(pilot, lambda: app.screen is app.train_page and app.session.run is not None)


async def test_enter_opens_a_run_and_its_charts(
    app: MnistSumApp, made: list[Run], monkeypatch: pytest.MonkeyPatch
) -> None:
    recorded.without_torch(monkeypatch)
    async with app.run_test(size=(120, 36)) as pilot:
        await open_third(app, pilot)
        page = app.train_page
        assert app.session.run == made[0]
        assert not page.is_form_shown
        assert len(page.run_view.series.training) == 430
        assert len(page.run_view.series.validation) == 5
        assert state_line(app.session).startswith("✓ done · test: digit 99.12 %")
        assert "all epochs are done" in str(page.query_one("#outcome", Static).visual)
        await pilot.press("n", "question_mark", "escape")
        assert page.is_form_shown, "Escape closes the help first"
        await pilot.press("escape")
        assert not page.is_form_shown, "back to the charts"
        assert page.run_view.display
        assert receipt(app.session) == "", "nothing was trained"
        await pilot.press("q")
    assert app.return_value == 0


async def test_an_opened_run_that_is_deleted_is_shown_no_longer(
    app: MnistSumApp, made: list[Run], monkeypatch: pytest.MonkeyPatch
) -> None:
    recorded.without_torch(monkeypatch)
    async with app.run_test() as pilot:
        await open_third(app, pilot)
        await pilot.press("f5", "end", "d", "y")
        await until(pilot, lambda: app.session.run is None)
        assert not made[0].path.exists()
        assert state_line(app.session) == "○ ready "
        await pilot.press("f1")
        assert app.train_page.is_form_shown
        assert not app.train_page.check_action("charts", ()), "there are none to go back to"


async def test_a_damaged_run_and_one_that_is_gone_are_told(
    app: MnistSumApp, made: list[Run], monkeypatch: pytest.MonkeyPatch
) -> None:
    made[2].config_file.write_text("{")
    monkeypatch.setattr(Experiments, "keep_state", lambda _: None)  # it looks just before they go
    async with fixed.on(app, RunsPage) as (pilot, page):
        app.train_page.show_form()  # otherwise Train waits for a run, and tells it itself
        for run in made[:2]:
            run.delete()
        await press(pilot, "end", "enter")  # nothing says when it was created, so it is the last
        for words in ("cannot be opened", "cannot be resumed"):
            assert f"{words}: config.json: is missing or damaged" in note_of(page)
            await pilot.press("r")
        await pilot.press("home", "enter")
        await until(pilot, lambda: app._notifications)
        assert "missing or damaged" in next(iter(app._notifications)).message
        assert app.session.run is None


def test_an_opened_run_decides_neither_exit_code_nor_receipt(tmp_path: Path) -> None:
    session = recorded.new_app(tmp_path).session
    run = Run(tmp_path / "runs" / "old")
    session.open(CONFIG, run, [recorded.started(), recorded.finished(reason="diverged")])
    assert exit_code(session) == 0
    assert receipt(session) == ""
    session.begin(CONFIG, run, Control())
    session.add(recorded.finished(reason="diverged"))
    session.end()
    assert exit_code(session) == 1
    assert "diverged" in receipt(session)


def test_the_opened_run_is_the_network_of_the_pages(tmp_path: Path) -> None:
    folder = tmp_path / "runs"
    old, new = make(folder, "old", []), make(folder, "new", [])
    give_weights(new)
    session = recorded.new_app(tmp_path).session
    assert of_session(session).chosen.owner == "new"
    begun = make(folder, "newer", [])
    save_head(begun.last_file, 0)
    assert of_session(session).chosen.owner == "new", "the newer one has not made a step"
    assert of_session(session).chosen.is_newest, "nobody chose it, so the page says why it is this one"
    session.open(CONFIG, old, [])
    with pytest.raises(UsageError, match=r"run old has no weights: open another one on Runs \(F5, Enter\)"):
        of_session(session)
    give_weights(old)
    assert of_session(session).chosen.path == old.best_file
    assert not of_session(session).chosen.is_newest
    control = Control()
    session.begin(CONFIG, new, control)
    assert of_session(session).chosen.path is None, "a training that begins is what there is to look at"
    session.network = old
    assert of_session(session).chosen.path == old.best_file
    old.delete()
    assert of_session(session).chosen.path is None


async def test_beside_a_training_only_the_network_is_another(fake: FakeTrain, tmp_path: Path) -> None:
    app = recorded.new_app(tmp_path)
    give_weights(make(tmp_path / "runs", "20250101-120100-compact", list(recorded.training(100))))
    async with app.run_test(size=(120, 36)) as pilot:
        app.post_message(StartTraining(CONFIG))
        await until(pilot, lambda: app.session.progress)
        trained = app.session.run
        await fixed.opened(pilot, RunsPage)
        await pilot.press("down", "enter")
        await until(pilot, lambda: app.session.network is not None)
        assert app.session.run == trained
        assert app.session.is_training
        assert of_session(app.session).chosen.owner == "20250101-120100-compact"
        assert any("can be opened after the training" in note.message for note in app._notifications)
        await pilot.press("up", "enter")
        await until(pilot, lambda: app.screen is app.train_page)
        assert app.session.network is None
        assert app.session.control is not None
        app.session.control.stop()
        await until(pilot, lambda: not app.session.is_training)
        assert app.session.run == trained, "nothing opens by itself"
    assert fake.saved


async def test_a_complete_run_is_asked_for_more_epochs(
    app: MnistSumApp, made: list[Run], monkeypatch: pytest.MonkeyPatch
) -> None:
    give_weights(made[0])
    recorded.without_torch(monkeypatch)
    found = recorded.asked(monkeypatch)
    async with app.run_test(size=(120, 36)) as pilot:
        await open_third(app, pilot)
        assert app.screen.active_bindings["r"].binding.description == "More epochs"
        await press(pilot, "r")
        words = question(app)
        assert "It is complete. How many more epochs?" in words
        assert "It trains epochs 6 to 10, about 55 s if it is as quick as before." in words
        assert "half the peak rate of the one before: the learning rate rises to 0.001 and falls" in words
        await press(pilot, "escape")
        assert not found
        await press(pilot, "r", "backspace", "2")
        assert "It trains epochs 6 to 7" in question(app)
        await press(pilot, "backspace", "0", "enter")
        assert "The epochs to add must be 1 to" in question(app)
        await press(pilot, "backspace", "2", "enter")
        assert [(message.run, message.config.epochs) for message in found] == [(made[0], 7)]


async def test_a_stopped_run_goes_on_with_what_is_left(
    app: MnistSumApp, made: list[Run], monkeypatch: pytest.MonkeyPatch
) -> None:
    found = recorded.asked(monkeypatch)
    async with fixed.on(app, RunsPage) as (pilot, _):
        await pilot.press("enter")
        await until(pilot, lambda: app.screen is app.train_page and app.session.finished)
        assert app.screen.active_bindings["r"].binding.description == "Resume"
        await press(pilot, "r")
        words = question(app)
        assert app.screen.query_one(Input).value == "0"
        assert "It stopped at epoch 1 of 5" in words
        assert "It trains epochs 2 to 5" in words
        assert "The learning rate falls from 0.0019 to almost 0." in words
        await press(pilot, "enter")
        assert [(message.run, message.config.epochs) for message in found] == [(made[2], 5)]


async def test_nothing_is_asked_where_nothing_can_go_on(
    app: MnistSumApp, made: list[Run], monkeypatch: pytest.MonkeyPatch
) -> None:
    made[2].report_file.write_text("{}")
    monkeypatch.setattr(Experiments, "keep_state", lambda _: None)  # it looks just before they go
    async with fixed.on(app, RunsPage) as (pilot, page):
        await pilot.press("r")
        assert "has a result but no checkpoint" in note_of(page)
        made[1].delete()
        await pilot.press("down", "r")
        assert "no longer exists" in note_of(page)


async def test_y_copies_what_makes_a_resumed_run_again(app: MnistSumApp, tmp_path: Path) -> None:
    longer = replace(recorded.started(resumed=True), epochs=10, step=2150)
    make(tmp_path, "20260101-120100-compact", [*recorded.training(2150), longer], epochs=10)
    midway = replace(recorded.started(resumed=True), epochs=10, step=700)
    make(tmp_path, "20260101-120200-compact", [*recorded.training(700), midway], epochs=10)
    again = replace(recorded.started(resumed=True), step=700)
    make(tmp_path, "20260101-120300-compact", [*recorded.training(700), again])
    first = "mnist-sum train --model compact --recipe standard --epochs 5 --seed 0"
    async with fixed.on(app, RunsPage) as (pilot, page):
        await pilot.press("y")
        assert app.clipboard == first, "as if it had not stopped"
        await pilot.press("down", "y")
        assert app.clipboard == f"{first} ; mnist-sum train --resume latest --epochs 10"
        assert "stop it at step 700" in note_of(page)
        await pilot.press("down", "y")
        assert app.clipboard == f"{first} && mnist-sum train --resume latest --epochs 10"


async def test_a_run_without_events_can_be_resumed(app: MnistSumApp, made: list[Run]) -> None:
    made[2].metrics_file.write_bytes(b"")
    async with fixed.on(app, RunsPage) as (pilot, _):
        await pilot.press("enter")
        await until(pilot, lambda: app.screen is app.train_page and app.session.run == made[2])
        assert app.screen.active_bindings["r"].binding.description == "Resume"
        await press(pilot, "r")
        assert "No step of it was saved, so it begins at step 0." in question(app)
