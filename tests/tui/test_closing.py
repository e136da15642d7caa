"""What comes while the dashboard closes, or looks for a part that is gone by then."""

import os
import signal
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from textual.css.query import NoMatches
from textual.pilot import Pilot

from mnist_sum_tui.tui import launch
from mnist_sum_tui.tui.app import MnistSumApp
from mnist_sum_tui.tui.pages.base import PAGES
from tests.cli.terminals import Child
from tests.tui import recorded
from tests.tui.test_terminal import PROGRAM

LEADER = """
import os, signal, sys
if child := os.fork():
    signal.signal(signal.SIGHUP, lambda *_: None)
    os._exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) % 256)
signal.alarm(50)  # if it does not end by itself
"""
"""makes what follows the child of a leading process that outlives the terminal"""


async def test_what_comes_while_the_app_closes_is_dropped(app: MnistSumApp) -> None:
    """Torch, for example: the form is gone by then."""
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("q")
    app._torch_is_ready()


@pytest.mark.parametrize("page", PAGES[1:])
async def test_a_page_that_opens_while_the_app_closes_ends_in_no_error(page: str, app: MnistSumApp) -> None:
    """F3 and at once q: Textual mounts nothing any more, and the page looks for its parts."""
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        app.exit(0)
        app.switch_mode(page)
    assert not app.return_code


async def test_a_widget_that_is_missing_while_the_screens_are_closed_ends_in_no_error(
    app: MnistSumApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without `exit`: as at the end of a test. The inner widgets go first, while the outer ones still get messages."""
    close = app._close_all

    async def close_while_it_draws() -> None:
        app.screen.call_next(app.query_one, "#none")
        await close()

    monkeypatch.setattr(app, "_close_all", close_while_it_draws)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
    assert not app.return_code


async def test_a_widget_that_is_missing_before_is_an_error(app: MnistSumApp) -> None:
    with pytest.raises(NoMatches):  # noqa: PT012
        async with app.run_test(size=(80, 24)) as pilot:
            app.call_later(app.query_one, "#none")
            await pilot.pause()


async def test_a_state_that_is_told_while_the_page_closes_is_dropped(pilot: Pilot[int]) -> None:
    """As by the thread that watches another process's run."""
    page = recorded.app_of(pilot).train_page
    await page.query_one("#state").remove()
    page.show_state()
    assert page.is_current


def test_a_terminal_that_takes_nothing_ends_the_process_once_the_training_has_saved(
    app: MnistSumApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a signal, while the main thread writes to it: as where it was stopped with Ctrl-S."""
    done = list[object]()
    training: Any = SimpleNamespace(join=lambda _: done.append("saved"))
    main = SimpleNamespace(join=lambda _: done.append("waited"), is_alive=lambda: True)
    monkeypatch.setattr(app, "call_later", lambda *asked: done.append(asked))
    monkeypatch.setattr("threading.main_thread", lambda: main)
    monkeypatch.setattr("os._exit", done.append)
    launch._see_to_it(app, training, signal.SIGTERM)
    assert done == [(app.stop_and_leave, 15), "saved", "waited", 143]
    main.is_alive = lambda: False
    launch._see_to_it(app, None, signal.SIGTERM)
    assert done[4:] == [(app.stop_and_leave, 15), "waited"]


def test_a_dashboard_ends_with_its_terminal_even_if_no_signal_says_so(tmp_path: Path) -> None:
    """The system tells only the leader of the session. Without an end, a thread would read nothing, over and over."""
    program = ["-c", f"{LEADER}{PROGRAM}", str(tmp_path / "runs"), "form"]
    process = Child(program, (24, 80), {**os.environ, "TERM": "xterm-256color"})
    process.expect("Start training")
    process.close()
    assert process.exitstatus == 129
