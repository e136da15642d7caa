"""The position in a checkpoint: a value that is missing, of a wrong type or out of range is refused."""

from dataclasses import asdict
from pathlib import Path

import pytest

from mnist_sum_tui.errors import CheckpointError
from mnist_sum_tui.runs import checkpoint
from mnist_sum_tui.runs.knob_turns import Turn
from mnist_sum_tui.runs.position import MAX_CHANGES, Change, Position, Totals
from mnist_sum_tui.training.step import Learner

ODD: list[dict[str, object]] = [
    {"epoch": 0},
    {"epoch": 10_002},
    {"epoch": True},
    {"batch": 1.5},
    {"batch": 10**9, "sums": {"images": 1.0}},
    {"batch": 3},
    {"step": -1},
    {"step": 10**400},
    {"elapsed": -1.0},
    {"elapsed": float("inf")},
    {"elapsed": float("nan")},
    {"elapsed": 10**400},
    {"sums": {"x": 1.0}},
    {"sums": [["images", 1.0]]},
    {"sums": None},
    {"sums": {"images": 8.0}},
    *({"batch": 1, "sums": {"images": 8.0, name: -1.0}} for name in ("digit_loss", "sum_loss", "sum_right", "seconds")),
    {"batch": 1, "sums": {"images": -8.0}},
    {"batch": 1, "sums": {"images": float("nan")}},
    *({"batch": 1, "sums": {"images": 8.0, name: 9.0}} for name in ("digit_right", "sum_right")),
    {"batch": 1, "sums": {"images": 8.0, "digit_loss": float("inf")}},
    {"best_epoch": "1"},
    {"best_epoch": 0},
    {"best_epoch": 10_001},
    {"best_accuracy": 1.5},
    {"best_accuracy": float("nan")},
    {"best_loss": -0.5},
    {"best_loss": None},
    {"journal_bytes": 10**30},
    {"journal_bytes": -1},
    {"changes": None},
    {"changes": [3]},
    {"changes": [{"step": 1, "epochs": 2}]},
    {"changes": [{"step": 0, "epochs": 2}, {"step": 0, "epochs": 3}]},
    {"changes": [{"step": 0, "epochs": 2}, {"step": 10**400, "epochs": 3}]},
    {"changes": [{"step": 0, "epochs": 0}]},
    {"changes": [{"step": 0, "epochs": 2, "more": 1}]},
    {"changes": [{"step": step, "epochs": 2} for step in range(2000)]},
    {"images": None},
    {"images": {"train": {"count": 600, "sha256": "x"}}},
    {"images": {"train": {"count": 0, "sha256": "0" * 64}}},
    {"images": {"train": {"count": 600}}},
    {"images": {"other": {"count": 600, "sha256": "0" * 64}}},
    {"more": 1},
]


@pytest.mark.parametrize("change", ODD, ids=str)
def test_a_position_with_an_invalid_field_is_refused(
    tmp_path: Path, learner: Learner, change: dict[str, object], monkeypatch: pytest.MonkeyPatch
) -> None:
    values = {**asdict(Position()), **change}
    monkeypatch.setattr(checkpoint, "asdict", lambda _: values)
    learner.save(tmp_path / "odd", Position())
    with pytest.raises(CheckpointError, match="this version can read"):
        checkpoint.load(tmp_path / "odd")


@pytest.mark.parametrize("name", sorted(asdict(Position()).keys() - {"images", "changes", "turns"}))
def test_a_position_with_a_missing_field_is_refused(name: str) -> None:
    values = asdict(Position())
    del values[name]
    with pytest.raises(ValueError, match=name):
        Position.from_dict(values)


def test_a_position_with_too_many_turns_is_refused() -> None:
    turn = {"step": 3, "setting": "lr", "value": "x2"}
    values = {**asdict(Position()), "changes": []}
    assert len(Position.from_dict({**values, "turns": [turn] * MAX_CHANGES}).turns) == MAX_CHANGES
    with pytest.raises(ValueError, match="turns are too many"):
        Position.from_dict({**values, "turns": [turn] * (MAX_CHANGES + 1)})


def test_what_held_is_what_the_last_step_was_made_with() -> None:
    """Steps are counted from 0: the last of 10 steps is step 9."""
    for step, held in ((9, True), (10, False)):
        turn, change = Turn(step, "augment", "none"), Change(step, 4)
        found = Position(step=10, turns=(turn,), changes=(Change(0, 2), change)).held
        assert found == ((turn, Turn(step, "epochs", "4")) if held else ())


def test_a_mean_is_over_images_however_large_the_batches_are() -> None:
    totals = Totals()
    totals.add(Totals(30 * 1.0, 30 * 2.0, digit_right=15, sum_right=9, images=30, seconds=0.5))
    totals.add(Totals(10 * 3.0, 10 * 6.0, digit_right=5, sum_right=1, images=10, seconds=1.5))
    means = totals.means()
    assert (means["digit_loss"], means["sum_loss"]) == (1.5, 3.0)
    assert (means["digit_accuracy"], means["sum_accuracy"], means["images_per_second"]) == (0.5, 0.25, 20.0)
    totals.seconds = 0.0  # as a clock says that is too coarse
    assert totals.means()["images_per_second"] == 0.0


@pytest.mark.parametrize(
    ("epoch", "batch", "images", "right", "is_early", "words"),
    [
        (1, 0, 0.0, 0.0, True, "epoch 0"),
        (1, 8, 999.0, 999.0, True, "stopped in epoch 1, step 108"),
        (1, 8, 1000.0, 499.0, True, "stopped in epoch 1, step 108"),
        (1, 8, 1000.0, 500.0, False, "stopped in epoch 1, step 108"),
        (1, 8, 1000.0, 120.0, True, "stopped in epoch 1, step 108, no better than guessing"),
        (1, 8, 999.0, 0.0, True, "stopped in epoch 1, step 108"),
        (2, 8, 1000.0, 120.0, False, "stopped in epoch 2, step 108, no better than guessing"),
    ],
)
def test_how_far_the_weights_are_is_told(
    epoch: int, batch: int, images: float, right: float, is_early: bool, words: str
) -> None:
    sums = {"images": images, "digit_right": right}
    position = Position(epoch=epoch, batch=batch, step=100 + batch, sums=sums if batch else {})
    assert position.reached_epoch == (epoch if batch else 0)
    assert position.is_early is is_early
    assert position.words(is_running=False) == words
    assert position.words(is_running=True) == words.replace(f"stopped in epoch {epoch}", "still training")
