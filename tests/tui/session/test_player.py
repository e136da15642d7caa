"""Where a replay stands as time passes and keys are pressed."""

from dataclasses import replace
from pathlib import Path

import pytest

from mnist_sum_tui.runs.event_json import to_json
from mnist_sum_tui.runs.replay import Replay
from mnist_sum_tui.tui.session.player import SHOWN_WAIT, SPEEDS, Player
from tests.tui import recorded


@pytest.fixture
def player(tmp_path: Path) -> Player:
    """Of 26.9 seconds of training, with two epochs done."""
    path = tmp_path / "metrics.jsonl"
    path.write_text("".join(to_json(event) + "\n" for event in recorded.training(1075)), encoding="utf-8")
    return Player(Replay(path))


def test_it_plays_as_fast_as_it_is_told_and_stops_at_the_end(player: Player) -> None:
    assert (player.moment.step, player.share, player.speed) == (0, 0.0, 1)
    assert not player.pass_time(1), "it is paused"
    player.toggle()
    assert player.pass_time(1)
    assert player.moment.step == 40, "a step takes 25 ms"
    player.change_speed(1)
    player.change_speed(1)
    assert player.pass_time(1)
    assert player.seconds == 5.0
    assert player.moment.step == 200
    assert not player.pass_time(0.01), "no event is so near"
    assert player.pass_time(1000)
    assert (player.moment.step, player.share, player.is_playing) == (1075, 1.0, False)
    player.toggle()
    assert (player.moment.step, player.is_playing) == (0, True), "it begins anew"


def test_the_wait_for_the_first_step_is_passed_over_and_its_time_is_told(tmp_path: Path) -> None:
    """As of a network that is compiled first; who goes back to the beginning sees it."""
    path, wait = tmp_path / "metrics.jsonl", 20.0
    events = (replace(event, elapsed=event.elapsed + wait * (event.step > 0)) for event in recorded.training(1075))
    path.write_text("".join(to_json(event) + "\n" for event in events), encoding="utf-8")
    player = Player(Replay(path))
    assert player.speed == 1, "27 of its 47 seconds are played"
    player.toggle()
    player.pass_time(0.1)
    assert (player.moment.step, player.words) == (0, " 19 s of 47 s, step     0")
    assert player.pass_time(SHOWN_WAIT)
    assert player.moment.step > 0
    assert player.seconds >= player.moment.elapsed > wait
    player.go_to_row(0)
    assert (player.moment.step, player.seconds) == (0, 0.0)


def test_speeds_are_an_eighth_to_256(player: Player) -> None:
    for _ in range(20):
        player.change_speed(1)
    assert player.speed == SPEEDS[-1] == 256
    for _ in range(20):
        player.change_speed(-1)
    assert player.speed == 1 / 8


def test_it_goes_to_any_moment(player: Player) -> None:
    player.go_to_share(0.5)
    assert player.moment.step == 535
    player.step(1)
    assert player.moment.step == 540
    player.step(-2)
    assert player.moment.step == 530
    for by, step in ((1, 860), (1, 1075), (1, 1075), (-1, 860), (-1, 430), (-1, 0), (-1, 0)):
        player.step_epoch(by)
        assert player.moment.step == step
    assert player.seconds == player.moment.elapsed == 0
    words = [player.words]
    player.toggle()
    player.go_to_step(703)
    assert (player.moment.step, player.is_playing) == (700, False)
    assert [*words, player.words] == ["0.0 s of 27 s, step     0", " 18 s of 27 s, step   700"], "of one width"
    player.toggle()
    player.step(1)
    assert not player.is_playing, "who steps wants to look"


def test_a_long_run_is_played_fast(tmp_path: Path) -> None:
    path = tmp_path / "metrics.jsonl"
    path.write_text("".join(to_json(event) + "\n" for event in recorded.training(2150)), encoding="utf-8")
    assert Player(Replay(path)).speed == 2, "53.75 s"
