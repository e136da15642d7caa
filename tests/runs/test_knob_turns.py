"""Settings that are changed while a run trains, as text."""

import json

import numpy as np
import pytest

from mnist_sum_tui.errors import UsageError
from mnist_sum_tui.runs.knob_turns import MOST_TURNS, Turn, needed, turned
from mnist_sum_tui.runs.position import Position


@pytest.mark.parametrize(
    ("text", "short"),
    [
        ("300:lr=x0.5", "300:lr=x0.5"),
        ("0:sum-weight=0.250", "0:sum_weight=0.25"),
        ("7:augment=none", "7:augment=none"),
        ("7:epochs=08", "7:epochs=8"),
        ("7:lr=x100", "7:lr=x100"),
        ("7:sum-weight=0.99999990", "7:sum_weight=0.9999999"),
    ],
)
def test_a_turn_is_read_in_its_shortest_form(text: str, short: str) -> None:
    assert str(Turn.parse(text)) == short
    assert Turn.parse(short) == Turn.parse(text)


def test_a_step_is_a_whole_number_that_json_has() -> None:
    turn = Turn.of(np.int64(300), "lr", "x0.5")  # type: ignore[arg-type]
    assert json.dumps(turn.step) == "300"
    with pytest.raises(TypeError, match="'float' object cannot be interpreted as an integer"):
        Turn.of(600 / 2, "lr", "x0.5")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("lr=x0.5", "write it as STEP:SETTING=VALUE, such as 300:lr=x0.5"),
        ("-3:lr=x1", "write it as"),
        ("3:lr=0.5", "turned by a factor, such as x0.5"),
        ("3:lr=x0", "must be x0.01 to x100, not x0"),
        ("3:lr=xnan", "must be x0.01 to x100"),
        ("3:lr=xinf", "must be x0.01 to x100"),
        ("3:sum_weight=1", "sum weight must be above 0 and below 1, not 1"),
        ("3:epochs=2.5", "epochs must be 1 to 10,000"),
        ("3:lr=x1.00000000000000000001", "write it as"),
        ("3:augment=wild", "unknown augment 'wild'"),
        ("3:batch_size=12", "unknown setting 'batch_size'"),
        ("\u0663:lr=x1", "write it as"),
        ("3:lr=x\u0663", "must be x0.01 to x100"),
        ("3:lr=x1_0", "must be x0.01 to x100"),
        ("3:epochs=1_0", "epochs must be 1 to 10,000"),
        ("3:weight_decay=much", "weight decay must be 0 to 1, not much"),
    ],
)
def test_what_is_no_turn_is_refused_in_a_line(text: str, message: str) -> None:
    with pytest.raises(UsageError, match=message) as raised:
        Turn.parse(text)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize("step", [-1, 10**10 + 1])
def test_a_step_that_no_run_has_is_refused_with_the_range(step: int) -> None:
    assert Turn.of(10**10, "lr", "x0.5").step == 10**10
    with pytest.raises(UsageError, match=f"must be 0 to 10,000,000,000, not {step:,}$"):
        Turn.of(step, "lr", "x0.5")


def test_a_value_of_more_letters_than_a_number_needs_is_refused() -> None:
    assert Turn.of(3, "lr", "x1." + "0" * 17).value == "x1"
    with pytest.raises(UsageError, match="at most 20 letters"):
        Turn.of(3, "lr", "x1." + "0" * 18)


def test_a_turn_has_its_value_in_the_setting_s_own_type(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mnist_sum_tui.runs.knob_turns.TURNED", ("sum_weight", "augment", "keep", "schedule"))
    wanted = {"sum_weight": 0.25, "augment": "none", "keep": 3, "schedule": "linear"}
    turns = [Turn.of(0, name, str(value)) for name, value in wanted.items()]
    assert [(type(turn.setting_value), turn.setting_value) for turn in turns] == [
        (type(value), value) for value in wanted.values()
    ]
    with pytest.raises(UsageError, match=r"not 2\.5"):
        Turn.of(0, "keep", "2.5")


def test_the_latest_turn_of_a_setting_holds() -> None:
    turns = [Turn.parse(text) for text in ("5:lr=x2", "9:lr=x3", "9:lr=x4", "2:augment=none", "20:lr=x5")]
    assert turned(turns, 1) == {}
    assert {name: turn.value for name, turn in turned(turns, 8).items()} == {"lr": "x2", "augment": "none"}
    assert turned(turns, 9)["lr"].value == "x4"


def test_a_checkpoint_with_a_value_that_no_knob_has_is_refused() -> None:
    values = Position(turns=(Turn(3, "lr", "x2"),))
    from dataclasses import asdict

    plain = {**asdict(values), "changes": [], "turns": [{"step": 3, "setting": "lr", "value": "x2"}]}
    assert Position.from_dict(plain) == values
    for wrong in ({"step": 3, "setting": "lr", "value": "x1e9"}, {"step": -1, "setting": "lr", "value": "x2"}):
        with pytest.raises(ValueError, match="turns"):
            Position.from_dict({**plain, "turns": [wrong]})


def test_only_what_holds_and_what_is_to_come_is_kept() -> None:
    turns = [Turn.parse(text) for text in ("1:lr=x2", "5:lr=x3", "2:augment=none", "9:lr=x4")]
    assert [str(turn) for turn in needed(turns, 6)] == ["5:lr=x3", "2:augment=none", "9:lr=x4"]
    many = [Turn(step, "lr", "x2") for step in range(1, 3000)]
    assert len(needed(many, 3000)) == 1
    assert len(needed(many, 2999 - MOST_TURNS)) == MOST_TURNS + 1, "so many may be to come, and one holds"
    with pytest.raises(UsageError, match=f"at most {MOST_TURNS} changes"):
        needed(many, 0)
