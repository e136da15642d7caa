"""HealthTable: the health of each layer: its figures with sparklines, and pictures of how its weights change."""

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.reactive import reactive
from textual.widgets import Static

from mnist_sum_tui.charts.health import health_lines, spread_pictures
from mnist_sum_tui.runs.events import Health
from mnist_sum_tui.tui.widgets.maps import LEAST, MOST, Pictures

CAPTION, GAP = 1, 2
"""rows below, and columns beside, a picture"""


class Spreads(Pictures):
    """Histograms over time; they have no proportions that must be kept, so they fill the room."""

    BORDER_TITLE = "How weights spread (up: value; right: time)"

    def pixels(self) -> tuple[int, int]:
        """Rows and columns of each picture: those of the arrangement in which the smaller side is the largest."""
        count, (width, height) = len(self.grids), self._room
        below = int(count > 1)  # an empty row below each caption but those of the last row
        sizes = [
            (min(MOST, 2 * ((height + below) // -(-count // across) - CAPTION - below)), width // across - GAP)
            for across in range(1, count + 1)
        ]
        return max((LEAST, 2 * LEAST), *sizes, key=min)


class HealthTable(Vertical):
    """Shows the Health events of one run; empty before the first."""

    events: reactive[tuple[Health, ...]] = reactive(())

    def compose(self) -> ComposeResult:
        """The figures, and below them a picture of each layer's weights."""
        yield Static(id="figures", markup=False)
        yield Spreads(id="spreads")

    def watch_events(self) -> None:
        """Draw the events."""
        self.visible = bool(self.events)
        if self.events and self.size.width:
            self.query_one("#figures", Static).update("\n".join(health_lines(self.events, self.size.width - 2)))
            self.query_one(Spreads).grids = tuple(spread_pictures(self.events))

    on_resize = watch_events
