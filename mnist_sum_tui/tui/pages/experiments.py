"""Experiments: keys of the page Runs for work with many runs: filter, note, fold seeds, choose columns."""

import math
import time

from textual.binding import Binding

from mnist_sum_tui.errors import MnistSumError, short
from mnist_sum_tui.printable import printable
from mnist_sum_tui.runs import notes
from mnist_sum_tui.runs.columns import chosen
from mnist_sum_tui.runs.filters import ALSO, FORM, matching
from mnist_sum_tui.runs.run import Run
from mnist_sum_tui.runs.seed_groups import folded, members_of
from mnist_sum_tui.runs.summary import Summary, summarise
from mnist_sum_tui.tui.pages.dialogs import AskLine
from mnist_sum_tui.tui.pages.run_keys import RunKeys
from mnist_sum_tui.tui.session.messages import RunDeleted
from mnist_sum_tui.tui.widgets.help_panel import HelpPanel
from mnist_sum_tui.tui.widgets.run_table import RunTable

RENEW_SECONDS = 5.0
"""how often the runs that train are read again"""
COARSE_NS, COARSE_SECONDS = 10**9, 2.0
"""disks whose times are whole seconds, as on a FAT stick, have steps of at most two seconds"""
ESCAPES = (
    Binding("escape", "all_runs", "All runs"),
    Binding("escape", "unmark", "Unmark all"),
    Binding("escape", "back", show=False),  # the page's own, which those above would replace
)
EXPERIMENT_BINDINGS = (
    Binding("slash", "filter", "Filter", key_display="/"),
    Binding("t", "note", "Note", tooltip="Write a note about the run"),
    Binding("g", "fold", "Seeds", tooltip="One row for seeds of the same settings"),
    Binding("c", "columns", "Columns", tooltip="Choose the columns, also settings"),
)


class Experiments(RunKeys):
    """Decides which of the runs in the folder have a row, and what the columns are."""

    listed: tuple[Summary, ...] = ()
    """all runs in the folder"""
    pattern = ""
    is_folded = False
    _renewed = 0.0
    """when the runs that train were read last, by time.monotonic"""
    read_at = 0
    """when the folder was last changed before it was read, in ns"""
    _noticed = (0, math.inf)
    """`read_at`, and since when it is that, by time.monotonic; infinity once it is read again"""

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer to filter and to fold if there are runs, and what Escape would do next."""
        if action in ("all_runs", "unmark"):
            is_first = not self.query_children(HelpPanel)  # Escape closes it before
            is_shown = action == "all_runs" if self._has_less else action == "unmark" and bool(self._marked)
            return is_first and is_shown
        return bool(self.listed) if action in ("filter", "fold") else super().check_action(action, parameters)

    def turn_to(self, run: Run) -> None:
        """Put the cursor on this run, or as soon as it is listed."""
        self.query_one(RunTable).turn_to(run.id)

    action_all_runs = action_unmark = RunKeys.action_back  # names of their own for the footer

    @property
    def _has_less(self) -> bool:
        """Whether not every run has a row of its own."""
        return bool(self.pattern) or self.is_folded

    @property
    def _marked(self) -> tuple[str, ...]:
        table = self.query_one_optional(RunTable)
        return () if table is None else table.marked

    @property
    def changed_at(self) -> int:
        """When a run was last added or removed, in ns; 0 without a folder."""
        try:
            return self.session.runs_folder.stat().st_mtime_ns
        except OSError:
            return 0

    def keep_state(self) -> None:
        """Read the folder again if a run was added or removed, else the runs that train: other processes do so, too."""
        super().keep_state()
        if not self.is_current:
            return
        if self._noticed[0] != self.read_at:
            self._noticed = self.read_at, time.monotonic()
        if self.changed_at != self.read_at:
            self.action_reload()
        elif self.read_at % COARSE_NS == 0 and time.monotonic() - self._noticed[1] >= COARSE_SECONDS:
            self._noticed = self.read_at, math.inf  # a further change in the same step of the time is in it by now
            self.action_reload()
        elif time.monotonic() - self._renewed >= RENEW_SECONDS:
            self._renew()

    def _renew(self) -> None:
        """Read again the runs that train, also those that another process has resumed since they were listed."""
        self._renewed, listed = time.monotonic(), self.listed

        def read() -> None:
            trained = [row.run for row in listed if row.state == "running" or row.run.is_running]
            if trained:
                self.call_later(self._take_renewed, [*map(summarise, trained)])

        self.run_worker(read, thread=True, group="renew", exclusive=True, exit_on_error=False)

    def _take_renewed(self, found: list[Summary]) -> None:
        newer = {run.run.id: run for run in found}
        self.listed = tuple(newer.get(run.run.id, run) for run in self.listed)
        self.show_listed(has_new_curves=any(run.run.id in newer for row in self._chosen() for run in members_of(row)))

    def show_listed(self, *, has_new_curves: bool = True) -> None:
        """Fill the table, and draw the curves; defined by the page."""
        raise NotImplementedError

    def on_run_deleted(self, message: RunDeleted) -> None:
        """Take the run out of the table at once, because it takes seconds to read thousands again."""
        self.listed = tuple(run for run in self.listed if run.run != message.run)
        self.show_listed()

    @property
    def rows(self) -> tuple[Summary, ...]:
        """The runs that match the filter, folded by seed if the user wants that."""
        fitting = tuple(filter(matching(self.pattern), self.listed))
        return folded(fitting) if self.is_folded else fitting

    @property
    def chosen_words(self) -> str:
        """A line that says what is filtered out or folded; empty if nothing is."""
        fitting = sum(map(matching(self.pattern), self.listed))
        filtered = f"{fitting} of {len(self.listed)} runs fit {printable(short(self.pattern))} (Escape shows all)"
        seeds = "seeds of the same settings are one row: mean +- standard deviation (g: each)"
        return "; ".join([*([filtered] if self.pattern else []), *([seeds] if self.is_folded else [])])

    def step_back(self) -> bool:
        """Show all runs again, each in its own row; if they are shown, remove all marks."""
        if super().step_back():
            return True
        if self._has_less:
            self.pattern, self.is_folded = "", False
            self.show_listed()
        elif self._marked:
            self.query_one(RunTable).marked = ()
        else:
            return False
        return True

    def action_filter(self) -> None:
        """Ask which runs to show."""

        def answered(text: str) -> None:
            self.pattern = text
            self.show_listed()

        self.ask(AskLine("Which runs?", self.pattern, f"{FORM[0].upper()}{FORM[1:]}. {ALSO}", matching), answered)

    def action_note(self) -> None:
        """Ask for the note of the run under the cursor."""
        current = self.current
        if current is None:
            return

        def answered(text: str) -> None:
            try:
                notes.write(current.run, text)
            except MnistSumError as error:
                self.note(str(error), is_error=True)
            self.action_reload()

        hint = "A line about it, such as what you tried; an empty one removes it"
        self.ask(AskLine(f"A note on {current.run.id}", current.note, hint, notes.check), answered)

    def action_columns(self) -> None:
        """Ask which columns to show."""
        table = self.query_one(RunTable)

        def answered(names: str) -> None:
            table.columns_wanted = chosen(names)

        hint = "Titles of columns, and settings such as lr, with commas; nothing: as many as fit"
        self.ask(AskLine("Which columns?", ",".join(column.title for column in table.shown), hint, chosen), answered)

    def action_fold(self) -> None:
        """Fold runs that differ only in their seed into one row, or show each run again."""
        self.is_folded = not self.is_folded
        self.show_listed()
