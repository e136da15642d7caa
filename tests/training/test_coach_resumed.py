"""The coach of a run that is resumed: it knows what an earlier process said."""

from mnist_sum_tui.runs.event_words import BUSY
from mnist_sum_tui.runs.events import Advice, Event
from mnist_sum_tui.training.coach import Coach
from mnist_sum_tui.training.knobs import Knobs
from tests.training.test_coach import CONFIG, STARTED, done, progress, run
from tests.training.test_coach_dead_units import look


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
    told = Advice(step=90, epoch=1, elapsed=1.0, topic="dead", words="95 % of conv5 gives 0 since about step 80")
    knows = list(run(60, lambda step: progress(1000 + step, 0.1, 0.97, 0.96)))
    events: list[Event] = [STARTED, *knows[:30], look(1030, 0.95), look(1031, 0.95), *knows[30:]]
    for before, is_told in (([], True), ([told], False)):
        coach = Coach(CONFIG, before, Knobs(CONFIG))
        topics = [found[0] for event in events if (found := coach.add(event))]
        assert ("dead" in topics) is is_told
