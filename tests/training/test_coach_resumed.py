"""The coach of a run that is resumed: it knows what earlier processes of the run have seen and said."""

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import pairwise

import pytest

from mnist_sum_tui.config import TrainConfig
from mnist_sum_tui.runs.event_words import BUSY
from mnist_sum_tui.runs.events import Advice, Changed, Event, Progress
from mnist_sum_tui.runs.journal import read_events
from mnist_sum_tui.runs.knob_turns import Turn
from mnist_sum_tui.training.coach import Coach
from mnist_sum_tui.training.knobs import Knobs
from tests.training.test_coach import CONFIG, HEALTHY, STARTED, done, exchanges, progress, run, topics
from tests.training.test_coach_dead_units import WORDS, look
from tests.training.test_coach_turned import BACK, harder, wrecks


def phases(step: int) -> Progress:
    """It reads, then it adds, and the rate falls."""
    digit, total = min(0.1 + step / 200, 0.98), min(max((step - 250) / 200, 0.1), 0.98)
    return progress(step, 2.5 * math.exp(-step / 150), digit, total, lr=1e-3 * (1 - step / 800))


def slowly(step: int) -> Progress:
    """The digit stays a guess while its loss falls, most at the beginning."""
    return progress(step, max(2.62 - step / 900, 2.2), 0.11, 0.1)


def with_more(count: int, gap: int, more: Callable[[int], Event]) -> list[Event]:
    """A run that knows both, with another event after every `gap` steps."""
    steps = list(run(count, lambda step: progress(step, 0.1, 0.97, 0.96)))
    return [each for step in steps for each in (step, *([] if step.step % gap else [more(step.step)]))]


VALIDATED = [0.97, 0.98, 0.97, 0.97, 0.97]
STORIES: dict[str, Sequence[Event]] = {
    "phases": list(run(800, phases)),
    "slowly": list(run(600, slowly)),
    "too high": list(run(300, lambda step: progress(step, 9.0 if step < 40 else 2.6, 0.1, 0.1))),
    "jumps": list(run(300, lambda step: progress(step, 2.6 if step >= 150 else 0.5, 0.9, 0.5))),
    "ruined": list(run(400, wrecks)),
    "harder": list(run(400, harder)),
    "exchanged": list(run(400, exchanges)),
    "overfitting": with_more(180, 35, lambda step: done(step // 35, 0.95 + step / 5000, VALIDATED[step // 35 - 1])),
    "dead units": with_more(300, 40, lambda step: look(step, 0.95)),
    **{path.stem: list(read_events(path))[1:] for path in HEALTHY},
}
TURNS = {"ruined": BACK, "harder": [Turn(198, "augment", "strong")]}


def turn_of(turn: Turn, step: int) -> Changed:
    return Changed(
        step=step, epoch=1, elapsed=1.0, at=turn.step, setting=turn.setting, before=turn.value, value=turn.value
    )


def told(name: str, *stops: int) -> list[tuple[int, str, str]]:
    """Step, topic and sentence of all that is told in a story, stopped and resumed before these of its events."""
    events, turns = STORIES[name], TURNS.get(name, [])
    config = TrainConfig.of(name.partition("-")[0]) if "-" in name else CONFIG
    journal: list[Event] = []
    for begin, end in pairwise((0, *stops, len(events))):
        coach = Coach(config, list(journal), Knobs(config, turns=turns))
        for event in (replace(STARTED, step=events[begin].step, resumed=begin > 0), *events[begin:end]):
            journal.append(event)
            if found := coach.add(event):
                journal.append(Advice(step=event.step, epoch=1, elapsed=event.elapsed, topic=found[0], words=found[1]))
            journal += [turn_of(turn, event.step) for turn in turns if turn.step == event.step]
    return [(event.step, event.topic, event.words) for event in journal if isinstance(event, Advice)]


@pytest.mark.parametrize("name", STORIES)
def test_a_run_that_is_stopped_and_resumed_is_told_what_another_is(name: str) -> None:
    whole, count = told(name), len(STORIES[name])
    assert whole
    for stop in range(1, count, 1 + count // 40):
        assert told(name, stop) == whole, stop
    assert told(name, count // 3, count // 2) == whole


def test_the_stories_have_warnings_and_phases() -> None:
    """So that the comparison is of something."""
    found = {topic for name in STORIES for _, topic, _ in told(name)}
    assert found >= {"cools", "adds", "too-high", "ruined", "turned", "dead", "overfitting", "exchanged"}


def test_of_added_epochs_it_is_told_when_their_own_rate_falls() -> None:
    """The peak of a third cycle is a quarter of the first."""
    coach, peak, found = Coach(CONFIG, [STARTED, *run(800, phases)], Knobs(CONFIG)), 2.5e-4, []
    coach.add(replace(STARTED, resumed=True))
    for step in range(1, 200):
        rate = peak * min(step / 40, (200 - step) / 160)
        if said := coach.add(progress(800 + step, 0.05, 0.99, 0.985, lr=rate)):
            found.append((said[0], step > 40 and rate < 0.3 * peak))
    assert found == [("knows", False), ("cools", True)]


def test_a_process_is_not_called_slow_because_an_earlier_one_was_fast() -> None:
    """It may be on another machine; other programs would have come within a process."""
    fast, slow = (
        [replace(event, images_per_second=speed) for event in run(200, lambda step: progress(step, 0.1, 0.97, 0.96))]
        for speed in (5e3, 1e3)
    )
    assert BUSY in topics([*fast, *slow])
    coach = Coach(CONFIG, [STARTED, *fast], Knobs(CONFIG))
    found = [coach.add(event) for event in (replace(STARTED, resumed=True), *slow)]
    assert BUSY not in [topic for topic, _ in filter(None, found)]


def test_a_plan_that_was_given_up_before_its_step_is_not_blamed() -> None:
    events, plan, instead = list(run(400, wrecks)), Turn(133, "lr", "x100"), Turn(133, "lr", "x1")
    before = [STARTED, turn_of(plan, 0), *events[:100]]
    for turn, topic in ((plan, "ruined"), (instead, "too-high")):
        coach = Coach(CONFIG, before, Knobs(CONFIG, turns=[turn, Turn(160, "lr", "x1")]))
        found = [coach.add(event) for event in (replace(STARTED, resumed=True), *events[100:])]
        assert [topic for topic, _ in filter(None, found)][-1] == topic


def test_a_resumed_run_is_told_nothing_twice() -> None:
    """And not that it learns to add since the first step that this process has seen."""
    told = [
        Advice(step=step, epoch=1, elapsed=1.0, topic=topic, words=words)
        for step, topic, words in ((10, "sees", "It learns"), (40, "adds", "Since about step 40 it learns to add"))
    ]
    adding = list(run(60, lambda step: progress(1000 + step, 0.5, 0.95, 0.5)))
    coach = Coach(CONFIG, told, Knobs(CONFIG))
    assert [coach.add(event) for event in (STARTED, *adding)] == [None] * 60
    right = run(60, lambda step: progress(1100 + step, 0.1, 0.98, 0.97))
    assert [found[0] for event in right if (found := coach.add(event))][:1] == ["agrees"]
    busy = Advice(step=90, epoch=1, elapsed=1.0, topic=BUSY, words="Something else takes the processor")
    coach = Coach(CONFIG, [*told, busy], Knobs(CONFIG))
    said = [found for event in (STARTED, *adding) if (found := coach.add(event))]
    assert said == [("adds", "Since about step 40 it learns to add")], "in place of the warning"


def test_a_digit_that_an_earlier_process_has_read_is_a_guess_again() -> None:
    coach = Coach(CONFIG, [done(1, 0.95, 0.95)], Knobs(CONFIG))
    guesses = run(60, lambda step: progress(1000 + step, 2.4, 0.1, 0.1))
    assert [found[0] for event in (STARTED, *guesses) if (found := coach.add(event))] == ["too-high"]


def test_dead_units_are_not_told_again_by_the_next_process() -> None:
    advice = Advice(step=310, epoch=1, elapsed=1.0, topic="dead", words=WORDS)
    knows = list(run(60, lambda step: progress(1000 + step, 0.1, 0.97, 0.96)))
    events: list[Event] = [STARTED, *knows[:30], look(1030, 0.95), look(1031, 0.95), *knows[30:]]
    for before, is_told in (([], True), ([look(300, 0.95), look(310, 0.98), advice], False)):
        coach = Coach(CONFIG, before, Knobs(CONFIG))
        topics = [found[0] for event in events if (found := coach.add(event))]
        assert ("dead" in topics) is is_told
