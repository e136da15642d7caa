"""The coach: each case is seen where it is, and none of the warnings where a run is healthy."""

import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from mnist_sum_tui.config import TrainConfig
from mnist_sum_tui.export.recording import RECORDED
from mnist_sum_tui.guide.find import pages
from mnist_sum_tui.runs.events import EpochDone, Event, Progress, Started, System
from mnist_sum_tui.runs.journal import read_events
from mnist_sum_tui.runs.knob_turns import Turn
from mnist_sum_tui.training.coach import PHASES, WARNINGS, Coach
from mnist_sum_tui.training.knobs import Knobs
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


def test_the_step_since_which_the_sum_is_more_than_guessed_is_named_and_not_that_of_the_average() -> None:
    def learns(step: int) -> Progress:
        return progress(
            step, 2.5 * math.exp(-step / 30), min(0.1 + step / 50, 0.98), 0.9 if step >= 40 or step == 20 else 0.1
        )

    words = "Since about step 40 it learns to add: the sum is more than guessed"
    assert ("adds", words) in said(run(60, learns))


@pytest.mark.parametrize(("model", "says"), [("pictured", True), ("original", True), ("compact", False)])
def test_a_network_that_is_slow_to_add_has_quicker_ones_named(model: str, says: bool) -> None:
    ((topic, words),) = said(run(60, lambda step: progress(step, 0.5, 0.95, 0.1)), replace(CONFIG, model=model))
    assert topic == "guesses"
    assert ("compact or swift" in words) == says


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
    assert words.endswith(f"the mean of both losses was {shown} at step 300, far above that of guessing, 2.6")


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


def test_a_busy_machine_is_noticed_after_a_while() -> None:
    def slows(step: int) -> Progress:
        return progress(step, 0.1, 0.99, 0.99, speed=5e3 if step < 100 else 2e3)

    assert "busy" not in topics(run(140, slows))
    assert "busy" in topics(run(260, slows))


def system(own: float, others: float | None, cores: int = 4) -> System:
    return System(
        step=1, epoch=1, elapsed=1.0, cores=cores, own=own, others=others, memory=1, temperature=None, gpu=None,
        gpu_memory=None,
    )  # fmt: skip


def test_another_process_that_takes_half_of_the_cores_is_told_from_the_second_time_on() -> None:
    steps = list(run(60, lambda step: progress(step, 0.1, 0.97, 0.96)))
    ours = replace(STARTED, threads=4, device="cpu")
    assert "busy" not in topics([*steps, system(0.5, 0.5)], started=ours)
    assert "busy" not in topics([*steps, system(0.5, 0.5), system(0.9, 0.1), system(0.5, 0.5)], started=ours)
    found = said([*steps, system(0.5, 0.49), system(0.5, 0.49)], started=ours)
    assert found[-1] == ("busy", "Something else takes 49 % of the cores: stop it, and the training gets them")


def test_what_another_process_takes_is_told_anew_when_it_changes_and_dropped_when_it_is_over() -> None:
    ours = replace(STARTED, threads=4, device="cpu")
    knows = list(run(60, lambda step: progress(step, 0.1, 0.97, 0.96)))
    worse = list(run(60, lambda step: progress(60 + step, 0.2, 0.9, 0.85)))  # of which the coach has no words
    busy = [*knows, *worse, *[system(0.2, 0.76)] * 2, *worse[:5]]
    *_, before, taken = said(busy, started=ours)
    assert taken[1].startswith("Something else takes 76 % of the cores")
    assert said([*busy, system(0.22, 0.74)], started=ours)[-1] == taken, "nearly the same"
    assert said([*busy, system(0.5, 0.45)], started=ours)[-1][1].startswith("Something else takes 45 % of the cores")
    assert said([*busy, system(0.9, 0.05)], started=ours)[-1] == before, "at once, when it is over"


def test_beside_another_process_it_is_told_what_is_learned_all_the_same() -> None:
    def learns(step: int) -> Progress:
        digit, total = min(0.1 + step / 200, 0.98), min(max((step - 400) / 200, 0.1), 0.98)
        return progress(step, 2.5 * math.exp(-step / 150), digit, total)

    ours = replace(STARTED, threads=4, device="cpu")
    crowded = [each for step in run(800, learns) for each in (step, system(0.5, 0.5))]
    assert topics(crowded, started=ours) == ["busy", "guesses", "adds", "agrees", "knows"], "once, while it lasts"
    free = [each for step in run(60, learns) for each in (step, system(0.9, 0.1))]
    again = topics([*crowded, *free, *crowded], started=ours)
    assert again.count("busy") == 2, "and again when it comes again"


@pytest.mark.parametrize(
    ("found", "threads", "device"),
    [
        (system(0.95, 0.05), 4, "cpu"),
        (system(0.5, 0.5), 2, "cpu"),
        (system(0.2, 0.5), 4, "cpu"),
        (system(0.1, 0.9), 4, "cuda"),
        (system(0.5, None), 4, "cpu"),
    ],
    ids=["ours alone", "it has the threads that it wants", "cores are free", "on a GPU", "not known"],
)
def test_a_machine_that_leaves_the_training_its_cores_is_no_warning(found: System, threads: int, device: str) -> None:
    steps = list(run(60, lambda step: progress(step, 0.1, 0.97, 0.96)))
    ours = replace(STARTED, threads=threads, device=device)
    assert not {*topics([*steps, *[found] * 9], started=ours)} & {*WARNINGS}


@pytest.mark.parametrize("path", HEALTHY, ids=lambda path: path.stem)
def test_no_warning_in_a_healthy_run_on_a_machine_of_its_own(path: Path) -> None:
    events = [[event, system(0.93, 0.06)] for event in read_events(path)]
    found = topics([each for pair in events for each in pair], TrainConfig.of(path.stem.split("-")[0]))
    assert not {*found} & {*WARNINGS}, found


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
