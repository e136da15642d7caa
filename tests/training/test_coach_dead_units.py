"""The coach on a layer most of whose units are dead."""

from dataclasses import replace

from mnist_sum_tui.runs.events import Health, Progress
from tests.training.test_coach import progress, run, said

SEE = "see the health of the layers on page Inside (F6)"
WORDS = f"98 % of conv5's units give 0 since about step 300, and learn no more: {SEE}"


def look(step: int, dead: float) -> Health:
    ones = (0.1, 0.1)
    return Health(
        step=step, epoch=1, elapsed=step / 40, layers=("branches.conv1", "branches.conv5"), weights=ones,
        gradients=ones, updates=ones, dead=(0.4, dead), spread=("0" * 19, "0" * 19),
    )  # fmt: skip


def test_a_layer_that_gives_0_is_told_once_and_then_again_what_is_learned() -> None:
    steps = list(run(1000, lambda step: progress(step, 0.1, 0.97, 0.96)))
    dead: list[Progress | Health] = [*steps[:300], look(300, 0.95), *steps[300:400], look(400, 0.98), *steps[400:]]
    found = said([*dead, look(1000, 0.97)])
    assert [topic for topic, _ in found] == ["agrees", "knows", "dead", "knows"]
    assert dict(found)["dead"] == WORDS
    assert said(dead[:790])[-1][0] == "dead", "it stands for ten seconds"
    several = [replace(event, dead=(0.6, event.dead[1])) if isinstance(event, Health) else event for event in dead]
    assert dict(said(several))["dead"] == WORDS, "the worst"
    passing = [*steps[:300], look(300, 0.95), *steps[300:400], look(400, 0.2), look(500, 0.95)]
    assert "dead" not in dict(said(passing)), "one look may be chance"


def test_a_network_with_a_dead_layer_that_guesses_is_not_said_to_learn_to_read() -> None:
    steps = list(run(290, lambda step: replace(progress(step, 2.3, 0.11, 0.1), elapsed=1.0 * step)))
    found = said([*steps[:20], look(20, 0.98), steps[20], look(21, 0.98), *steps[21:]])
    assert [topic for topic, _ in found] == ["sees", "dead"]
