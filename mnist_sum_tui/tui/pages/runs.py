"""The page Runs: every run in the folder, to open, compare, resume, evaluate or delete."""

import os
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.reactive import var
from textual.widgets import Static

from mnist_sum_tui.charts.run_charts import OVERLAY_QUANTITIES as QUANTITIES
from mnist_sum_tui.charts.run_charts import OVERLAY_X_KINDS as X_KINDS
from mnist_sum_tui.charts.run_charts import overlay, short_name, short_names
from mnist_sum_tui.charts.series import Series
from mnist_sum_tui.errors import MnistSumError
from mnist_sum_tui.printable import printable
from mnist_sum_tui.runs.chance import about_chance
from mnist_sum_tui.runs.columns import compute
from mnist_sum_tui.runs.differences import SAME_SETTINGS
from mnist_sum_tui.runs.events import Event, Finished
from mnist_sum_tui.runs.find import list_runs
from mnist_sum_tui.runs.runs_folder import left_out, obstacle
from mnist_sum_tui.runs.seed_groups import members_of
from mnist_sum_tui.runs.summary import Summary, summarise
from mnist_sum_tui.tui.pages.experiments import ESCAPES, EXPERIMENT_BINDINGS, Experiments
from mnist_sum_tui.tui.pages.predicting import PredictingPage, accuracy_words, note
from mnist_sum_tui.tui.pages.run_keys import RUN_BINDINGS
from mnist_sum_tui.tui.predictions.messages import TestSetEvaluated, Trouble
from mnist_sum_tui.tui.predictions.requests import EvaluateTestSet
from mnist_sum_tui.tui.predictions.weights import Weights, best_of
from mnist_sum_tui.tui.session.run_curves import curves_of
from mnist_sum_tui.tui.widgets.chart import Chart
from mnist_sum_tui.tui.widgets.common import put
from mnist_sum_tui.tui.widgets.run_details import WIDTH, details, differing, ranking, shortened
from mnist_sum_tui.tui.widgets.run_table import RunTable

AT_ONCE = 40
"""how many runs are shown before the rest has been read: about a screenful"""
EMPTY = """No runs yet.

Press F1 and start one. Runs appear here with their curves; they stay in the folder {folder}."""


class RunsPage(Experiments):
    """Shows a table of the runs, and a chart of the marked ones, or of the one under the cursor."""

    page_name = "runs"
    AUTO_FOCUS = "#table"
    HORIZONTAL_BREAKPOINTS = [*PredictingPage.HORIZONTAL_BREAKPOINTS[:-1], (160, "-huge")]  # noqa: RUF012
    """as on the other pages, but from 160 columns on, because then the details fit beside the table"""
    BINDINGS: ClassVar[list[BindingType]] = [
        *ESCAPES,
        *RUN_BINDINGS,
        Binding("e", "evaluate", "Evaluate"),
        *EXPERIMENT_BINDINGS,
        Binding("v", "quantity", "Curve"),
        Binding("x", "axis", "Axis"),
        Binding("ctrl+r", "reload", "Read again", show=False),
    ]

    quantity: var[str] = var(QUANTITIES[0])
    x_kind: var[str] = var(X_KINDS[0])

    def __init__(self) -> None:
        super().__init__()
        self.curves: list[tuple[str, list[Series]]] = []
        self._looks: list[int] = []
        self.left_out = ""
        """which folders cannot be read, if any, and why"""
        self._evaluating: Weights | None = None

    def compose_page(self) -> ComposeResult:
        """The table, the chart and the settings that differ, or a text if there are no runs; details of one run."""
        with Horizontal(id="runs"):
            with Vertical(id="listing"):
                yield RunTable(id="table")
                yield Static(id="empty", markup=False)
                yield Static(id="why-best", markup=False)
                yield note()
                with Horizontal(id="drawn"):
                    yield Chart(id="curves", empty="reading the runs ...")
                    yield Static(id="differing", markup=False)
            yield Static(id="details", markup=False)

    def on_screen_resume(self) -> None:
        """Read again when the page comes into view; an evaluation may have been replaced by another page's request."""
        self.action_reload()
        evaluating = self._evaluating
        if evaluating is not None and evaluating.path is not None and os.path.exists(evaluating.path):
            self.predictions.request(EvaluateTestSet(evaluating), self.post_message)
        else:  # its run may have been deleted
            self._evaluating = None

    def on_run_event(self, event: Event) -> None:
        """Read again when a run has ended."""
        super().on_run_event(event)
        if isinstance(event, Finished) and self.is_current:
            self.action_reload()

    def on_key(self) -> None:
        """Hide the note at the next key, because it has been read by then."""
        if self._evaluating is None:
            self.note()

    def action_reload(self) -> None:
        """Read the folder again."""
        folder, self.read_at, is_first = self.session.runs_folder, self.changed_at, not self.listed

        def read() -> None:
            there, found = list_runs(folder), list[Summary]()
            self.left_out = left_out(folder) if there else obstacle(folder)
            for run in there:
                found.append(summarise(run))
                compute(found[-1])
                if is_first and len(found) == AT_ONCE < len(there):
                    self.take_found(self._take_listed, tuple(found), False)
            self.take_found(self._take_listed, tuple(found), True)

        self.run_worker(read, thread=True, group="list", exclusive=True, exit_on_error=False)

    def _take_listed(self, runs: tuple[Summary, ...], is_whole: bool) -> None:
        """Show all runs, or the first of them."""
        self.listed, self.query_one(RunTable).is_whole = runs, is_whole
        self.show_listed()

    def show_listed(self, *, has_new_curves: bool = True) -> None:
        """Show the runs that match the filter; their curves are read again if they may be others."""
        table, rows = self.query_one(RunTable), self.rows
        names = [run.run.id for run in rows]
        there = {*names, *(run.run.id for run in self.listed)}
        table.marked = tuple(name for name in table.marked if name in there)  # a filter hides marked runs for a while
        table.every, table.runs = self.listed, rows
        self.set_class(not names, "-none")
        for selector, shown in (("#table", bool(names)), ("#drawn", bool(names)), ("#empty", not names)):
            self.query_one(selector).display = shown
        empty = self.left_out or EMPTY.format(folder=printable(str(self.session.runs_folder)))
        self.query_one("#empty", Static).update(self.chosen_words if self.listed else empty)
        if names and self.focused is None:
            table.focus()
        self.refresh_bindings()
        if has_new_curves:
            self._trace()  # which says what is below, too
        else:
            self._say_below()

    def on_data_table_row_highlighted(self) -> None:
        """Follow the cursor with the details, and, if no run is marked, with the chart."""
        self.refresh_bindings()
        if self.query_one(RunTable).marked:
            self._describe(self._chosen())
        else:
            self._trace()

    def _chosen(self) -> list[Summary]:
        """The marked runs, else the one under the cursor."""
        table = self.query_one(RunTable)
        by_name = {summary.run.id: summary for summary in table.runs}
        marked = [by_name[name] for name in table.marked if name in by_name]
        return [table.current] if not marked and table.current is not None else marked

    def _say_below(self) -> None:
        """Say below the table which runs it shows, which is the best, and whether marked ones differ by chance."""
        table, marked = self.query_one(RunTable), self._chosen()
        told = self.query_one("#why-best", Static)
        width = told.content_size.width or self.room.width - 2
        chance = about_chance(marked, width, table.signs(marked)) if table.marked else ""
        under = filter(None, (self.chosen_words, self.left_out, chance, ranking(self.listed, table.best, self.listed)))
        put(told, "\n".join(under) if table.runs else "")

    def take_room(self) -> None:
        """Say below and beside the table what there is room for."""
        super().take_room()
        if self.is_mounted:
            self.call_after_refresh(lambda: self._describe(self._chosen()))

    def _describe(self, chosen: list[Summary]) -> None:
        """Show the settings that differ beside the curves, and the details of the current run beside the table."""
        self._say_below()
        table, words = self.query_one(RunTable), ""
        if len(chosen) > 1:
            signs, half = table.signs(chosen), self.room.width // 2 - 2
            words = differing(chosen, signs, WIDTH if self.has_class("-huge") else half)
        self.set_class(words not in ("", SAME_SETTINGS), "-several")
        self.query_one("#differing", Static).update(shortened(words, self.query_one("#drawn").size.height))
        above = f"{words}\n\n" if words else ""
        shown = details(table.current, self.room.height - above.count("\n")) if table.current else ""
        rows = self.room.height - 2  # without tabs and footer
        self.query_one("#details", Static).update(shortened(above + shown, rows))

    def _trace(self) -> None:
        chosen = self._chosen()
        self._describe(chosen)
        looks = [self.query_one(RunTable).looks.get(row.run.id, 0) for row in chosen]

        def read() -> None:
            curves = [
                (name, [curves_of(each.run) for each in members_of(row)])
                for name, row in zip(short_names([row.run.id for row in chosen]), chosen, strict=True)
            ]
            self.take_found(self._take_curves, curves, looks)

        self.run_worker(read, thread=True, group="trace", exclusive=True, exit_on_error=False)

    on_run_table_marked = _trace

    def _take_curves(self, curves: list[tuple[str, list[Series]]], looks: list[int]) -> None:
        """Draw the curves; `looks` has the index of each run's mark."""
        self.curves, self._looks = curves, looks
        self.draw_curves()
        self.refresh_bindings()

    def draw_curves(self) -> None:
        """Draw the curves of the chosen runs."""
        if self.is_mounted:
            self.query_one(Chart).plot = overlay(self.curves, self.quantity, self.x_kind, self._looks)

    watch_quantity = watch_x_kind = draw_curves

    def action_quantity(self) -> None:
        """Show the next quantity in the chart."""
        self.quantity = QUANTITIES[(QUANTITIES.index(self.quantity) + 1) % len(QUANTITIES)]

    def action_axis(self) -> None:
        """Show the next kind of x axis."""
        self.x_kind = X_KINDS[(X_KINDS.index(self.x_kind) + 1) % len(X_KINDS)]

    def action_evaluate(self) -> None:
        """Evaluate the run's best weights on all test images with all ten numbers."""
        current = self.current
        if current is not None:
            try:
                self._evaluating = best_of(current.run)
            except MnistSumError as error:
                self.note(str(error), is_error=True)
            else:
                self.predictions.request(EvaluateTestSet(self._evaluating), self.post_message)

    def on_trouble(self, _: Trouble) -> None:
        """End the evaluation; the base class says why."""
        self._evaluating = None

    def on_test_set_evaluated(self, message: TestSetEvaluated) -> None:
        """Show the result of the evaluation."""
        self._evaluating = None
        name, report = short_name(message.result.source), message.result.report
        self.note(f"{name} on {report.pairs:,} test pairs: {accuracy_words(report)}")
