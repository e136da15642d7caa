"""LatestCurves: how the newest runs learned, beside the form for a new run if the screen is large enough."""

from pathlib import Path

from textual.strip import Strip

from mnist_sum_tui.charts.plot import Plot
from mnist_sum_tui.charts.run_charts import overlay, short_names
from mnist_sum_tui.runs.find import list_runs
from mnist_sum_tui.tui.session.run_curves import curves_of
from mnist_sum_tui.tui.textual_fixes import pass_on
from mnist_sum_tui.tui.widgets.chart import Chart

NEWEST, LEAST = 3, 7
"""how many runs are drawn, and the fewest rows of a chart that says something"""


class LatestCurves(Chart):
    """Shows the curves once they are read; nothing without runs, or with too few rows."""

    def __init__(self, folder: Path, *, id: str) -> None:
        super().__init__(id=id)
        self._folder = folder
        self.visible = False

    def read(self) -> None:
        """Read the runs in a thread, because a journal may be long."""

        def work() -> None:
            runs = list_runs(self._folder)[:NEWEST]
            series = [[curves_of(run)] for run in runs]
            names = short_names([run.id for run in runs])
            pass_on(self.app, self._take, overlay(list(zip(names, series, strict=True)), "sum accuracy", "epoch"))

        self.run_worker(work, thread=True, exclusive=True, exit_on_error=False)

    on_mount = read

    def _take(self, plot: Plot) -> None:
        self.plot = plot
        self.visible = any(len(curve.x) for curve in plot.curves)

    def render_line(self, y: int) -> Strip:
        """One row of the drawing, or an empty one if there are too few."""
        return super().render_line(y) if self.size.height >= LEAST else Strip.blank(self.size.width, self.rich_style)
