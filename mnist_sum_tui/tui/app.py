"""MnistSumApp: routes events to pages, requests to the training, and keys to both. It does nothing else itself."""

from collections.abc import Iterable
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any, ClassVar, cast

from textual.app import SystemCommand
from textual.binding import Binding
from textual.events import Event, Key
from textual.screen import Screen
from textual.theme import ThemeProvider

from mnist_sum_tui.config import TrainConfig
from mnist_sum_tui.errors import MnistSumError
from mnist_sum_tui.runs import find
from mnist_sum_tui.runs.run import Run
from mnist_sum_tui.training.control import Control
from mnist_sum_tui.tui.leaving import LeavingApp
from mnist_sum_tui.tui.pages.base import PAGES, Page, is_cramped
from mnist_sum_tui.tui.pages.dialogs import QuitScreen
from mnist_sum_tui.tui.pages.factories import PAGE_FACTORIES
from mnist_sum_tui.tui.pages.train import TrainPage
from mnist_sum_tui.tui.session.messages import (
    OpenInInspect,
    PastEvents,
    RunEvent,
    StartTraining,
    TrainingEnded,
    Watched,
)
from mnist_sum_tui.tui.session.run_threads import TrainingThread, WatchingThread, warm_up
from mnist_sum_tui.tui.session.session import Session
from mnist_sum_tui.tui.textual_fixes import Palette, mend_lists

if TYPE_CHECKING:
    from mnist_sum_tui.tui.predictions.worker import PredictionWorker

LEAVING = ("q", "ctrl+c", "ctrl+q")


class MnistSumApp(LeavingApp):
    """The dashboard."""

    TITLE = "mnist-sum"
    CSS_PATH: ClassVar = ["app.tcss", "form.tcss", "pages.tcss", "draw.tcss", "dialogs.tcss"]
    BINDINGS: ClassVar = [
        *(
            Binding(f"{place},f{place}", f"page('{name}')", name.title(), show=False)
            for place, name in enumerate(PAGES, 1)
        ),
        Binding("f9", "guide", "Guide", show=False),
        Binding("ctrl+q", "quit", "Quit", show=False, priority=True),
        Binding("ctrl+c", "interrupt", "Quit", show=False, priority=True),
    ]

    def __init__(
        self,
        session: Session,
        start: TrainConfig | None = None,
        resume: Run | None = None,
        form_defaults: TrainConfig | None = None,
        theme: str | None = None,
        run_name: str = "",
        watch: Run | None = None,
    ) -> None:
        super().__init__(session)
        mend_lists()
        self.pages: dict[str, Page] = {}
        """the pages that were opened, by name"""
        self.watcher: WatchingThread | None = None
        """of the run of another process"""
        self._start, self._resume, self._watch, self._run_name = start, resume, watch, run_name
        self._defaults = form_defaults or start or TrainConfig()
        if theme is not None:
            self.theme = theme
        for name in PAGES:
            self.add_mode(name, partial(self._open, name))

    async def on_event(self, event: Event) -> None:
        """Where nothing can be seen, no key does anything but leave."""
        is_key = isinstance(event, Key) and event.key not in LEAVING and not event.is_forwarded
        if is_key and is_cramped(self.size) and not isinstance(self.screen, QuitScreen):
            return
        await super().on_event(event)

    def on_mount(self) -> None:
        """Show the first page, and only then import torch."""
        self.switch_mode("train")
        self.call_after_refresh(self.set_timer, 0.05, self._begin)

    def _begin(self) -> None:
        if not self.train_page.is_composed:  # on a machine that is busy enough
            self.set_timer(0.05, self._begin)
            return
        self.train_page.prepare()
        if self._start is not None:
            self.post_message(StartTraining(self._start, self._resume))
        elif self._watch is not None:
            self.begin_watching(self._watch)
        warm_up(lambda: self.call_later(self._torch_is_ready))

    def _torch_is_ready(self) -> None:
        self.train_page.form.ready()

    def _open(self, name: str) -> Screen[Any]:
        """Make a page when it is first asked for; only Train is needed for the first frame."""
        if name == "train":
            self.pages[name] = TrainPage(self._defaults)
        else:
            self.pages[name] = PAGE_FACTORIES[name]()
        return self.pages[name]

    @property
    def train_page(self) -> TrainPage:
        """The page Train, which is always there."""
        return cast(TrainPage, self.pages["train"])

    @cached_property
    def predictions(self) -> "PredictionWorker":
        """What the pages get their predictions from; it needs numpy, so it is made when the first page asks for it."""
        from mnist_sum_tui.tui.predictions.worker import PredictionWorker

        return PredictionWorker(self.session)

    # Pages.

    def action_page(self, name: str) -> None:
        """Go to a page, unless a question is open."""
        if isinstance(self.screen, Page):
            self.switch_mode(name)

    async def on_open_in_inspect(self, message: OpenInInspect) -> None:
        """Show a test image on the page Inspect."""
        await self.switch_mode("inspect")
        page: Any = self.pages["inspect"]
        page.show_index(message.index)

    # The training.

    def on_start_training(self, message: StartTraining) -> None:
        """Make a run, unless there is one to resume, and train it in a thread."""
        if self.session.is_training:
            self.notify("A training is in progress: stop it first (s on page 1).", severity="warning")
            return
        try:
            run = message.run or find.create(self.session.runs_folder, message.config, self._run_name)
        except MnistSumError as error:
            self.train_page.form.complain(str(error))
            return
        if self.watcher is not None:
            self.watcher.abandon()
        control = Control(samples=True)
        self.session.begin(message.config, run, control)
        self.thread = TrainingThread(message.config, run, control, self.post_message)
        self.thread.start()
        self.switch_mode("train")
        self.train_page.show_run()

    def begin_watching(self, run: Run) -> None:
        """Show the run that another process trains."""
        try:
            self.session.watch(run.read_config(), run)
        except MnistSumError as error:
            self.train_page.form.complain(str(error))
            return
        self.watcher = WatchingThread(run, self.post_message)
        self.watcher.start()
        self.train_page.show_run()

    def on_watched(self, message: Watched) -> None:
        """Into the session, then to the pages; unless a training of our own has begun meanwhile."""
        if self.session.is_watching:
            self.session.take(message.events, message.is_whole, message.is_alive)
            self.train_page.take_watched(message.is_whole, message.events)

    def on_past_events(self, message: PastEvents) -> None:
        """The events of a resumed run before it was resumed."""
        for event in message.events:
            self.session.add(event)

    def on_run_event(self, message: RunEvent) -> None:
        """Into the session, then to every page that is open."""
        self.session.add(message.event)
        for page in self.pages.values():
            page.on_run_event(message.event)

    def on_training_ended(self, message: TrainingEnded) -> None:
        """The thread is done."""
        self.session.end(message.error)
        self.train_page.show_end()
        if message.error is not None and not self.is_leaving:
            words = str(message.error) or type(message.error).__name__
            self.notify(words, title="The training failed", severity="error")
        if self.is_leaving:
            self.exit_now()

    # The palette and the help.

    def action_guide(self) -> None:
        """Open the guide, unless a question is open."""
        if isinstance(self.screen, Page):
            from mnist_sum_tui.tui.pages.guide import GuideScreen

            self.push_screen(GuideScreen())

    def get_system_commands(self, screen: Screen[Any]) -> Iterable[SystemCommand]:
        """What the command palette offers: Textual's own commands, and the guide."""
        yield from super().get_system_commands(screen)
        yield SystemCommand(
            "Guide", "Read about networks, recipes, accuracy, speed; ten experiments", self.action_guide
        )

    def action_command_palette(self) -> None:
        """Open the command palette, unless a question is open."""
        self._open_palette(Palette())  # no id: the last one may still be closing

    def search_themes(self) -> None:
        """Open the palette of themes, unless a question is open."""
        self._open_palette(Palette(providers=[ThemeProvider], placeholder="Search for themes ..."))

    def _open_palette(self, palette: Palette) -> None:
        if isinstance(self.screen, Page):
            self.push_screen(palette)

    def action_help(self) -> None:
        """Show the keys of this page, or hide them."""
        if self.screen.query("HelpPanel"):
            self.action_hide_help_panel()
        else:
            self.action_show_help_panel()
