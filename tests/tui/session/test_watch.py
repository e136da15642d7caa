"""`mnist-sum tui --watch`: the run of another process, looked at and left alone."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Static

from mnist_sum_tui.config import TrainConfig
from mnist_sum_tui.runs import find
from mnist_sum_tui.runs.journal import Journal
from mnist_sum_tui.runs.run import Run
from mnist_sum_tui.tui.app import MnistSumApp
from mnist_sum_tui.tui.session.messages import OpenRun, RunDeleted, StartTraining, Watched
from mnist_sum_tui.tui.session.result import receipt
from mnist_sum_tui.tui.session.session import Session
from mnist_sum_tui.tui.session.state_line import state_line
from tests.conftest import Cli, is_one_line
from tests.tui import recorded
from tests.tui.fake_train import CONFIG, FakeTrain
from tests.tui.recorded import until

OF_ANOTHER = "Another process trains this run: pause, stop or change it there."
EVENTS = [event for event in recorded.training(600) if event.kind != "samples"]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    return find.create(tmp_path / "runs", TrainConfig.of("standard", model="compact"))


@pytest.fixture
def app(run: Run, monkeypatch: pytest.MonkeyPatch) -> MnistSumApp:
    """It watches the run."""
    recorded.without_torch(monkeypatch)
    return MnistSumApp(Session(run.path.parent), watch=run)


@pytest.fixture
def journal(run: Run) -> Iterator[Journal]:
    with Journal(run.metrics_file) as journal:
        yield journal


async def until_it_has(pilot: Pilot[int], app: MnistSumApp, count: int) -> None:
    await until(pilot, lambda: len(app.session.events) == count)


async def test_a_run_is_followed_from_its_beginning_to_its_end(run: Run, app: MnistSumApp, journal: Journal) -> None:
    for event in EVENTS[:40]:
        journal.append(event)
    async with app.run_test(size=(100, 30)) as pilot:
        with run.lock():
            assert str(app.train_page.query_one("#reading-run", Static).render()) == "Reading the run ..."
            await pilot.press("m", "right")  # there is no chart yet
            await until_it_has(pilot, app, 40)
            assert app.train_page.run_view.display
            assert not app.train_page.has_form, "nobody came for it"
            assert len(app.train_page.run_view.series.training) == 39
            await until(pilot, lambda: state_line(app.session).startswith("◉ watching · epoch 1/5 · "))
            for event in EVENTS[40:]:
                journal.append(event)
            await until_it_has(pilot, app, len(EVENTS))
            assert len(app.train_page.run_view.series.validation) == 1
            assert not app.train_page.check_action("control", ("pause",)), "it is not ours to pause"
            assert "mnist-sum tui --watch" in receipt(app.session)
            assert "without saving" not in receipt(app.session)
            journal.append(recorded.finished())
            await until_it_has(pilot, app, len(EVENTS) + 1)
        await until(pilot, lambda: state_line(app.session).startswith("✓ done"))
        assert app.train_page.run_view.has_class("-over")
        await pilot.press("q")
    assert app.return_value == 0


async def test_keys_that_guide_a_training_say_that_another_process_trains(
    run: Run, app: MnistSumApp, journal: Journal
) -> None:
    for event in EVENTS[:40]:
        journal.append(event)
    async with app.run_test(size=(100, 30)) as pilot:
        with run.lock():
            await until_it_has(pilot, app, 40)
            for count, key in enumerate(("space", "s", "c", "v", "k", "."), start=1):
                await pilot.press(key)
                assert [note.message for note in app._notifications] == [OF_ANOTHER] * count
            assert app.session.is_live
        await until(pilot, lambda: not app.session.is_live)
        await pilot.press("c")
        assert [note.message for note in app._notifications].count(OF_ANOTHER) == count, "there is nothing to guide now"


async def test_a_run_that_is_killed_is_cut_off_and_one_that_goes_on_is_live(
    run: Run, app: MnistSumApp, journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = list[str]()
    app.way = "bell"
    monkeypatch.setattr(app, "send", told.append)
    for event in (*EVENTS[:18], recorded.finished(), recorded.started(resumed=True)):
        journal.append(event)
    async with app.run_test(size=(100, 30)) as pilot:
        await until_it_has(pilot, app, 20)
        assert state_line(app.session).startswith("… cut off")
        assert "the process that trained it is gone" in receipt(app.session)
        with run.lock():
            await until(pilot, lambda: state_line(app.session).startswith("◉ watching"))
            assert not told, "it ended once, but was resumed"
            journal.append(recorded.finished())
            await until(pilot, lambda: told == ["\a"])
        await pilot.press("q")
    assert app.return_value == 0


async def test_a_run_that_has_ended_is_opened_and_nobody_waits_for_more(app: MnistSumApp, journal: Journal) -> None:
    for event in [*EVENTS, recorded.finished()]:
        journal.append(event)
    async with app.run_test(size=(100, 30)) as pilot:
        await until(pilot, lambda: state_line(app.session).startswith("✓ done"))
        assert app.watcher is None
        assert app.session.is_opened
        await until(pilot, lambda: app.train_page.run_view.has_class("-over"))
        assert [note.title for note in app._notifications] == ["Nothing to watch"]
        await pilot.press("q")
    assert app.return_value == 0


async def test_a_visitor_of_a_run_that_has_stopped_sees_that_it_goes_on(
    run: Run, app: MnistSumApp, journal: Journal
) -> None:
    app.session.is_read_only = True
    for event in [*EVENTS[:18], recorded.finished(reason="stopped")]:
        journal.append(event)
    async with app.run_test(size=(100, 30)) as pilot:
        await until(pilot, lambda: app.session.finished is not None and app.train_page.run_view.has_class("-over"))
        assert state_line(app.session).startswith("■ stopped")
        assert app.train_page.check_action("replay", ()), "it can be played back meanwhile"
        with run.lock():
            journal.append(recorded.started(resumed=True))
            await until(pilot, lambda: state_line(app.session).startswith("◉ watching"))
            assert not app.train_page.run_view.has_class("-over")


async def test_a_visitor_is_not_told_of_keys_that_never_do_anything_there(
    run: Run, app: MnistSumApp, journal: Journal
) -> None:
    app.session.is_read_only = True
    for event in EVENTS[:18]:
        journal.append(event)
    with run.lock():
        async with app.run_test(size=(100, 30)) as pilot:
            await until(pilot, lambda: state_line(app.session).startswith("◉ watching"))
            for key in "nrkscv":
                assert app.train_page.why_not("r"), "who can train is told"
                await pilot.press(key)
            await pilot.pause()
            assert not app._notifications


async def test_a_visitor_of_a_run_that_was_deleted_does_not_wait_for_it(run: Run, app: MnistSumApp) -> None:
    app.session.is_read_only = True
    run.delete()
    async with app.run_test(size=(100, 30)) as pilot:
        told = app.train_page.query_one("#reading-run", Static)
        await until(pilot, lambda: str(told.render()) != "Reading the run ...")
        assert run.id in str(told.render())


async def test_a_run_that_is_cut_off_and_deleted_is_watched_no_longer(
    run: Run, app: MnistSumApp, journal: Journal
) -> None:
    journal.append(EVENTS[0])
    async with app.run_test(size=(100, 30)) as pilot:
        await until(pilot, lambda: state_line(app.session).startswith("… cut off"))
        run.delete()
        app.post_message(RunDeleted(run))
        await until(pilot, lambda: state_line(app.session) == "○ ready ")
        assert app.train_page.is_form_shown
        await until(pilot, lambda: app.watcher is None or not app.watcher.is_alive())


async def test_enter_on_the_run_that_is_watched_goes_from_the_form_to_its_charts(
    run: Run, fake: FakeTrain, app: MnistSumApp, journal: Journal
) -> None:
    """Until another run is shown, or the same one anew: then nobody follows it any longer."""
    other = find.create(run.path.parent, CONFIG)
    with run.lock():
        journal.append(EVENTS[0])
        async with app.run_test(size=(100, 30)) as pilot:
            await until_it_has(pilot, app, 1)
            await pilot.press("n")
            assert app.train_page.is_form_shown
            app.post_message(OpenRun(run))
            await until(pilot, lambda: not app.train_page.is_form_shown)
            assert state_line(app.session).startswith("◉ watching")
            app.on_watched(Watched(other, EVENTS[:5], True, True))  # late: another run is shown by now
            assert len(app.session.events) == 1
            app.watch_or_open(other)
            assert app.session.run == other
            assert app.session.is_watching, "it has not begun"
            watchers = []
            for another in (OpenRun(other), StartTraining(CONFIG)):
                for _ in range(2):
                    app.begin_watching(run)
                    watchers.append(app.watcher)
                app.post_message(another)
                await until(pilot, lambda: not any(each is not None and each.is_alive() for each in watchers))
            app._take_run(other.read_config(), other, [])  # which was being read when the training began
            assert app.session.is_training
            app.session.network = other
            app.on_run_deleted(RunDeleted(other))
            assert app.session.network is None, "there is nothing to ask any more"


async def test_it_is_left_at_once_and_nothing_of_it_has_changed(run: Run, app: MnistSumApp, journal: Journal) -> None:
    with run.lock():
        journal.append(EVENTS[0])
        before = {path: path.read_bytes() for path in run.path.iterdir()}
        async with app.run_test(size=(80, 24)) as pilot:
            await until_it_has(pilot, app, 1)
            await pilot.press("space", "s", "c", "v", "q")
        assert {path: path.read_bytes() for path in run.path.iterdir()} == before
    assert app.return_value == 0


def test_what_cannot_be_watched_is_one_line(cli: Cli) -> None:
    is_one_line(cli("tui", "--watch", "nothing"), 2, "does not exist yet")
    is_one_line(cli("tui", "--watch", "latest", "--start"), 2, "--watch", "--start")
