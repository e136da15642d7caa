"""Parts that several widgets share: a line that is cheap to update, a field with a label, a row of buttons, keys."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.events import Click
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Button, Input, Static

from mnist_sum_tui.tui.textual_fixes import SteadyInput


class Line(Static):
    """A Static that is redrawn only if its text changes, and that never changes its size.

    `Static.update` would lay out the whole screen again, which takes 20 ms from the training each time.
    """

    def say(self, text: Content | str) -> None:
        """Show this text."""
        put(self, text, layout=False)


class Fitted(Line):
    """A Line whose words depend on its width; it posts Resized, so that they can be chosen again."""

    class Resized(Message):
        """Its size has changed."""

    def on_resize(self) -> None:
        """Tell it."""
        self.post_message(self.Resized())


def put(into: Static, content: Content | str, *, layout: bool = True) -> None:
    """Show this content, unless it is shown already, because `Static.update` would lay out the whole screen again."""
    if type(content) is not type(into.content) or content != into.content:
        into.update(content, layout=layout)


def relabel(button: Button, label: str) -> None:
    """Give a button another label, and the room for it; nothing is laid out again if it has this one."""
    if label != button.label:
        button.label = label
        button.refresh(layout=True)


MOVES = tuple(  # each calls action_move(x, y) of its widget
    Binding(key, f"move({x},{y})", show=False)
    for key, (x, y) in {"left": (-1, 0), "right": (1, 0), "up": (0, -1), "down": (0, 1)}.items()
)


class Field(Horizontal):
    """A widget with a label before it; it has the class `of-ID` of the widget's id."""

    def __init__(self, label: str, widget: Widget, *, classes: str = "") -> None:
        super().__init__(classes=f"{classes} of-{widget.id}")
        self._label, self._widget = label, widget

    def compose(self) -> ComposeResult:
        """Label and widget."""
        yield Static(self._label, markup=False)
        yield self._widget

    def on_click(self, event: Click) -> None:
        """Give the focus to the widget after a click on the label."""
        event.stop()
        self._widget.focus()


class NameField(Field):
    """For a word that is added to the name of a run."""

    def __init__(self, value: str) -> None:
        self._usual = value
        self._input = SteadyInput(value, placeholder="none (a word for the run's folder)", id="name", compact=True)
        super().__init__("name", self._input, classes="wide")

    @property
    def typed(self) -> str:
        """What was typed; `find.create` checks it."""
        return self._input.value.strip()

    def forget(self) -> None:
        """Take back what was typed: the next run may be somebody else's."""
        with self.prevent(Input.Changed):  # for which the form would take back what it says of the last run
            self._input.value = self._usual


class ButtonRow(Horizontal):
    """Buttons side by side: the arrow keys go from one to the next."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "app.focus_previous", show=False),
        Binding("right", "app.focus_next", show=False),
    ]
