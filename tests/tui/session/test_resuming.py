"""How a run would go on: the learning rates that are told are those that the training makes."""

from dataclasses import replace
from pathlib import Path

import pytest

from mnist_sum_tui.config import TrainConfig, settings
from mnist_sum_tui.export.recording import RECORDED
from mnist_sum_tui.runs import find
from mnist_sum_tui.runs.events import Changed, Checkpointed, EpochDone, Event, Started
from mnist_sum_tui.runs.position import Change, with_length
from mnist_sum_tui.runs.run import Run
from mnist_sum_tui.training.schedule import rate_at
from mnist_sum_tui.tui.session.resuming import Continuation, obstacle
from tests.tui import recorded

STEPS = recorded.STEPS_PER_EPOCH
RUN = Run(Path("runs/mine"))


def events(*lengths: tuple[int, int]) -> list[Event]:
    """The starts of a run at those steps with those numbers of epochs."""
    return [replace(recorded.started(resumed=step > 0), step=step, epochs=epochs) for step, epochs in lengths]


def saved(step: int) -> Checkpointed:
    return Checkpointed(step=step, epoch=1, elapsed=1.0, file="last.safetensors", reason="stop", seconds=0, best=False)


@pytest.mark.parametrize("schedule", ["onecycle", "linear"])
@pytest.mark.parametrize(
    ("lengths", "step", "more"),
    [
        ([(0, 5)], 700, 0),
        ([(0, 5)], 700, 5),
        ([(0, 5)], 5 * STEPS, 5),
        ([(0, 5), (5 * STEPS, 7)], 7 * STEPS, 3),
        ([(0, 5), (5 * STEPS, 7)], 6 * STEPS, 3),
        ([(0, 5), (300, 5)], 900, 0),
    ],
)
def test_the_rates_are_those_of_the_training(
    schedule: str, lengths: list[tuple[int, int]], step: int, more: int
) -> None:
    config = TrainConfig.of("standard", model="compact", schedule=schedule, epochs=lengths[-1][1])
    noted: tuple[Change, ...] = (Change(*lengths[0]),)
    for at, epochs in lengths[1:]:
        noted = with_length(noted, at, epochs)
    found = Continuation.of(RUN, config, [*events(*lengths), saved(step)])
    assert found.lengths == noted
    total = config.epochs + more
    noted = with_length(noted, step, total)
    true = [rate_at(config, noted, STEPS, at) for at in range(step, total * STEPS)]
    now, highest, last = found.rates(more)
    assert (now, last) == (true[0], true[-1])
    assert highest == pytest.approx(max(true), rel=0.01)


def test_what_stands_in_the_way_of_resuming_is_told(tmp_path: Path) -> None:
    config = TrainConfig.of("standard", model="compact", epochs=5)
    run = find.create(tmp_path, config)
    run.last_file.touch()
    assert obstacle(run, config, False) == ""
    assert obstacle(run, config, True).startswith("A training is in progress: stop it first")
    with run.lock():
        busy = f"Run {run.id} is being trained by another process: wait for it, or stop it"
        assert obstacle(run, config, False) == busy
    assert obstacle(run, None, False, "because") == f"Run {run.id} is damaged and cannot be resumed: because"
    assert obstacle(Run(tmp_path / "none"), None, False) == "Run none no longer exists"
    assert "came with the program" in obstacle(RECORDED, RECORDED.read_config(), False)
    most = settings()["epochs"].range
    assert most is not None
    assert Continuation.of(run, config, []).most == most.high - 5


def test_only_how_it_ended_last_is_a_warning() -> None:
    config = TrainConfig.of("standard", model="compact", epochs=7)
    useless = replace(recorded.finished(), digit_accuracy=0.098, sum_accuracy=0.1, digit_loss=10.0, sum_loss=10.0)
    first, again = events((0, 5), (5 * STEPS, 7))
    assert Continuation.of(RUN, config, [first, useless]).warning
    assert not Continuation.of(RUN, config, [first, useless, again, recorded.finished(7 * STEPS)]).warning


def test_a_rate_that_falls_little_is_told_where_it_ends() -> None:
    config = TrainConfig.of("standard", model="compact", schedule="linear", epochs=5)
    few = [replace(event, steps_per_epoch=2) for event in recorded.training(0) if isinstance(event, Started)]
    assert "almost 0" not in Continuation.of(RUN, config, few).words(0)
    assert "almost 0" in Continuation.of(RUN, config, events((0, 5))).words(0)


def test_a_run_that_was_cut_in_its_added_epochs_goes_on_where_these_began() -> None:
    """The word that the checkpoint was written came after it, and was dropped with what came behind."""
    config = TrainConfig.of("standard", model="compact", epochs=7)
    found = Continuation.of(RUN, config, [*events((0, 2)), saved(STEPS), *events((2 * STEPS, 7))])
    assert found.step == 2 * STEPS
    assert found.words(0).startswith("It trains epochs 3 to 7")
    begun = Continuation.of(RUN, config, [*events((0, 7)), saved(2 * STEPS + 7)])
    assert begun.words(0).startswith("It trains epochs 3 to 7"), "the rest of the third"


@pytest.mark.parametrize("turned_to", [2, 3])
def test_epochs_that_were_set_during_the_training_count(turned_to: int) -> None:
    """As by a target, at the end of the second epoch, or by a knob before it."""
    at = 2 * STEPS if turned_to == 2 else STEPS
    turn = Changed(step=at, epoch=2, elapsed=1, at=at, setting="epochs", before="10", value=str(turned_to))
    config = TrainConfig.of("standard", model="compact", epochs=turned_to)
    found = Continuation.of(RUN, config, [*events((0, 10)), turn, saved(2 * STEPS)])
    noted = with_length((Change(0, 10),), at, turned_to)
    if turned_to == 3:
        assert found.rates(0)[0] == rate_at(config, noted, STEPS, 2 * STEPS)
        return
    assert found.is_trained
    noted = with_length(noted, 2 * STEPS, 7)
    assert found.rates(5)[0] == rate_at(config, noted, STEPS, 2 * STEPS)
    assert "The added epochs take the rest of the cycle: the learning rate falls from 0.0019 to" in found.words(5)


def test_a_rate_that_was_turned_on_the_way_goes_on_turned() -> None:
    config = TrainConfig.of("standard", model="compact", epochs=5)

    def turned(at: int, value: str) -> Changed:
        return Changed(step=at, epoch=1, elapsed=1.0, at=at, setting="lr", before="x1", value=value)

    plain = Continuation.of(RUN, config, [*events((0, 5)), saved(700)])
    half = Continuation.of(RUN, config, [*events((0, 5)), turned(300, "x0.5"), saved(700), turned(900, "x2")])
    assert half.rates(0) == tuple(rate / 2 for rate in plain.rates(0)), "what came after the checkpoint is gone"
    constant = replace(half, config=replace(config, schedule="constant"))
    assert "stays 0.001." in constant.words(0)


def test_the_words() -> None:
    config = TrainConfig.of("original", model="compact", epochs=5)
    fresh = Continuation.of(RUN, config, [])
    assert "not made a step yet" in fresh.words(0)
    seen = [event for event in recorded.training(2150) if isinstance(event, EpochDone)]
    trained = [*events((0, 5)), *seen, saved(5 * STEPS)]
    killed = Continuation.of(RUN, config, trained)
    assert killed.usual == 0
    assert killed.words(0) == "All 5 epochs are trained: only the test is left."
    done = Continuation.of(RUN, config, [*trained, recorded.finished(5 * STEPS)])
    assert killed.words(1) == done.words(1)
    assert done.usual == 5
    assert done.words(0) == "All 5 epochs are done: say how many more."
    assert done.words(1) == "It trains epoch 6, about 11 s if it is as quick as before.\nThe learning rate stays 0.01."


def test_a_run_that_learned_nothing_is_gone_on_with_under_a_warning() -> None:
    config = TrainConfig.of("standard", lr=5.0)
    useless = replace(recorded.finished(), digit_accuracy=0.1)
    assert "try 0.002" in Continuation.of(RUN, config, [*events((0, 5)), useless]).warning
    assert Continuation.of(RUN, config, [*events((0, 5)), recorded.finished()]).warning == ""
    assert Continuation.of(RUN, config, events((0, 5))).warning == ""


def test_a_rate_that_was_halved_before_is_named() -> None:
    config = TrainConfig.of("standard", epochs=5)
    starts, said = events((0, 5)), list[bool]()
    for times in range(1, 4):
        whole = replace(config, epochs=5 * times)
        said.append("halved before" in Continuation.of(RUN, whole, [*starts, saved(5 * times * STEPS)]).words(5))
        starts = [*starts, *events((5 * times * STEPS, 5 * times + 5))]
    assert said == [False, True, True], "of the first, second and third time that epochs are added"
    turn = Changed(step=300, epoch=1, elapsed=1.0, at=300, setting="lr", before="x1", value="x0.2")
    turned = Continuation.of(RUN, config, [*events((0, 5)), turn, saved(5 * STEPS)])
    assert "halved before" not in turned.words(5), "it was lowered by hand"


def test_one_more_epoch_is_one() -> None:
    found = Continuation.of(RUN, TrainConfig.of("standard"), [*events((0, 5)), saved(5 * STEPS)])
    assert "\nIt forms a cycle" in found.words(1)
    assert "\nThey form a cycle" in found.words(2)


def test_the_time_is_told_by_all_epochs_that_were_trained_although_the_journal_has_lost_some() -> None:
    whole = list(recorded.training(5 * STEPS))
    config = TrainConfig.of("standard")
    last = [event for event in whole if not isinstance(event, EpochDone) or event.epoch > 3]
    times = [Continuation.of(RUN, config, found).epoch_seconds for found in (whole, last)]
    assert times[0] == times[1] == pytest.approx(10.75)
