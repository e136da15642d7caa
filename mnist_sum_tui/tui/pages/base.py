"""Page: what all pages share: the bar of tabs, the state of the training, the footer, the help."""

from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, ClassVar, TypeVar, cast

from textual.actions import SkipAction
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal
from textual.css.query import NoMatches
from textual.events import Resize
from textual.geometry import Size
from textual.widget import Widget
from textual.widgets import Static

from mnist_sum_tui.runs.events import Event, Progress
from mnist_sum_tui.tui.pages.about import ABOUT
from mnist_sum_tui.tui.pages.too_small import is_cramped, missing
from mnist_sum_tui.tui.session.session import Session
from mnist_sum_tui.tui.session.state_line import state_line
from mnist_sum_tui.tui.textual_fixes import Question, SteadyScreen, pass_on
from mnist_sum_tui.tui.widgets import help_panel
from mnist_sum_tui.tui.widgets.common import Line, put
from mnist_sum_tui.tui.widgets.key_footer import WIDE, KeyFooter

if TYPE_CHECKING:
    from mnist_sum_tui.tui.app import MnistSumApp

Answer = TypeVar("Answer")
PAGES = ("train", "inspect", "draw", "mistakes", "runs", "inside")
"""the pages in the order of the keys F1 to F6, and of Alt with the digit"""
NORMAL = 76
"""the columns from which on the help is beside the page, and not below it"""
STATE_SECONDS = 0.5
READING = "reading the run"  # the name of the thread that does, and what the bar says meanwhile
LEAST_STATE = len("* val. sum 98.76 %    ")
"""columns that the tabs leave to the state of the training, if they can"""


class Tab(Static):
    """The key and the name of a page; a click goes there."""

    def __init__(self, number: int, page: str, is_current: bool) -> None:
        self.name_shown = f"F{number} {page.title()}"
        self.key_shown = self.name_shown if is_current else f"F{number}"
        super().__init__(self.name_shown, markup=False, classes="-current" if is_current else "")
        self.page = page

    def on_click(self) -> None:
        """Go to the page, as its key does."""
        cast("MnistSumApp", self.app).action_page(self.page)


class Page(SteadyScreen[None]):
    """A page of the dashboard. Subclasses define `page_name` and `compose_page`, and may override `on_run_event`.

    It has the keys of all pages. Digits are left to each page, and Escape never leads to another page.
    """

    page_name: ClassVar[str]
    BINDINGS: ClassVar = [
        Binding("question_mark", "help", "Keys"),
        Binding("f9", "app.guide", "Guide", key_display="F9"),
        Binding("q", "app.quit", "Quit"),
        Binding("escape", "back", "Back", show=False),
        *help_panel.SCROLL_KEYS,
        *(  # no priority: with one, a page would open before the keys that were typed before are handled
            Binding(key, f"app.page('{name}')", name.title(), show=False, key_display=shown)
            for place, name in enumerate(PAGES, 1)
            for key, shown in ((f"f{place}", f"F{place}"), (f"alt+{place}", f"Alt+{place}"))
        ),
    ]
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (NORMAL, "-normal"), (WIDE, "-wide"), (170, "-huge")]  # noqa: RUF012
    """in columns; each class holds up to the next"""
    VERTICAL_BREAKPOINTS = [(0, "-short"), (22, "-medium"), (30, "-tall"), (44, "-giant")]  # noqa: RUF012
    """in rows"""
    _focused_before: Widget | None = None
    """the widget that had the focus before it was hidden"""
    _state_room = 0
    """columns that the tabs leave to the state of the training at the present size"""

    def compose(self) -> ComposeResult:
        """Tabs, the page, the footer."""
        self._suit_room()  # at once: with the first size, Textual would style the whole page a second time
        with Horizontal(id="tabs"):
            for number, name in enumerate(PAGES, 1):
                if name == self.page_name or not self.session.is_read_only:  # a visitor has one page
                    yield Tab(number, name, name == self.page_name)
            yield Line(id="other-weights", markup=False)
            yield Line(id="state", markup=False)
        yield from self.compose_page()
        yield KeyFooter()
        yield Static(id="cramped", markup=False)

    def compose_page(self) -> ComposeResult:
        """The widgets between the tabs and the footer; defined by the page."""
        raise NotImplementedError

    @property
    def dashboard(self) -> "MnistSumApp":
        """The app, with what other apps do not have: session, predictions, pages."""
        return cast("MnistSumApp", self.app)

    @property
    def session(self) -> Session:
        """The app's session: the run, its events, requests to it."""
        return self.dashboard.session

    def on_run_event(self, event: Event) -> None:
        """Take in an event of the run; the app calls this on every page that was opened, shown or not."""
        if not isinstance(event, Progress):  # ten per second are too many; the interval shows them
            self.show_state()

    def forget_weights(self) -> None:
        """Forget the chosen weights, because another network is asked now; for pages on which weights are chosen."""

    def take_found(self, take: Callable[..., object], *found: object) -> None:
        """Pass on what a worker's thread has found, unless a newer worker of its group has begun meanwhile."""
        pass_on(self, take, *found)

    def on_mount(self) -> None:
        """Keep the state in the bar up to date."""
        self.set_interval(STATE_SECONDS, self.keep_state)

    def keep_state(self) -> None:
        """Show the state as it is now."""
        self.show_state()

    def on_screen_resume(self) -> None:
        """The page comes into view."""
        self.show_state()

    def on_screen_suspend(self) -> None:
        """Release the mouse, which a drag has captured, because its button may be released elsewhere."""
        self.app.capture_mouse(None)

    def ask(self, question: Question[Answer | None], then: Callable[[Answer], object]) -> None:
        """Open a question; `then` gets the answer, if there is one."""

        def answered(answer: Answer | None) -> None:
            if answer is not None:
                then(answer)

        self.app.push_screen(question, answered)

    # Escape and the help.

    async def action_back(self) -> None:
        """Close the help, or undo the last step on the page; if there is none, Escape does nothing."""
        if self.query(help_panel.HelpPanel):
            await self.action_help()
        elif not self.step_back():
            raise SkipAction

    def step_back(self) -> bool:
        """Undo one step on this page, such as a cursor; returns whether there was anything to undo."""
        return False

    @property
    def about(self) -> str:
        """The help's words about this page."""
        return ABOUT[self.page_name]

    async def action_help(self) -> None:
        """Show the help (the keys, and what one is looking at) beside or below the page, or hide it."""
        panels = self.query(help_panel.HelpPanel)
        if panels:
            await panels.remove()
        else:
            await self.mount(help_panel.HelpPanel())
        self.take_room()
        self.refresh_bindings()  # Escape closes the help first

    def action_scroll_help(self, by: int) -> None:
        """Scroll the help by a page if it is open and too long; otherwise the key goes to another widget."""
        panels = self.query(help_panel.HelpPanel)
        if not panels or not panels.first().max_scroll_y:
            raise SkipAction
        panels.first().turn(by)

    @property
    def room(self) -> Size:
        """Columns and rows that the help leaves to the page; asked 20 times while a page opens."""
        if not any(isinstance(child, help_panel.HelpPanel) for child in self.children):
            return self.size
        if self.size.width < NORMAL:
            return Size(self.size.width, max(self.size.height - help_panel.HEIGHT, 0))
        taken = help_panel.WIDTH if self.size.width >= WIDE else help_panel.NARROW_WIDTH
        return Size(max(self.size.width - taken, 0), self.size.height)

    def _get_breakpoint_classes(self, dimension: int, breakpoints: list[tuple[int, str]]) -> set[str]:
        """Textual's breakpoint classes, computed from the room that the help leaves."""
        taken = self.size.width - self.room.width
        if breakpoints is self.VERTICAL_BREAKPOINTS:
            taken = self.size.height - self.room.height
        return super()._get_breakpoint_classes(dimension - taken, breakpoints)

    # The room.

    def on_resize(self, event: Resize) -> None:
        """Use the layout for this size."""
        was_cramped = self.has_class("-cramped")
        self.set_class(is_cramped(event.size), "-cramped")
        if is_cramped(event.size):
            self._focused_before = self._focused_before if was_cramped else self.focused
            self.query_one("#cramped", Static).update(missing(event.size))
        elif was_cramped:
            self.call_after_refresh(self._focus_again)
        self.call_after_refresh(self.take_room)

    def _focus_again(self) -> None:
        """Give the focus back, which a widget loses while it is hidden."""
        if self.focused is None and self._focused_before is not None and self._focused_before.is_attached:
            self.set_focus(self._focused_before)

    def take_room(self) -> None:
        """Fit the page to its room."""
        if not self.is_mounted:
            return
        for panel in self.query_children(help_panel.HelpPanel):
            panel.set_class(self.size.width < WIDE, "-slim")
            panel.set_class(self.size.width < NORMAL, "-below")
        self._suit_room()
        tabs = [tab for bar in self.query_children("#tabs") for tab in bar.query_children(Tab)]
        width, gap = self.room.width, 1 + (self.room.width >= WIDE)
        is_tight = sum(len(tab.name_shown) + gap for tab in tabs) + LEAST_STATE > width
        for tab in tabs:
            put(tab, tab.key_shown if is_tight else tab.name_shown)
        self._state_room = width - sum(len(str(tab.content)) + gap for tab in tabs)
        self.show_state()

    def _suit_room(self) -> None:
        """Set the breakpoint classes for the room's width and height."""
        names = self._get_breakpoint_classes(self.size.width, self.HORIZONTAL_BREAKPOINTS)
        names |= self._get_breakpoint_classes(self.size.height, self.VERTICAL_BREAKPOINTS)
        every = (*self.HORIZONTAL_BREAKPOINTS, *self.VERTICAL_BREAKPOINTS)
        self.update_classes({name: name in names for _, name in every}, animate=False)

    def show_state(self) -> None:
        """Bring the state of the training in the bar up to date."""
        if self.is_mounted and self.is_current:
            with suppress(NoMatches):  # while the app closes
                line = self.query_one("#state", Line)  # a `query` would go through the whole page, and takes 2 ms
                reading = next((each.name for each in self.app.workers if each.name == READING and each.is_running), "")
                line.say(state_line(self.session, self._state_room - self.tell_weights(), reading))

    def tell_weights(self) -> int:
        """Show in the bar which weights answer, if they are not the usual ones; returns the columns that it takes."""
        return 0
