"""Page: what the five pages have in common: the bar of tabs, the state of the training, the footer."""

from typing import TYPE_CHECKING, ClassVar, cast

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal
from textual.events import Resize
from textual.geometry import Size
from textual.message import Message
from textual.widgets import Footer, Static
from textual.worker import get_current_worker

from mnist_sum_tui.formatting import percent
from mnist_sum_tui.glyphs import BRAILLE
from mnist_sum_tui.runs.events import Event, Progress
from mnist_sum_tui.training.coach import has_learned
from mnist_sum_tui.tui.session.session import Session
from mnist_sum_tui.tui.textual_fixes import SteadyScreen
from mnist_sum_tui.tui.widgets.common import Line

if TYPE_CHECKING:
    from mnist_sum_tui.tui.app import MnistSumApp

PAGES = ("train", "inspect", "draw", "mistakes", "runs")
"""in the order of the keys 1 to 5"""
NORMAL = 76
"""columns from which whole words stand in the bar of tabs"""
WIDE = 112
"""columns from which the footer need not save room"""
SMALLEST = Size(40, 10)
"""columns and rows below which a page says only that there is no room"""
TOO_SMALL = f"Too small: make the terminal at least {SMALLEST.width} columns wide and {SMALLEST.height} rows high."
STATE_SECONDS = 0.5
WATCHING = f"watching {BRAILLE.between} "
RUNNING = (BRAILLE.on, BRAILLE.watched)
"""trained here, and by another process; where there is no room, the figures say more than the epoch"""
ENDS = {"completed": (BRAILLE.right, "done"), "stopped": (BRAILLE.stopped, "stopped")}


def is_cramped(size: Size) -> bool:
    """Whether there is too little room to show anything."""
    return size.width < SMALLEST.width or size.height < SMALLEST.height


class Tab(Static):
    """The name of a page; a click goes there."""

    def __init__(self, number: int, page: str, is_current: bool) -> None:
        super().__init__(f"{number} {page.title()}", markup=False, classes="-current" if is_current else "")
        self.page = page

    def on_click(self) -> None:
        """Go to the page."""
        self.app.switch_mode(self.page)


class Page(SteadyScreen[None]):
    """A page of the dashboard. Subclasses give `page_name` and `compose_page`, and may take up `on_run_event`."""

    page_name: ClassVar[str] = ""
    BINDINGS: ClassVar = [  # these come first in the footer, so that no width cuts them off
        Binding("q", "app.quit", "Quit"),
        Binding("question_mark", "app.help", "Keys"),
    ]
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (NORMAL, "-normal"), (WIDE, "-wide"), (170, "-huge")]  # noqa: RUF012
    """in columns; each class holds up to the next"""
    VERTICAL_BREAKPOINTS = [(0, "-short"), (22, "-medium"), (30, "-tall"), (44, "-giant")]  # noqa: RUF012
    """in rows"""

    def compose(self) -> ComposeResult:
        """Tabs, the page, the footer."""
        with Horizontal(id="tabs"):
            for number, name in enumerate(PAGES, 1):
                yield Tab(number, name, name == self.page_name)
            yield Line(state_line(self.session), id="state", markup=False)
        yield from self.compose_page()
        yield Footer()
        yield Static(TOO_SMALL, id="cramped", markup=False)

    def compose_page(self) -> ComposeResult:
        """What stands between the tabs and the footer."""
        return iter(())

    @property
    def session(self) -> Session:
        """The app's session: the run, its events, the way back into it."""
        return cast("MnistSumApp", self.app).session

    def on_run_event(self, event: Event) -> None:
        """An event of the run; the app calls this on every page that was opened, whether it is shown or not."""
        if not isinstance(event, Progress):  # ten a second are too many; the clock takes care of them
            self.show_state()

    def forget_weights(self) -> None:
        """Another network is to be asked, whatever weights were chosen before; to be given by a page that chooses."""

    def post_found(self, message: Message) -> None:
        """Post what a worker's thread has found, unless a newer one of its group has begun, which may be quicker."""
        if not get_current_worker().is_cancelled:
            self.post_message(message)

    def on_mount(self) -> None:
        """Keep the state in the bar up to date."""
        self.set_interval(STATE_SECONDS, self.show_state)

    def on_screen_resume(self) -> None:
        """The page comes into view."""
        self.show_state()

    def on_resize(self, event: Resize) -> None:
        """Let the footer save room where there is little."""
        self.set_class(is_cramped(event.size), "-cramped")
        for footer in self.query(Footer):
            footer.compact = event.size.width < WIDE
        self.show_state()

    def show_state(self) -> None:
        """Bring the state of the training in the bar up to date."""
        if self.is_mounted and self.is_current:
            line = self.query_one("#state", Line)
            line.say(state_line(self.session, line.size.width or self.size.width))


def state_line(session: Session, room: int = 200) -> str:
    """The training at a glance, as much as fits: `● epoch 2/5 · validation: digit 99.1 %, sum 98.7 %`."""
    mark, words = _state(session)
    forms = [f"{mark} {words} "]
    found = session.accuracies
    if found is not None and session.error is None:
        kind, digit, total = found[0], percent(found[1], 1), percent(found[2], 1)
        both, short = f"digit {digit}, sum {total}", f"{digit} / {total}"
        forms = [f"{mark} {words} {BRAILLE.between} {figures} " for figures in (f"{kind}: {both}", both, short)]
        forms.append(f"{mark} {short} " if mark in RUNNING else f"{mark} {words} ")
    return next((form for form in forms if len(form) <= room), forms[-1])


def _state(session: Session) -> tuple[str, str]:
    """A symbol and what it stands for."""
    started, done = session.started, session.finished
    if session.is_live:
        if started is None:
            return RUNNING[0], "getting ready"
        if session.is_paused:
            return BRAILLE.paused, "paused"
        where = f"epoch {session.events[-1].epoch if session.events else 1}/{started.epochs}"
        return (RUNNING[1], WATCHING + where) if session.is_watching else (RUNNING[0], where)
    if session.error is not None:
        return BRAILLE.wrong, "failed"
    if done is not None:
        if not has_learned(done):
            return BRAILLE.wrong, "learned nothing"
        return ENDS.get(done.reason, (BRAILLE.wrong, done.reason))
    return (BRAILLE.cut, "cut off") if session.is_watching else (BRAILLE.off, "ready")
