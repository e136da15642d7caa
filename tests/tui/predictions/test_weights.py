"""Which weights there are: what is read for it, and how often."""

import json
from pathlib import Path
from typing import Any

import pytest

from mnist_sum_tui import own_network
from mnist_sum_tui.config import TrainConfig
from mnist_sum_tui.errors import CheckpointError, UsageError
from mnist_sum_tui.runs import checkpoint_file, find
from mnist_sum_tui.runs.replay import Moment
from mnist_sum_tui.runs.run import Run
from mnist_sum_tui.training.control import Control
from mnist_sum_tui.tui.predictions import weights
from mnist_sum_tui.tui.predictions.predictors import Predictors
from mnist_sum_tui.tui.predictions.weights import best_of, choices
from mnist_sum_tui.tui.session.session import Session
from tests.tui import recorded
from tests.tui.pages.test_draw import make_run


def save_head(path: Path, epoch: int, batch: int = 0, **config: Any) -> None:
    """The head of a checkpoint after that epoch and batch, as a new file in the old one's place."""
    about = json.dumps({"position": {"epoch": epoch + 1, "batch": batch}, "config": config})
    head = json.dumps({"__metadata__": {"mnist_sum": about}}).encode()
    new = path.with_suffix(".new")
    new.write_bytes(len(head).to_bytes(8, "little") + head)
    new.replace(path)


def test_the_head_of_a_checkpoint_is_read_once_while_the_file_stays_as_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run, opened = Run(tmp_path / "run"), list[Path]()
    run.path.mkdir()
    original: Any = vars(checkpoint_file)["open_own"]

    def counted(path: Path) -> Any:
        opened.append(path)
        return original(path)

    monkeypatch.setattr(checkpoint_file, "open_own", counted)
    for path, epoch in ((run.epoch_file(1), 1), (run.best_file, 1), (run.last_file, 2)):
        save_head(path, epoch)
    for _ in range(3):
        names = [found.name for found in weights.choices(run, tmp_path, None).all]
        assert names == ["epoch 1 = best", "last"]
    assert opened == [run.epoch_file(1), run.best_file, run.last_file]
    save_head(run.best_file, 2)
    names = [found.name for found in weights.choices(run, tmp_path, None).all]
    assert names == ["epoch 1", "best = last"]


def test_a_network_of_ones_own_is_asked_before_newer_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "net.py"
    file.write_text("# never executed here")
    monkeypatch.setattr(own_network, "_files", {})
    name = own_network.take(str(file))
    models = (name, "net@000000000000", "swift")
    runs = [find.create(tmp_path / "runs", TrainConfig(model=model), suffix=str(at)) for at, model in enumerate(models)]
    for run in runs:
        save_head(run.best_file, 1)
    own, changed, swift = (run.id for run in runs)
    asked = weights.choices(None, tmp_path / "runs", None).chosen
    assert (asked.owner, asked.is_newest) == (own, True)
    assert weights.choices(runs[1], tmp_path / "runs", None).chosen.owner == changed, (
        "the run that is shown comes first"
    )
    monkeypatch.setattr(own_network, "_files", {})
    assert weights.choices(None, tmp_path / "runs", None).chosen.owner == swift


def test_without_images_held_out_no_epoch_is_called_best(tmp_path: Path) -> None:
    run = Run(tmp_path / "run")
    run.path.mkdir()
    for path in (run.epoch_file(2), run.best_file, run.last_file):
        save_head(path, 2, all_data=True)
    (only,) = weights.choices(run, tmp_path, None).all
    assert (only.name, only.path) == ("epoch 2 = last", run.best_file), "the file has more than a snapshot"
    assert weights.best_of(run) == only


def test_the_first_epoch_may_end_and_the_run_be_deleted_while_its_best_weights_are_looked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run, by_epoch = Run(tmp_path / "run"), weights._by_epoch
    run.path.mkdir()
    save_head(run.last_file, 0, batch=9)

    def ends_now(run: Run) -> dict[int, weights.Weights]:
        for path in (run.best_file, run.last_file):
            save_head(path, 1)
        return by_epoch(run)

    monkeypatch.setattr(weights, "_by_epoch", ends_now)
    assert weights.best_of(run) == weights.Weights("last", "run", run.last_file)
    monkeypatch.setattr(weights, "_by_epoch", lambda _: {})
    assert weights.best_of(run) == weights.Weights("best", "run", run.best_file)


@pytest.mark.parametrize("has_snapshot", [False, True])
def test_without_images_held_out_a_stopped_run_is_asked_with_its_newest_weights(
    has_snapshot: bool, tmp_path: Path
) -> None:
    run = Run(tmp_path / "run")
    run.path.mkdir()
    save_head(run.best_file, 1, all_data=True)
    save_head(run.last_file, 1, batch=9, all_data=True)
    if has_snapshot:
        save_head(run.epoch_file(1), 1, all_data=True)
    found = weights.choices(run, tmp_path, None)
    assert [each.name for each in found.all] == ["epoch 1", "last"]
    assert found.chosen.name == "last"
    assert find.weights_file(run) == run.last_file == found.chosen.path, "mnist-sum predict has the same"
    save_head(run.best_file, 1, all_data=False)
    assert find.weights_file(run) == run.best_file, "validation has chosen it"
    save_head(run.best_file, 1, all_data=True)
    run.last_file.write_bytes(b"")
    assert find.weights_file(run) == run.best_file, "nothing is known of the newer one"


@pytest.mark.parametrize("epoch", ["9999999999999", "03", "\u0663", "7"])
def test_a_file_that_is_not_of_its_epoch_is_not_offered(epoch: str, tmp_path: Path) -> None:
    run = Run(tmp_path / "run")
    run.path.mkdir()
    save_head(run.epoch_file(1), 1)
    save_head(run.best_file, 4)
    save_head(run.path / f"epoch-{epoch}.safetensors", 3)
    assert [found.name for found in weights.choices(run, tmp_path, None).all] == ["epoch 1", "best"]
    run.epoch_file(2).symlink_to(run.epoch_file(1))
    (run.path / "epoch-3.safetensors").write_bytes(b"")
    run.epoch_file(5).mkdir()
    assert [found.name for found in weights.choices(run, tmp_path, None).all] == ["epoch 1", "best"]


def test_a_chosen_epoch_stays_chosen_when_it_is_the_best_no_longer(tmp_path: Path) -> None:
    run = Run(tmp_path / "run")
    run.path.mkdir()
    for path in (run.epoch_file(1), run.best_file, run.last_file):
        save_head(path, 1)
    (chosen,) = weights.choices(run, tmp_path, None).all
    assert chosen.name == "epoch 1 = best = last"
    for path in (run.epoch_file(2), run.best_file, run.last_file):
        save_head(path, 2)
    asked = weights.choices(run, tmp_path, None, chosen).chosen
    assert (asked.name, asked.path) == ("epoch 1", run.epoch_file(1))
    run.epoch_file(1).unlink()
    assert weights.choices(run, tmp_path, None, chosen).chosen.name == "epoch 2 = best = last", (
        "its file is still there"
    )


def test_after_how_many_epochs_weights_were_saved_is_known_but_for_those_within_one(tmp_path: Path) -> None:
    run = Run(tmp_path / "run")
    run.path.mkdir()
    for path, epoch in ((run.epoch_file(0), 0), (run.best_file, 3)):
        save_head(path, epoch)
    run.last_file.write_bytes(b"")
    offered = weights.choices(run, tmp_path, None).all
    assert {each.name: weights.epoch_of(run, each) for each in offered} == {"epoch 0": 0, "best": 3, "last": None}


def test_a_newer_run_without_a_step_is_passed_over_and_the_weights_of_another_run_stand_alone(tmp_path: Path) -> None:
    older, newer, shown = (find.create(tmp_path, TrainConfig(), suffix=str(at)) for at in range(3))
    save_head(older.best_file, 3)
    save_head(newer.epoch_file(0), 0)
    asked = weights.choices(None, tmp_path, None).chosen
    assert asked.owner == older.id
    for path, epoch in ((shown.epoch_file(1), 1), (shown.best_file, 2)):
        save_head(path, epoch)
    assert weights.choices(shown, tmp_path, None, asked).all == (asked,)
    live = weights.choices(shown, tmp_path, Control())
    assert live.chosen == live.all[-1]
    assert [each.name for each in live.all] == ["epoch 1", "best", "live"], "which is asked before the best"


def test_an_opened_run_without_weights_does_not_keep_another_run_from_being_evaluated(tmp_path: Path) -> None:
    session, opened, other = Session(tmp_path), *(find.create(tmp_path, TrainConfig(), suffix=at) for at in "12")
    save_head(other.best_file, 3)
    session.network, asked = opened, weights.best_of(other)
    assert weights.of_session(session, asked).chosen == asked
    for wanted in (None, weights.Weights("best", opened.id, opened.best_file)):
        with pytest.raises(UsageError, match=f"run {opened.id} has no weights: open another one on Runs"):
            weights.of_session(session, wanted)


def test_weights_from_before_the_moment_of_a_replay_say_from_when_they_are(tmp_path: Path) -> None:
    session, run = Session(tmp_path), find.create(tmp_path, TrainConfig())
    for path, epoch in ((run.epoch_file(0), 0), (run.epoch_file(1), 1), (run.last_file, 4)):
        save_head(path, epoch)
    before, first, later = weights.choices(run, tmp_path, None).all
    session.open(TrainConfig(), run, [])
    for step, asked, words in (
        (0, before, "Untrained weights."),
        (100, before, "Untrained weights: none kept at step 100."),
        (430, first, ""),
        (440, first, "Weights of epoch 1: none kept at step 440."),
    ):
        session.rewind(Moment(0, tuple(recorded.training(step)), has_samples=True))
        assert weights.of_session(session).chosen == asked
        assert weights.why_earlier(session, asked, is_newest=True) == words
        more = f"{words} The key . goes to later ones." if words else ""
        assert weights.why_earlier(session, asked, is_newest=False) == more
        assert len(more) <= 78, "a second line would take the room of the images on Mistakes"
        assert weights.place_in_time(session, later) == "later than this moment: "
        assert not weights.why_earlier(session, later, is_newest=False)
    run.epoch_file(0).unlink()
    session.rewind(Moment(0, tuple(recorded.training(100)), has_samples=True))
    assert weights.of_session(session).chosen == first, "the oldest, as there are none of before"


def test_a_file_that_was_deleted_after_its_weights_were_chosen_is_told_in_a_sentence(tmp_path: Path) -> None:
    gone = weights.Weights("epoch 1", "run", tmp_path / "epoch-1.safetensors")
    with pytest.raises(CheckpointError, match=r"epoch-1\.safetensors: cannot be read \(No such file"):
        Predictors(Session(tmp_path), lambda: False).of(gone, lambda _: None)


def test_which_weights_come_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "package.safetensors"
    monkeypatch.setattr(weights, "BUILT_IN", package)
    with pytest.raises(UsageError, match="page Train"):
        choices(None, tmp_path, None)
    package.write_bytes(b"")
    assert choices(None, tmp_path, None).chosen.owner == "the built-in network"
    run = make_run(tmp_path)
    for epoch in (10, 2):
        save_head(run.epoch_file(epoch), epoch)
    (run.path / "epoch-x.safetensors").write_bytes(b"")
    both = choices(None, tmp_path, None)
    assert [choice.name for choice in both.all] == ["epoch 2", "epoch 10", "best = last"], "the same weights, one stop"
    (run.path / "epoch-1.safetensors").write_bytes(run.best_file.read_bytes())
    whole = choices(None, tmp_path, None)
    assert [choice.name for choice in whole.all] == ["epoch 1 = best = last", "epoch 2", "epoch 10"]
    assert whole.chosen.path == run.best_file, "which has more in it than the epoch's"
    run.epoch_file(1).unlink()
    assert both.chosen == best_of(run) == both.all[-1]
    run.last_file.unlink()
    run.last_file.write_bytes(b"of another step")
    found = choices(None, tmp_path, None)
    assert [choice.name for choice in found.all] == ["epoch 2", "epoch 10", "best", "last"]
    assert found.chosen.name == best_of(run).name == "best"
    assert choices(run, tmp_path, None, both.chosen).chosen == found.chosen, "chosen under the name of before"
    assert choices(run, tmp_path, None, found.all[-1]).chosen == found.all[-1]
    assert choices(run, tmp_path, Control()).chosen.name == "live"
    assert choices(run, tmp_path, Control(), found.all[0]).chosen == found.all[0]
    run.best_file.unlink()
    assert choices(run, tmp_path, None, found.chosen).chosen.name == "last"
