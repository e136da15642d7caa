"""Where a replay stands as time passes and keys are pressed."""

import gc
from dataclasses import replace
from pathlib import Path

import pytest

from mnist_sum_tui.runs import event_index
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


def test_it_goes_where_it_was_asked_to_once_that_is_known(player: Player, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(event_index, "BLOCK", 8_000)
    begun = Player(Replay(player.replay._path, is_whole=False))
    assert begun.ends == player.ends
    begun.go_to_share(0.5)
    assert begun.seconds == player.ends / 2
    assert begun.moment.step < 535, "as near as is known"
    assert not begun.catch_up(), "nothing more is known"
    assert not begun.is_at_end
    begun.replay.read_on()
    assert begun.catch_up()
    begun.replay.read_all()
    assert begun.catch_up()
    assert begun.moment.step == 535
    assert not begun.catch_up()
    begun = Player(Replay(player.replay._path, is_whole=False))
    begun.go_to_end()
    assert 0 < begun.moment.step < 1075
    begun.toggle()
    assert begun.is_playing
    assert begun.moment.step > 0, "it is not at the end yet, so it does not begin anew"
    begun.toggle()
    begun.go_to_row(3)
    begun.replay.read_all()
    assert not begun.catch_up(), "it was sent elsewhere meanwhile"
    begun.go_to_end()
    assert begun.is_at_end
    assert begun.at_end == player.at_end


def test_a_long_run_is_played_fast(tmp_path: Path) -> None:
    path = tmp_path / "metrics.jsonl"
    path.write_text("".join(to_json(event) + "\n" for event in recorded.training(2150)), encoding="utf-8")
    assert Player(Replay(path)).speed == 2, "53.75 s"


def test_what_is_read_ahead_has_come_to_stay(player: Player) -> None:
    before = gc.get_freeze_count()
    player.read_ahead()
    assert gc.get_freeze_count() > before, "full garbage collections skip it"
