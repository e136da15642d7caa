"""The page Train: the form for a new run, and the charts of a run while it learns."""

import time
from collections.abc import Iterable
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding
from textual.widgets import ContentSwitcher, Static

from mnist_sum_tui.config import TrainConfig
from mnist_sum_tui.runs.events import Changed, Event, Finished, Notice, Paused, Resumed, Samples, Started
from mnist_sum_tui.tui.pages.about import explanation
from mnist_sum_tui.tui.pages.after_run import AFTER_BINDINGS, WAITING
from mnist_sum_tui.tui.pages.chart_keys import CHART_ACTIONS, CHART_BINDINGS
from mnist_sum_tui.tui.pages.knob_keys import KNOB_BINDINGS, KnobKeys
from mnist_sum_tui.tui.pages.replay_keys import REPLAY_BINDINGS, ReplayKeys
from mnist_sum_tui.tui.pages.train_threads import TrainReads
from mnist_sum_tui.tui.session.throttle import DrawingBudget
from mnist_sum_tui.tui.widgets.beside_form import BesideForm
from mnist_sum_tui.tui.widgets.help_panel import HelpPanel
from mnist_sum_tui.tui.widgets.latest_runs import LatestRuns
from mnist_sum_tui.tui.widgets.run_form import RunForm

if TYPE_CHECKING:  # they need numpy, and the first frame does not
    from mnist_sum_tui.charts.series import Series
    from mnist_sum_tui.charts.thumbnail import Image
    from mnist_sum_tui.tui.widgets.run_view import RunView

REDRAW_SECONDS = 0.5
"""two frames per second are enough to see it learn"""
SHARE_OF_A_CORE = 0.02
"""the share of a core that drawing may take from the training; on a slow machine there are fewer frames"""
CHARTS_SECONDS = 0.9
"""charts take most of a frame's time, so they are drawn only in every second frame"""


class TrainPage(KnobKeys, ReplayKeys, TrainReads):
    """Starts a run and shows it."""

    page_name = "train"
    AUTO_FOCUS = ""  # the form takes the focus when it is shown; hidden, it would take keys such as space
    BINDINGS: ClassVar = [
        Binding("space", "control('pause')", "Pause"),
        Binding("space", "control('resume')", "Resume"),
        Binding("s", "control('stop')", "Stop", tooltip="Stop and save"),
        *AFTER_BINDINGS,
        Binding("c", "control('checkpoint')", "Save", tooltip="Save a checkpoint now"),
        Binding("v", "control('validate')", "Validate", tooltip="Validate now"),
        *KNOB_BINDINGS,
        *REPLAY_BINDINGS,
        *CHART_BINDINGS,
    ]

    def __init__(self, defaults: TrainConfig, begins_with_form: bool) -> None:
        super().__init__()
        self._defaults, self._begins_with_form = defaults, begins_with_form
        self._run_view: RunView | None = None
        self._is_stale = False
        """whether something has come that is not drawn yet"""
        self._charted = 0.0
        """when the charts were drawn last (time.monotonic)"""
        self._budget = DrawingBudget(SHARE_OF_A_CORE)
        self._is_loading_images = False

    def compose_page(self) -> ComposeResult:
        """The form; whoever came to watch a run or for a replay waits for the run, without a form."""
        with ContentSwitcher(initial="run-form" if self._begins_with_form else WAITING, id="train"):
            if self._begins_with_form:
                yield self.new_form()
            else:
                yield Static("Reading the run ...", id=WAITING, markup=False)

    def new_form(self) -> RunForm:
        """The form of a new run, to be mounted."""
        return RunForm(self._defaults, self.session.runs_folder, self.dashboard.run_name, id="run-form")

    @property
    def is_composed(self) -> bool:
        """Whether the page has its widgets, so that the view of a run can be added."""
        return bool(self.query(ContentSwitcher))

    def on_mount(self) -> None:
        """Draw at a fixed rate, however fast events come."""
        self.set_interval(REDRAW_SECONDS, self.redraw)

    @property
    def run_view(self) -> "RunView":
        """The view of the run, made when it is first asked for: it needs numpy, and has as many widgets as the form."""
        if self._run_view is None:
            from mnist_sum_tui.tui.widgets.run_view import RunView

            self._run_view = RunView(self.session, id="run-view")
            self._run_view.display = False  # until the switcher turns to it
            self.query_one(ContentSwitcher).mount(self._run_view)
        return self._run_view  # a query per event would take a seventh of the UI's time

    def step_back(self) -> bool:
        """Undo one step in the view of the run; there is none before the first run."""
        return self._run_view is not None and super().step_back()

    def show_run(self) -> None:
        """Show the session's run, which begins now or was opened."""
        self.end_replay()
        self.run_view.begin(self.session.events)
        self._is_loading_images = False
        self._load_images_of(self.session.events)
        self.query_one(ContentSwitcher).current = "run-view"
        self.set_focus(None)
        self.ask_ghost()
        self.refresh_bindings()
        self.redraw(at_once=True)

    @property
    def about(self) -> str:
        """The words about the page, the coach's sentence, which a narrow page cuts, and the guide's words on it."""
        if self.is_form_shown:
            return f"Choose a recipe, and start. {super().about}"
        said = self._run_view and self._run_view.advice  # none while the run is still read
        return f"{super().about} The coach: {said.words}. {explanation(said.topic)}" if said else super().about

    def on_run_event(self, event: Event) -> None:
        """Take in an event; it is drawn a moment later, together with the state in the bar, so that they agree."""
        if isinstance(event, Notice):
            self.notify(event.message, timeout=4)
        if self.session.past is not None:
            return
        if isinstance(event, Started):
            self.run_view.reset(self.session.events)  # a resumed run has earlier ones, and with them answers
            self.ask_ghost()
            self._load_images_of(self.session.events)
        else:
            self.run_view.add(event)
        self._is_stale = True
        self._load_images_of([event])
        if isinstance(event, Changed):
            self.show_knobs()
        if isinstance(event, (Started, Paused, Resumed, Finished)):
            self.refresh_bindings()
            self.redraw(at_once=True)

    def show_moment(self) -> None:
        """Show the moment at which the replay is; the first with answers names the sample images."""
        super().show_moment()
        self._load_images_of(self.session.shown.events)

    def _load_images_of(self, events: Iterable[Event]) -> None:
        """Load the sample images when the first Samples event names them."""
        named = next((event.indices for event in events if isinstance(event, Samples)), None)
        if named is not None and not self._is_loading_images and self.session.config is not None:
            self._is_loading_images = True
            self.load_images(named, self.session.config.data_dir)

    def take_watched(self, is_whole: bool, events: list[Event]) -> None:
        """Take in new events of a run that another process trains."""
        self._load_images_of(events)
        if self.session.past is not None:
            return
        if is_whole:
            self.run_view.reset(self.session.events)
        else:
            for event in events:
                self.run_view.add(event)
        self._is_stale = True
        self.refresh_bindings()
        self.redraw(at_once=is_whole or not self.session.is_live)

    def show_end(self) -> None:
        """Show the result of the training, whose thread has ended."""
        self.close_knobs()
        self.show_state()
        self.refresh_bindings()
        self.redraw(at_once=True)
        if (failure := self.session.failure) is not None and self.session.started is None:
            self.complain(failure)

    def redraw(self, at_once: bool = False) -> None:
        """Draw, if there is something new, the page is shown, and the drawing budget allows it."""
        if self._run_view is not None and (at_once or (self._is_stale and self.is_current and self._budget.is_left)):
            self._budget.begin()
            with_charts = at_once or time.monotonic() - self._charted >= CHARTS_SECONDS
            if with_charts:
                self._charted = time.monotonic()
            self._is_stale = not with_charts  # what came last is drawn too
            self.run_view.draw(with_charts)
            self.show_state()

    def keep_state(self) -> None:
        """Update the state in the bar only together with the figures below, so that they never disagree.

        Also ask for samples only while no other page hides them, because they slow the training down.
        """
        if (control := self.session.control) is not None:
            control.samples = self.app.current_mode == self.page_name
        if not self._is_stale:
            self.show_state()
        if self._run_view is not None:
            self._run_view.fit()

    def on_screen_resume(self) -> None:
        """Show what has come meanwhile."""
        if not self.is_mounted:
            return
        if self.is_form_shown:
            for part in (*self.query(LatestRuns), *self.query(BesideForm)):  # none in a form that is just being made
                part.read()
        else:
            self.redraw(at_once=True)

    def on_screen_suspend(self) -> None:
        """Remove the cursor when another page or a dialog is shown."""
        if self._run_view is not None and self._run_view.view.cursor is not None:
            self.remove_cursor()

    def take_ghost(self, series: "Series") -> None:
        """Draw the ghost run behind the curves."""
        self.run_view.ghost = series
        self._is_stale = True

    def take_images(self, images: "dict[int, Image]") -> None:
        """Show the sample images."""
        self.run_view.images = images
        self._is_stale = True

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Disable keys that would do nothing now."""
        if not self.is_mounted:
            return True
        if action in ("control", "of_another", *CHART_ACTIONS) and self.is_form_shown:
            return False
        if action in CHART_ACTIONS and (self._run_view is None or not self._run_view.is_mounted):
            return False
        if action in ("charts", "leave") and self.query_children(HelpPanel):  # Escape closes the help first
            return False
        control, started = self.session.control, self.session.started
        if parameters == ("validate",) and started is not None and not started.validation_images:
            return False
        if action == "control" and (control is None or parameters == ("pause" if control.paused else "resume",)):
            return False
        return super().check_action(action, parameters)

    def action_control(self, request: str) -> None:
        """Call `request` of the training's Control."""
        if self.session.control is not None:
            getattr(self.session.control, request)()
            self.refresh_bindings()  # Pause becomes Resume at once, not after the step
