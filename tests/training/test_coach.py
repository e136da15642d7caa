"""The coach: each case is seen where it is, and none of the warnings where a run is healthy."""

import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from mnist_sum_tui.config import TrainConfig
from mnist_sum_tui.export.recording import RECORDED
from mnist_sum_tui.guide.find import pages
from mnist_sum_tui.runs.events import EpochDone, Event, Progress, Started
from mnist_sum_tui.runs.journal import read_events
from mnist_sum_tui.runs.knob_turns import Turn
from mnist_sum_tui.training.coach import Coach
from mnist_sum_tui.training.knobs import Knobs
from mnist_sum_tui.training.topics import PHASES, WARNINGS
from tests.tui import recorded

CONFIG = TrainConfig.of("standard", model="compact")
HEALTHY = sorted((Path(__file__).parent / "healthy").glob("*.jsonl"))
"""journals of real trainings, named by recipe and network"""
STARTED = next(event for event in recorded.training(1) if isinstance(event, Started))


def progress(step: int, loss: float, digit: float, total: float, lr: float = 1e-3, speed: float = 5e3) -> Progress:
    return Progress(
        step=step, epoch=1, elapsed=step / 40, digit_loss=loss, sum_loss=loss, digit_accuracy=digit, sum_accuracy=total,
        lr=lr, images_per_second=speed, remaining=None,
    )  # fmt: skip


def run(count: int, make: Callable[[int], Progress]) -> Iterator[Progress]:
    return (make(step) for step in range(1, count))


def done(epoch: int, trained: float, validated: float) -> EpochDone:
    known = next(event for event in recorded.training(500) if isinstance(event, EpochDone))
    return replace(
        known, epoch=epoch, digit_accuracy=trained, sum_accuracy=trained,
        val_digit_accuracy=validated, val_sum_accuracy=validated,
    )  # fmt: skip


def said(
    events: Iterable[Event], config: TrainConfig = CONFIG, started: Started = STARTED, turns: Iterable[Turn] = ()
) -> list[tuple[str, str]]:
    """The topics and sentences of a run that has just begun, in which these knobs are turned."""
    coach = Coach(config, (), Knobs(config, turns=turns))
    return [found for event in (started, *events) if (found := coach.add(event)) is not None]


def topics(
    events: Iterable[Event], config: TrainConfig = CONFIG, started: Started = STARTED, turns: Iterable[Turn] = ()
) -> list[str]:
    return [topic for topic, _ in said(events, config, started, turns)]


def test_seeing_comes_before_adding() -> None:
    def learns(step: int) -> Progress:
        digit, total = min(0.1 + step / 200, 0.98), min(max((step - 250) / 200, 0.1), 0.98)
        return progress(step, 2.5 * math.exp(-step / 150), digit, total)

    assert topics(run(800, learns)) == ["sees", "guesses", "adds", "agrees", "knows"]


def test_that_the_digit_is_a_guess_is_not_said_once_it_is_read() -> None:
    """A network that reads within a second, and adds later."""
    steps = list(run(17, lambda step: progress(step, 1.5, min(0.05 * step, 0.9) if step < 13 else 0.95, 0.1)))
    assert topics(steps) == ["sees", "guesses"]


def exchanges(step: int, digit: float = 0.79) -> Progress:
    """As measured with `swift` and a sum weight of 0.9: the digit head has exchanged two digits."""
    share = 1 - math.exp(-step / 40)
    return progress(step, 2.5 * math.exp(-step / 40), digit * share, 0.98 * share)


def test_a_digit_that_stays_behind_the_sum_is_told() -> None:
    found = said(run(400, exchanges))
    assert found[-1][0] == "exchanged"
    assert found[-1][1].startswith("The sum is right more often than the digit: the digit head has exchanged digits")
    assert topics(run(400, lambda step: replace(exchanges(step, digit=0.1), digit_loss=2.3)))[-1] == "exchanged"
    assert topics(run(400, lambda step: exchanges(step, digit=0.95)))[-1] == "knows"


def test_the_step_since_which_the_sum_is_more_than_guessed_is_named_and_not_that_of_the_average() -> None:
    def learns(step: int) -> Progress:
        return progress(
            step, 2.5 * math.exp(-step / 30), min(0.1 + step / 50, 0.98), 0.9 if step >= 40 or step == 20 else 0.1
        )

    words = "Since about step 40 it learns to add: the sum is more than guessed"
    assert ("adds", words) in said(run(60, learns))
    dips = said(run(11, lambda step: progress(step, 1.0, 0.95, 0.9 if step < 10 else 0.1)))
    assert dips[0][1].startswith("Since about step 10 it learns to add"), "the average is above, but not this batch"


@pytest.mark.parametrize(("model", "says"), [("pictured", True), ("original", True), ("compact", False)])
def test_a_network_that_is_slow_to_add_has_quicker_ones_named(model: str, says: bool) -> None:
    ((topic, words),) = said(run(60, lambda step: progress(step, 0.5, 0.95, 0.1)), replace(CONFIG, model=model))
    assert topic == "guesses"
    assert ("(in small networks sooner)" in words) == says


def test_images_that_tell_no_networks_apart_are_named() -> None:
    knows = list(run(60, lambda step: progress(step, 0.01, 0.999, 0.999)))
    assert "too-easy" in topics([*knows, done(1, 1.0, 1.0), *knows])
    assert "too-easy" not in topics([*knows, done(1, 1.0, 0.9998), *knows])


def test_the_end_of_the_schedule_is_told() -> None:
    def learns(step: int) -> Progress:
        return progress(step, 2.5 * math.exp(-step / 30), 0.99, 0.985, lr=1e-3 * (1 - step / 200))

    assert topics(run(190, learns))[-1] == "cools"


def test_a_loss_that_jumps_and_stays_is_a_rate_too_high() -> None:
    def jumps(step: int) -> Progress:
        return progress(step, 2.5 * math.exp(-step / 50) if step < 200 else 2.6, 0.9, 0.5)

    assert "too-high" in topics(run(240, jumps))


def test_a_loss_far_above_guessing_is_a_rate_too_high_from_the_first_seconds_on() -> None:
    def explodes(step: int) -> Progress:
        return progress(step, 2.6 * step if step < 15 else 2.6, 0.1, 0.05)

    assert topics(run(15, explodes)) == ["too-high"]
    assert topics(run(60, explodes)) == ["too-high"], "a loss that comes down to guessing is nothing learned"


@pytest.mark.parametrize(("loss", "shown"), [(40.86, "40.9"), (12345.6, "12,345.6"), (10644733980.0, "1.1e+10")])
def test_a_figure_of_a_loss_that_may_come_down_is_in_the_past_and_has_its_step(loss: float, shown: str) -> None:
    ((_, words),) = said(run(60, lambda step: progress(30 * step, loss if step < 12 else 2.6, 0.1, 0.05)))
    assert words.endswith(f"the smoothed mean of both losses was {shown} at step 300, far above that of guessing, 2.6")


def test_a_single_bad_batch_is_no_warning() -> None:
    def stumbles(step: int) -> Progress:
        return progress(step, 1.5 if step == 200 else 2.5 * math.exp(-step / 50), 0.9, 0.85)

    assert not {*topics(run(400, stumbles))} & {*WARNINGS}


def test_a_straight_line_is_a_rate_too_low() -> None:
    assert topics(run(400, lambda step: progress(step, 2.62 - step / 20_000, 0.11, 0.1)))[-1] == "too-low"


def test_a_digit_that_is_still_guessed_is_told_though_the_loss_of_the_sum_falls_a_little() -> None:
    def guesses(step: int) -> Progress:
        return replace(progress(step, 2.62 - step / 1000, 0.11, 0.1), digit_loss=2.3)

    assert topics(run(400, guesses))[-1] == "too-low"


def test_a_digit_that_was_read_before_is_not_called_still_a_guess() -> None:
    found = said(run(500, lambda step: progress(step, 1.6 if step < 133 else 2.4, 0.95 if step < 133 else 0.1, 0.1)))
    assert found[-1] == ("too-high", "The digit is a guess again: the learning rate is too high (try 0.0002)")


def test_a_sum_that_wavers_is_not_said_to_guess_again() -> None:
    found = topics(run(400, lambda step: progress(step, 1.0, 0.95, 0.3 if step // 60 % 2 else 0.1)))
    assert found == ["guesses", "adds"]


@pytest.mark.parametrize(("digit", "total"), [(0.85, 0.7), (0.4, 0.3)])
def test_a_network_that_has_become_worse_is_not_said_to_learn_again(digit: float, total: float) -> None:
    def falls(step: int) -> Progress:
        return progress(step, 0.3, *((0.98, 0.97) if step < 150 else (digit, total)))

    found = topics(run(300, falls))
    assert found == topics(run(150, falls))
    assert found[-1] == "knows"


def test_few_images_are_told_at_once() -> None:
    few = replace(STARTED, train_images=500)
    assert topics(run(2, lambda step: progress(step, 2.6, 0.1, 0.1)), started=few) == ["few-images"]


def test_a_loss_that_is_not_finite_says_nothing() -> None:
    assert topics([progress(step, math.nan, math.nan, math.nan) for step in range(50)]) == []


def test_the_recorded_run_is_told_from_seeing_to_the_end() -> None:
    found = topics(read_events(RECORDED.metrics_file))
    assert not {*found} & {*WARNINGS}
    assert found[0] == "sees"
    assert "adds" in found
    assert found[-1] in ("knows", "cools", "chance")


@pytest.mark.parametrize("path", HEALTHY, ids=lambda path: path.stem)
def test_no_warning_in_a_healthy_run(path: Path) -> None:
    found = topics(read_events(path), TrainConfig.of(path.stem.split("-")[0]))
    assert found
    assert not {*found} & {*WARNINGS}, found


def test_there_are_ten_healthy_runs() -> None:
    assert len(HEALTHY) >= 10


def test_the_guide_has_a_paragraph_for_each_topic() -> None:
    assert pages()["coach"].text.count("\n## ") == len(PHASES) + len(WARNINGS)
