"""ChartKeys: the keys of the page Train that change how its charts are drawn; the training is not touched."""

from dataclasses import replace
from typing import TYPE_CHECKING

from textual.binding import Binding

from mnist_sum_tui.tui.pages.base import Page

if TYPE_CHECKING:  # they need numpy, and the first frame does not
    from mnist_sum_tui.tui.widgets.chart import Chart
    from mnist_sum_tui.tui.widgets.run_view import RunView

READ = Binding.Group("Values", compact=True)
SMOOTH = Binding.Group("Smooth", compact=True)
CHART_BINDINGS = (
    Binding("l", "log", "Log scale", tooltip="Logarithmic or linear"),
    Binding("left_square_bracket", "smooth(-1)", "Smooth less", group=SMOOTH, key_display="["),
    Binding("right_square_bracket", "smooth(1)", "Smooth more", group=SMOOTH, key_display="]"),
    Binding("x", "x_axis", "Axis", tooltip="Steps, epochs or time"),
    Binding("m", "large", "Max", tooltip="One chart large"),
    Binding("u", "system", "Machine", tooltip="What the machine is busy with"),
    Binding("left", "cursor(-1)", "Values at a step", group=READ),
    Binding("right", "cursor(1)", "Values at a step", group=READ),
    Binding("shift+left", "cursor(-10)", "Values far left", show=False),
    Binding("shift+right", "cursor(10)", "Values far right", show=False),
)
CHART_ACTIONS = {"log", "smooth", "x_axis", "large", "cursor", "system"}
"""the actions that need a chart"""
LARGE = {"": "loss", "loss": "accuracy", "accuracy": ""}
"""the chart that `m` enlarges next, by the one that is large now; empty for none"""


class ChartKeys(Page):
    """The actions of the keys in CHART_BINDINGS."""

    @property
    def run_view(self) -> "RunView":
        """The view of the run; defined by the page."""
        raise NotImplementedError

    def action_log(self) -> None:
        """Switch between logarithmic and linear y axes."""
        self.run_view.view = replace(self.run_view.view, is_log=not self.run_view.view.is_log)

    def action_smooth(self, by: int) -> None:
        """Smooth the curves more or less."""
        self.run_view.view = self.run_view.view.smoother(by)

    def action_x_axis(self) -> None:
        """Switch the x axis between steps, epochs and time."""
        self.run_view.view = self.run_view.view.next_x()

    def action_large(self) -> None:
        """Enlarge one chart, then the other, then show both."""
        self._enlarge(LARGE[self.run_view.large])

    def on_chart_zoomed(self, message: "Chart.Zoomed") -> None:
        """The wheel enlarges the chart under it, or shows both again."""
        name = message.chart.id
        if name is not None and name in LARGE:
            self._enlarge(name if message.is_up else "")

    def _enlarge(self, name: str) -> None:
        self.run_view.large = name
        self.refresh_bindings()  # in a replay Escape does something else now

    def action_system(self) -> None:
        """Show or hide two lines about the machine."""
        self.run_view.shows_system = not self.run_view.shows_system

    def action_cursor(self, by: int) -> None:
        """Move the cursor, at which the values of the curves are shown."""
        self.run_view.move_cursor(by)

    def step_back(self) -> bool:
        """Escape removes the cursor, then makes a large chart small again."""
        view = self.run_view
        if view.view.cursor is not None:
            self.remove_cursor()
        elif view.large:
            self._enlarge("")
        else:
            return False
        return True

    def remove_cursor(self) -> None:
        """Show the charts without a cursor."""
        self.run_view.view = replace(self.run_view.view, cursor=None)
