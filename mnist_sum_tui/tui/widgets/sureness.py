"""SurenessCharts: whether a network is right as often as it is sure, and how accurate its surest answers are."""

from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.widgets import Static

from mnist_sum_tui.charts.sureness import coverage_curve, coverage_words, figures_line, reliability_diagram
from mnist_sum_tui.formatting import first_fit
from mnist_sum_tui.tui.widgets.chart import Chart

if TYPE_CHECKING:
    from mnist_sum_tui.inference.reliability import Reliability

CHARTS = ("coverage", "digit-sure", "sum-sure")
EACH = 37
"""the fewest columns of a chart beside others"""


class SurenessCharts(Vertical):
    """Shows figures and three charts: side by side, or one at a time if they do not fit."""

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id)
        self._heads: dict[str, Reliability] = {}
        self.shown = 0
        """the index of the chart that is shown if only one fits"""

    def compose(self) -> ComposeResult:
        """The figures above the charts."""
        yield Static(id="sure-figures", markup=False)
        with Horizontal():
            for name in CHARTS:
                yield Chart(id=name)

    @property
    def fits(self) -> bool:
        """Whether all charts fit side by side."""
        return self.size.width >= len(CHARTS) * EACH

    def draw(self, heads: "dict[str, Reliability]") -> None:
        """Draw the reliability of `digit` and `sum`."""
        self._heads = heads
        for head, found in heads.items():
            self.query_one(f"#{head}-sure", Chart).plot = reliability_diagram({head: found})
        self.query_one("#coverage", Chart).plot = coverage_curve(heads)
        self.take_room()

    def turn_to(self, place: int) -> bool:
        """Show the chart with this index, if one is shown at a time; returns False if there is no such chart."""
        if place and (self.fits or place >= len(CHARTS)):
            return False
        self.shown = place
        self.take_room()
        return True

    def take_room(self) -> None:
        """Show the charts that fit, and their figures."""
        for place, name in enumerate(CHARTS):
            self.query_one(f"#{name}").display = self.fits or place == self.shown
        words = [coverage_words(self._heads), *(figures_line(head, found) for head, found in self._heads.items())]
        if self.fits:
            words = [first_fit(("   ".join(words), f"{words[0]}\n{words[1]}   {words[2]}"), self.size.width)]
        self.query_one("#sure-figures", Static).update(words[self.shown % len(words)])

    def on_resize(self) -> None:
        """Fit the charts to the new size."""
        if self._heads:
            self.take_room()
