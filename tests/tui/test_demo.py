"""`mnist-sum demo` in the dashboard: it plays at once, says what happens, and writes nothing."""

import re
from pathlib import Path

import pytest
import typer

from mnist_sum_tui.cli.demo import demo
from mnist_sum_tui.export.demo import NEXT, SECONDS
from mnist_sum_tui.export.recording import RECORDED
from mnist_sum_tui.runs.replay import Replay
from mnist_sum_tui.tui.app import MnistSumApp
from mnist_sum_tui.tui.launch import LaunchOptions
from mnist_sum_tui.tui.predictions.weights import of_session
from mnist_sum_tui.tui.session.player import BySteps, Player
from mnist_sum_tui.tui.session.result import outcome, receipt
from mnist_sum_tui.tui.session.session import Session
from tests.conftest import Cli, is_one_line
from tests.tui import recorded
from tests.tui.recorded import press, until


def test_it_takes_forty_seconds_of_which_the_first_hundred_steps_take_most() -> None:
    replay = Replay(RECORDED.metrics_file)
    player = Player(replay, BySteps(replay, SECONDS))
    assert (player.begins, round(player.ends, 6), player.speed) == (0, SECONDS, 1)
    seconds = {}
    for row in range(len(replay)):
        player.go_to_row(row)
        seconds[player.moment.step] = player.seconds
        player.go_to(player.seconds)
        assert player.moment.step == replay.at(row).step, "there and back"
    assert 10 < seconds[50] - seconds[0] < 20
    assert seconds[1290] == player.ends
    player.go_to(player.ends)
    assert player.is_at_end


async def test_it_plays_with_captions_and_leaves_no_trace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    recorded.without_torch(monkeypatch)
    before = {path: path.stat().st_mtime_ns for path in RECORDED.path.iterdir()}
    app = MnistSumApp(Session(tmp_path / "runs"), replay=RECORDED)
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: "train" in app.pages and app.train_page.player is not None)
        page, view = app.train_page, app.train_page.run_view
        player = page.player
        assert player is not None
        assert player.is_playing

        def said() -> str:
            return str(view.captions.render())

        await pilot.press("space", "home")
        assert said().startswith("In: an image and a number.")
        assert view.captions.display
        assert view.captions.size == (80 - 2, 2)
        player.go_to_row(player.replay.row_at_step(100))
        page.show_moment()
        assert re.match(r"Step \d+: It read .* still a guess", said())
        assert of_session(app.session).chosen.path == RECORDED.epoch_file(0)
        await pilot.press("pagedown")
        assert "seen each image once" in said()
        assert of_session(app.session).chosen.path == RECORDED.epoch_file(1)
        assert str(page.query_one("#tracks").render()).endswith("   last new answers: step 135"), "not old ones"
        await pilot.resize_terminal(160, 40)
        whole = "   sample answers (digit, sum): last new ones in step 135"
        await until(pilot, lambda: str(page.query_one("#tracks").render()).endswith(whole))
        await pilot.resize_terminal(80, 24)
        await pilot.press("end")
        assert all(command in said() for command in NEXT)
        await press(pilot, "escape", "r")
        assert not view.captions.display
        assert "stays as it is" in next(iter(app._notifications)).message
        assert not [row for row in outcome(app.session) if "recorded" in row[1]], "it is not to be trained further"
        await pilot.press("q")
    assert app.return_value == 0
    assert all(command in receipt(app.session) for command in NEXT)
    assert not (tmp_path / "runs").exists()
    assert {path: path.stat().st_mtime_ns for path in RECORDED.path.iterdir()} == before


@pytest.mark.parametrize(
    ("option", "value", "words"), [("--theme", "nope", "unknown theme 'nope'"), ("--fps", "900", "unknown fps '900'")]
)
def test_what_is_unknown_is_refused_in_a_pipe_too(option: str, value: str, words: str, cli: Cli) -> None:
    is_one_line(cli("demo", option, value), 2, words)


@pytest.mark.parametrize(("takes_mouse", "words"), [(True, "can be dragged"), (False, "the arrows choose")])
async def test_without_the_mouse_nothing_is_dragged(takes_mouse: bool, words: str, tmp_path: Path) -> None:
    app = MnistSumApp(Session(tmp_path / "runs"), replay=RECORDED)
    app.takes_mouse = takes_mouse
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: words in str(app.train_page.run_view.captions.render()))


def test_it_takes_the_options_of_the_dashboard(monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[LaunchOptions] = []
    monkeypatch.setattr("mnist_sum_tui.tui.launch.run_dashboard", given.append)
    for module in ("is_terminal", "can_draw"):
        monkeypatch.setattr(f"mnist_sum_tui.cli.demo.{module}", lambda: True)
    with pytest.raises(typer.Exit):
        demo(theme="nord", mouse=False, fps=9)
    assert (given[0].theme, given[0].mouse, given[0].fps) == ("nord", False, 9)
