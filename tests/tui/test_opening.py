"""A page that opens is neither styled nor laid out for nothing; test_app.py has more of this."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from textual.geometry import Size
from textual.pilot import Pilot
from textual.screen import Screen

from mnist_sum_tui.tui.app import MnistSumApp
from mnist_sum_tui.tui.pages.dialogs import Confirm
from mnist_sum_tui.tui.widgets.key_footer import KeyFooter
from tests.tui import fixed, recorded

LARGER = (100, 30)


@pytest.fixture
def laid_out(monkeypatch: pytest.MonkeyPatch) -> list[Size]:
    """The sizes of the terminal for which a screen is laid out."""
    sizes, fit = list[Size](), Screen._screen_resized

    def note(screen: Screen[Any], size: Size) -> None:
        if screen.stack_updates:  # Textual itself lays out nothing before it comes into view
            sizes.append(size)
        fit(screen, size)

    monkeypatch.setattr(Screen, "_screen_resized", note)
    return sizes


async def test_a_page_is_laid_out_once_for_a_size(laid_out: list[Size], pilot: Pilot[int]) -> None:
    assert laid_out == [(80, 24)]
    await pilot.resize_terminal(*LARGER)
    await recorded.until(pilot, lambda: laid_out[-1] == LARGER)
    await pilot.resize_terminal(80, 24)
    await recorded.until(pilot, lambda: laid_out[-1] == (80, 24))
    await pilot.pause()
    assert laid_out == [(80, 24), LARGER, (80, 24)]
    assert pilot.app.screen.size == (80, 24)


async def test_a_page_that_comes_back_fits_the_size_of_now(laid_out: list[Size], pilot: Pilot[int]) -> None:
    app = recorded.app_of(pilot)
    await pilot.press("f5")
    await pilot.resize_terminal(*LARGER)
    await pilot.press("f1")
    await recorded.until(pilot, lambda: app.screen is app.train_page)
    assert app.screen.size == LARGER
    assert app.screen.has_class("-tall")


async def test_pages_and_dialogs_have_the_styles_of_their_own_sheets(
    app: MnistSumApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Though these are read after the screen was made, if it opens before the app has read them in advance."""
    monkeypatch.setattr(MnistSumApp, "_warm_up", lambda _: None)
    async with app.run_test(size=(120, 36)) as pilot:
        await fixed.open_page(pilot, "mistakes")
        assert app.screen.styles.overflow_y == "hidden"
        assert app.screen.query_one("#gallery").region.height > 9
        app.push_screen(Confirm("Really?", "It is gone then."))
        await recorded.until(pilot, lambda: app.screen.query(".dialog") and app.screen.query_one(".dialog").region)
        left, top = app.screen.query_one(".dialog").region.offset
        assert (left, top) >= (28, 10), "in the middle"
        footer = app.screen.query_one(KeyFooter)
        assert str(footer.render()).split() == ["n", "Keep", "y", "Delete"], "as the buttons, and no key of the page"
        assert footer.region.bottom == 36


async def test_tasks_start_in_the_order_of_python_3_11(tmp_path: Path) -> None:
    """`run`, which starts tasks at once from Python 3.12 on, cannot be tested without a terminal, but its loop can."""
    loop = asyncio.get_running_loop()
    loop.set_task_factory(lambda loop, coro, **options: asyncio.Task(coro, loop=loop, **options))
    async with recorded.new_app(tmp_path).run_test():
        assert loop.get_task_factory() is None
