"""The coach's word on the ghost: who learned to add sooner and why, said where it is so and not where it is chance."""

import math
import threading
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from unittest.mock import Mock

import pytest

from mnist_sum_tui.charts.series import Series, smooth
from mnist_sum_tui.config import TrainConfig
from mnist_sum_tui.errors import RunError
from mnist_sum_tui.runs import find
from mnist_sum_tui.runs.events import Advice, Event, Progress, Started, System
from mnist_sum_tui.runs.ghost import find_ghost
from mnist_sum_tui.runs.journal import read_events
from mnist_sum_tui.runs.knob_turns import Turn
from mnist_sum_tui.runs.run import Run
from mnist_sum_tui.training.coach import Coach
from mnist_sum_tui.training.knobs import Knobs
from mnist_sum_tui.training.loop import _Trainer, train
from mnist_sum_tui.training.race import TARGET_SMOOTHING, TARGETS, Ghost, reached_in, read_ghost
from mnist_sum_tui.training.topics import WARNINGS
from tests.conftest import wait_for
from tests.training.resuming import config_of
from tests.training.test_coach import HEALTHY, STARTED, progress
from tests.training.test_coach_busy import system
from tests.tui.pages.test_runs import make
from tests.tui.recorded import finished, training

OURS = TrainConfig.of("standard", model="compact")
EVENTS = {path.stem: list(read_events(path)) for path in HEALTHY}
REACHED = {name: reached_in(events) for name, events in EVENTS.items()}
PAIRS = [(mine, other) for mine in EVENTS for other in EVENTS if mine.split("-")[1] == other.split("-")[1]]


def said(
    events: Iterable[Event], ghost: Ghost | None, config: TrainConfig = OURS, knobs: Knobs | None = None
) -> list[tuple[str, str]]:
    coach = Coach(config, (), knobs or Knobs(config))
    coach.ghost = ghost
    return [found for event in events if (found := coach.add(event)) is not None]


def of_ghost(events: Iterable[Event], ghost: Ghost | None) -> list[str]:
    return [words for topic, words in said(events, ghost) if topic == "ghost"]


def learns(seconds: float, count: int = 400) -> list[Event]:
    """A training whose sum reaches 90 % after some seconds: one Progress a tenth of a second."""
    return [STARTED, *(at(step, min(0.9 * step / (10 * seconds), 0.94)) for step in range(1, count))]


def at(step: int, total: float) -> Progress:
    return replace(progress(step, 0.5, max(total, 0.3), total), elapsed=step / 10)


def ghost_with(**reached: float) -> Ghost:
    marks = {"half": 0.5, "most": 0.9, "best": 0.99}
    return Ghost("compact", {marks[name]: seconds for name, seconds in reached.items()}, "that one had lr 0.001")


@pytest.mark.parametrize("path", HEALTHY, ids=lambda path: path.stem)
def test_a_mark_is_reached_where_the_curve_of_the_charts_crosses_it(path: Path) -> None:
    series = Series(EVENTS[path.stem])
    curve = smooth(series.y("accuracy", "sum", series.training), TARGET_SMOOTHING)
    first = {target: int((curve >= target).argmax()) for target in TARGETS if (curve >= target).any()}
    found = {target: float(series.training.column(1)[row]) for target, row in first.items()}
    assert found == REACHED[path.stem] == series.reached()
    assert found


def test_a_training_that_diverges_at_once_has_reached_nothing() -> None:
    assert reached_in([progress(1, 1.0, math.nan, math.nan)]) == {}


def test_it_is_said_who_is_ahead_and_why() -> None:
    assert of_ghost(learns(15), ghost_with(most=30.2)) == [
        "Faster than the best earlier compact run (sum 90 % 14 s sooner): that one had lr 0.001"
    ]
    assert of_ghost(learns(15), ghost_with(most=9.1)) == [
        "Slower than the best earlier compact run (sum 90 % 6.9 s later): that one had lr 0.001"
    ]


def test_after_it_the_interrupted_sentence_does_not_come_again() -> None:
    topics = [topic for topic, _ in said(learns(15), ghost_with(most=30))]
    assert topics.count("ghost") == 1
    assert len(topics) == len(set(topics))
    high = [replace(at(step, 0.8), digit_loss=2.5, sum_loss=2.5) for step in range(170, 190)]
    events = [*learns(15, 170), *high, *(at(step, 0.85) for step in range(190, 230))]
    again = [topic for topic, _ in said(events, ghost_with(most=30))]
    assert again == ["sees", "adds", "ghost", "too-high", "adds"], "unless another one came between"


def test_it_is_said_again_when_the_other_one_is_ahead() -> None:
    events = [*learns(15), *(at(step, 1.0) for step in range(400, 440))]
    words = of_ghost(events, ghost_with(most=30, best=20))
    assert [text.split()[0] for text in words] == ["Faster", "Slower"]


@pytest.mark.parametrize(
    "ghost",
    [ghost_with(half=90), ghost_with(most=18), ghost_with(most=13), ghost_with(best=90), None],
    ids=["before 90 %", "a tenth later", "a tenth sooner", "not there yet", "no ghost"],
)
def test_what_may_be_chance_is_not_said(ghost: Ghost | None) -> None:
    assert of_ghost(learns(15), ghost) == []


def test_a_training_that_was_disturbed_is_not_called_slower() -> None:
    ours: Started = replace(STARTED, threads=4, device="cpu")
    others: list[System] = [system(0.5, 0.5)] * 2
    assert of_ghost([ours, *learns(15)[1:40], *others, *learns(15)[40:]], ghost_with(most=5)) == []


def test_the_settings_it_began_with_do_not_explain_a_training_that_was_changed() -> None:
    for step, times in ((20, 0), (1000, 1)):
        knobs = Knobs(OURS, turns=[Turn(step, "sum_weight", "0.6")])
        found = said(learns(15), ghost_with(most=5), knobs=knobs)
        assert [topic for topic, _ in found].count("ghost") == times, step


def test_what_was_reached_before_a_resume_is_not_compared() -> None:
    goes_on = [replace(STARTED, resumed=True), *(at(step, 0.97) for step in range(1000, 1100))]
    assert of_ghost(goes_on, ghost_with(most=5)) == []
    assert of_ghost([STARTED, *goes_on[1:]], ghost_with(most=5)), "of a new run it would be said"
    later = [*goes_on, *(at(step, 1.0) for step in range(1100, 1200))]
    assert "sum 99 %" in of_ghost(later, ghost_with(best=10))[0]


@pytest.mark.parametrize(("mine", "other"), PAIRS, ids=lambda name: name)
def test_a_ghost_is_no_alarm_in_a_healthy_run(mine: str, other: str) -> None:
    recipe, model, _ = mine.split("-")
    ghost = Ghost(model, REACHED[other], "that one had another recipe")
    found = [topic for topic, _ in said(EVENTS[mine], ghost, TrainConfig.of(recipe, model=model))]
    assert not {*found} & {*WARNINGS}
    assert found.count("ghost") <= (0 if mine == other else 2)


def test_the_ghost_is_read_only_if_settings_explain_something(tmp_path: Path) -> None:
    folder = tmp_path / "runs"
    alike = make(folder, "alike", [*training(2150), finished()], seed=7)
    mine = make(folder, "mine", [])
    assert read_ghost(mine, OURS) is None, "only the seed differs"
    alike.delete()
    make(folder, "other", [*training(2150), finished()], lr=0.001, seed=7)
    ghost = read_ghost(make(folder, "newest", []), OURS)
    assert ghost is not None
    assert (ghost.model, ghost.why) == ("compact", "that one had lr 0.001")
    assert ghost.reached == Series(training(2150)).reached()
    assert not math.isnan(ghost.reached[0.9])


def test_what_the_ghost_reached_after_other_programs_took_its_cores_is_no_race(tmp_path: Path) -> None:
    first, *rest = training(2150)
    busy = Advice(step=1, epoch=1, elapsed=0.1, topic="busy", words="Something else takes 60 % of the cores")
    make(tmp_path / "runs", "other", [first, busy, *rest, finished()], lr=0.001)
    ghost = read_ghost(make(tmp_path / "runs", "newest", []), OURS)
    assert ghost is not None
    assert not ghost.reached


def test_the_ghost_run_is_on_the_same_images(tmp_path: Path) -> None:
    start, *rest = training(2150)
    assert isinstance(start, Started)
    config = replace(OURS, data_dir="here")
    made = [
        make(tmp_path / "runs", name, [replace(start, images=(64 * kind, 64 * kind)), *events], data_dir="here")
        for name, kind, events in (("new", "1", rest), ("old", "2", [*rest, finished()]), ("mine", "1", []))
    ]
    assert find_ghost(tmp_path / "runs", config, made[2]) == made[0]


def test_a_run_that_only_guesses_is_no_ghost(tmp_path: Path) -> None:
    guess = replace(finished(), digit_accuracy=0.098, sum_accuracy=0.1)
    make(tmp_path / "runs", "guesses", [*training(2150), guess], lr=2.0)
    assert find_ghost(tmp_path / "runs", OURS, make(tmp_path / "runs", "mine", [])) is None


@pytest.mark.usefixtures("every_step_is_told")
def test_a_training_tells_it_as_an_event(few_images: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = config_of(few_images, model="compact", epochs=1, batch_size=4)
    run = find.create(tmp_path / "runs", config)
    asked: list[Run] = []

    def read(of: Run, _: TrainConfig) -> Ghost:
        asked.append(of)
        return Ghost("compact", dict.fromkeys((0.1, 0.9), 1000000000.0), "that one had lr 0.001")

    monkeypatch.setattr("mnist_sum_tui.training.loop.read_ghost", read)
    monkeypatch.setattr("mnist_sum_tui.training.race.TARGETS", (0.1,))
    monkeypatch.setattr("mnist_sum_tui.training.race.TOLD_FROM", 0.1)
    monkeypatch.setattr("mnist_sum_tui.training.other_programs.is_crowded", lambda *_: False)  # whatever else runs
    monkeypatch.setattr("mnist_sum_tui.training.coach_memory.BUSY_SHARE", 0)
    told = []
    for event in train(config, run):
        if isinstance(event, Started):
            wait_for(lambda: "ghost" not in {thread.name for thread in threading.enumerate()})
        told += [event] if isinstance(event, Advice) else []
    assert asked == [run]
    found = [event for event in told if event.topic == "ghost"]
    assert found
    assert found[0].words.startswith("Faster than the best earlier compact run (sum 10 % ")
    assert [*read_events(run.metrics_file, "advice")] == told


@pytest.mark.parametrize("error", [RunError("it was removed"), FileNotFoundError()])
def test_a_run_that_goes_while_a_ghost_is_looked_for_is_no_error(
    error: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(*_: object) -> None:
        raise error

    monkeypatch.setattr("mnist_sum_tui.training.loop.read_ghost", gone)
    trainer = Mock(coach=Coach(OURS, (), Knobs(OURS)))
    _Trainer._find_ghost(trainer)
    assert trainer.coach.ghost is None
