"""`--max-minutes`: a run has as many epochs as fit, but not more than the user has asked for last."""

import random
from collections.abc import Iterable, Iterator
from dataclasses import asdict, replace
from pathlib import Path

import pytest
import torch

from mnist_sum_tui.config import TrainConfig
from mnist_sum_tui.data.dataset import Split
from mnist_sum_tui.runs import find
from mnist_sum_tui.runs.accuracies import accuracies
from mnist_sum_tui.runs.events import ALL_DONE, Changed, EpochDone, Finished
from mnist_sum_tui.runs.knob_turns import Turn
from mnist_sum_tui.runs.position import MAX_CHANGES, Position, Totals
from mnist_sum_tui.runs.run import Run
from mnist_sum_tui.runs.summary import summarise
from mnist_sum_tui.training.batches import Batches
from mnist_sum_tui.training.control import Control
from mnist_sum_tui.training.early_stopping import Ending
from mnist_sum_tui.training.loop import train
from mnist_sum_tui.training.state import RunState
from mnist_sum_tui.training.step import StepResult
from mnist_sum_tui.training.sweep import is_run_of
from mnist_sum_tui.training.timing import Durations, Forecast, Stopwatch
from tests.training.resuming import config_of_few
from tests.training.test_early_end import done, epochs_in

pytestmark = pytest.mark.usefixtures("every_step_is_told")


class Clock:
    """A clock that only steps move: a process's first one takes `first` seconds, each further one takes one."""

    first = 1.0
    seconds = 0.0


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    now = Clock()

    class Steps(Durations):
        def add(self, seconds: float) -> None:  # noqa: ARG002
            took = 1.0 if self.count else now.first
            now.seconds += took
            self.count, self.seconds = self.count + 1, self.seconds + took

    class Validations(Durations):
        def add(self, seconds: float) -> None:
            pass

    monkeypatch.setattr(Stopwatch, "seconds", property(lambda _: now.seconds))
    monkeypatch.setattr("mnist_sum_tui.training.state.Forecast", lambda: Forecast(Steps(), Validations()))
    return now


def limited(few_images: str, minutes: float, epochs: int = 9) -> TrainConfig:
    """With 18 steps per epoch, so an epoch takes 18 seconds."""
    return config_of_few(few_images, keep=0, epochs=epochs, max_minutes=minutes)


def trained(config: TrainConfig, run: Run, turns: Iterable[Turn] = (), stop_at: int = -1) -> tuple[list[str], str]:
    """Train and turn each knob when its step comes; what has changed, and how it ended."""
    control, changed, message = Control(), list[str](), ""
    for event in train(config, run, control):
        for turn in turns:
            if (turn.step, "progress") == (event.step, event.kind):
                control.turn(turn)
        if event.step == stop_at:
            control.stop()
        if isinstance(event, Changed):
            changed.append(f"{event.at}: {event.before} -> {event.value}")
        if isinstance(event, Finished):
            message = event.message
    return changed, message


def test_a_limit_of_time_makes_the_run_as_long_as_fits(few_images: str, tmp_path: Path, clock: Clock) -> None:
    config = limited(few_images, 1)
    run = find.create(tmp_path, config)
    assert trained(config, run) == (["4: 9 -> 3"], "as many epochs as fit in 1 min")
    assert epochs_in(run) == [1, 2, 3]
    assert clock.seconds == 54
    trained(replace(config, epochs=9), run)
    assert epochs_in(run) == [1, 2, 3, 4, 5, 6], "asked for more epochs, it has another minute"


def test_an_epoch_that_takes_longer_is_not_said_to_fit(few_images: str, tmp_path: Path) -> None:
    config = limited(few_images, 0.2)
    words = "one epoch is the least, although it takes longer than 0.2 min"
    assert trained(config, run := find.create(tmp_path, config)) == (["4: 9 -> 1"], words)
    assert epochs_in(run) == [1]
    assert trained(replace(config, epochs=6), run) == (["22: 6 -> 2"], words)


@pytest.mark.parametrize(("epochs", "turned"), [(4, 2), (2, 3)])
def test_the_number_that_the_user_sets_during_training_is_the_most(
    few_images: str, tmp_path: Path, epochs: int, turned: int
) -> None:
    config = limited(few_images, 60, epochs)
    run = find.create(tmp_path, config)
    told = [f"10: {epochs} -> {turned}"]
    assert trained(config, run, [Turn(10, "epochs", str(turned))]) == (told, ALL_DONE)
    assert epochs_in(run) == list(range(1, turned + 1))


def test_a_number_that_waits_to_be_taken_comes_before_the_one_that_fits(few_images: str, tmp_path: Path) -> None:
    """It is set while the step is made after which the run would first be fitted."""
    config = limited(few_images, 1)
    run, control = find.create(tmp_path, config), Control()
    changed = []
    for event in train(config, run, control):
        if (event.step, event.kind) == (4, "progress"):
            control.turn(Turn(0, "epochs", "2"))
        if isinstance(event, Changed):
            changed.append(event.value)
    assert changed == ["2"]


def test_a_resumed_run_ends_as_it_would_have(few_images: str, tmp_path: Path) -> None:
    config = limited(few_images, 1)
    run = find.create(tmp_path, config)
    trained(config, run, stop_at=20)
    assert trained(run.read_config(), run) == ([], "as many epochs as fit in 1 min")
    assert epochs_in(run) == [1, 2, 3]
    assert is_run_of(config, summarise(run)), "a sweep does not train it again"


def test_a_resumed_run_does_not_judge_by_its_first_step(few_images: str, tmp_path: Path, clock: Clock) -> None:
    """That is slow in each process."""
    config = limited(few_images, 1.1)
    run = find.create(tmp_path, config)
    trained(config, run, stop_at=20)
    clock.first = 1.8  # at this speed two epochs would fit, and not three
    assert trained(run.read_config(), run)[0] == []


@pytest.mark.parametrize("minutes", [60.0, 0.0])
def test_a_run_that_is_resumed_with_more_time_has_its_epochs_again(
    few_images: str, tmp_path: Path, minutes: float
) -> None:
    config = limited(few_images, 0.5, epochs=3)
    run = find.create(tmp_path, config)
    trained(config, run, stop_at=15)
    assert run.read_config().epochs == 1
    assert trained(replace(run.read_config(), max_minutes=minutes), run) == (["15: 1 -> 3"], ALL_DONE)
    assert epochs_in(run) == [1, 2, 3]


def test_a_time_of_few_seconds_is_kept(clock: Clock) -> None:
    """It is used up before the speed of the steps is well known."""
    made = ShortEpochs(seconds=2)
    assert len([*made.steps()]) == 2
    assert clock.seconds == 2


class ShortEpochs:
    """A run without a network, whose epochs are a step each."""

    def __init__(self, seconds: float) -> None:
        config = TrainConfig(epochs=10_000, max_minutes=seconds / 60, batch_size=22)
        self.state, self.control = RunState(config), Control()
        images = Split(torch.zeros(22, 28, 28, dtype=torch.uint8), torch.zeros(22, dtype=torch.long), torch.arange(22))
        self.ending = Ending(self.state, Batches(config, images, self.state.knobs), self.control, [])

    def steps(self) -> Iterator[int]:
        """Make all steps; each is given when it is made, and before the run is fitted to the time."""
        state = self.state
        while state.epoch <= state.config.epochs:
            state.add(StepResult(Totals(22.0, 22.0, 10, 10, 22, seconds=1.0), 0.01))
            yield state.step
            self.ending.note_speed()
            state.next_epoch()
            self.ending.note_epoch(done(state.epoch - 1, 0.5))
            for turn in self.control.take_turns():
                state.turn(turn)


@pytest.mark.parametrize(("step", "epochs"), [(5, 13), (6, 10)])
def test_epochs_are_added_only_before_the_middle(clock: Clock, step: int, epochs: int) -> None:
    """Later the learning rate is near 0. The run has ten epochs when it turns out to have three seconds more."""
    made = ShortEpochs(seconds=10)
    for now in made.steps():
        clock.seconds -= 3 * (now == step)
    assert made.state.step == epochs


def test_validations_are_counted_in(clock: Clock) -> None:
    """Each epoch takes a second for its step and one for its validation."""
    made, lengths = ShortEpochs(seconds=20), list[int]()
    for step in made.steps():
        lengths += [made.state.config.epochs] * (step > 4)
        clock.seconds += 1
        made.state.forecast.validations = Durations(step, float(step))
    assert lengths[0] == 9, "and not the sixteen that fit without"


def test_a_run_that_has_lost_time_in_a_later_epoch_is_not_said_to_have_one(clock: Clock) -> None:
    made = ShortEpochs(seconds=30)
    for step in made.steps():
        clock.seconds += 100 * (step == 6)
    assert (made.state.step, made.ending.why) == (6, "as many epochs as fit in 0.5 min")


def test_a_number_that_the_user_has_just_set_is_shown_before_it_is_fitted() -> None:
    made = ShortEpochs(seconds=10)
    shown = {}
    for step in made.steps():
        shown[step] = made.state.config.epochs
        if step == 5:
            made.state.turn(Turn(5, "epochs", "900"))
    assert shown == {1: 10_000, 2: 10_000, 3: 10_000, 4: 10_000, 5: 10, 6: 900, 7: 10, 8: 10, 9: 10, 10: 10}


@pytest.mark.parametrize("seed", range(3))
def test_many_short_epochs_are_fitted_seldom(clock: Clock, seed: int) -> None:
    """The time of an epoch varies by half, and twice it stays longer for a while."""
    made, chance = ShortEpochs(seconds=900), random.Random(seed)
    state = made.state
    for step in made.steps():
        clock.seconds += chance.uniform(-0.5, 0.5) + (step % 300 > 250)
    assert 890 < clock.seconds < 905
    assert len(state.knobs.lengths) < MAX_CHANGES / 10, "a checkpoint with more than MAX_CHANGES is refused"
    Position.from_dict({**asdict(state.position()), "changes": [*map(asdict, state.knobs.lengths)], "turns": []})


def test_an_epoch_costs_the_same_however_many_came_before(monkeypatch: pytest.MonkeyPatch) -> None:
    asked, costs = list[EpochDone](), list[int]()

    def counted(epoch: EpochDone) -> tuple[float, float] | None:
        asked.append(epoch)
        return accuracies(epoch)

    monkeypatch.setattr("mnist_sum_tui.training.early_stopping.accuracies", counted)
    ending = ShortEpochs(60).ending
    for row in range(200):
        asked.clear()
        ending.note_epoch(done(row + 1, 0.9))
        costs.append(len(asked))
    assert costs[10] == costs[-1] > 0
