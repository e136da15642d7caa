"""What a Control keeps of requests that come at the wrong moment; a helper that is stopped before its first step."""

import time
from types import SimpleNamespace
from typing import Any

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


def test_a_helper_that_is_stopped_before_its_first_step_makes_none() -> None:
    training: Any = SimpleNamespace(
        state=SimpleNamespace(epoch=1, config=SimpleNamespace(epochs=2)),
        learner=SimpleNamespace(processes=None),
        agree=lambda _: (True, []),
        epoch=None,
    )
    helper._train(training, Control())
