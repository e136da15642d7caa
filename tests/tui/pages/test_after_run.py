"""What page Train offers after a run."""

from dataclasses import replace

import pytest
from textual.content import Content
from textual.pilot import Pilot
from textual.widgets import Input, Label, Static

from mnist_sum_tui.runs.events import Changed
from mnist_sum_tui.tui.session.messages import RunEvent, TrainingEnded
from tests.tui import recorded
from tests.tui.pages.training import play, shown
from tests.tui.recorded import press, until


async def test_a_new_run_after_one_that_learned_nothing_begins_with_another_rate(pilot: Pilot[int]) -> None:
    app = await play(pilot, recorded.training(400))
    assert app.session.config is not None
    failed, field = app.session.config.lr, app.train_page.form.query_one("#lr", Input)
    assert field.value == f"{failed:g}"
    name = app.train_page.form.query_one("#name", Input)
    name.value = "zoe"
    app.on_run_event(RunEvent(replace(recorded.finished(), digit_accuracy=0.098, sum_accuracy=0.1)))
    app.on_training_ended(TrainingEnded())
    await pilot.pause()
    await pilot.press("n")
    await until(pilot, lambda: "learned nothing" in shown(app, "#readiness"))
    assert field.value == f"{failed / 10:g}", "the recipe's rate has failed"
    assert shown(app, "#readiness") == f"the learning rate {failed:g} learned nothing, so {failed / 10:g} is filled in"
    assert not name.value, "the next run may be somebody else's"


@pytest.mark.parametrize(
    ("reason", "label", "tone"), [("completed", "done", "primary"), ("diverged", "diverged", "error")]
)
async def test_what_went_wrong_has_the_colour_of_what_is_wrong(
    reason: str, label: str, tone: str, pilot: Pilot[int]
) -> None:
    app = await play(pilot, [*recorded.training(400), recorded.finished(400, reason=reason)])
    app.on_training_ended(TrainingEnded())
    await pilot.pause()
    drawn = app.train_page.query_one("#outcome", Static).visual
    assert isinstance(drawn, Content)
    assert shown(app, "#outcome").startswith(f"{label} ")
    assert str(drawn.spans[0].style) == f"bold $text-{tone}"


@pytest.mark.parametrize(("turned_to", "words"), [("3", "It trains epochs 4 to 8"), ("8", "It trains epochs 9 to 13")])
async def test_more_epochs_count_from_those_that_a_knob_has_set(turned_to: str, words: str, pilot: Pilot[int]) -> None:
    start, *learning = recorded.training(200)
    step = int(turned_to) * recorded.STEPS_PER_EPOCH
    turn = Changed(step=200, epoch=1, elapsed=5.0, at=200, setting="epochs", before="5", value=turned_to)
    last = next(event for event in recorded.training(430) if event.kind == "checkpoint")
    app = await play(pilot, [start, *learning, turn, replace(last, step=step), recorded.finished(step)])
    assert app.session.run is not None
    app.session.run.path.mkdir(parents=True)
    app.on_training_ended(TrainingEnded())
    await pilot.pause()
    await press(pilot, "r")
    said = " ".join(str(label.render()) for label in app.screen.query(Label))
    assert "It is complete. How many more epochs?" in said
    assert words in said
