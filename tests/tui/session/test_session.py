"""What the dashboard keeps of a run, and the messages that bring it."""

import math
from dataclasses import replace
from pathlib import Path

import pytest

from mnist_sum_tui.charts.series import HEADS, Series, smooth
from mnist_sum_tui.config import TrainConfig
from mnist_sum_tui.runs.events import EpochDone, Paused, Progress, Resumed, Validated
from mnist_sum_tui.runs.replay import Moment
from mnist_sum_tui.runs.run import Run
from mnist_sum_tui.training.control import Control
from mnist_sum_tui.tui.session.messages import RunEvent
from mnist_sum_tui.tui.session.result import outcome
from mnist_sum_tui.tui.session.session import Session
from mnist_sum_tui.tui.session.state_line import state_line
from mnist_sum_tui.tui.widgets.key_figures import facts, figures
from tests.tui import recorded

CONFIG = TrainConfig.of("standard", model="compact")


def test_only_an_older_progress_is_replaced_and_never_a_nan() -> None:
    older, newer = (RunEvent(event) for event in list(recorded.training(10))[1:3])
    start = RunEvent(recorded.started())
    assert older.can_replace(newer)
    assert not older.can_replace(start)
    assert not start.can_replace(newer)
    assert isinstance(older.event, Progress)
    assert not RunEvent(replace(older.event, digit_loss=math.nan)).can_replace(newer)


def test_a_session_keeps_what_matters_and_thins_old_progress(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("mnist_sum_tui.tui.session.session.MOST_EVENTS", 200)
    session = Session(tmp_path)
    session.begin(CONFIG, Run(tmp_path / recorded.RUN), Control())
    events = list(recorded.training(2150))
    for event in events:
        session.add(event)
    assert len(session.events) <= 225, "the limit and an eighth"
    assert session.events[-1] is events[-1]
    kept = [event for event in session.events if not isinstance(event, Progress)]
    assert kept == [event for event in events if not isinstance(event, Progress)]
    session.add(replace(session.epochs[-1], epoch=6, best=False))
    assert session.best is not None
    assert session.best.epoch == 5


def test_a_run_with_little_to_thin_is_not_looked_through_at_each_event(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mnist_sum_tui.tui.session.session.MOST_EVENTS", 200)
    thinned = list[int]()

    class Counted(Session):
        def _thin(self) -> None:
            thinned.append(len(self.events))
            super()._thin()

    session, epochs = Counted(Path("runs")), [e for e in recorded.training(2150) if isinstance(e, EpochDone)]
    for number in range(1000):
        session.add(epochs[number % len(epochs)])
    assert len(session.events) == 1000, "no epoch is dropped"
    assert len(thinned) == 31, "after an eighth of 200 more each time"


def test_what_is_saved_of_a_run_that_goes_on(tmp_path: Path) -> None:
    session = Session(tmp_path)
    session.begin(CONFIG, Run(tmp_path / recorded.RUN), Control())
    assert session.saved_step is None
    session.add(recorded.started())
    assert session.saved_step is None
    session.add(replace(recorded.started(resumed=True), step=430))
    session.add(next(event for event in recorded.training(450) if event.step > 440))
    assert session.saved_step == 430, "the checkpoint that it was resumed from"


def test_without_a_validation_the_state_line_has_the_smoothed_figures_of_the_panel(tmp_path: Path) -> None:
    session = Session(tmp_path)
    session.begin(CONFIG, Run(tmp_path / recorded.RUN), Control())
    events = list(recorded.training(200))
    for event in events:
        session.add(event)
    series = Series(events)
    digit, total = (smooth(series.y("accuracy", head, series.training), 0.9)[-1] for head in HEADS)
    assert session.training is not None
    assert session.training == pytest.approx((digit, total))
    words = f"digit {session.training[0] * 100:.2f} %, sum {session.training[1] * 100:.2f} %"
    assert state_line(session) == f"● epoch 1/5 · training: {words} "
    shown = figures(session)
    assert (shown["digit"][1], shown["sum"][1]) == session.training
    session.add(replace(recorded.finished(), digit_loss=3e-5))
    assert (figures(session)["digit"][2], figures(session)["sum"][2]) == (("loss 3e-5",), ("loss 0.0497",))


def test_the_state_line_of_every_state(tmp_path: Path) -> None:
    session = Session(tmp_path)
    assert state_line(session) == "○ ready "
    session.is_loading = True
    assert state_line(session) == "○ loading torch "
    control = Control()
    session.begin(CONFIG, Run(tmp_path / recorded.RUN), control)
    assert state_line(session) == "● getting ready "
    control.pause()
    assert state_line(session, room=22) == "● pauses when ready "
    control.resume()
    for event in recorded.training(500):
        session.add(event)
    assert state_line(session) == "● epoch 2/5 · validation: digit 96.81 %, sum 88.12 % "
    assert state_line(session, room=48) == "● epoch 2/5 · val. digit 96.81 %, sum 88.12 % "
    assert state_line(session, room=38) == "● val. digit 96.81 %, sum 88.12 % "
    assert state_line(session, room=32) == "● val. sum 88.12 % "
    assert session.training is not None
    assert state_line(session, room=16) == f"● sum {session.training[1] * 100:.2f} % ", "the newest, as in the panel"
    assert state_line(session, room=5) == "●"
    assert session.control is not None
    session.control.slow = True
    assert state_line(session).startswith("● epoch 2/5, slow motion · val")
    assert state_line(session, room=15) == "● slow motion ", "that it is so is said before any figure"
    session.control.slow = False
    session.add(Paused(step=500, epoch=2, elapsed=12.5))
    assert state_line(session).startswith("‖ paused · validation: digit")
    session.add(Resumed(step=500, epoch=2, elapsed=12.5))
    session.add(
        Validated(
            step=500, epoch=2, elapsed=12.6, digit_loss=0.1, sum_loss=0.2, digit_accuracy=0.97, sum_accuracy=0.9,
            agreement=0.9,
        )
    )  # fmt: skip
    assert state_line(session) == "● epoch 2/5 · validation: digit 97.00 %, sum 90.00 % ", "as was asked for"
    session.add(recorded.epoch_done(recorded.EPOCHS * recorded.STEPS_PER_EPOCH, 5, 50.0, 0.1, 0.2))
    assert state_line(session).startswith("● testing · validation: digit"), "the last epoch is done"
    assert "\nelapsed 50 s · left: testing\n" in facts(session, 40)
    assert "\nleft: testing\n" in facts(session, 20)
    session.add(recorded.finished(reason="stopped"))
    session.end()
    assert state_line(session) == "■ stopped · validation: digit 97.50 %, sum 94.40 % "
    assert state_line(session, room=41) == "■ stopped · digit 97.50 %, sum 94.40 % "
    assert state_line(session, room=37) == "■ stopped · sums right: 94.40 % ", "which is no total"
    session.end(ValueError("no"))
    assert state_line(session) == "✗ failed "


def test_an_opened_run_that_was_cut_off_is_not_said_to_be_ready(tmp_path: Path) -> None:
    session, run = Session(tmp_path), Run(tmp_path / recorded.RUN)
    run.path.mkdir()
    session.open(CONFIG, run, list(recorded.training(500)))
    assert state_line(session).startswith("… cut off · validation: digit")
    assert outcome(session)[0][0] == "cut off", "as in the panel"


def test_a_look_back_says_whether_the_training_goes_on(tmp_path: Path) -> None:
    session, run = Session(tmp_path), Run(tmp_path / recorded.RUN)
    session.begin(CONFIG, run, Control())
    session.past = Session(tmp_path)
    session.past.open(CONFIG, run, [])
    session.past.rewind(Moment(0, (recorded.started(),), has_samples=True))
    assert ", it trains on" in state_line(session)
    session.is_paused = True
    assert ", paused now" in state_line(session)
    session.end()
    assert ", it has ended since" in state_line(session)
    assert state_line(session).startswith("‖ replay 0.0 s")
    session.past.is_playing = True
    assert state_line(session).startswith("▸ replay 0.0 s")


def test_an_error_stays_known_when_its_own_run_is_opened_and_goes_with_another(tmp_path: Path) -> None:
    session, run = Session(tmp_path), Run(tmp_path / recorded.RUN)
    session.begin(CONFIG, run, Control())
    session.end(ValueError("no"))
    (tmp_path / "other").mkdir()
    for other, line in ((run, "✗ failed "), (Run(tmp_path / "other"), "… cut off ")):
        session.open(CONFIG, other, [])
        assert state_line(session) == line
