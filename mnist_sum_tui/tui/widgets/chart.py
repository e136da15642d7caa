"""Chart: a widget that draws a Plot, caches the drawing, and reports the mouse position."""

from dataclasses import dataclass

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
    "digit", "digit-envelope", "digit-ghost", "sum", "sum-envelope", "sum-ghost", "ghost",
    "run-1", "run-2", "run-3", "run-4", "run-5", "run-6",
)  # fmt: skip
"""the parts of a chart; app.tcss has the colour of each as `.chart--<role>`"""


class Chart(Widget):
    """Draws a Plot in the size of the widget."""

    COMPONENT_CLASSES = {f"chart--{role}" for role in ROLES}  # noqa: RUF012
    ALLOW_SELECT = False

    plot: reactive[Plot] = reactive(Plot(()), always_update=True)

    @dataclass(eq=False)
    class Pointed(Message):
        """The mouse is at this x value, or has left the chart (None)."""

        at: float | None

        def can_replace(self, message: Message) -> bool:
            """Only the newest position matters."""
            return isinstance(message, Chart.Pointed)

    @dataclass(eq=False)
    class Zoomed(Message):
        """The wheel was turned on this chart: up, to see more of it, or down."""

        chart: "Chart"
        is_up: bool

    def __init__(self, *, id: str | None = None, empty: str = "") -> None:
        """`empty` is what it says until it has a plot."""
        super().__init__(id=id)
        self.set_reactive(Chart.plot, Plot((), empty=empty))
        self._drawing: Drawing | None = None
        self._strips: list[Strip] = []
        self._styles: dict[str, Style] = {}
        """the roles' styles; Textual forgets them with each drawing, and they take a tenth of its time"""

    @property
    def drawing(self) -> Drawing:
        """The plot, drawn for the current size of the widget."""
        if self._drawing is None:
            width, height = self.size
            self._drawing = draw(self.plot, width, height)
            self._strips = [  # adjusted, because some characters are wider than `draw` assumes
                Strip([Segment(text, self._style(role)) for text, role in line]).adjust_cell_length(width)
                for line in self._drawing.lines
            ]
        return self._drawing

    def render_line(self, y: int) -> Strip:
        """One row of the drawing."""
        lines = self.drawing.lines
        return self._strips[y] if y < len(lines) else Strip.blank(self.size.width, self.rich_style)

    def notify_style_update(self) -> None:
        """Redraw, because the theme has changed."""
        super().notify_style_update()
        self._styles.clear()
        self._forget()

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """Report the x value under the mouse."""
        self.post_message(self.Pointed(self.drawing.x_at(event.x)))

    def on_mouse_scroll_up(self) -> None:
        """Report a turn of the wheel."""
        self.post_message(self.Zoomed(self, is_up=True))

    def on_mouse_scroll_down(self) -> None:
        """And in the other direction."""
        self.post_message(self.Zoomed(self, is_up=False))

    def on_leave(self) -> None:
        """Report that the mouse has left."""
        self.post_message(self.Pointed(None))

    def _forget(self) -> None:
        """Redraw, because the plot has changed, or the size."""
        self._drawing = None
        self.refresh()

    watch_plot = on_resize = _forget

    def _style(self, role: str) -> Style:
        if role not in self._styles:
            name = role if role in ROLES else "axis"
            self._styles[role] = self.get_component_rich_style(f"chart--{name}")
        return self._styles[role]
