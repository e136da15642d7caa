"""The commands of the palette, in plain words: the pages, what is set once, and what belongs to no page."""

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING, Any

from textual.app import SystemCommand
from textual.command import DiscoveryHit, Hits
from textual.screen import Screen
from textual.system_commands import SystemCommandsProvider
from textual.widgets import Button

from mnist_sum_tui.tui.pages.base import PAGES, Page
from mnist_sum_tui.tui.predictions.weights import IN_PACKAGE, asked_run
from mnist_sum_tui.tui.widgets.help_panel import TEXTUAL_KEYS, named_keys

if TYPE_CHECKING:
    from mnist_sum_tui.tui.app import MnistSumApp

SHOWN_THERE = {
    "train": "Start a training and watch loss and accuracy",
    "inspect": "A test image and a number: what the network answers",
    "draw": "Draw a digit, and the network reads it",
    "mistakes": "Which digits it misreads, and how sure it is then",
    "runs": "All trainings, their results, and the curves of those marked",
    "inside": "What each layer makes of an image, and where the network looks",
}
"""what each page is for"""


class Commands(SystemCommandsProvider):
    """Offers the commands in their own order, the pages by their keys; Textual's class sorts them by name."""

    async def discover(self) -> Hits:
        """All commands, before anything is typed, but not the page's keys, which its footer shows."""
        for name, about, call, is_listed in self.app.get_system_commands(self.screen):
            if is_listed:
                yield DiscoveryHit(name, call, help=about)


def of_the_page(screen: Screen[Any]) -> Iterator[SystemCommand]:
    """What the keys and the buttons of the screen do, for those who search for it by its name."""
    for key in named_keys(screen):
        if key.is_enabled and not key.is_general and " " not in key.shown:  # several keys have no single action
            do = partial(screen.app.run_action, key.action, key.node)
            yield SystemCommand(key.words, f"On this page: key {key.shown}", do, discover=False)
    for button in screen.query(Button):
        if button.display and not button.disabled:
            yield SystemCommand(str(button.label), "A button on this page", button.press, discover=False)


def of_other_pages(app: "MnistSumApp", screen: Page) -> Iterator[SystemCommand]:
    """What the keys of the other pages do: each leads to its page, because what the key needs is chosen there."""
    told = {"Quiz", *TEXTUAL_KEYS, *(binding.description for _, binding in screen._merge_bindings())}
    for place, name in enumerate(PAGES, 1):
        for _, binding in app.page_class(name)._merge_bindings():
            if binding.description and binding.description not in told:
                told.add(binding.description)
                said = f"Goes to page {name.title()} (F{place}), where key {app.get_key_display(binding)} does it"
                yield SystemCommand(binding.description, said, partial(_lead_to, app, name), discover=False)


async def _lead_to(app: "MnistSumApp", name: str) -> None:
    """Go to a page; on page Runs the cursor goes to the run that the page before was about."""
    await app.switch_mode(name)
    if name == "runs" and app.current_mode == name and (run := asked_run(app.session)) is not None:
        page: Any = app.pages[name]
        page.call_later(page.turn_to, run)  # when the page is in view


def commands(app: "MnistSumApp", screen: Screen[Any]) -> Iterator[SystemCommand]:
    """What the palette offers on this screen."""
    if not app.session.is_read_only:  # a visitor has one page
        for place, name in enumerate(PAGES, 1):
            yield SystemCommand(f"{name.title()} (F{place})", SHOWN_THERE[name], partial(app.action_page, name))
        said = "Ten test images for you and the network: who reads and adds better?"
        yield SystemCommand("Quiz", said, app.action_quiz)
        said = "The pages ask the network in the package, not those of your runs; Escape there goes back"
        what = "Use the built-in network"
        if app.session.weights == IN_PACKAGE:
            what, said = "Use your runs again", "The pages ask the run that is open, or the newest that has learned"
        yield SystemCommand(what, said, app.action_built_in)
    yield SystemCommand("Guide", "Read about networks, recipes, accuracy, speed; ten experiments", app.action_guide)
    if isinstance(screen, Page):
        is_helped = bool(screen.query("HelpPanel"))
        said = "Hide the help of this page" if is_helped else "Show the keys of this page and what it is about"
        yield SystemCommand("Keys", said, partial(app.call_later, screen.action_help))
    yield from of_the_page(screen)
    if isinstance(screen, Page) and not app.session.is_read_only:
        yield from of_other_pages(app, screen)
    yield SystemCommand("Theme", "Choose the colours from a list", app.action_change_theme)
    picture = partial(app.set_timer, 0.1, app.save_screen)  # when the palette is gone
    yield SystemCommand("Screenshot", "Save a picture of the screen as SVG, and say where", picture)
    yield SystemCommand("Quit", "Leave; asks first if a training runs here", app.action_quit)
