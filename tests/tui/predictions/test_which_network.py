"""Which network is asked if the user has chosen none, and how to get the one in the package."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from mnist_sum_tui.config import TrainConfig
from mnist_sum_tui.runs import find
from mnist_sum_tui.runs.events import Event
from mnist_sum_tui.runs.journal import to_lines
from mnist_sum_tui.tui.app import MnistSumApp
from mnist_sum_tui.tui.pages.inspect import InspectPage
from mnist_sum_tui.tui.pages.runs import RunsPage
from mnist_sum_tui.tui.predictions.messages import ImagePredicted
from mnist_sum_tui.tui.predictions.requests import PredictImage
from mnist_sum_tui.tui.predictions.weights import IN_PACKAGE, choices, of_session
from tests.tui import fixed, recorded
from tests.tui.fake_train import CONFIG
from tests.tui.recorded import press, until
from tests.tui.shown import lines


def answer_of(request: PredictImage) -> ImagePredicted:
    weights = request.weights or fixed.CHOICES[1]
    return fixed.predicted(request.index, weights=weights, choices=(weights,))


DONE = {"epoch": 2, "batch": 0}


def make(folder: Path, name: str, *events: Event, **position: Any) -> str:
    """A run that another process has trained up to a position; returns its id."""
    run = find.create(folder, TrainConfig(model="swift"), name)
    about = json.dumps({"position": {**DONE, **position}, "config": {}})
    head = json.dumps({"__metadata__": {"mnist_sum": about}}).encode()
    run.last_file.write_bytes(len(head).to_bytes(8, "little") + head)
    run.metrics_file.write_bytes(to_lines(events))
    with run.lock():  # which find.create has begun
        return run.id


@pytest.mark.parametrize(
    ("newer", "position"),
    [
        ([recorded.finished(reason="stopped")], {"epoch": 1, "batch": 3, "sums": {"images": 384, "digit_right": 300}}),
        ([recorded.finished(reason="diverged")], {"best_accuracy": 0.0964}),
        ([replace(recorded.finished(), digit_accuracy=0.1)], {"best_accuracy": -1.0}),
    ],
)
def test_a_newer_run_that_has_not_learned_is_passed_over(
    newer: list[Event], position: dict[str, Any], tmp_path: Path
) -> None:
    assert choices(None, tmp_path, None).chosen == IN_PACKAGE
    make(tmp_path, "ruined", *newer, **position)
    assert choices(None, tmp_path, None).chosen == IN_PACKAGE
    learned = make(tmp_path, "good", recorded.finished(), best_accuracy=0.3)
    make(tmp_path, "worse", *newer, **position)
    chosen = choices(None, tmp_path, None).chosen
    assert (chosen.owner, chosen.is_newest) == (learned, True)


async def test_the_palette_leads_to_the_built_in_network_and_escape_back(app: MnistSumApp) -> None:
    folder = app.session.runs_folder
    async with fixed.on(app, InspectPage, (120, 36)) as (pilot, page):
        app.action_built_in()
        assert app.session.weights is None, "it is the usual one, as no run has learned"
        owner = make(folder, "good", recorded.finished(), best_accuracy=0.3)
        fixed.predictions_in(app).says = {PredictImage: answer_of}
        app.action_built_in()
        assert of_session(app.session, page.wanted).chosen == IN_PACKAGE
        await until(pilot, lambda: page._shown == IN_PACKAGE)
        assert "your runs" in str(page.query_one("#other-weights").render())
        await pilot.resize_terminal(80, 24)
        await until(pilot, lambda: " Inside  built-in  " in lines(app)[0])
        assert "Escape: back to your runs" in lines(app)[-2]
        await press(pilot, "escape")
        assert of_session(app.session, page.wanted).chosen.owner == owner
        await press(pilot, "f5")
        assert isinstance(app.screen, RunsPage)
        app.action_built_in()
        assert app.session.weights == IN_PACKAGE
        assert "Use your runs again" in [command.title for command in app.get_system_commands(app.screen)]
        app.action_built_in()
        assert app.session.weights is None, "the same command takes it back"
        app.action_built_in()
        app.session.open(CONFIG, find.by_name(owner, folder), [])
        assert app.session.weights is None, "another run was opened"
