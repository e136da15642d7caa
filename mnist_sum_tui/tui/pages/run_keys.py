"""RunKeys: keys of the page Runs for the run under the cursor: open, resume, report, copy the command, delete, sort."""

from textual.binding import Binding

from mnist_sum_tui.atomic import write_atomic
from mnist_sum_tui.errors import MnistSumError, RunError
from mnist_sum_tui.export.earlier import in_the_way
from mnist_sum_tui.formatting import letters
from mnist_sum_tui.runs.commands import reproduction
from mnist_sum_tui.runs.events import Advice
from mnist_sum_tui.runs.journal import read_events
from mnist_sum_tui.runs.own_files import PAGE
from mnist_sum_tui.runs.seed_groups import members_of
from mnist_sum_tui.runs.summary import KINDS, Summary
from mnist_sum_tui.tui.pages.dialogs import DeleteRun
from mnist_sum_tui.tui.pages.predicting import PredictingPage
from mnist_sum_tui.tui.pages.resume_run import ask_to_resume
from mnist_sum_tui.tui.session.messages import OpenRun, RunDeleted
from mnist_sum_tui.tui.session.resuming import Continuation, obstacle
from mnist_sum_tui.tui.widgets.run_table import RunTable

RUN_BINDINGS = (
    Binding("r", "resume('unfinished')", "Resume", tooltip="Train it to its end"),
    Binding("r", "resume('completed')", "More epochs", tooltip="Train it further"),
    Binding("y", "copy", "Copy command"),
    Binding("d,delete", "delete", "Delete", key_display="d"),
    Binding("h", "report", "Report", tooltip="One HTML file to send, of the run or of the marked ones"),
    Binding("s", "sort", "Sort"),
    Binding("S", "turn", "Sort the other way", show=False),
)
COMPARED = "compared.html"
"""the report that compares the marked runs, in the folder of all runs"""
NEED_A_RUN = ("resume", "report", "copy", "delete", "evaluate", "sort", "quantity", "axis", "note", "columns")


class RunKeys(PredictingPage):
    """The actions of Enter and of the keys in RUN_BINDINGS."""

    def action_reload(self) -> None:
        """Read the folder again; defined by the page."""
        raise NotImplementedError

    def _chosen(self) -> list[Summary]:
        """The runs of the curves, a Fold for runs that differ only in their seed; defined by the page."""
        raise NotImplementedError

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Disable keys that need a run, or its settings, if there is none."""
        if action not in NEED_A_RUN:
            return super().check_action(action, parameters)
        current = self.current
        if current is None:
            return False
        if action == "resume":
            is_asked = (parameters == ("completed",)) == (current.state == "completed")
            return is_asked and current.state != "running"
        if action == "copy" and current.config is None:
            return False
        return super().check_action(action, parameters)

    @property
    def current(self) -> Summary | None:
        """The run under the cursor."""
        table = self.query_one_optional(RunTable)
        return None if table is None else table.current

    def on_run_table_entered(self, message: RunTable.Entered) -> None:
        """Open the run, after Enter, even if the cursor is on another one by now."""
        row = message.run
        if row.config is None:
            self.note(f"Run {row.run.id} is damaged and cannot be opened: {row.trouble}", is_error=True)
        else:
            self.app.post_message(OpenRun(row.run))

    def action_resume(self, _: str) -> None:
        """Train the run further, from its newest checkpoint."""
        current = self.current
        if current is None:
            return
        found = obstacle(current.run, current.config, self.session.is_training, current.trouble)
        if found or current.config is None:
            self.note(found, is_error=True)
        else:
            events = read_events(current.run.metrics_file, *KINDS, Advice.kind)
            ask_to_resume(self, Continuation.of(current.run, current.config, events))

    def action_report(self) -> None:
        """Write a report, in a thread, because its images take a while to read.

        That of a run goes into its folder; one that compares the marked runs goes beside their folders.
        """
        current, rows = self.current, self._chosen()
        if current is None:
            return
        marked = [run for row in rows for run in members_of(row)] if len(rows) > 1 else []
        target = self.session.runs_folder / COMPARED if marked else current.run.path / PAGE

        def write() -> None:
            from mnist_sum_tui.export.report import compared, report  # numpy and Pillow

            try:
                if why := in_the_way(target):
                    raise RunError(f"{target}: {why}; move it away first")
                named = dict(zip(letters(len(marked)), marked, strict=True))
                write_atomic(target, compared(named) if marked else report(current.run, self.session.data_dir))
            except MnistSumError as error:
                self.app.call_later(self.note, str(error), is_error=True)
            else:
                self.app.call_later(self.note, f"Wrote {target}: a browser opens it, offline too")

        self.run_worker(write, thread=True, group="report", exit_on_error=False)

    def action_copy(self) -> None:
        """Copy the commands that repeat the run to the clipboard, and show them on the page."""
        current = self.current
        if current is not None and current.config is not None:
            text, besides = reproduction(current.config, current.starts, current.changed)
            self.app.copy_to_clipboard(text)
            self.note(f"Copied: {text}" + (f"  ({besides})" if besides else ""))

    def action_delete(self) -> None:
        """Ask, then delete."""
        current = self.current
        if current is None:
            return
        try:
            current.run.deletable_files()
        except MnistSumError as error:
            self.note(str(error), is_error=True)
            return

        def answered(yes: bool | None) -> None:
            if not yes:
                self.note(f"Nothing was deleted: {current.run.id} is still there")
                return
            try:
                current.run.delete()
            except MnistSumError as error:
                self.note(str(error), is_error=True)
            else:
                self.note(f"Deleted {current.run.id}")
                self.post_message(RunDeleted(current.run))
            self.action_reload()

        self.app.push_screen(DeleteRun(current), answered)

    def action_sort(self) -> None:
        """Sort by the next column."""
        self.query_one(RunTable).sort_by_next()

    def action_turn(self) -> None:
        """Reverse the sorting."""
        table = self.query_one(RunTable)
        table.sort_by(table.order[0])
