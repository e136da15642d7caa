"""What a run came to, in words: after a good end, one that learned nothing, and a divergence."""

from dataclasses import replace
from pathlib import Path

import pytest

from mnist_sum_tui.config import TrainConfig
from mnist_sum_tui.errors import RunError
from mnist_sum_tui.runs.events import EpochDone, Event, Finished, Started
from mnist_sum_tui.runs.run import BUILT_IN, Run
from mnist_sum_tui.training.control import Control
from mnist_sum_tui.training.schedule import ADDED_EPOCHS
from mnist_sum_tui.tui.predictions.weights import choices
from mnist_sum_tui.tui.session.result import commands, outcome, receipt
from mnist_sum_tui.tui.session.resuming import obstacle
from mnist_sum_tui.tui.session.session import Session
from mnist_sum_tui.tui.session.state_line import state_line
from tests.runs.folders import lock_up
from tests.tui import recorded

USELESS = replace(recorded.finished(), digit_accuracy=0.098, sum_accuracy=0.1, digit_loss=10.0, sum_loss=10.0)
DIVERGED = replace(recorded.finished(reason="diverged"), message="the loss is no longer a number; try 0.002")


@pytest.fixture
def session(tmp_path: Path) -> Session:
    session = Session(tmp_path)
    run = Run(tmp_path / recorded.RUN)
    session.begin(TrainConfig.of("standard", lr=5.0), run, Control())
    run.path.mkdir()
    for file in (run.last_file, run.best_file):
        file.touch()
    return session


def end(session: Session, *events: Event) -> dict[str, str]:
    for event in events:
        session.add(event)
    session.end()
    return dict(outcome(session))


def test_a_run_that_learned_nothing_says_so_and_a_rate_to_try(session: Session) -> None:
    rows = end(session, *recorded.training(400), USELESS)
    assert rows["but"] == (
        "a digit accuracy of 9.80 % is no better than guessing: the learning rate 5 is probably too high; try 0.002"
    )
    assert not {"try it", "go on"} & rows.keys()
    assert state_line(session) == "✗ only guesses · test: digit 9.80 %, sum 10.00 % "
    assert state_line(session, room=31) == "✗ only guesses "
    assert "try 0.002" in receipt(session)
    assert "predict" not in receipt(session)
    assert "second cycle" not in receipt(session)


def test_a_best_epoch_below_an_earlier_one_is_said_to_be_lower_by_chance(session: Session) -> None:
    *before, last = [event for event in recorded.training(2150) if isinstance(event, EpochDone)]
    assert "epoch 5" in end(session, *before, last)["best"]
    assert "chance" not in end(session)["best"]
    rows = end(session, replace(last, epoch=6, val_sum_accuracy=(last.val_sum_accuracy or 0) - 0.0004))
    assert rows["best"].endswith(" (epoch 5 is higher by no more than chance)")


def test_the_best_epoch_has_its_training_beside_its_validation(session: Session) -> None:
    last = [event for event in recorded.training(2150) if isinstance(event, EpochDone)][-1]
    by_heart = replace(last, digit_accuracy=1, sum_accuracy=0.97, val_digit_accuracy=0.991, val_sum_accuracy=0.96)
    assert (
        end(session, by_heart)["best"]
        == f"epoch {last.epoch}: validation 99.10 and 96.00 %, training 100.00 and 97.00 %"
    )


def test_no_word_of_the_receipt_is_cut_in_two_and_its_commands_stay_whole(session: Session) -> None:
    end(
        session,
        *recorded.training(1075),
        replace(DIVERGED, message="the loss is no number: mnist-sum train --lr 0.002"),
    )
    whole, wrapped = receipt(session).splitlines(), receipt(session, 60).splitlines()
    assert any(line.startswith("  try it") and line in wrapped for line in whole)
    assert any(line.startswith("  diverged") and line not in wrapped for line in whole)
    assert " ".join(" ".join(wrapped).split()) == " ".join(" ".join(whole).split())
    assert all(len(line) <= 60 for line in wrapped if line not in whole)
    assert {*receipt(session, 16).split()} == {*receipt(session).split()}, "a long word stands in a line of its own"


def test_a_diverged_run_is_not_resumed_but_its_best_weights_may_be_tried(session: Session) -> None:
    rows = end(session, *recorded.training(1075), DIVERGED)
    assert rows["diverged"].endswith("try 0.002")
    assert "go on" not in rows, "it would diverge again"
    assert "try it" in rows
    assert state_line(session).startswith("✗ diverged")


def test_a_run_that_may_no_longer_be_looked_into_has_an_outcome_and_can_be_refused(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert session.run is not None
    lock_up(session.run.path, monkeypatch)
    rows = end(session, *recorded.training(2150), recorded.finished())
    assert "done" in rows
    assert not {"try it", "go on"} & rows.keys(), "the commands could not read it"
    assert not obstacle(session.run, session.config, False), "resuming it says why it cannot be read"
    assert choices(session.run, session.runs_folder, None).chosen.path == BUILT_IN


def test_a_good_run_has_neither(session: Session) -> None:
    rows = end(session, *recorded.training(2150), recorded.finished())
    assert "but" not in rows
    assert {"best", "try it", "further"} <= rows.keys()
    assert rows["done"] == "after 54 s; all epochs are done"
    assert state_line(session) == "✓ done · test: digit 99.12 %, sum 98.74 % "
    assert receipt(session).endswith(ADDED_EPOCHS)
    assert rows["test"] == "digit 99.12 %, sum 98.74 %, agreement 99.31 % (sum = digit + number), 100,000 pairs"


def test_a_visitor_is_told_no_folder_of_this_machine(session: Session) -> None:
    session.is_read_only = True
    rows = end(session, *recorded.training(1075), recorded.finished())
    assert "test" in rows
    assert session.run is not None
    session.run.error_file.touch()
    session.error = RunError("the disk is full")
    rows |= dict(outcome(session))
    assert rows["failed"] == "the disk is full"
    assert not {"try it", "go on", "further", "traceback"} & rows.keys()
    assert str(session.run.path) not in str(rows)


def test_the_commands_for_a_network_of_ones_own_name_its_file(session: Session) -> None:
    begun, *rest = recorded.training(2150)
    assert isinstance(begun, Started)
    rows = end(session, replace(begun, model="net@0123456789ab"), *rest, recorded.finished())
    assert rows["try it"].endswith(" --model-file net.py")
    assert rows["further"].endswith(" --model-file net.py")


def test_without_the_start_in_the_journal_more_epochs_are_counted_from_the_settings(session: Session) -> None:
    _, *rest = recorded.training(2150)
    assert session.config is not None
    epochs = session.config.epochs
    rows = end(session, *rest, recorded.finished())
    assert rows["further"].endswith(f" --epochs {epochs + 5}")


def test_without_validation_images_no_epoch_is_called_the_best(session: Session) -> None:
    events = [
        replace(event, val_digit_accuracy=None, val_sum_accuracy=None) if isinstance(event, EpochDone) else event
        for event in recorded.training(2150)
    ]
    assert "best" not in end(session, *events, recorded.finished())


def test_it_says_what_went_wrong_of_a_run_that_cannot_add(session: Session) -> None:
    cannot_add: Finished = replace(recorded.finished(), sum_accuracy=0.1)
    assert "cannot add yet" in end(session, *recorded.training(2150), cannot_add)["but"]


def test_a_run_that_was_stopped_says_so_once(session: Session) -> None:
    rows = end(session, *recorded.training(600), recorded.finished(reason="stopped"))
    assert rows["stopped"] == "after 54 s, as asked; everything is saved"
    assert "go on" in rows
    assert ADDED_EPOCHS not in receipt(session)


def test_a_run_that_was_left_is_not_said_to_have_lost_its_process(session: Session) -> None:
    assert session.run is not None
    assert "--watch" not in str(commands(session, session.run)), "the training ends with the dashboard"
    assert "cut off" not in end(session, *recorded.training(600))
    assert "left      without saving; what came after the last checkpoint is lost" in receipt(session)


def test_a_training_that_ran_out_of_memory_says_what_helps(session: Session) -> None:
    session.end(RuntimeError("could not create a primitive"))
    told = "out of memory: try a smaller --batch-size, or close other programs"
    assert dict(outcome(session))["failed"] == session.failure == told


def test_an_error_without_words_is_named_and_its_traceback_if_there_is_one(session: Session) -> None:
    assert session.run is not None
    session.add(recorded.started())
    session.end(KeyError())
    assert dict(outcome(session))["failed"] == "KeyError"
    assert "traceback" not in dict(outcome(session))
    session.run.error_file.touch()
    assert dict(outcome(session))["traceback"] == str(session.run.error_file)


def test_an_earlier_traceback_is_not_told_of_a_training_that_could_not_begin(session: Session) -> None:
    """As of a run that failed, and that another process trains again by now."""
    assert session.run is not None
    session.run.error_file.touch()
    session.end(RunError("run x is being trained by process 1; wait for it, or stop it"))
    assert dict(outcome(session))["failed"].startswith("run x is being trained")
    assert "traceback" not in dict(outcome(session))
    assert "without saving" not in receipt(session), "nobody has left it"


def test_the_receipt_is_of_what_was_trained_here_whatever_is_shown_at_the_end(session: Session) -> None:
    assert session.run is not None
    assert session.config is not None
    end(session, *recorded.training(2150), recorded.finished())
    last = receipt(session)
    session.open(session.config, session.run, [])
    assert receipt(session) == last, "as in a replay"
    session.open(session.config, Run(session.run.path.parent), list(recorded.training(2150)))
    assert session.is_opened
    assert receipt(session) == last, "as after another run was opened"


def test_a_watched_run_whose_folder_is_gone_is_not_said_to_be_cut_off(session: Session) -> None:
    assert session.run is not None
    session.watch(TrainConfig(), session.run)
    session.take(list(recorded.training(2150)), is_whole=True, is_alive=True)
    assert {"cut off", "again", "go on"} & dict(outcome(session)).keys() == {"again"}
    session.take([], is_whole=False, is_alive=False)
    assert {"cut off", "again", "go on"} & dict(outcome(session)).keys() == {"cut off", "go on"}
    gone = "the process that trained it is gone; "
    assert dict(outcome(session))["cut off"] == f"{gone}what came after the last checkpoint is lost"
    for path in session.run.path.glob("*.safetensors"):
        path.unlink()
    assert dict(outcome(session))["cut off"] == f"{gone}no step was saved"
    for path in session.run.path.iterdir():
        path.unlink()
    session.run.path.rmdir()
    rows = dict(outcome(session))
    assert rows["removed"] == "the folder of this run is gone"
    assert state_line(session).startswith("… removed"), "as above the page"
    assert not {"cut off", "try it", "go on"} & rows.keys()
