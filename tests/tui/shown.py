"""What the dashboard shows, with the same events and predictions each time: its pages, and what opens above them."""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from rich.segment import Segment
from textual.app import App
from textual.command import CommandList
from textual.pilot import Pilot
from textual.widget import Widget
from textual.widgets import Input, OptionList

from mnist_sum_tui.machine.stdio import choose_marker
from mnist_sum_tui.tui.app import MnistSumApp
from mnist_sum_tui.tui.pages.inside_words import VIEWS
from mnist_sum_tui.tui.pages.quiz import QuizScreen
from mnist_sum_tui.tui.pages.runs import RunsPage
from mnist_sum_tui.tui.predictions.quiz import Asked
from tests.tui import fixed, recorded
from tests.tui.pages.test_draw import draw
from tests.tui.pages.test_runs import make_three
from tests.tui.recorded import press, settle
from tests.tui.test_snapshots import train as show_training

Show = Callable[[Pilot[int]], Awaitable[None]]


async def form(pilot: Pilot[int]) -> None:
    """Also where the dashboard began without it."""
    page = recorded.app_of(pilot).train_page
    await recorded.until(pilot, lambda: page.is_composed)
    page.show_form()
    await recorded.until(pilot, lambda: page.query("#recipe SelectCurrent"))
    await recorded.until(pilot, lambda: not any("loading torch" in line for line in lines(recorded.app_of(pilot))))


async def inspect(pilot: Pilot[int]) -> None:
    """With words about weights that are not the newest."""
    await fixed.open_page(pilot, "inspect")
    await press(pilot, "w", "b", "comma")
    assert any("epoch 1 \u00b7 Esc" in line for line in lines(recorded.app_of(pilot)))


async def drawing(pilot: Pilot[int]) -> None:
    await fixed.open_page(pilot, "draw")
    await draw(pilot)
    await press(pilot, "space", "left")


async def mistakes(pilot: Pilot[int]) -> None:
    await fixed.open_page(pilot, "mistakes")


async def inside(pilot: Pilot[int]) -> None:
    await fixed.open_page(pilot, "inside")
    await press(pilot, "right", "enter")


async def closer(pilot: Pilot[int]) -> None:
    await inside(pilot)
    await press(pilot, "enter", "down")


async def health(pilot: Pilot[int]) -> None:
    for step in range(10, 500, 10):
        recorded.app_of(pilot).session.add(recorded.health(step))
    await view(pilot, "health")


async def digit_map(pilot: Pilot[int]) -> None:
    await view(pilot, "map")
    await pilot.pause()


async def view(pilot: Pilot[int], name: str) -> None:
    """Choose one of the views of the whole network, which are the last in the list of Inside."""
    await fixed.open_page(pilot, "inside")
    choices = pilot.app.screen.query_one(OptionList)
    choices.highlighted = choices.option_count - len(VIEWS) + list(VIEWS).index(name)
    await pilot.pause()
    await pilot.pause()


async def heat(pilot: Pilot[int]) -> None:
    await fixed.open_page(pilot, "inspect")
    await press(pilot, "h")


async def quiz(pilot: Pilot[int]) -> None:
    await fixed.open_page(pilot, "inspect")
    await pilot.press("z")
    await recorded.until(pilot, lambda: getattr(pilot.app.screen, "waiting", None))
    screen = pilot.app.screen
    assert isinstance(screen, QuizScreen)
    screen.waiting[:] = [Asked(8, 7)]  # an image that is read as another digit
    screen._ask()
    for field in screen.query(Input):
        field.cursor_blink = False
    await press(pilot, "5", "1", "2")


async def runs(pilot: Pilot[int]) -> None:
    make_three(recorded.app_of(pilot).session.runs_folder)
    page = await fixed.opened(pilot, RunsPage)
    await pilot.press("space", "down", "space")
    await recorded.until(pilot, lambda: len(page.curves) == 2)  # which a thread reads
    await settle(pilot)


async def delete(pilot: Pilot[int]) -> None:
    await runs(pilot)
    await press(pilot, "d", "right")


async def go_to(pilot: Pilot[int]) -> None:
    await fixed.open_page(pilot, "inspect")
    await pilot.press("g")
    pilot.app.screen.query_one(Input).cursor_blink = False
    await pilot.pause()


async def guide(pilot: Pilot[int]) -> None:
    await pilot.pause()
    await press(pilot, "f9")


async def keys(pilot: Pilot[int]) -> None:
    await form(pilot)
    await press(pilot, "question_mark")


async def palette(pilot: Pilot[int]) -> None:
    await pilot.pause()
    await pilot.press("ctrl+p")
    await recorded.until(pilot, lambda: pilot.app.screen.query_one(CommandList).option_count)


async def field(pilot: Pilot[int]) -> None:
    """A field that has the focus, and a toast."""
    await form(pilot)
    pilot.app.notify("A notice.", title="Title", severity="error", timeout=600)
    found = pilot.app.screen.query_one("#max_minutes", Input)
    found.cursor_blink = False
    found.focus()
    await pilot.pause()


async def choices(pilot: Pilot[int]) -> None:
    await form(pilot)
    pilot.app.screen.query_one("#recipe").focus()
    await press(pilot, "enter")


SHOWN: dict[str, Show] = {
    "form": form,
    "train": show_training,
    "inspect": inspect,
    "draw": drawing,
    "mistakes": mistakes,
    "inside": inside,
    "closer": closer,
    "table": partial(view, name="table"),
    "health": health,
    "means": partial(view, name="means"),
    "map": digit_map,
    "heat": heat,
    "quiz": quiz,
    "runs": runs,
    "delete": delete,
    "go to": go_to,
    "guide": guide,
    "keys": keys,
    "palette": palette,
    "field": field,
    "choices": choices,
}
"""each page and what opens above them, by what it shows"""


def segments(app: App[Any]) -> list[list[Segment]]:
    """The lines of the screen as the terminal gets them."""
    return [list(strip) for strip in app.screen._compositor.render_strips()]


def lines(app: App[Any]) -> list[str]:
    return ["".join(segment.text for segment in line) for line in segments(app)]


def use_marker(app: MnistSumApp, name: str) -> None:
    """Draw everything again with another marker, without the lines that the widgets have cached."""
    choose_marker(name)
    app.suit_marker()
    for node in app.screen.walk_children(Widget, with_self=True):
        node.notify_style_update()
        node.refresh(layout=True)
        for is_shown, bar in zip(node.scrollbars_enabled, ("vertical_scrollbar", "horizontal_scrollbar"), strict=True):
            if is_shown:
                getattr(node, bar).refresh()
