"""Random keys, mouse events and sizes, faster than any user, while a real network trains.

Toasts appear too, as in a terminal; `run_test` has them only if asked for.
"""

import asyncio
import random
from pathlib import Path

import pytest
from textual import events
from textual.driver import Driver
from textual.geometry import Size
from textual.pilot import Pilot
from textual.widgets._toast import Toast

from mnist_sum_tui.config import TrainConfig
from mnist_sum_tui.tui.app import MnistSumApp
from mnist_sum_tui.tui.pages.base import Page
from mnist_sum_tui.tui.session.session import Session
from tests.tui.recorded import until

NAMED = (
    "up", "down", "left", "right", "shift+left", "shift+right", "tab", "shift+tab", "enter", "escape", "backspace",
    "delete", "home", "end", "pageup", "pagedown", "f1", "f2", "f3", "f4", "f5", "f6", "f9", "alt+3", "ctrl+p",
    "ctrl+c", "ctrl+q",
)  # fmt: skip
PLAIN = "0123456789abcdefghijklmnopqrstuvwxyz[]?,. /-+ "
MOUSE = (
    events.MouseMove,
    events.MouseMove,
    events.MouseDown,
    events.MouseUp,
    events.MouseScrollDown,
    events.MouseScrollUp,
)
SETTLE_EVERY = 25
"""number of events between short pauses"""


class Storm:
    """A source of random events, always the same for a seed."""

    def __init__(self, seed: int, size: Size) -> None:
        self.chance = random.Random(seed)
        self.size = size

    def key(self) -> events.Key:
        if self.chance.random() < 0.4:
            return events.Key(self.chance.choice(NAMED), None)
        character = self.chance.choice(PLAIN)
        return events.Key("space" if character == " " else character, character)

    def mouse(self) -> events.MouseEvent:
        x, y = self.chance.randrange(self.size.width), self.chance.randrange(self.size.height)
        kind, button = self.chance.choice(MOUSE), self.chance.choice((0, 1, 1, 3))
        return kind(None, x, y, 0, 0, button, False, False, False, x, y)

    def resize(self) -> events.Resize:
        self.size = Size(self.chance.randint(1, 300), self.chance.randint(1, 100))
        return events.Resize(self.size, self.size)

    def next(self, resizes: float) -> events.Event:
        kind = self.chance.random()
        return self.resize() if kind < resizes else self.mouse() if kind < 0.4 else self.key()


async def _rage(pilot: Pilot[int], storm: Storm, count: int, resizes: float) -> None:
    """Send `count` events through the driver, as if they came from the terminal."""
    driver = pilot.app._driver
    assert isinstance(driver, Driver)
    for place in range(count):
        event = storm.next(resizes)
        if isinstance(event, events.Resize):
            driver._size = event.size
        driver.process_message(event)
        if place % SETTLE_EVERY == 0:
            pilot.app.notify(f"[/{place}] \x1b[31m", title="[storm", timeout=0.5)
            await asyncio.sleep(0.02)  # not pilot.pause(): it waits until the CPU is idle, and this process trains
    await pilot.pause()


async def _close_what_is_open(pilot: Pilot[int]) -> None:
    """Press Escape until no dialog is over the page, at most 20 times."""
    for _ in range(20):
        await pilot.press("escape")
        if isinstance(pilot.app.screen, Page):
            break


@pytest.mark.parametrize(
    ("seed", "count", "resizes"),
    [
        (0, 400, 0.1),
        pytest.param(1, 10_000, 0.0, marks=pytest.mark.slow),
        pytest.param(2, 1_000, 1.0, marks=pytest.mark.slow),
        pytest.param(3, 5_000, 0.1, marks=pytest.mark.slow),
    ],
)
async def test_the_app_survives_random_events(
    seed: int, count: int, resizes: float, small_data: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(MnistSumApp, "exit", lambda *_, **__: None)  # no event ends the test early
    monkeypatch.setattr(MnistSumApp, "save_screen", lambda *_, **__: None)  # the palette could write a file
    config = TrainConfig.of("standard", model="compact", epochs=10_000, threads=1, data_dir=small_data, keep=0)
    app = MnistSumApp(Session(tmp_path / "runs", small_data), config, form_defaults=config)
    async with app.run_test(size=(120, 36), notifications=True) as pilot:
        await until(pilot, lambda: app.session.events)
        assert app.thread is not None
        await _rage(pilot, Storm(seed, app.size), count, resizes)
        await pilot.resize_terminal(80, 24)
        await _close_what_is_open(pilot)
        app.set_focus(None)
        await pilot.press("f5", "escape", "f1")  # a question of the page Runs may have stayed open there
        await _close_what_is_open(pilot)  # the guide may have taken until now to open
        assert isinstance(app.screen, Page)
        assert app.current_mode == "train"
        assert app.session.error is None
        app.notify("[/after] the storm")
        await until(pilot, lambda: app.screen.query(Toast))
        if app.session.control is not None:
            app.session.control.stop()
        app.thread.join(30)
        assert not app.thread.is_alive()
