"""MnistSumApp: the pages, the command palette and the help. What it does with a run is in run_app.py and leaving.py."""

import asyncio
import gc
from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime
from functools import cached_property, partial
from importlib import import_module
from typing import TYPE_CHECKING, Any, ClassVar

from textual.app import SystemCommand
from textual.binding import Binding
from textual.events import Event, Key, MouseEvent
from textual.screen import Screen
from textual.theme import ThemeProvider
from textual.widget import AwaitMount
from textual.widgets import Input

from mnist_sum_tui import settings
from mnist_sum_tui.config import TrainConfig
from mnist_sum_tui.errors import RunError, UsageError
from mnist_sum_tui.recipes import QUICK_MODEL
from mnist_sum_tui.runs.run import Run
from mnist_sum_tui.tui import looks
from mnist_sum_tui.tui.pages.base import PAGES, Page
from mnist_sum_tui.tui.pages.dialogs import LineQuestion, QuitScreen
from mnist_sum_tui.tui.pages.resume_run import ResumeRun
from mnist_sum_tui.tui.pages.too_small import is_cramped
from mnist_sum_tui.tui.pages.train import TrainPage
from mnist_sum_tui.tui.patient_palette import Palette
from mnist_sum_tui.tui.run_app import RunningApp
from mnist_sum_tui.tui.session.messages import OpenInInspect, ReplayRun, StartTraining
from mnist_sum_tui.tui.session.run_threads import warm_up
from mnist_sum_tui.tui.session.session import Session
from mnist_sum_tui.tui.textual_fixes import SteadyInput, mend

if TYPE_CHECKING:
    from textual.command import Provider

    from mnist_sum_tui.tui.predictions.worker import PredictionWorker

LEAVING = ("q", "ctrl+c", "ctrl+q")
SWAPPED = {a: b for digit in range(10) for a, b in ((f"{digit}", f"alt+{digit}"), (f"alt+{digit}", f"{digit}"))}
"""pairs of keys that are exchanged if the digits choose pages"""
NOTE_SECONDS = 15.0
"""how long a wrong setting is shown"""
REPLAY_ALONE = 1.0
"""seconds that the import of torch leaves to a replay's first moment, which does without"""


def palette_commands() -> "type[Provider]":
    """What the palette offers before anything is typed, and what it searches; it is imported only when it opens."""
    from mnist_sum_tui.tui.palette import Commands

    return Commands


class MnistSumApp(RunningApp):
    """The dashboard."""

    COMMANDS: ClassVar = {palette_commands}
    TITLE = "mnist-sum"
    DEFAULT_MODE = "train"
    CSS_PATH: ClassVar = ["app.tcss", "form.tcss"]
    BINDINGS: ClassVar = [
        Binding("ctrl+q", "quit", "Quit", show=False, priority=True),
        Binding("ctrl+c", "interrupt", "Quit", show=False, priority=True),
    ]

    def __init__(
        self,
        session: Session,
        start: TrainConfig | None = None,
        resume: Run | None = None,
        form_defaults: TrainConfig | None = None,
        run_name: str = "",
        watch: Run | None = None,
        replay: Run | None = None,
    ) -> None:
        super().__init__(session, run_name)
        self.takes_mouse = True
        """whether the terminal gives it the mouse"""
        self.has_mouse = False
        """whether any event of the mouse has come so far"""
        self.has_few_colours = False
        """whether the terminal has 16 colours"""
        self._swapped: dict[str, str] = {}
        if not session.is_read_only and settings.find("digits").value == "pages":  # a visitor has no settings
            self._swapped = SWAPPED
        mend()
        session.is_loading = not session.is_read_only  # a visitor's dashboard loads none
        self._start, self._resume, self._watch, self._replay = start, resume, watch, replay
        self._defaults = form_defaults or TrainConfig(model=QUICK_MODEL)
        for name in ("train",) if session.is_read_only else PAGES:  # a visitor has no other page, whatever asks for it
            self.add_mode(name, partial(self._open, name))

    async def on_event(self, event: Event) -> None:
        """In a terminal that is too small to show anything, only the keys that leave work."""
        self.has_mouse = self.has_mouse or isinstance(event, MouseEvent)
        is_key = isinstance(event, Key) and event.key not in LEAVING and not event.is_forwarded
        if is_key and is_cramped(self.size) and not isinstance(self.screen, QuitScreen):
            return
        if isinstance(event, Key) and event.is_forwarded and (event.is_printable or event.key == "enter"):
            question = self.screen
            if isinstance(question, LineQuestion | ResumeRun):  # whose field lets none of these through: it comes early
                question.call_after_refresh(self._type, question, event)
                return
        if isinstance(event, Key) and event.key in self._swapped and not isinstance(self.focused, Input):
            event = event if event.is_forwarded else Key(self._swapped[event.key], None)
        await super().on_event(event)

    def _type(self, question: Screen[Any], event: Key) -> None:
        """Type a key that was typed before the field of the question had the focus."""
        if question.is_active and isinstance(question.focused, SteadyInput):
            question.focused._forward_event(Key(event.key, event.character))

    def on_load(self) -> None:
        """Have tasks start later and not at once, which Textual 8 asks for from Python 3.12 on.

        At once, the first page would be composed before it is on the stack of screens, and its fields ask for a screen.
        """
        asyncio.get_running_loop().set_task_factory(None)

    def on_mount(self) -> None:
        """Show the first page, and only then import torch; say what is wrong with the settings, which nobody saw."""
        self.call_after_refresh(self.set_timer, 0.05, self._begin)
        if not self.session.is_read_only:
            values, wrong = settings.read()
            if (error := looks.trouble_with(str(values.get("theme", looks.DEFAULT)))) is not None:
                wrong.append(str(error))
            for line in settings.told(wrong):
                self.notify(line, title="Settings", severity="warning", timeout=NOTE_SECONDS)

    def _begin(self) -> None:
        if not self.train_page.is_composed:  # a busy machine may take longer
            self.set_timer(0.05, self._begin)
            return
        gc.enable()  # which launch.py turned off
        if self._start is not None:
            self.post_message(StartTraining(self._start, self._resume, self.run_name))
        elif self._watch is not None:
            self.watch_or_open(self._watch)
        elif self._replay is not None:
            self.post_message(ReplayRun(self._replay))
        if self._replay is not None:
            self.set_timer(REPLAY_ALONE, self._warm_up)
        else:
            self._warm_up()

    def _warm_up(self) -> None:
        """Read the style sheets of the other pages and import torch: both take time, and the first page stands now."""
        self._read_sheets()
        if not self.session.is_read_only:
            warm_up(lambda: self.call_later(self._torch_is_ready))

    def _read_sheets(self) -> None:
        from mnist_sum_tui.tui.pages.predicting import SHEETS

        if not self.stylesheet.has_source(str(SHEETS[0])):
            self.stylesheet.read_all(SHEETS)
            self.stylesheet.parse()

    def _torch_is_ready(self) -> None:
        self.session.is_loading = False
        if self.train_page.is_composed:  # the app may be closing
            for page in self.pages.values():
                page.show_state()
            self.train_page.torch_is_ready()

    def _open(self, name: str) -> Screen[Any]:
        """Make a page when it is first asked for."""
        if name == "train":
            is_for_a_run = self._watch is not None or self._replay is not None or self.session.is_read_only
            self.pages[name] = TrainPage(self._defaults, not is_for_a_run)
        else:
            self._read_sheets()
            self.pages[name] = self.page_class(name)()
        # Each of its widgets is styled when it is mounted; otherwise Textual 8 styles the page before it twice, too.
        self.pages[name]._css_update_count = self._css_update_count
        return self.pages[name]

    @staticmethod
    def page_class(name: str) -> type[Page]:
        """The class of a page. It is imported only now, because the first frame does without all but Train."""
        found: type[Page] = getattr(import_module(f"{__package__}.pages.{name}"), f"{name.title()}Page")
        return found

    @cached_property
    def predictions(self) -> "PredictionWorker":
        """The worker that makes the pages' predictions; made on first use, because it imports numpy."""
        from mnist_sum_tui.tui.predictions.worker import PredictionWorker

        return PredictionWorker(self.session)

    # Pages.

    def action_page(self, name: str) -> None:
        """Go to a page, unless a question is open."""
        if self.session.is_read_only and name != "train":
            self.notify("Here a run is only watched; mnist-sum tui has all pages.")
        elif isinstance(self.screen, Page):
            self.switch_mode(name)

    def switch_mode(self, mode: str) -> AwaitMount:
        """Go to a page, unless a question is open: it would be left behind there, and asked again at the next visit."""
        return super().switch_mode(mode) if isinstance(self.screen, Page) else AwaitMount(self.screen, [])

    async def on_open_in_inspect(self, message: OpenInInspect) -> None:
        """Show a test image on the page Inspect, unless a question was opened since it was asked for."""
        await self.switch_mode("inspect")
        if self.current_mode == "inspect":
            page: Any = self.pages["inspect"]
            page.call_later(page.open_image, message)  # when the page is in view

    # The keys, the palette and the help.

    def use_theme(self, name: str) -> None:
        """Show everything in this theme, or, with 16 colours, in its replacement."""
        self.theme = looks.IN_FEW_COLOURS.get(name, name) if self.has_few_colours else name

    def get_key_display(self, binding: Binding) -> str:
        """The name of a key; for a digit that is exchanged, the key to press."""
        shown = super().get_key_display(binding)
        if self._swapped and "0-9" in shown:
            return shown.replace("0-9", "Alt+0-9")
        if self._swapped and binding.key in SWAPPED:
            return shown.removeprefix("Alt+") if shown.startswith("Alt+") else f"Alt+{shown}"
        return shown

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer no palette to a visitor, for whom it does not open."""
        is_closed = action == "command_palette" and self.session.is_read_only
        return not is_closed and super().check_action(action, parameters)

    def action_command_palette(self) -> None:
        """Open the command palette, unless a question is open."""
        self._open_palette(Palette(placeholder="Search for commands ..."))  # no id: the last one may still be closing

    def search_themes(self) -> None:
        """Open the palette of themes, unless a question is open."""
        self._open_palette(Palette(providers=[ThemeProvider], placeholder="Search for themes ..."))

    def _open_palette(self, palette: Palette) -> None:
        if isinstance(self.screen, Page) and not self.session.is_read_only:
            self.push_screen(palette)

    def action_guide(self) -> None:
        """Open the guide, unless a question is open."""
        if isinstance(self.screen, Page):
            from mnist_sum_tui.tui.pages.guide import GuideScreen

            self.push_screen(GuideScreen())

    def action_quiz(self) -> None:
        """Open the quiz, unless a question is open."""
        if isinstance(self.screen, Page):
            from mnist_sum_tui.tui.pages.quiz import QuizScreen

            self.push_screen(QuizScreen(self.session, self.predictions))

    def action_built_in(self) -> None:
        """Have all pages ask the network in the package, until Escape, a training, or another run; or take it back."""
        from mnist_sum_tui.tui.pages.weights_bar import WeightsPage
        from mnist_sum_tui.tui.predictions.weights import IN_PACKAGE, of_session

        is_taken_back = self.session.weights == IN_PACKAGE
        with suppress(UsageError):  # the opened run has no weights
            if not is_taken_back and of_session(self.session).chosen == IN_PACKAGE:
                self.notify("The built-in network is asked already: no run here has learned yet.")
                return
        self.session.weights = None if is_taken_back else IN_PACKAGE
        if isinstance(page := self.screen, WeightsPage):
            page.show_state()
            page.request_answer()
        else:
            whose = "your runs again" if is_taken_back else "the built-in network now; Escape there goes back"
            self.notify(f"Inspect, Draw, Mistakes and Inside ask {whose}.")

    def get_system_commands(self, screen: Screen[Any]) -> Iterable[SystemCommand]:
        """The commands of the palette."""
        from mnist_sum_tui.tui.palette import commands

        return commands(self, screen)

    def save_screen(self) -> None:
        """Save a picture of the screen in the folder of saved drawings; in a browser, as Textual does."""
        if self.is_web:
            self.deliver_screenshot()
            return
        from mnist_sum_tui.tui.predictions import drawings

        try:
            saved = drawings.save_screen(self.session.runs_folder, self.export_screenshot(), datetime.now())
        except RunError as error:
            self.notify(str(error), severity="error")
        else:
            self.notify(f"Saved screenshot to {str(saved)!r}", title="Screenshot")
