"""NetworkViews: the views of Inside that show the whole network: tables, health of the layers, map of the digits."""

import time
from collections.abc import Iterable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, Self

import numpy as np
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.widget import Widget
from textual.widgets import OptionList

from mnist_sum_tui.charts.health import health_words
from mnist_sum_tui.charts.scatter import DigitMap
from mnist_sum_tui.runs.events import Event, Health, Started
from mnist_sum_tui.runs.journal import read_events
from mnist_sum_tui.runs.run import Run
from mnist_sum_tui.tui.pages.heat_page import SHARE
from mnist_sum_tui.tui.pages.inside_words import MEANS, NO_HEALTH, NO_MEANS, TOO_EARLY, VIEWS, map_words
from mnist_sum_tui.tui.pages.walking_page import WalkingPage
from mnist_sum_tui.tui.predictions.messages import ImagePredicted, TestSetEvaluated
from mnist_sum_tui.tui.predictions.requests import EvaluateTestSet
from mnist_sum_tui.tui.predictions.weights import epoch_of
from mnist_sum_tui.tui.session.messages import OpenInInspect
from mnist_sum_tui.tui.widgets.addition_table import table_words
from mnist_sum_tui.tui.widgets.digit import Digit
from mnist_sum_tui.tui.widgets.digit_map import MapOfDigits
from mnist_sum_tui.tui.widgets.health_table import HealthTable
from mnist_sum_tui.tui.widgets.maps import Pictures

if TYPE_CHECKING:
    from mnist_sum_tui.tui.predictions.pairs import TestSetResult

LOOK_SECONDS = 1.0
"""how often the view is brought up to date"""
WAYS_IN = {"": "#feature-maps", "means": "#means", "health": "#spreads", "map": "#digit-map"}
"""the widget that Enter goes to, by the view that is shown"""
BACK = "From Inside (F6 goes back)"


class Course(NamedTuple):
    """What a run's events tell about its network while it was trained."""

    run: Run | None = None
    started: Started | None = None
    looks: tuple[Health, ...] = ()
    """at the health of the layers"""

    @classmethod
    def of(cls, run: Run | None, started: Started | None, events: Iterable[Event]) -> Self:
        """What these events tell."""
        return cls(run, started, tuple(event for event in events if isinstance(event, Health)))


class NetworkViews(WalkingPage):
    """A page with views of a whole network; `view_name` is the one that is shown, or empty."""

    view_name = ""

    def __init__(self) -> None:
        super().__init__()
        self._maps: dict[str, DigitMap] = {}
        """the maps by the source of their weights; the one of a running training has an empty name"""
        self._read: dict[Path, Course] = {}
        """by the folder of a run that is not on page Train"""
        self._means_of = ""
        self._map_of = ""
        """the sources of the weights of the mean tables (of a training's: their owner) and of the map that are shown"""
        self._sought_at = self._next_at = 0.0
        """when an evaluation was asked for, and until when its result is used while a training goes on"""

    def compose_views(self) -> ComposeResult:
        """The widgets."""
        yield Pictures(id="means")
        yield HealthTable(id="health")
        with Horizontal(id="map"):
            yield MapOfDigits(id="digit-map")
            yield Digit(id="under-cursor")

    def on_mount(self) -> None:
        """Keep up with the run, whichever process trains it."""
        self.query_one("#under-cursor", Digit).look = "dots"
        self.set_interval(LOOK_SECONDS, self.keep_view_up)

    def forget_weights(self) -> None:
        """Forget the maps, because another network has another map."""
        super().forget_weights()
        self._maps.clear()
        self._means_of = ""

    def on_screen_resume(self) -> None:
        """Forget that an evaluation is awaited, because the view asks for it anew."""
        self._then = None if self._then == self._take_evaluation else self._then

    def show_layer(self) -> None:
        """Show the chosen layer or view; defined by the page."""
        raise NotImplementedError

    def keep_view_up(self) -> None:
        """Bring the view up to date."""
        if self.view_name and self.is_current:
            self.show_layer()

    def show_view(self, answer: ImagePredicted) -> str:
        """Show the view with what is known so far; returns words about it, empty if no view is shown."""
        match self.view_name:
            case "table":
                return table_words(answer.predictions)
            case "means":
                return self._show_means(answer)
            case "health":
                return self._show_health(answer)
            case "map":
                return self._show_map(answer)
        return ""

    def _show_means(self, answer: ImagePredicted) -> str:
        """Show the mean tables; those of other weights go at once, those of the same training stay until the next."""
        pictures, weights = self.query_one("#means", Pictures), answer.weights
        whose = weights.owner if weights.path is None else answer.source
        if (result := self._evaluation(answer)) is not None:
            self._means_of = whose
            strengths = np.sqrt(np.nan_to_num(result.tables))  # a guess of 5 % must not be blank
            pictures.grids = tuple((f"digit {n}", grid) for n, grid in enumerate(strengths))
        elif self._means_of != whose:
            pictures.grids = ()
        return MEANS if pictures.grids else NO_MEANS

    def _show_health(self, answer: ImagePredicted) -> str:
        """Show the looks at the layers up to the moment that is shown, or up to the weights that were chosen."""
        table, (run, started, looks) = self.query_one(HealthTable), self._course(answer)
        epoch = None if self.wanted is None else epoch_of(run, answer.weights)
        if epoch is not None and started is not None:
            until = epoch * started.steps_per_epoch
            table.events = tuple(look for look in looks if look.step <= until)
        else:
            table.events = looks
        if looks and not table.events:
            return TOO_EARLY
        return health_words(table.events, started.total_steps if started is not None else None) if looks else NO_HEALTH

    def _course(self, answer: ImagePredicted) -> Course:
        """That of the run on page Train, or else of the newest run, whose weights are shown; read once."""
        shown, path = self.session.shown, answer.weights.path
        if shown.events or self.session.run is not None or path is None:
            return Course.of(self.session.run, shown.started, shown.events)
        run = Run(path.parent)
        if run.path not in self._read:
            self._read[run.path] = Course(run)
            self.run_worker(partial(self._read_course, run), thread=True, exit_on_error=False)
        return self._read[run.path]

    def _read_course(self, run: Run) -> None:
        events = [*read_events(run.metrics_file, Started.kind, Health.kind)]
        started = next((event for event in reversed(events) if isinstance(event, Started)), None)
        self._read[run.path] = Course.of(run, started, events)
        self.app.call_later(self.keep_view_up)

    def _show_map(self, answer: ImagePredicted) -> str:
        widget = self.query_one(MapOfDigits)
        key = "" if answer.weights.path is None else answer.source
        is_needed = not key or key not in self._maps
        if is_needed and (result := self._evaluation(answer)) is not None:
            self._maps[key] = self._turned(result)
        if key in self._maps:  # otherwise the earlier one stays until this one is known
            widget.shown, self._map_of = self._maps[key], answer.source
        elif widget.shown is not None and len(widget.shown.labels) != answer.count:
            widget.shown = None  # it is of other images
        if widget.index != answer.index == self.index:  # otherwise the answer is of the image before
            widget.point_at(answer.index)
        is_drawn = answer.predictions[0].label is None  # a drawing is no point of the map
        self.query_one("#under-cursor", Digit).image = None if is_drawn else answer.image
        before, is_roomy = "" if key in self._maps else self._map_of, self.has_class("-giant")
        return map_words(widget.shown, answer.index, before=before, is_drawn=is_drawn, is_roomy=is_roomy)

    def _turned(self, result: "TestSetResult") -> DigitMap:
        """The map, turned to fit the first one that was shown, so that clusters move and do not jump."""
        from mnist_sum_tui.inference.pca import turned

        points, first = result.points, next(iter(self._maps.values()), None)
        if first is not None and len(first.points) == len(points):
            points = turned(points, first.points)
        return DigitMap(points, result.labels, result.digits)

    def _evaluation(self, answer: ImagePredicted) -> "TestSetResult | None":
        """The evaluation of the shown weights; None while a thread makes it, which shows it afterwards."""
        if (known := self._known(answer)) is not None:
            return known.result
        if self._then is None and self.is_active:  # the quiz, which may be open, asks for one, too
            self._sought_at = time.monotonic()
            self._then = self._take_evaluation  # `_search` would take one that is due to be replaced
            self.predictions.request(EvaluateTestSet(self.wanted), self.post_message)
        return None

    def _known(self, answer: ImagePredicted) -> TestSetEvaluated | None:
        """The last evaluation, if it is of the shown weights."""
        found = self._evaluated
        return found if found is not None and self._serves(found.result, answer) else None

    def _serves(self, result: "TestSetResult", answer: ImagePredicted) -> bool:
        is_live = answer.weights.path is None and result.weights == answer.weights
        return time.monotonic() < self._next_at if is_live else result.serves_for(answer.weights, answer.source)

    def _take_evaluation(self, found: TestSetEvaluated) -> None:
        answer, now = self.answer, time.monotonic()
        self._next_at = now + (now - self._sought_at) / SHARE
        if answer is not None and self._serves(found.result, answer):
            self.show_layer()
        else:  # the file has other weights by now
            self._ask()

    def on_map_of_digits_pointed(self, message: MapOfDigits.Pointed) -> None:
        """Show the image under the cursor, or open it on Inspect."""
        if message.is_chosen:
            found = None if self.answer is None else self._known(self.answer)
            self.app.post_message(OpenInInspect(message.index, None, found, BACK))
        else:
            self.show_index(message.index)

    def on_option_list_option_selected(self) -> None:
        """Move the focus into the view, if there is something to choose there."""
        if self.way_in is not None:
            self.way_in.focus()

    @property
    def way_in(self) -> Widget | None:
        """Where Enter on the list goes; None if there is nothing to choose in what is shown."""
        found = self.query_one(WAYS_IN[self.view_name]) if self.view_name in WAYS_IN else None
        return found if found is not None and found.display else None

    def action_map(self) -> None:
        """Show the map of the digits, and move the focus there."""
        rows = self.query_one(OptionList)
        if rows.option_count:
            rows.highlighted = rows.option_count - len(VIEWS) + list(VIEWS).index("map")
            self.call_after_refresh(self.query_one(MapOfDigits).focus)
