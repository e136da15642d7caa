"""What was asked for last is shown, however long it takes to read what was asked for before."""

import threading
from collections.abc import Callable, Iterator
from itertools import chain, repeat
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from textual.pilot import Pilot
from textual.widgets import Input, Label

from mnist_sum_tui.charts.thumbnail import Image
from mnist_sum_tui.config import TrainConfig
from mnist_sum_tui.errors import DataError
from mnist_sum_tui.runs.events import Event
from mnist_sum_tui.runs.journal import read_events
from mnist_sum_tui.runs.run import Run
from mnist_sum_tui.tui.pages.drawing_files import OpenPicture
from mnist_sum_tui.tui.pages.train_threads import TrainReads
from mnist_sum_tui.tui.session.messages import OpenRun, RunDeleted, RunEvent, StartTraining
from mnist_sum_tui.tui.session.player import replayed
from mnist_sum_tui.tui.widgets import latest_curves, latest_runs
from mnist_sum_tui.tui.widgets.latest_curves import LatestCurves
from mnist_sum_tui.tui.widgets.latest_runs import LatestRuns
from tests.tui import recorded
from tests.tui.fake_train import CONFIG, FakeTrain
from tests.tui.pages.test_runs import make, make_three
from tests.tui.recorded import app_of, until


class Gate:
    """Holds the first thread that comes until it is let go; those after it pass."""

    def __init__(self) -> None:
        self.held: threading.Thread | None = None
        self.was_let_go = True
        self._is_open = threading.Event()

    def wait(self) -> None:
        if self.held is None:
            self.held = threading.current_thread()
            self.was_let_go = self._is_open.wait(60)

    async def let_go(self, pilot: Pilot[int], is_done: Callable[[], object]) -> None:
        """Let the first one go, when the second one's result is there; then all has come that will."""
        await until(pilot, is_done)
        assert self.was_let_go, "the second one waited for the first"
        self._is_open.set()
        await pilot.pause(0.3)


@pytest.fixture
def gate() -> Iterator[Gate]:
    gate = Gate()
    yield gate
    gate._is_open.set()


@pytest.fixture
def slow(gate: Gate, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """A run whose journal takes long to read."""

    def read_slowly(path: Path, *kinds: str) -> Iterator[Event]:
        gate.wait()
        return read_events(path, *kinds)

    monkeypatch.setattr("mnist_sum_tui.tui.run_app.read_events", read_slowly)
    return make(tmp_path / "runs", "20260101-120100-slow", [*recorded.training(500), recorded.finished()])


async def test_of_two_runs_the_second_is_shown(pilot: Pilot[int], gate: Gate, slow: Run, tmp_path: Path) -> None:
    app = app_of(pilot)
    quick = make(tmp_path / "runs", "20260101-120200-quick", [*recorded.training(100), recorded.finished()])
    app.post_message(OpenRun(slow))
    await until(pilot, lambda: gate.held)
    app.post_message(OpenRun(quick))
    await gate.let_go(pilot, lambda: app.session.run == quick)
    assert app.session.run == quick


async def test_a_run_that_is_deleted_while_it_is_read_is_not_shown(pilot: Pilot[int], gate: Gate, slow: Run) -> None:
    app = app_of(pilot)
    app.post_message(OpenRun(slow))
    await until(pilot, lambda: gate.held)
    slow.delete()
    app.post_message(RunDeleted(slow))
    await gate.let_go(pilot, lambda: not slow.path.exists())
    assert app.session.run is None
    assert app.train_page.is_form_shown


async def test_the_form_stays_while_a_run_is_read(
    pilot: Pilot[int], gate: Gate, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The replay came over it, while one typed there."""

    def read(*about: Any) -> Any:
        gate.wait()
        return replayed(*about)

    monkeypatch.setattr("mnist_sum_tui.tui.run_app.replayed", read)
    app = app_of(pilot)
    app.post_message(OpenRun(run))
    await until(pilot, lambda: app.session.run == run)
    await pilot.pause()
    await pilot.press("p")
    await until(pilot, lambda: gate.held)
    await pilot.press("n")
    await gate.let_go(pilot, lambda: app.train_page.is_form_shown)
    assert app.train_page.is_form_shown


async def test_a_training_that_began_later_stays_when_it_has_ended(
    fake: FakeTrain, pilot: Pilot[int], gate: Gate, slow: Run
) -> None:
    app = app_of(pilot)
    app.post_message(OpenRun(slow))
    await until(pilot, lambda: gate.held)
    app.post_message(StartTraining(CONFIG))
    await until(pilot, lambda: app.session.progress)
    assert app.session.control is not None
    app.session.control.stop()
    await gate.let_go(pilot, lambda: app.session.finished is not None and not app.session.is_training)
    assert app.session.run != slow


async def test_the_newest_list_of_runs_stays(pilot: Pilot[int], gate: Gate, monkeypatch: pytest.MonkeyPatch) -> None:
    names = chain(["first"], repeat("second"))

    def name(_: Path) -> list[str]:
        found = next(names)
        gate.wait()
        return [found]

    await pilot.app.workers.wait_for_complete()
    monkeypatch.setattr(latest_runs, "summaries", name)
    monkeypatch.setattr(latest_runs, "latest", lambda runs: runs[0])
    below = app_of(pilot).train_page.query_one(LatestRuns)
    below.display = True
    below.read()
    await until(pilot, lambda: gate.held)
    below.read()
    await gate.let_go(pilot, lambda: str(below.render()) == "second")
    assert str(below.render()) == "second"


async def test_the_newest_curves_stay(tmp_path: Path, gate: Gate, monkeypatch: pytest.MonkeyPatch) -> None:
    recorded.without_torch(monkeypatch)
    app, made = recorded.new_app(tmp_path), make_three(tmp_path / "runs")
    numbers = chain([1], repeat(3))

    def list_runs(_: Path) -> list[Run]:
        count = next(numbers)
        gate.wait()
        return made[:count]

    monkeypatch.setattr(latest_curves, "list_runs", list_runs)
    async with app.run_test(size=(200, 60)) as pilot:
        await until(pilot, lambda: gate.held)
        curves = app.train_page.query_one(LatestCurves)
        curves.read()
        await gate.let_go(pilot, lambda: len(curves.plot.curves) == 3)
        assert len(curves.plot.curves) == 3


async def test_the_trouble_is_that_of_the_last_picture(
    pilot: Pilot[int], gate: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    def path_of(typed: str) -> str:
        gate.wait()
        raise DataError(f"{typed} is no picture")

    monkeypatch.setattr("mnist_sum_tui.tui.predictions.drawings.path_of", path_of)
    dialog = OpenPicture()
    await pilot.app.push_screen(dialog)
    said = dialog.query_one("#said", Label)
    dialog.query_one(Input).value = "first"
    await pilot.press("enter")
    await until(pilot, lambda: gate.held)
    dialog.query_one(Input).value = "second"
    await pilot.press("enter")
    await gate.let_go(pilot, lambda: "second is no picture" in str(said.render()))
    assert "second is no picture" in str(said.render())


async def test_images_that_are_known_stay_although_others_are_still_read(
    pilot: Pilot[int], gate: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    def sample_images(indices: tuple[int, ...], _: str | None) -> dict[int, Image]:
        if indices == (1,):
            gate.wait()
        return {index: np.full((28, 28), 200, np.uint8) for index in indices}

    monkeypatch.setattr("mnist_sum_tui.tui.pages.train_threads.sample_images", sample_images)
    page, taken = app_of(pilot).train_page, list[dict[int, Image]]()
    monkeypatch.setattr(page, "take_images", taken.append)
    TrainReads.load_images(page, (2,), None)
    await until(pilot, lambda: taken)
    TrainReads.load_images(page, (1,), None)
    await until(pilot, lambda: gate.held)
    TrainReads.load_images(page, (2,), None)
    await gate.let_go(pilot, lambda: len(taken) == 2)
    assert [list(images) for images in taken] == [[2], [2]]


async def test_the_ghost_of_the_run_before_does_not_come(
    pilot: Pilot[int], gate: Gate, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It stayed if the run that was begun meanwhile had none."""

    def find_ghost(_folder: Path, _config: TrainConfig, current: Run) -> Run | None:
        if current != run:
            return None
        gate.wait()
        return run

    monkeypatch.setattr("mnist_sum_tui.tui.pages.train_threads.find_ghost", find_ghost)
    app = app_of(pilot)
    app.post_message(OpenRun(run))
    await until(pilot, lambda: gate.held)
    recorded.begin(app)
    await gate.let_go(pilot, lambda: app.session.is_training)
    app.post_message(RunEvent(recorded.started()))
    await recorded.settle(pilot)
    assert app.train_page.run_view.ghost is None
