"""The rate finder of the form: its button, its chart, and what Enter and Escape do."""

import threading
import time
from collections.abc import Callable, Sequence

import pytest
from textual.events import Key as Event
from textual.pilot import Pilot
from textual.widgets import Button, Input, Label

from mnist_sum_tui.config import TrainConfig
from mnist_sum_tui.errors import DataError
from mnist_sum_tui.training.lr_finder import RATES, RateTest, suggest
from mnist_sum_tui.tui.pages.guide import GuideScreen
from mnist_sum_tui.tui.pages.rate_finder import RateFinder
from mnist_sum_tui.tui.widgets.chart import Chart
from mnist_sum_tui.tui.widgets.key_footer import Key, keys_of
from tests.tui import recorded
from tests.tui.recorded import press, settle, until
from tests.tui.shown import lines

IsOver = Callable[[Sequence[float]], bool]
FOUND = suggest([2.5 - 2 / (1 + (0.001 / rate) ** 2) for rate in RATES])


@pytest.fixture
def terminal_size() -> tuple[int, int]:
    return 80, 24


def with_test(
    monkeypatch: pytest.MonkeyPatch, find: Callable[[TrainConfig, Callable[[Sequence[float]], bool]], RateTest]
) -> None:
    monkeypatch.setattr("mnist_sum_tui.training.lr_finder.find_rate", find)


async def opened(pilot: Pilot[int]) -> RateFinder:
    recorded.app_of(pilot).train_page.form.query_one("#find-rate", Button).press()
    await pilot.pause()
    await pilot.pause()
    assert isinstance(pilot.app.screen, RateFinder)
    return pilot.app.screen


async def is_done(pilot: Pilot[int], screen: RateFinder) -> None:
    await settle(pilot)
    await pilot.pause()
    assert screen.query_one(Chart).region.height >= 8


def rate_in_form(pilot: Pilot[int]) -> str:
    return recorded.app_of(pilot).train_page.form.query_one("#lr", Input).value


async def test_escape_leaves_the_suggestion_and_enter_takes_it(
    pilot: Pilot[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[TrainConfig] = []

    def find(config: TrainConfig, _: IsOver) -> RateTest:
        asked.append(config)
        return FOUND

    with_test(monkeypatch, find)
    recorded.app_of(pilot).train_page.form.query_one("#batch_size", Input).value = "64"
    for key, rate in (("escape", "0.002"), ("enter", f"{FOUND.suggestion:g}")):
        screen = await opened(pilot)
        await is_done(pilot, screen)
        assert asked.pop().batch_size == 64
        assert not asked
        lines = ["".join(text for text, _ in line) for line in screen.query_one(Chart).drawing.lines]
        assert any("middle" in line for line in lines)
        words = str(screen.query_one("#rate-words", Label).visual)
        assert f"middle   {FOUND.suggestion:g}:" in words
        assert "set now  0.002: the recipe's own, for whole trainings, not 100 steps" in words
        keys = Key("enter", "enter", "Take the middle"), Key("escape", "esc", "Leave it")
        assert keys_of(pilot.app.screen)[0] == [*keys]
        await press(pilot, key)
        assert not isinstance(pilot.app.screen, RateFinder)
        assert rate_in_form(pilot) == rate


async def test_escape_ends_a_test_that_runs_and_enter_waits_for_it(
    pilot: Pilot[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = threading.Event()

    def find(_: TrainConfig, is_over: IsOver) -> RateTest:
        begun.set()
        while not is_over([2.0, 1.5, 1.0]):
            time.sleep(0.02)  # a step
        return FOUND

    with_test(monkeypatch, find)
    screen = await opened(pilot)
    assert begun.wait(30)
    await until(pilot, lambda: "at rates from 1e-6 to 10: step " in str(screen.query_one("#rate-words", Label).visual))
    drawn = screen.query_one(Chart).plot
    assert drawn is not None
    assert [len(curve.x) for curve in drawn.curves] == [3], "the curve so far"
    assert not any(key.words == "Take the middle" for key in keys_of(pilot.app.screen)[0])
    await pilot.press("enter")
    assert isinstance(pilot.app.screen, RateFinder)
    await pilot.press("escape")
    await settle(pilot)
    assert not isinstance(pilot.app.screen, RateFinder)
    assert rate_in_form(pilot) == "0.002"


async def test_what_goes_wrong_is_a_sentence(pilot: Pilot[int], monkeypatch: pytest.MonkeyPatch) -> None:
    def find(_: TrainConfig, __: IsOver) -> RateTest:
        raise DataError("x/[b]: is missing")

    with_test(monkeypatch, find)
    screen = await opened(pilot)
    await is_done(pilot, screen)
    assert str(screen.query_one("#rate-words", Label).visual) == "x/[b]: is missing"
    await press(pilot, "enter", "escape")
    assert not isinstance(pilot.app.screen, RateFinder)


@pytest.mark.usefixtures("fake")
@pytest.mark.parametrize("names", [("start", "find-rate"), ("find-rate", "start"), ("find-rate", "find-rate")])
async def test_of_two_buttons_that_are_pressed_at_once_the_first_counts(
    names: tuple[str, str], pilot: Pilot[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As by keys that were typed ahead: the test ran beside the training, and twice."""
    with_test(monkeypatch, lambda *_: FOUND)
    app = recorded.app_of(pilot)
    for name in names:
        app.train_page.form.query_one(f"#{name}", Button).press()
    await settle(pilot)
    await pilot.pause()
    finders = [screen for screen in app.screen_stack if isinstance(screen, RateFinder)]
    assert (app.session.is_training, len(finders)) == ((True, 0) if names[0] == "start" else (False, 1))
    if app.session.control is not None:
        app.session.control.stop()


async def test_it_opens_over_no_other_page(pilot: Pilot[int], monkeypatch: pytest.MonkeyPatch) -> None:
    with_test(monkeypatch, lambda *_: FOUND)
    app = recorded.app_of(pilot)
    await until(pilot, lambda: app.train_page.form.query(Button))
    app.train_page.form.query_one("#find-rate", Button).focus()
    await pilot.pause()
    for key in ("enter", "f9"):  # typed ahead
        app.post_message(Event(key, None))
    await settle(pilot)
    await pilot.pause()
    assert isinstance(app.screen, GuideScreen)


async def test_in_80_columns_no_letters_of_the_form_stand_beside_it(
    pilot: Pilot[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    with_test(monkeypatch, lambda _, __: FOUND)
    await is_done(pilot, await opened(pilot))
    rows = [line.rstrip() for line in lines(recorded.app_of(pilot))]
    first, last = (next(row for row, line in enumerate(rows) if sign in line) for sign in "\u256d\u2570")
    assert {(line[0], len(line)) for line in rows[first + 1 : last]} == {("\u2502", 80)}
