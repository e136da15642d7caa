"""What page Train offers after a run."""

from dataclasses import replace

from textual.pilot import Pilot
from textual.widgets import Input

from mnist_sum_tui.tui.session.messages import RunEvent, TrainingEnded
from tests.tui import recorded
from tests.tui.pages.training import play, shown
from tests.tui.recorded import until


async def test_a_new_run_after_one_that_learned_nothing_begins_with_another_rate(pilot: Pilot[int]) -> None:
    app = await play(pilot, recorded.training(2150))
    assert app.session.config is not None
    failed, field = app.session.config.lr, app.train_page.form.query_one("#lr", Input)
    assert field.value == f"{failed:g}"
    app.on_run_event(RunEvent(replace(recorded.finished(), digit_accuracy=0.098, sum_accuracy=0.1)))
    app.on_training_ended(TrainingEnded())
    await pilot.pause()
    await pilot.press("n")
    await until(pilot, lambda: "learned nothing" in shown(app, "#readiness"))
    assert field.value == f"{failed / 10:g}", "the recipe's rate has failed"
    assert shown(app, "#readiness") == f"the learning rate {failed:g} learned nothing, so {failed / 10:g} is filled in"
