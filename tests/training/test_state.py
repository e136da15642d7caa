"""Where a run stands: which epoch is the best so far."""

from types import SimpleNamespace
from typing import Any

from mnist_sum_tui.training.state import RunState
from tests.runs.folders import CONFIG


def is_best(state: RunState, digit: float, total: float, loss: float) -> bool:
    report: Any = SimpleNamespace(digit_accuracy=digit, sum_accuracy=total, digit_loss=loss, sum_loss=loss)
    return state.note_best(report)


def test_the_best_epoch_has_the_highest_mean_accuracy_and_of_equal_ones_the_lowest_loss() -> None:
    state = RunState(CONFIG)
    for digit, total, loss, is_better in (
        (0.90, 0.80, 1.0, True),
        (0.90, 0.80, 1.0, False),
        (0.80, 0.90, 0.9, True),
        (0.90, 0.80, 0.95, False),
        (0.99, 0.70, 0.1, False),
        (0.81, 0.90, 9.0, True),
    ):
        assert is_best(state, digit, total, loss) is is_better
    loaded: Any = SimpleNamespace(position=state.position(), config=CONFIG)
    resumed = RunState(CONFIG, loaded)
    assert not is_best(resumed, 0.81, 0.90, 9.0), "a resumed run goes by the epochs before"
    assert is_best(resumed, 0.81, 0.90, 8.9)
    assert resumed.note_best(None), "without validation images the newest is the best"
