"""The coach of a run that is resumed: it knows what an earlier process said."""

from mnist_sum_tui.runs.event_words import BUSY
from mnist_sum_tui.runs.events import Advice
from mnist_sum_tui.training.coach import Coach
from mnist_sum_tui.training.knobs import Knobs
from tests.training.test_coach import CONFIG, STARTED, progress, run


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
