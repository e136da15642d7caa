"""Line: text in a place of fixed size, cheap to change often."""

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
