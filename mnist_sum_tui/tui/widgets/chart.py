"""Chart: a thin widget around `plot.draw`. It keeps the drawing until something changes; it says where the mouse is."""

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.message import Message
from textual.reactive import reactive
from textual.strip import Strip
from textual.widget import Widget

from mnist_sum_tui.charts.plot import Drawing, Plot, draw

ROLES = (
    "axis", "title", "legend", "cursor", "nan",
    "digit", "digit-envelope", "sum", "sum-envelope", "past",
    "run-1", "run-2", "run-3", "run-4", "run-5", "run-6",
)  # fmt: skip
"""what app.tcss gives a colour to, as `.chart--<role>`"""


class Chart(Widget):
    """Shows a Plot in all the room it has."""

    COMPONENT_CLASSES = {f"chart--{role}" for role in ROLES}  # noqa: RUF012
    ALLOW_SELECT = False

    plot: reactive[Plot] = reactive(Plot(()), always_update=True)

    class Pointed(Message):
        """The mouse is over a place on the x axis, or has left the chart (None)."""

        def __init__(self, at: float | None) -> None:
            super().__init__()
            self.at = at

        def can_replace(self, message: Message) -> bool:
            """Only the newest place matters."""
            return isinstance(message, Chart.Pointed)

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._drawing: Drawing | None = None
        self._strips: list[Strip] = []

    @property
    def drawing(self) -> Drawing:
        """The plot as it is drawn in the widget's present size."""
        if self._drawing is None:
            width, height = self.size
            self._drawing = draw(self.plot, width, height)
            styles: dict[str, Style] = {}
            self._strips = [  # adjusted, for a letter here and there is wider than the plot takes it to be
                Strip([Segment(text, self._style(role, styles)) for text, role in line]).adjust_cell_length(width)
                for line in self._drawing.lines
            ]
        return self._drawing

    def render_line(self, y: int) -> Strip:
        """One row of the drawing."""
        lines = self.drawing.lines
        return self._strips[y] if y < len(lines) else Strip.blank(self.size.width, self.rich_style)

    def watch_plot(self) -> None:
        """Draw again."""
        self._forget()

    def notify_style_update(self) -> None:
        """Draw again: the theme has changed."""
        super().notify_style_update()
        self._forget()

    def on_resize(self) -> None:
        """Draw again for the new size."""
        self._forget()

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """Read values off where the mouse is."""
        self.post_message(self.Pointed(self.drawing.x_at(event.x)))

    def on_leave(self) -> None:
        """The mouse is elsewhere."""
        self.post_message(self.Pointed(None))

    def _forget(self) -> None:
        self._drawing = None
        self.refresh()

    def _style(self, role: str, known: dict[str, Style]) -> Style:
        if role not in known:
            name = role if role in ROLES else "axis"
            known[role] = self.get_component_rich_style(f"chart--{name}")
        return known[role]
