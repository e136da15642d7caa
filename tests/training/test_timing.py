from functools import partial

import pytest

from mnist_sum_tui.training.timing import Pace
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
