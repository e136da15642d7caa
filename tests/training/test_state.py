"""Where a run stands: which epoch is the best so far."""

from functools import partial
from types import SimpleNamespace
from typing import Any

import pytest

from mnist_sum_tui.config import TrainConfig
from mnist_sum_tui.runs.events import Changed
from mnist_sum_tui.runs.knob_turns import Turn
from mnist_sum_tui.runs.position import Totals
from mnist_sum_tui.training.state import RunState
from mnist_sum_tui.training.step import StepResult
from tests.runs.folders import CONFIG

RATES = (9, 8, 8, 4, 2, 1, 3, 2, 0.5)
"""the learning rates of epochs 1 to 9: they stay, fall, and rise and fall once more"""


def is_best(state: RunState, digit: float, total: float, loss: float, *, is_constant: bool = False) -> bool:
    """Whether this epoch is; the next one begins."""
    report: Any = SimpleNamespace(images=5000, digit_accuracy=digit, sum_accuracy=total, digit_loss=loss, sum_loss=loss)
    found = state.note_best(report, lambda epoch: 1 if is_constant else RATES[epoch - 1])
    state.next_epoch()
    return found


def test_the_best_epoch_has_the_highest_mean_accuracy_and_of_equal_ones_the_lowest_loss() -> None:
    is_best_of_constant, state = partial(is_best, is_constant=True), RunState(CONFIG)
    for digit, total, loss, is_better in (
        (0.90, 0.80, 1.0, True),
        (0.90, 0.80, 1.0, False),
        (0.80, 0.90, 0.9, True),
        (0.90, 0.80, 0.95, False),
        (0.99, 0.70, 0.1, False),
        (0.81, 0.90, 9.0, True),
    ):
        assert is_best_of_constant(state, digit, total, loss) is is_better
    loaded: Any = SimpleNamespace(position=state.position(), config=CONFIG)
    resumed = RunState(CONFIG, loaded)
    assert not is_best_of_constant(resumed, 0.81, 0.90, 9.0), "a resumed run goes by the epochs before"
    assert is_best_of_constant(resumed, 0.81, 0.90, 8.9)
    assert resumed.note_best(None, float), "without validation images the newest is the best"


def test_while_the_rate_falls_a_later_epoch_is_the_best_unless_it_is_lower_by_more_than_chance() -> None:
    """Of 5,000 images at 99.4 % the standard error is 0.114 points: 0.9928 is below, 0.9930 is not."""
    state = RunState(CONFIG)
    for accuracy, is_better in ((0.9940, True), (0.9930, True), (0.9930, False), (0.9928, False)):
        assert is_best(state, accuracy, accuracy, 1.0) is is_better
    loaded: Any = SimpleNamespace(position=state.position(), config=CONFIG)
    resumed = RunState(CONFIG, loaded)
    assert not is_best(resumed, 0.9928, 0.9928, 1.0), "the highest counts, and not the last that was the best"
    assert is_best(resumed, 0.9930, 0.9930, 1.0)
    for place, is_better in enumerate((False, False, True), 7):  # epochs 7 and 8 have larger steps than the best, 6
        assert is_best(resumed, 0.9939, 0.9939, 1.0) is is_better, place


def test_the_time_in_which_the_process_was_stopped_is_no_training(monkeypatch: pytest.MonkeyPatch) -> None:
    """As by Ctrl-Z, for an hour in a step and in a validation; slow steps of a busy machine count as they are."""
    now = 100.0
    monkeypatch.setattr("mnist_sum_tui.training.timing.time.perf_counter", lambda: now)
    state = RunState(CONFIG)

    def step(seconds: float) -> None:
        nonlocal now
        now += seconds
        state.add(StepResult(Totals(50.0, 50.0, 25, 5, 50, seconds), 0.01))

    for seconds in (0.25, 0.25, 2.5, 0.25, 0.25):
        step(seconds)
    assert state.clock.seconds == 3.5
    step(3600.0)
    assert state.clock.seconds == pytest.approx(3.5 + 0.7)
    assert state.take_recent()["images_per_second"] == pytest.approx(300 / 4.2)
    for seconds in (1.0, 3600.0):
        now += seconds
        state.add_validation(seconds)
    assert state.clock.seconds == pytest.approx(4.2 + 2.0)


@pytest.mark.parametrize("name", ["sum_weight", "label_smoothing"])
def test_a_setting_that_six_digits_would_round_out_of_its_range_can_be_turned(name: str) -> None:
    state = RunState(TrainConfig.from_dict({name: 0.9999999}))
    turn, before = state.turn(Turn(3, name, "0.5"))
    event = Changed(step=0, epoch=1, elapsed=0.0, at=turn.step, setting=name, before=before, value=turn.value)
    assert event.before == "0.9999999"
