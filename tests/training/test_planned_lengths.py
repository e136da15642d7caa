"""A number of epochs that is planned for a later step, and is smaller than what will have begun by then."""

from pathlib import Path

import pytest

from mnist_sum_tui.runs import find
from mnist_sum_tui.runs.events import Changed
from mnist_sum_tui.runs.journal import read_events
from mnist_sum_tui.runs.knob_turns import Turn
from mnist_sum_tui.training.control import Control
from mnist_sum_tui.training.loop import train
from tests.training.resuming import config_of_few


@pytest.mark.parametrize(
    ("planned", "told", "epochs"),
    [
        (("20:epochs=1",), ["20: 4 -> 2"], 2),
        (("18:epochs=1",), ["18: 4 -> 1"], 1),
        (("19:epochs=3",), ["19: 4 -> 3"], 3),
        (("900:epochs=1",), [], 4),
        (("2:epochs=1", "900:epochs=2"), ["2: 4 -> 1"], 1),
        (("2:epochs=6", "85:epochs=1"), ["2: 4 -> 6", "85: 4 -> 5"], 5),
    ],
)
def test_what_is_told_is_what_holds(
    few_images: str, tmp_path: Path, planned: tuple[str, ...], told: list[str], epochs: int
) -> None:
    """18 steps are an epoch: after step 18 the second has not begun, after step 20 it has."""
    config = config_of_few(few_images, model="swift", keep=0, epochs=4)
    run, control = find.create(tmp_path, config), Control()
    for text in planned:
        control.turn(Turn.parse(text))
    events = list(train(config, run, control))
    changed = [event for event in events if isinstance(event, Changed)]
    assert [f"{event.at}: {event.before} -> {event.value}" for event in changed] == told
    assert run.read_config().epochs == epochs
    assert [event.epoch for event in read_events(run.metrics_file, "epoch")] == list(range(1, epochs + 1))
