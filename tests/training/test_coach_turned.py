"""The coach when the learning rate is turned while a network trains."""

from dataclasses import replace

import pytest

from mnist_sum_tui.runs.events import Advice, Changed, Event, Progress
from mnist_sum_tui.runs.knob_turns import Turn
from mnist_sum_tui.training.coach import Coach
from mnist_sum_tui.training.knobs import Knobs
from tests.training.test_coach import CONFIG, STARTED, progress, run, said, topics

BACK = [Turn(133, "lr", "x100"), Turn(160, "lr", "x1")]
RUINED = (
    "The rate of x100 after step 133 has ruined the weights; turning it back does not heal them: stop and begin again"
)


def test_a_rate_that_was_turned_up_is_blamed_as_soon_as_the_loss_has_risen() -> None:
    """As in a lesson: x20 in a run that knows both; nothing takes what was said of adding up again."""

    def learns(step: int) -> Progress:
        loss, total = (0.15, 0.985) if step < 400 else (0.41, 0.88)
        return progress(step, loss, total, total)

    found = said(run(600, learns), turns=[Turn(400, "lr", "x20")])
    assert found[-1] == ("too-high", "The loss has risen since the learning rate was turned up: turn it back")
    assert [topic for topic, _ in found].count("adds") <= 1
    assert topics(run(600, learns))[-1] != "adds"


def test_that_the_digit_has_become_worse_is_told_as_long_as_it_lasts_though_the_sum_is_learned_meanwhile() -> None:
    """As measured with `compact`, x100 at step 163: the mean of both losses is soon as low as before."""

    def learns(step: int) -> Progress:
        if step < 163:
            return replace(progress(step, 0.05, 0.98, 0.7), sum_loss=1.1)
        return replace(progress(step, 0.45, 0.87, 0.83, lr=0.1), sum_loss=max(2.5 - step / 200, 0.6))

    found = said(run(500, learns), turns=[Turn(163, "lr", "x100")])
    assert found[-1] == ("too-high", "The loss has risen since the learning rate was turned up: turn it back")


def test_a_rate_that_is_turned_back_is_not_said_to_fall() -> None:
    def learns(step: int) -> Progress:
        return progress(step, 0.05, 0.985, 0.98, lr=0.1 if 100 <= step < 130 else 1e-3)

    turns = [Turn(100, "lr", "x100"), Turn(130, "lr", "x1")]
    assert topics(run(300, learns), turns=turns)[-1] == "knows"
    assert (
        topics(run(300, lambda step: progress(step, 0.05, 0.985, 0.98, lr=1e-3 if step < 130 else 1e-4)))[-1] == "cools"
    )


def test_a_constant_rate_that_is_turned_down_has_fallen() -> None:
    constant = replace(CONFIG, schedule="constant")

    def last(turned: float) -> str:
        learns = run(300, lambda step: progress(step, 0.05, 0.985, 0.98, lr=1e-3 * (1 if step < 130 else turned)))
        return topics(learns, constant, turns=[Turn(130, "lr", f"x{turned:g}")])[-1]

    assert [last(turned) for turned in (0.1, 0.5, 1)] == ["cools", "knows", "knows"]


@pytest.mark.parametrize(
    ("factors", "words"), [(["x50"], "(turn it back)"), (["x50", "x1"], "(try 0.0002)"), ([], "(try 0.0002)")]
)
def test_a_rate_that_the_user_turned_up_is_to_be_turned_back(factors: list[str], words: str) -> None:
    turns = [Turn(9 + place, "lr", factor) for place, factor in enumerate(factors)]
    assert words in said(run(30, lambda step: progress(step, 9.0, 0.1, 0.1)), turns=turns)[0][1]


def wrecks(step: int, before: float = 0.95, heals_at: int = 1000) -> Progress:
    """As measured with `pictured`: it reads, but does not add yet; x100 makes both a guess."""
    if step < 133 or step >= heals_at:
        return progress(step, 1.6 if before > 0.5 else 2.6, before, 0.1)
    return progress(step, 40.0 if step < 160 else 2.6, 0.1, 0.1)


def test_weights_that_a_rate_has_ruined_are_not_said_to_be_still_a_guess() -> None:
    found = said(run(600, wrecks), turns=BACK)
    assert [topic for topic, _ in found] == ["guesses", "too-high", "ruined"]
    assert found[-1][1] == RUINED
    assert topics(run(259, wrecks), turns=BACK)[-1] == "too-high", "it may heal in a hundred steps"
    assert said(run(600, lambda step: wrecks(step, before=0.1)), turns=BACK)[-1][1] == RUINED, "before it read"
    assert topics(run(600, lambda step: wrecks(step, heals_at=200)), turns=BACK)[-1] == "guesses", "it has healed"
    assert topics(run(600, wrecks), turns=BACK[:1])[-1] == "too-high", "it is not turned back yet"
    soon_back = [Turn(133, "lr", "x100"), Turn(134, "lr", "x1")]
    assert topics(run(300, lambda step: wrecks(max(step, 160))), turns=soon_back) == ["sees"], "it never read"
    flat = list(run(300, lambda step: progress(step, 1.8 if step < 133 else 2.4, 0.95 if step < 133 else 0.1, 0.1)))
    assert topics(flat, turns=soon_back) == ["guesses", "ruined"], "although the loss was never high"


def test_a_rate_that_an_earlier_process_turned_up_is_known_after_a_resumption() -> None:
    before: list[Event] = []
    for turn in BACK:
        changed = Changed(
            step=turn.step, epoch=1, elapsed=1.0, at=turn.step, setting="lr", before="x1", value=turn.value
        )
        before += [changed, progress(turn.step + 1, 9.0, 0.1, 0.1)]
    before.append(Advice(step=162, epoch=1, elapsed=1.0, topic="too-high", words="The learning rate is too high"))
    coach = Coach(CONFIG, before, Knobs(CONFIG, turns=BACK[1:]))
    found = [coach.add(event) for event in (STARTED, *run(60, lambda step: progress(400 + step, 2.6, 0.1, 0.1)))]
    assert ("ruined", RUINED) in found


def harder(step: int) -> Progress:
    """As measured with `compact`: the images are harder from step 200 to 300."""
    return progress(step, 0.5, 0.85, 0.8) if 200 <= step < 300 else progress(step, 0.05, 0.985, 0.98)


@pytest.mark.parametrize(
    ("turns", "words"),
    [
        ([Turn(195, "augment", "affine"), Turn(198, "augment", "strong")], "augment was turned to strong: changed"),
        (
            [Turn(195, "augment", "affine"), Turn(198, "label_smoothing", "0.3")],
            "label smoothing was turned to 0.3:",
        ),
        ([Turn(198, "label_smoothing", "0.3")], "label smoothing was turned to 0.3: it is to be less sure"),
        ([Turn(198, "weight_decay", "1")], "weight decay was turned to 1: the weights are pulled"),
        ([Turn(198, "sum_weight", "0.1")], "sum weight was turned to 0.1: one of the two answers"),
        ([Turn(90, "lr", "x2"), Turn(198, "augment", "strong")], "augment was turned to strong: changed"),
        ([Turn(195, "augment", "strong"), Turn(198, "lr", "x0.5")], "augment was turned to strong: changed"),
    ],
    ids=lambda turns: turns[-1].setting if isinstance(turns, list) else "",
)
def test_a_loss_that_another_knob_has_raised_is_not_the_learning_rate_s(turns: list[Turn], words: str) -> None:
    found = said(run(400, harder), turns=turns)
    assert "too-high" not in [topic for topic, _ in found]
    told = [sentence for topic, sentence in found if topic == "turned"]
    assert len(told) == 1, "once"
    assert told[0].startswith(f"The loss has risen since {words}")


@pytest.mark.parametrize(
    "turns",
    [[Turn(50, "augment", "strong")], [Turn(150, "augment", "strong"), Turn(198, "lr", "x20")]],
    ids=["long ago", "the rate later"],
)
def test_a_knob_that_was_turned_before_the_likely_reason_is_not_blamed(turns: list[Turn]) -> None:
    found = topics(run(400, harder), turns=turns)
    assert "too-high" in found
    assert "turned" not in found


@pytest.mark.parametrize(
    ("setting", "value", "back"),
    [
        ("augment", "strong", "none"),
        ("augment", "strong", "affine"),
        ("label_smoothing", "0.3", "0"),
        ("label_smoothing", "0.3", "0.1"),
        ("sum_weight", "0.1", "0.1"),
    ],
)
def test_a_knob_that_is_turned_back_is_neither_blamed_nor_the_rate(setting: str, value: str, back: str) -> None:
    turns = [Turn(120, setting, value), Turn(198, setting, back)]
    assert not {*topics(run(400, harder), turns=turns)} & {"too-high", "turned"}
