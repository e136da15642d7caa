"""Requests to a running training: pause, save, validate, show samples."""

import itertools
import math
import threading
import time
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from mnist_sum_tui.config import TrainConfig
from mnist_sum_tui.inference.infer import infer_batches
from mnist_sum_tui.runs.events import EpochDone, Event, Finished, Paused, Progress, Resumed, Samples, Validated
from mnist_sum_tui.runs.journal import read_events
from mnist_sum_tui.runs.run import Run
from mnist_sum_tui.training import loop
from mnist_sum_tui.training.control import Control
from mnist_sum_tui.training.loop import train
from mnist_sum_tui.training.timing import Paces
from tests.conftest import wait_for


def test_requests_are_served_while_paused(config: TrainConfig, run: Run) -> None:
    control = Control(samples=True)
    control.pause()
    seen: list[Event] = []

    def follow() -> None:
        seen.extend(train(config, run, control))

    thread = threading.Thread(target=follow)
    thread.start()
    wait_for(lambda: any(isinstance(event, Paused) for event in seen))
    control.checkpoint()
    control.want_weights()
    wait_for(lambda: control.weights is not None and run.last_file.exists())
    assert control.weights is not None
    assert control.weights[0] == 1
    control.validate()
    wait_for(lambda: any(isinstance(event, Validated) for event in seen))
    control.resume()
    thread.join(60)
    kinds = [event.kind for event in seen]
    assert kinds.index("paused") < kinds.index("checkpoint")
    assert kinds.index("validated") < kinds.index("resumed")
    assert kinds[-1] == "finished"


def test_during_validation_and_test_the_weights_once_asked_for_are_the_newest(
    config: TrainConfig, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    control, found = Control(), list[int | None]()

    def noting(name: str) -> None:
        whole = getattr(loop, name)

        def noted(*given: Any) -> Any:
            found.append(None if control.weights is None else control.weights[0])
            return whole(*given)

        monkeypatch.setattr(loop, name, noted)

    noting("infer_batches")
    noting("tested")
    ends = []
    for event in train(config, run, control):
        if isinstance(event, EpochDone):
            ends.append(event.step)
            if event.epoch == 1:
                control.want_weights()
    first, *others = ends
    assert found == [None, *others, ends[-1]], "a copy is made only if anybody asks"
    assert first < others[0]


def test_a_stop_during_a_validation_ends_it_at_once(
    config: TrainConfig, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    control = Control()

    def stopped(*given: Any) -> Any:
        control.stop()
        return infer_batches(*given)

    monkeypatch.setattr(loop, "infer_batches", stopped)
    *_, end = events = list(train(config, run, control))
    assert isinstance(end, Finished)
    assert (end.reason, end.step) == ("stopped", 9)
    assert not any(isinstance(event, EpochDone) for event in events), "a resumed run begins with the validation"


def test_a_pause_is_not_counted(config: TrainConfig, run: Run) -> None:
    control = Control()
    control.pause()
    events = []
    for event in train(config, run, control):
        events.append((event, time.perf_counter()))
        if isinstance(event, Paused):
            threading.Timer(1.0, control.resume).start()
    (paused, paused_at), (resumed, resumed_at) = [
        (event, at) for event, at in events if isinstance(event, Paused | Resumed)
    ]
    assert resumed_at - paused_at >= 1.0
    assert resumed.elapsed - paused.elapsed < 0.5


def test_a_pause_that_ends_while_a_single_step_is_made_is_said_to_be_over(config: TrainConfig, run: Run) -> None:
    control, told = Control(), list[tuple[str, int]]()
    control.pause()
    for event in train(config, run, control):
        if isinstance(event, Paused):
            control.single_step()
        if told and isinstance(event, Progress) and event.step == 2:
            control.resume()
        if isinstance(event, Paused | Resumed):
            told.append((event.kind, event.step))
    assert told == [("paused", 1), ("resumed", 2)]


def test_a_progress_comes_after_its_time_and_at_each_epoch_s_end(
    config: TrainConfig, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The clock moves by a second when the loop looks at it, which it does once per step."""
    clock = itertools.count(time.perf_counter() + 100)
    monkeypatch.setattr(loop, "time", SimpleNamespace(perf_counter=lambda: float(next(clock))))
    paces = Paces(progress=4.0, autosave=math.inf)
    told = [event for event in train(config, run, paces=paces) if isinstance(event, Progress | EpochDone)]
    steps = [event.step for event in told if isinstance(event, Progress)]
    assert steps == [1, 5, 9, 11, 15, 18], "an epoch has nine, and its validation takes two seconds"
    assert [event.remaining for event in told][-2:] == [1.0, 0.0], "after the last step, the second validation"


def test_samples_are_fixed_validation_images(config: TrainConfig, run: Run) -> None:
    events = train(config, run, Control(samples=True), Paces(samples=0.0, samples_share=1e9))
    samples = [event for event in events if isinstance(event, Samples)]
    assert len(samples) == 18
    assert len({(event.indices, event.labels, event.numbers) for event in samples}) == 1
    assert len(samples[0].indices) == 8


def test_a_run_without_a_dashboard_records_its_samples(config: TrainConfig, run: Run) -> None:
    """At the end of each epoch."""
    events = list(train(config, run))
    samples = [event for event in events if isinstance(event, Samples)]
    assert [event.step for event in samples] == [9, 18]
    assert [event for event in read_events(run.metrics_file) if isinstance(event, Samples)] == samples


def test_without_images_held_out_the_samples_are_of_the_training(config: TrainConfig, run: Run) -> None:
    samples = [event for event in train(replace(config, all_data=True), run) if isinstance(event, Samples)]
    assert samples[0].indices == tuple(range(8))


def test_samples_have_the_addition_table_of_the_first_image(config: TrainConfig, run: Run) -> None:
    events = list(train(config, run, Control(samples=True)))
    last = next(event for event in reversed(events) if isinstance(event, Samples))
    assert [len(row) for row in last.addition] == [19] * 10
    weights = [[int(share) for share in row] for row in last.addition]
    assert all(sum(row) <= 10 for row in weights), "tenths of a probability, rounded down"
    best = weights[last.numbers[0]].index(max(weights[last.numbers[0]]))
    assert max(weights[last.numbers[0]]) < 3 or best == last.sums[0]
