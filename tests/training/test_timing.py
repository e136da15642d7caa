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
        while not pace.wants(1, 10**6, is_asked=True):
            now += 0.125
        waits.append(now - begin)
    assert waits == [1.0, 2.0, 5.0]


def test_answers_are_recorded_at_even_steps_for_half_a_per_cent(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 100.0
    monkeypatch.setattr("mnist_sum_tui.training.timing.time.perf_counter", lambda: now)

    def train(
        steps: int, step_seconds: float, answer_seconds: float, is_asked: bool = False
    ) -> tuple[list[int], float]:
        """The steps at which answers are recorded, and what share of the time that takes."""
        nonlocal now
        pace, begin = Pace(seconds=1.0, share=0.005), now
        found: list[int] = []

        def take() -> None:
            nonlocal now
            now += answer_seconds

        for step in range(1, steps + 1):
            now += step_seconds
            if pace.wants(step, steps, is_asked):
                pace.timed(take)
                found.append(step)
        return found, len(found) * answer_seconds / (now - begin)

    steps, share = train(2150, 0.2, 0.008)
    assert steps == list(range(11, 2151, 11)), "195 moments of seven minutes"
    assert share < 0.005
    steps, share = train(536, 0.01, 0.001)
    assert 20 <= len(steps) <= 28, "fewer of five seconds"
    assert share < 0.006
    assert len(train(5, 1.0, 0.001)[0]) == 5
    assert len(train(536, 0.01, 0.00001, is_asked=True)[0]) >= 178, "a dashboard costs a replay none of its moments"


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
        forecast.steps.add(0.02)
    forecast.validations.add(1.0)
    before = forecast.remaining(1000, 3)
    assert before == pytest.approx(23.0)
    forecast.steps.add(3600.0)
    assert forecast.remaining(1000, 3) == pytest.approx(before, rel=0.1)
    forecast.validations.add(3600.0)
    for _ in range(100):
        forecast.steps.add(0.1)
    left = forecast.remaining(1000, 3)
    assert left is not None
    assert 60 < left < 80, "but steps that have become slower count as they are"
