"""What a Control keeps of requests that come at the wrong moment; a helper that is stopped before its first step."""

import threading
import time
from types import SimpleNamespace
from typing import Any

from mnist_sum_tui.runs.knob_turns import Turn
from mnist_sum_tui.training import helper
from mnist_sum_tui.training.control import Control


def test_a_step_that_was_asked_for_is_forgotten_when_the_pause_ends() -> None:
    control = Control()
    control.single_step()
    assert not control.is_calling, "without a pause it means nothing"
    control.pause()
    control.single_step()
    control.resume()
    assert not control.take("step")
    control.slow = True
    begin = time.perf_counter()
    control.dawdle(0.05)
    assert time.perf_counter() - begin > 0.04, "slow motion waits"


def test_the_first_stop_says_why_and_ends_a_pause() -> None:
    control = Control()
    control.pause()
    control.stop("the terminal is gone")
    control.stop()
    assert control.why == "the terminal is gone"
    assert not control.paused


def test_a_stop_ends_slow_motion_at_once() -> None:
    for seconds in (0.0, 0.02):  # before the wait begins, and during it
        control = Control()
        control.slow = True
        timer = threading.Timer(seconds, control.stop)
        timer.start()
        if not seconds:
            timer.join()
        begin = time.perf_counter()
        control.dawdle(5)
        timer.join()
        assert time.perf_counter() - begin < 4


def test_a_turn_replaces_one_that_waits_for_the_same_step() -> None:
    control = Control()
    for turn in (first := Turn(5, "augment", "none"), Turn(5, "lr", "x2"), later := Turn(6, "lr", "x4")):
        control.turn(turn)
    control.turn(last := Turn(5, "lr", "x3"))
    assert control.take_turns() == [first, later, last]
    assert control.take_turns() == []


def test_a_helper_that_is_stopped_before_its_first_step_makes_none() -> None:
    training: Any = SimpleNamespace(
        state=SimpleNamespace(epoch=1, config=SimpleNamespace(epochs=2)),
        learner=SimpleNamespace(processes=None),
        agree=lambda _: (True, []),
        epoch=None,
    )
    helper._train(training, Control())
