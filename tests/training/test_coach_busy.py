"""The coach on other programs that take the processor."""

import math
from dataclasses import replace
from pathlib import Path

import pytest

from mnist_sum_tui.config import TrainConfig
from mnist_sum_tui.runs.events import Progress, System
from mnist_sum_tui.runs.journal import read_events
from mnist_sum_tui.training.coach import Coach
from mnist_sum_tui.training.knobs import Knobs
from mnist_sum_tui.training.topics import WARNINGS
from tests.training.test_coach import CONFIG, HEALTHY, STARTED, progress, run, said, topics


def test_a_busy_machine_is_noticed_after_a_while() -> None:
    def slows(step: int) -> Progress:
        return progress(step, 0.1, 0.99, 0.99, speed=5e3 if step < 100 else 2e3)

    assert "busy" not in topics(run(140, slows))
    assert said(run(260, slows))[-1][1].startswith("It trains below half of its best speed"), "at 40 %"


def system(own: float, others: float | None, cores: int = 4) -> System:
    return System(
        step=1, epoch=1, elapsed=1.0, cores=cores, own=own, others=others, memory=1, temperature=None, gpu=None,
        gpu_memory=None,
    )  # fmt: skip


def test_what_slows_it_is_named_once_it_is_known() -> None:
    ours = replace(STARTED, threads=4, device="cpu")
    slow = list(run(260, lambda step: progress(step, 0.1, 0.99, 0.99, speed=5e3 if step < 100 else 2e3)))
    found = said([*slow, system(0.5, 0.49), slow[-1], system(0.5, 0.49)], started=ours)
    assert found[-1][1].startswith("Something else takes 49 % of the cores")


def test_another_process_that_takes_half_of_the_cores_is_told_from_the_second_time_on() -> None:
    steps = list(run(60, lambda step: progress(step, 0.1, 0.97, 0.96)))
    ours = replace(STARTED, threads=4, device="cpu")
    assert "busy" not in topics([*steps, system(0.5, 0.5)], started=ours)
    assert "busy" not in topics([*steps, system(0.5, 0.5), system(0.9, 0.1), system(0.5, 0.5)], started=ours)
    found = said([*steps, system(0.5, 0.49), system(0.5, 0.49)], started=ours)
    assert found[-1] == ("busy", "Something else takes 49 % of the cores: stop it, or resume with 2 threads")


@pytest.mark.parametrize(
    ("threads", "others", "advice"),
    [(4, 0.99, "or resume with 1 thread"), (4, 0.7, "or resume with 1 thread"), (1, 0.95, "and the training")],
)
def test_beside_another_process_as_many_threads_are_advised_as_there_are_cores(
    threads: int, others: float, advice: str
) -> None:
    steps = list(run(60, lambda step: progress(step, 0.1, 0.97, 0.96)))
    busy = [system(0.98 - others, others)] * 2
    found = said([*steps, *busy], started=replace(STARTED, threads=threads, device="cpu"))
    assert f"stop it, {advice}" in found[-1][1]


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


def test_the_step_since_which_it_adds_stays_the_same_although_the_sum_dips_beside_another_process() -> None:
    steps = list(run(120, lambda step: progress(step, 0.3, 0.8, 0.1 if step in range(40) or step == 70 else 0.6)))
    between = [system(0.2, 0.72), steps[80], system(0.2, 0.72), *steps[81:100], system(0.9, 0.1), *steps[100:]]
    found = said([*steps[:80], *between], started=replace(STARTED, threads=4, device="cpu"))
    assert [topic for topic, _ in found] == ["guesses", "adds", "busy", "adds"]
    assert found[1] == found[3]


def test_beside_another_process_the_warning_stands_for_ten_seconds_however_few_steps_these_are() -> None:
    """A step a second, as with a large network; and what is told after it is no longer of adding."""

    def learns(step: int) -> Progress:
        return replace(progress(step, 0.3, 0.88, 0.7 if step < 12 else 0.925), elapsed=1.0 * step)

    ours = replace(STARTED, threads=4, device="cpu")
    crowded = [*run(25, learns), *[system(0.2, 0.72)] * 2, *list(run(60, learns))[25:]]
    coach = Coach(CONFIG, (), Knobs(CONFIG))
    told = {event.step: found for event in [ours, *crowded] if (found := coach.add(event))}
    assert [topic for topic, _ in told.values()] == ["adds", "busy", "agrees", "knows"]
    assert [step for step, (topic, _) in told.items() if topic == "agrees"] == [34]


@pytest.mark.parametrize(
    ("found", "threads", "device"),
    [
        (system(0.95, 0.05), 4, "cpu"),
        (system(0.5, 0.5), 2, "cpu"),
        (system(0.2, 0.5), 4, "cpu"),
        (system(0.7, 0.2), 4, "cpu"),
        (system(0.1, 0.9), 4, "cuda"),
        (system(0.5, None), 4, "cpu"),
    ],
    ids=[
        "ours alone",
        "it has the threads that it wants",
        "cores are free",
        "few are taken",
        "on a GPU",
        "not known",
    ],
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
