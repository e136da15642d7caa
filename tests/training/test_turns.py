"""Knobs that are turned while a run trains: they take effect, and a run ends the same however it is cut."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch

from mnist_sum_tui.config import TrainConfig
from mnist_sum_tui.inference import calibrate
from mnist_sum_tui.inference.confidence import NOT_CALIBRATED, Confidence
from mnist_sum_tui.runs import checkpoint, find
from mnist_sum_tui.runs.events import Changed, EpochDone, Event, Paused, Progress, Resumed
from mnist_sum_tui.runs.journal import read_events
from mnist_sum_tui.runs.knob_turns import Turn
from mnist_sum_tui.runs.run import Run
from mnist_sum_tui.training.control import Control
from mnist_sum_tui.training.loop import train
from mnist_sum_tui.training.timing import Paces
from tests.training.resuming import assert_same_end, config_of_few, rates_of

pytestmark = pytest.mark.usefixtures("every_step_is_told")

TURNS = (
    "4:lr=x0.5",
    "9:sum_weight=0.9",
    "12:label_smoothing=0.2",
    "15:weight_decay=0.5",
    "21:augment=shift",
    "25:lr=x4",
)
"""36 steps are made, 18 an epoch"""


def turn_as_told(config: TrainConfig, run: Run, turns: tuple[str, ...], kill_at: int = -1, stop_at: int = -1) -> bool:
    """Train, and turn each knob when its step comes; whether it came to the end.

    `kill_at`: nothing more is done after that step, as if the process had died.
    """
    control, left = Control(), [Turn.parse(text) for text in turns]
    events = train(config, run, control)
    for event in events:
        for turn in [turn for turn in left if turn.step == event.step and isinstance(event, Progress)]:
            control.turn(turn)
            left.remove(turn)
        if event.step == stop_at:
            control.stop()
        if event.step == kill_at and isinstance(event, Progress):
            events.close()
            return False
    return stop_at < 0


def whole(config: TrainConfig, folder: Path, turns: tuple[str, ...] = TURNS) -> Run:
    run = find.create(folder, config)
    turn_as_told(config, run, turns)
    return run


def test_a_run_with_changes_ends_the_same_however_it_is_cut(few_images: str, tmp_path: Path) -> None:
    config = config_of_few(few_images, keep=0)
    one, other = whole(config, tmp_path / "a"), find.create(tmp_path / "b", config)
    done = [Turn.parse(text) for text in TURNS]
    for kill, stop in ((6, -1), (-1, 11), (22, -1), (-1, 24), (30, -1)):
        left = tuple(str(turn) for turn in done if turn.step >= resumes_at(other) and str(turn) not in turned_in(other))
        turn_as_told(config, other, left, kill, stop)
    turn_as_told(config, other, ())
    assert_same_end(one, other)
    assert rates_of(one) == rates_of(other)
    assert [turned_in(one), turned_in(other)] == [list(TURNS)] * 2
    assert other.read_config() == config, "it stays as it was begun"


def resumes_at(run: Run) -> int:
    return checkpoint.load(run.resume_file).position.step if run.resume_file.exists() else 0


def turned_in(run: Run) -> list[str]:
    found = read_events(run.metrics_file, "changed")
    return [f"{event.at}:{event.setting}={event.value}" for event in found if isinstance(event, Changed)]


def test_changes_that_are_planned_do_the_same(few_images: str, tmp_path: Path) -> None:
    config = config_of_few(few_images, keep=0)
    planned = find.create(tmp_path / "b", config)
    control = Control()
    for text in TURNS:
        control.turn(Turn.parse(text))
    told = [event for event in train(config, planned, control) if isinstance(event, Changed)]
    assert [(event.step, event.before, event.value) for event in told[-2:]] == [(0, "none", "shift"), (0, "x0.5", "x4")]
    assert_same_end(whole(config, tmp_path / "a"), planned)


def test_the_calibration_hears_of_the_changes_that_held(
    few_images: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = list[Turn]()

    def note(*asked: Any) -> Confidence:
        held.extend(asked[-1])
        return NOT_CALIBRATED

    monkeypatch.setattr(calibrate, "fit", note)
    whole(config_of_few(few_images, keep=0, all_data=True), tmp_path)
    assert {str(turn) for turn in held} == {*TURNS[1:]}, "the last of each setting"


@pytest.mark.parametrize("text", [*TURNS[:4], "4:augment=shift"])
def test_each_knob_changes_the_weights(few_images: str, tmp_path: Path, text: str) -> None:
    config = config_of_few(few_images, keep=0, epochs=1)
    plain, turned = whole(config, tmp_path / "a", ()), whole(config, tmp_path / "b", (text,))
    assert not same_weights(plain, turned)
    by_hand: dict[str, Any] = {Turn.parse(text).setting: Turn.parse(text).value}
    if "lr" in by_hand:
        assert rates_of(turned)[6] == rates_of(plain)[6] / 2


def same_weights(one: Run, other: Run) -> bool:
    a, b = checkpoint.load(one.last_file).weights, checkpoint.load(other.last_file).weights
    return all(torch.equal(a[name], b[name]) for name in a)


@pytest.mark.parametrize("text", ["0:sum_weight=0.9", "0:label_smoothing=0.2", "0:weight_decay=0.5", "0:augment=shift"])
def test_a_setting_that_is_turned_before_the_first_step_is_as_if_it_was_so(
    few_images: str, tmp_path: Path, text: str
) -> None:
    turn = Turn.parse(text)
    value = turn.value if turn.setting == "augment" else turn.number
    config = config_of_few(few_images, keep=0, epochs=1)
    other = config_of_few(few_images, keep=0, epochs=1, **{turn.setting: value})
    turned, plain = find.create(tmp_path / "a", config), whole(other, tmp_path / "b", ())
    control = Control()
    control.turn(turn)
    list(train(config, turned, control))
    assert same_weights(turned, plain)


@pytest.mark.parametrize("kill", [None, 14, 30])
def test_the_number_of_epochs_can_be_turned(few_images: str, tmp_path: Path, kill: int | None) -> None:
    config = config_of_few(few_images, keep=0)
    run, other = whole(config, tmp_path / "a", ("10:epochs=3",)), find.create(tmp_path / "b", config)
    assert [event.epoch for event in read_events(run.metrics_file, "epoch")] == [1, 2, 3]
    assert run.read_config().epochs == 3
    if kill is not None:
        turn_as_told(config, other, ("10:epochs=3",), kill_at=kill)
        turn_as_told(other.read_config(), other, ())
        assert_same_end(run, other)


@pytest.mark.parametrize("is_written", [False, True])
@pytest.mark.parametrize("at", ["10", "saved"])
def test_a_kill_as_the_length_is_written_loses_no_turn_of_the_epochs(
    few_images: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at: str, is_written: bool
) -> None:
    """Turned within an epoch, and right after its checkpoint, which knows nothing of it."""
    config, write = config_of_few(few_images, keep=0), Run.write_config
    runs = [find.create(tmp_path / name, config) for name in "ab"]

    def turn_epochs(run: Run) -> None:
        control = Control()
        for event in train(config, run, control):
            if event.step == 10 if at == "10" else event.kind == "checkpoint" and event.step == 18:
                control.turn(Turn(event.step, "epochs", "3"))

    def killed(run: Run, written: TrainConfig) -> None:
        if written.epochs == 2 or is_written:
            write(run, written)
        if written.epochs == 3:
            raise KeyboardInterrupt

    turn_epochs(runs[0])
    monkeypatch.setattr(Run, "write_config", killed)
    with pytest.raises(KeyboardInterrupt):
        turn_epochs(runs[1])
    monkeypatch.setattr(Run, "write_config", write)
    assert runs[1].read_config().epochs == (3 if is_written else 2)
    turn_as_told(runs[1].read_config(), runs[1], ())
    assert_same_end(*runs)
    assert rates_of(runs[0]) == rates_of(runs[1])
    assert turned_in(runs[0]) == turned_in(runs[1])
    assert runs[1].read_config().epochs == 3


def test_two_lengths_that_were_turned_hold_again_after_a_kill_between_them(few_images: str, tmp_path: Path) -> None:
    config, turns = config_of_few(few_images, keep=0), ("4:epochs=3", "12:epochs=4")
    run, other = whole(config, tmp_path / "a", turns), find.create(tmp_path / "b", config)
    control = Control()
    for text in turns:
        control.turn(Turn.parse(text))
    for event in (events := train(config, other, control)):
        if event.step == 8:
            break
    events.close()
    assert other.read_config().epochs == 3
    turn_as_told(other.read_config(), other, ())
    assert_same_end(run, other)
    assert rates_of(run) == rates_of(other)


def test_a_length_that_is_asked_for_outlasts_a_kill_and_one_that_was_turned_does_not(
    few_images: str, tmp_path: Path
) -> None:
    config = config_of_few(few_images, keep=0)
    run = find.create(tmp_path, config)
    turn_as_told(config, run, ("6:epochs=1",), kill_at=9)
    assert run.read_config().epochs == 1
    turn_as_told(config, run, (), kill_at=9)
    assert turned_in(run) == []
    turn_as_told(run.read_config(), run, ())
    assert [event.epoch for event in read_events(run.metrics_file, "epoch")] == [1, 2]


def test_an_epoch_that_has_begun_cannot_be_turned_off(few_images: str, tmp_path: Path) -> None:
    run = whole(config_of_few(few_images, keep=0, epochs=4), tmp_path, ("20:epochs=1",))
    done = [event for event in read_events(run.metrics_file, "epoch") if isinstance(event, EpochDone)]
    assert [event.epoch for event in done] == [1, 2]
    assert turned_in(run) == ["20:epochs=2"]


def test_single_steps_are_made_during_a_pause(few_images: str, tmp_path: Path) -> None:
    config = config_of_few(few_images, keep=0, epochs=1)
    run, control = find.create(tmp_path, config), Control()
    control.pause()
    seen: list[Event] = []
    for event in train(config, run, control):
        seen.append(event)
        if isinstance(event, Paused) or (isinstance(event, Progress) and 1 < event.step < 4):
            control.single_step()
        elif event.step == 4:
            control.resume()
    kinds = [event.kind for event in seen if event.step <= 4]
    assert kinds.count("paused") == kinds.count("resumed") == 1
    assert [event.step for event in seen if isinstance(event, Resumed)] == [4]


def test_slow_motion_waits_between_steps_and_does_not_count_it(
    few_images: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mnist_sum_tui.training.requests.SLOW_SECONDS", 0.2)
    config = config_of_few(few_images, keep=0, epochs=1)
    run, control = find.create(tmp_path, config), Control()
    control.slow = True
    waits: list[float] = []
    monkeypatch.setattr("mnist_sum_tui.training.timing.time", SimpleNamespace(perf_counter=lambda: 1 + sum(waits)))
    monkeypatch.setattr(control, "dawdle", waits.append)
    events = list(train(config, run, control, Paces(progress=1e9)))
    assert waits == [0.2] * 18
    assert {event.elapsed for event in events} == {0.0}
    assert [event.step for event in events if isinstance(event, Progress)] == list(range(2, 19)), "each is told"
