"""The question before a run is trained further: where it says that the run stopped."""

from dataclasses import replace
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Label

from mnist_sum_tui.config import TrainConfig
from mnist_sum_tui.runs.events import Advice, Changed, Checkpointed, Event
from mnist_sum_tui.runs.run import Run
from mnist_sum_tui.training.diverged import divergence
from mnist_sum_tui.tui.app import MnistSumApp
from mnist_sum_tui.tui.pages.resume_run import ResumeRun
from mnist_sum_tui.tui.pages.runs import RunsPage
from mnist_sum_tui.tui.session.resuming import Continuation
from tests.tui import fixed, recorded
from tests.tui.pages.test_runs import make
from tests.tui.recorded import until

pytestmark = pytest.mark.usefixtures("without_form")
STEPS = recorded.STEPS_PER_EPOCH


async def said_of(pilot: Pilot[int], config: TrainConfig, *events: Event) -> str:
    """The words of the question about a run with these events."""
    await pilot.app.push_screen(ResumeRun(Continuation.of(Run(Path("runs/long")), config, events)))
    await pilot.pause()
    return " ".join(str(label.render()) for label in pilot.app.screen.query(Label))


async def test_the_epoch_at_which_it_stopped_is_told_in_full(pilot: Pilot[int]) -> None:
    config = TrainConfig.of("standard", model="compact", epochs=2000)
    for step, words in (
        (3 * STEPS, "epoch 3 of 2000"),
        (700, "epoch 1.62 of 2000"),
        (1234 * STEPS + STEPS // 2, "epoch 1234.5 of 2000"),
        (2000 * STEPS - 1, "epoch 1999.99 of 2000"),
    ):
        start = replace(recorded.started(resumed=True), step=step, epochs=2000)
        said = await said_of(pilot, config, start)
        assert f"It stopped at {words} and goes on from there." in said
        await pilot.press("escape")


async def test_a_run_that_diverged_before_anything_was_saved_is_not_said_to_go_on(pilot: Pilot[int]) -> None:
    config = TrainConfig.of("standard", lr=50)
    why = divergence(3, config, has_checkpoint=False)
    end = replace(recorded.finished(reason="diverged"), message=why)
    said = await said_of(pilot, config, recorded.started(), end)
    assert f"So far: {why}. A new run may be better." in said
    assert "No step of it was saved, so it begins at step 0. How many epochs to add to the 5, 0 for none?" in said
    assert "goes on" not in said


async def test_a_run_whose_journal_lost_its_beginning_can_be_trained_further(pilot: Pilot[int]) -> None:
    saved = Checkpointed(step=700, epoch=2, elapsed=1, file="last.safetensors", reason="stop", seconds=0, best=False)
    said = await said_of(pilot, TrainConfig.of("standard", epochs=5), saved)
    assert "It stopped at epoch 0 of 5 and goes on from there." in said


async def test_a_run_that_was_killed_before_its_test_can_be_finished(pilot: Pilot[int]) -> None:
    config = TrainConfig.of("standard", model="compact", epochs=5)
    said = await said_of(pilot, config, replace(recorded.started(resumed=True), step=5 * STEPS))
    assert "It stopped before its test. How many epochs to add to the 5, 0 for none?" in said
    assert "All 5 epochs are trained: only the test is left." in said
    await pilot.press("enter")
    assert not isinstance(pilot.app.screen, ResumeRun), "0 is taken"


async def test_runs_says_of_a_run_what_train_would_say(app: MnistSumApp, tmp_path: Path) -> None:
    """It was cut to three epochs, resumed with eight, doubted by the coach, and stopped: in this order."""
    cut = Changed(step=STEPS, epoch=1, elapsed=1, at=STEPS, setting="epochs", before="5", value="3")
    again = replace(recorded.started(resumed=True), step=3 * STEPS, epochs=8)
    doubt = Advice(step=4 * STEPS, epoch=5, elapsed=9, topic="too-high", words="The learning rate is probably too high")
    saved = Checkpointed(
        step=5 * STEPS, epoch=5, elapsed=9, file="last.safetensors", reason="stop", seconds=0, best=False
    )
    end = replace(recorded.finished(5 * STEPS, reason="stopped"), digit_accuracy=None, sum_accuracy=None)
    events = [recorded.started(), cut, again, doubt, saved, end]
    run = make(tmp_path, "20260101-120100-compact", events, epochs=8)
    run.last_file.touch()
    found = Continuation.of(run, run.read_config(), events)
    async with fixed.on(app, RunsPage) as (pilot, _):
        await pilot.press("r")
        await until(pilot, lambda: isinstance(app.screen, ResumeRun))
        said = " ".join(str(label.render()) for label in app.screen.query(Label))
    assert found.words(0) in said
    assert "The learning rate falls from 0.00075 to almost 0." in said
    assert f"So far: {doubt.words}. A new run may be better." in said
