"""What a Control keeps of requests that come at the wrong moment; when a helper stops."""

import threading
import time
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from mnist_sum_tui.runs.knob_turns import Turn
from mnist_sum_tui.training import control as module
from mnist_sum_tui.training import helper
from mnist_sum_tui.training.control import Control
from mnist_sum_tui.training.prepare import Agreement


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


def test_turns_by_hand_are_one_until_the_hand_rests(monkeypatch: pytest.MonkeyPatch) -> None:
    """A held key would else train a few steps with every value on its way, and leave as many changes behind."""
    control, now = Control(), 100.0
    monkeypatch.setattr(module, "monotonic", lambda: now)
    for factor in (2, 5, 10):
        now += 0.9 * module.AT_REST
        assert control.turn_by_hand(turn := Turn(0, "lr", f"x{factor}")) == (factor > 2)
        assert (control.take_turns(), control.is_calling) == ([], True)
    assert not control.turn_by_hand(other := Turn(0, "augment", "light"))
    now += module.AT_REST
    assert control.take_turns() == [turn, other]
    assert not control.is_calling
    assert not control.turn_by_hand(turn), "a new one"


@pytest.mark.parametrize("go_on", [Control.resume, Control.single_step, Control.stop])
def test_a_turn_by_hand_holds_from_the_step_that_the_user_asks_for(go_on: Callable[[Control], None]) -> None:
    control = Control()
    control.pause()
    control.turn_by_hand(turn := Turn(0, "lr", "x2"))
    assert not control.take_turns()
    go_on(control)
    assert control.take_turns() == [turn]


@pytest.mark.parametrize(
    ("stop", "made", "left"),
    [("0", 0, 6), ("1", 1, 5), ("2", 2, 4), ("in the validation", 2, 4), ("3", 2, 3), ("4", 3, 2), ("never", 4, 0)],
)
def test_a_helper_makes_no_step_after_a_stop(stop: str, made: int, left: int) -> None:
    """Two epochs of two steps; it agrees with the others before the first step, and after each step and each epoch."""
    answers, steps = iter([str(at) == stop for at in range(7)]), list[int]()
    state = SimpleNamespace(epoch=1, config=SimpleNamespace(epochs=2))
    training: Any = SimpleNamespace(
        state=state,
        learner=SimpleNamespace(processes=SimpleNamespace(any=lambda _: stop == "in the validation")),
        agree=lambda _: Agreement(next(answers), []),
        epoch=lambda: map(steps.append, range(2)),
    )
    state.next_epoch = lambda: setattr(state, "epoch", state.epoch + 1)
    helper._train(training, Control())
    assert (len(steps), len(list(answers))) == (made, left)
