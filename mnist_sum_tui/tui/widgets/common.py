"""What several widgets share: a line of text that is cheap to change, and the arrow keys."""

from textual.binding import Binding
from textual.content import Content
from textual.widgets import Static


class Line(Static):
    """A Static that is drawn again only if it says something new, and that never moves its neighbours.

    `Static.update` has the whole screen laid out anew: 20 ms, four times a second, taken from the training.
    """

    _said: Content | str | None = None

    def say(self, text: Content | str) -> None:
        """Show the text."""
        if text != self._said:
            self._said = text
            self.update(text, layout=False)


MOVES = tuple(
    Binding(key, f"move({x},{y})", show=False)
    for key, (x, y) in {"left": (-1, 0), "right": (1, 0), "up": (0, -1), "down": (0, 1)}.items()
)
