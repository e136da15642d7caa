"""The sample images of the page Train, which are read in a thread."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from mnist_sum_tui.charts.thumbnail import Image
from mnist_sum_tui.runs.events import Advice
from mnist_sum_tui.training.control import Control
from mnist_sum_tui.tui.session.messages import ReplayRun, RunEvent
from mnist_sum_tui.tui.widgets.sample_strip import Sample
from tests.tui import recorded
from tests.tui.pages.test_runs import make
from tests.tui.pages.training import play, shown
from tests.tui.recorded import until

pytestmark = pytest.mark.usefixtures("without_form")


async def test_the_images_are_read_once_and_stay_through_replays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[tuple[int, ...]] = []

    def sample_images(indices: tuple[int, ...], _: str | None) -> dict[int, Image]:
        read.append(indices)
        return {index: np.full((28, 28), 200, np.uint8) for index in indices}

    monkeypatch.setattr("mnist_sum_tui.tui.pages.train_threads.sample_images", sample_images)
    monkeypatch.setattr("mnist_sum_tui.tui.app.warm_up", lambda done: done())
    run = make(tmp_path / "runs", "20260101-120100-compact", [*recorded.training(2150), recorded.finished()])
    async with recorded.new_app(tmp_path).run_test(size=(80, 24)) as pilot:
        app = recorded.app_of(pilot)
        page = app.train_page
        await until(pilot, lambda: page.is_composed)
        for size in ((80, 24), (120, 36)):
            await pilot.resize_terminal(*size)
            app.post_message(ReplayRun(run))
            await until(pilot, lambda: page.player is not None)
            await pilot.press("space", "end")
            await until(pilot, lambda: any(sample.image is not None for sample in page.run_view.query(Sample)))
            await pilot.press("escape")
            await until(pilot, lambda: app.session.finished)
            assert page.run_view.query(Sample).first().image is not None
            lines = str(page.run_view.query(Sample).first().render()).splitlines()
            assert len(lines) >= 5, "of a finished run, too"
            assert "█" in lines[0] or "▀" in lines[0] or "▄" in lines[0]
        assert len(read) == 1


async def test_a_resumed_run_shows_its_images_at_once_and_nothing_of_the_process_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its answers are known before it makes a step. The time left and what the coach said were of its first end."""
    images = {index: np.full((28, 28), 200, np.uint8) for index in recorded.INDICES}
    monkeypatch.setattr("mnist_sum_tui.tui.pages.train_threads.sample_images", lambda *_: images)
    said = Advice(step=2150, epoch=5, elapsed=53.0, topic="cools", words="The learning rate falls")
    before = [*recorded.training(2150), said, recorded.finished()]
    again = replace(recorded.started(resumed=True), step=2150, epoch=6, epochs=8)
    async with recorded.new_app(tmp_path).run_test(size=(120, 36)) as pilot:
        app = recorded.app_of(pilot)
        recorded.begin(app)
        await until(pilot, lambda: app.train_page.run_view.is_mounted)
        app.session.events.extend(before)
        app.on_run_event(RunEvent(again))
        await until(pilot, lambda: any(sample.image is not None for sample in app.train_page.run_view.query(Sample)))
        assert app.train_page.run_view.advice is None
        assert "left -" in shown(app, "Facts")


async def test_samples_are_asked_for_only_while_the_page_can_be_seen(tmp_path: Path) -> None:
    control = Control(samples=True)
    async with recorded.new_app(tmp_path).run_test() as pilot:
        app = await play(pilot, recorded.training(100), control)
        for page, are_asked in (("runs", False), ("train", True)):
            await app.switch_mode(page)
            app.train_page.keep_state()
            assert control.samples == are_asked
