"""RunView: charts, key figures, progress bars and samples of a run, during and after training."""

from collections.abc import Sequence
from dataclasses import replace

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.reactive import var
from textual.widgets import Static

from mnist_sum_tui.charts.run_charts import View, plot, short_name
from mnist_sum_tui.charts.series import QUANTITIES, Series
from mnist_sum_tui.charts.thumbnail import Image
from mnist_sum_tui.formatting import clauses, hanging
from mnist_sum_tui.glyphs import BRAILLE
from mnist_sum_tui.printable import cells, printable
from mnist_sum_tui.runs.event_words import is_of_the_moment
from mnist_sum_tui.runs.events import Advice, Event, Progress, Samples
from mnist_sum_tui.tui.session.result import TONES, outcome
from mnist_sum_tui.tui.session.session import Session
from mnist_sum_tui.tui.widgets.captions import Captions
from mnist_sum_tui.tui.widgets.chart import Chart
from mnist_sum_tui.tui.widgets.common import Line
from mnist_sum_tui.tui.widgets.key_figures import KeyFigures
from mnist_sum_tui.tui.widgets.progress_bars import ProgressBars
from mnist_sum_tui.tui.widgets.said import Said
from mnist_sum_tui.tui.widgets.sample_strip import SampleStrip
from mnist_sum_tui.tui.widgets.scrub_bar import ScrubBar
from mnist_sum_tui.tui.widgets.system_lines import SystemLines

LABEL = 10
"""columns of the labels of the outcome"""


class RunView(Vertical):
    """Shows the run of the session. `add` stores events, `draw` updates the widgets."""

    view: var[View] = var(View(), init=False)
    large: var[str] = var("", init=False)
    """the chart that fills the view: loss, accuracy, or none"""
    shows_system: var[bool] = var(False, init=False)
    """whether two lines about the machine are shown"""

    def __init__(self, session: Session, *, id: str) -> None:
        super().__init__(id=id)
        self._session = session
        self.captions, self.scrub_bar = Captions("", id="captions", markup=False), ScrubBar(id="scrub")
        """both of a replay, which may begin before this view is composed"""
        self.images: dict[int, Image] = {}
        """the sample images, by their index in the training file"""
        self.ghost: Series | None = None
        """the ghost run: the best earlier run of the same network"""
        self._fitted = 0
        """the width for which the lines of text were fitted"""
        self.reset()

    def turn_to(self, session: Session) -> None:
        """Show the run of this session from now on."""
        self._session = session

    def begin(self, events: Sequence[Event]) -> None:
        """Show another run."""
        self.images, self.ghost = {}, None
        self.view, self.large = replace(self.view, cursor=None), ""
        self.reset(events)

    def reset(self, events: Sequence[Event] = ()) -> None:
        """Start again with these events of the run."""
        self.series = Series(events)
        self._samples: Samples | None = None
        self._said = Said("loading torch, the images and the network ..." if self._session.is_live else "")
        for event in events:
            self._say(event)

    def compose(self) -> ComposeResult:
        """The widgets from top to bottom."""
        with Horizontal(id="charts"):
            for name in QUANTITIES:
                yield Chart(id=name)
        yield SystemLines("", id="system", markup=False)
        yield KeyFigures(id="figures")
        yield ProgressBars(id="tracks")
        yield Line("", id="news", markup=False)
        yield Line("", id="coach", markup=False)
        yield Static("", id="outcome", markup=False)
        yield SampleStrip(id="samples")
        yield self.captions
        yield self.scrub_bar

    def on_mount(self) -> None:
        """Draw the events that were added before the widgets existed."""
        self.call_after_refresh(self.screen.refresh_bindings)  # the keys of the charts work from now on
        self.call_after_refresh(self.draw)

    def add(self, event: Event) -> None:
        """Store an event, without drawing."""
        self.series.add(event)
        self._say(event)

    def _say(self, event: Event) -> None:
        if isinstance(event, Progress) or (is_of_the_moment(event) and not self._session.is_live):  # most are Progress
            return
        self._samples = event if isinstance(event, Samples) else self._samples
        self._said.add(event)

    @property
    def advice(self) -> Advice | None:
        """What the coach said last that holds now; None if nothing."""
        return self._said.advice(self._session.is_paused)

    def draw(self, with_charts: bool = True) -> None:
        """Update the widgets, the charts only if `with_charts`."""
        if not self._has_charts:
            return
        if with_charts:
            self._draw_charts()
        session = self._session
        if self.shows_system:
            self.query_one(SystemLines).show(self.series.last_system, session.is_training, session.is_live)
        self.query_one(KeyFigures).show(session)
        self.query_one(ProgressBars).show(session, self._samples)
        strip = self.query_one(SampleStrip)
        may_come = session.has_samples and (session.is_live or session.moment is not None)
        strip.set_class(self._samples is None and not may_come, "-empty")
        strip.show(self._samples, self.images)
        self._draw_news()
        self._draw_outcome()

    def _named(self, words: str, room: int) -> str:
        """The words after the run's name, if both fit into `room` columns; otherwise words alone, cut if needed."""
        names = () if (run := self._session.run) is None else (printable(run.id), short_name(run.id))
        forms = (f"{name} {BRAILLE.between} {words}" for name in names)
        return next((form for form in forms if cells(form) <= room), clauses(words, room))

    @property
    def _has_charts(self) -> bool:
        """Whether the widgets exist: they do not before they are composed, nor while the app closes."""
        return self.is_mounted and bool(self.children)

    def _draw_charts(self) -> None:
        for quantity in QUANTITIES:
            self.query_one(f"#{quantity}", Chart).plot = plot(self.series, self.ghost, self.view, quantity)

    def _draw_outcome(self) -> None:
        session = self._session
        is_over = session.run is not None and not session.is_live and session.moment is None
        self.set_class(is_over, "-over")
        if is_over:
            room = max(self.size.width - 2 - LABEL, 10)
            rows = [
                Content.assemble((f"{label:<{LABEL}}", f"bold $text-{tone}"), hanging(text, room, LABEL))
                for place, (label, words) in enumerate(outcome(session))
                if label != "test"  # shown in large digits
                for text, tone in [(words if place else self._named(words, 2 * room), TONES.get(label, "primary"))]
            ]
            self.query_one("#outcome", Static).update(Content("\n").join(rows))

    def _draw_news(self) -> None:
        coach, told = self.query_one("#coach", Line), self.advice
        coach.say(told.words if told else "")
        news = self._said.news(None if coach.display else told)
        self.query_one("#news", Line).say(self._named(news, (self.size.width or self.app.size.width) - 2))

    def on_resize(self) -> None:
        """Fit the lines of text to the new width."""
        if self._has_charts:
            self._fitted = self.size.width
            self.call_after_refresh(self._draw_news)  # after the page's new classes, which show the coach
            self._draw_outcome()

    def fit(self) -> None:
        """As `on_resize`, if that was missed, because on a busy machine Textual sometimes sends no Resize."""
        if self.size.width != self._fitted:
            self.on_resize()

    def watch_view(self) -> None:
        """Redraw the charts with other smoothing, scale or cursor."""
        if self._has_charts:
            self._draw_charts()

    def watch_large(self) -> None:
        """Enlarge one chart, or show both again."""
        self.set_class(bool(self.large), "-large")
        for quantity in QUANTITIES:
            self.query_one(f"#{quantity}").display = self.large in ("", quantity)

    def watch_shows_system(self) -> None:
        """Show or hide the lines about the machine."""
        self.set_class(self.shows_system, "-system")
        self.draw()

    def move_cursor(self, by: int) -> None:
        """Move the cursor by columns; if there is none, place it at the run's newest value."""
        chart = self.query_one("#loss" if self.query_one("#loss").display else "#accuracy", Chart)
        drawn, at = chart.drawing, self.view.cursor
        if at is None:
            at, by = max(self.series.x(self.view.x_kind, self.series.training), default=drawn.high), 0
        width = (drawn.high - drawn.low) / max(drawn.columns - 1, 1)
        self.view = replace(self.view, cursor=float(min(max(at + by * width, drawn.low), drawn.high)))

    def on_chart_pointed(self, message: Chart.Pointed) -> None:
        """Place the cursor of both charts under the mouse."""
        message.stop()
        self.view = replace(self.view, cursor=message.at)
