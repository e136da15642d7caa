from functools import partial

import pytest

from mnist_sum_tui.training.timing import Forecast, Pace
from mnist_sum_tui.tui.session.throttle import DrawingBudget


def test_what_is_slow_comes_less_often(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 100.0
    monkeypatch.setattr("mnist_sum_tui.training.timing.time.perf_counter", lambda: now)
    pace = Pace(seconds=1.0, share=0.01)

    def take(seconds: float) -> None:
        nonlocal now
        now += seconds

    waits = []
    for seconds in (0.001, 0.02, 60.0):
        pace.timed(partial(take, seconds))
        begin = now
        while not pace.is_due:
            now += 0.125
        waits.append(now - begin)
    assert waits == [1.0, 2.0, 5.0]


def test_a_thread_that_spends_more_waits_longer(monkeypatch: pytest.MonkeyPatch) -> None:
    now = spent = 100.0
    monkeypatch.setattr("mnist_sum_tui.training.timing.time.perf_counter", lambda: now)
    monkeypatch.setattr("mnist_sum_tui.training.timing.time.thread_time", lambda: spent)
    allowance = DrawingBudget(share=0.0625)
    assert allowance.is_left  # nothing was done yet
    waits = []
    for seconds in (0.0, 0.03125, 0.0625, 60.0):
        allowance.begin()
        begin = now
        spent += seconds
        while not allowance.is_left:
            now += 0.125
        waits.append(now - begin)
    assert waits == [0.0, 0.5, 1.0, 2.0]


def test_the_time_left_is_told_from_the_third_step_on_and_without_the_first() -> None:
    """As measured with `compact`: the first step took twice as long, and a run of 31 s was to take 52."""
    forecast, told = Forecast(), list[float | None]()
    for seconds in (0.125, 0.0625, 0.0625, 0.0625):
        forecast.add_step(seconds)
        told.append(forecast.told(16, 0))
    assert told == [None, None, 1.0, 1.0]


def test_the_time_left_is_right_again_after_the_process_was_stopped() -> None:
    """As by Ctrl-Z, for an hour in a step and in a validation: what is left takes no longer for that."""
    forecast = Forecast()
    for _ in range(100):
        forecast.add_step(0.02)
    forecast.validations.add(1.0)
    before = forecast.told(1000, 3)
    assert before == pytest.approx(23.0)
    forecast.add_step(3600.0)
    assert forecast.told(1000, 3) == pytest.approx(before, rel=0.1)
    forecast.validations.add(3600.0)
    for _ in range(100):
        forecast.add_step(0.1)
    left = forecast.told(1000, 3)
    assert left is not None
    assert 60 < left < 80, "but steps that have become slower count as they are"
