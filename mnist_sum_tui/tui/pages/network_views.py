"""NetworkViews: what Inside shows besides the layers of one image: how they do while the network trains."""

from textual.app import ComposeResult

from mnist_sum_tui.charts.health import health_words
from mnist_sum_tui.runs.health_event import Health
from mnist_sum_tui.tui.pages.walking import WalkingPage
from mnist_sum_tui.tui.predictions.messages import ImagePredicted
from mnist_sum_tui.tui.widgets.addition_table import table_words
from mnist_sum_tui.tui.widgets.health_table import HealthTable

LOOK_SECONDS = 1.0
NO_HEALTH = """\
Here you will see how each layer does while a network trains: whether its weights move, whether units fall silent.
Start a training (F1), or open or replay a run (F5). Runs of earlier versions have no such figures.
"""


class NetworkViews(WalkingPage):
    """A page with views of a whole network; `view_name` says which one is shown, if one is."""

    view_name = ""

    def compose_views(self) -> ComposeResult:
        """The widgets."""
        yield HealthTable(id="health")

    def on_mount(self) -> None:
        """Keep up with the run, whoever trains it."""
        self.set_interval(LOOK_SECONDS, self.keep_view_up)

    def show_layer(self) -> None:
        """Show what is chosen; to be given by the page."""
        raise NotImplementedError

    def keep_view_up(self) -> None:
        """Show what is new of the network."""
        if self.view_name and self.is_current:
            self.show_layer()

    def show_view(self, answer: ImagePredicted) -> str:
        """Show the view with what is known by now, and say what it means; empty if none is shown."""
        if self.view_name == "health":
            health = self.query_one(HealthTable)
            health.events = tuple(event for event in self.session.events if isinstance(event, Health))
            return health_words(health.events[-1]) if health.events else NO_HEALTH
        return table_words(answer.predictions) if self.view_name else ""
