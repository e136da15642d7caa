"""LatestRuns: the newest runs and the best one, below the form for a new run, if the screen is high enough."""

from collections.abc import Sequence
from pathlib import Path

from textual.widgets import Static

from mnist_sum_tui.formatting import wrapped
from mnist_sum_tui.runs.columns import BEST, named, text_of
from mnist_sum_tui.runs.find import summaries
from mnist_sum_tui.runs.summary import Summary, best_of_several
from mnist_sum_tui.tui.textual_fixes import pass_on
from mnist_sum_tui.tui.widgets.run_details import in_columns, ranking

NEWEST, WIDTH = 5, 74
"""how many runs are listed, and the columns of the text below them"""
TITLES = ("run", "state", "epochs", "digit", "sum", "time")
HOW_TO_OPEN = "Latest runs (F5 shows all; Enter there opens one)"


def latest(runs: Sequence[Summary]) -> str:
    """A line for each of the newest runs, and for the best if it is older; empty if there are no runs."""
    best = best_of_several(runs)
    shown = [*runs[:NEWEST], *(run for run in runs[NEWEST:] if run is best)]
    rows = [
        [text_of(run, named(title)) + (BEST if run is best and title == "state" else "") for title in TITLES]
        for run in shown
    ]
    below = ["\n".join(wrapped(line, WIDTH)) for line in ranking(shown, best, runs).splitlines()]
    return "\n".join([HOW_TO_OPEN, in_columns([TITLES, *rows]), *below]) if rows else ""


class LatestRuns(Static):
    """Reads the runs of a folder whenever it comes into view."""

    def __init__(self, folder: Path, *, id: str) -> None:
        super().__init__(id=id, markup=False)
        self._folder = folder

    def read(self) -> None:
        """Read the runs in a thread, if the list is shown at all."""

        def work() -> None:
            pass_on(self.app, self.update, latest(summaries(self._folder)))

        if self.display:
            self.run_worker(work, thread=True, exclusive=True, exit_on_error=False)

    on_show = read
