"""PlainApp: an app that shows text from outside as it is: no markup in its toasts, nothing but print on its lines."""

from collections.abc import Sequence

from rich.cells import cell_len
from rich.segment import Segment
from textual.app import App, ReturnType
from textual.color import Color
from textual.filter import LineFilter
from textual.notifications import SeverityLevel

from mnist_sum_tui.printable import printable

JOINER = "\u200d"
"""makes one picture of two, as wide as one of them"""
PATH_STYLE = "[$text-success]"
"""Textual's markup before the path of a screenshot, the only message of its own that has any"""


class PrintOnly(LineFilter):
    """Puts spaces in place of what is not print, as many as it was taken to be wide: none for an escape character.

    Text from outside is made readable by `printable` where it comes in; what was forgotten there is harmless here.
    """

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:  # noqa: ARG002
        """The segments of a line, of the same width."""
        if all(segment.text.isprintable() for segment in segments):
            return segments
        return [Segment(_print_of(text), style, control) for text, style, control in segments]


def _print_of(text: str) -> str:
    return "".join(c if c.isprintable() or c == JOINER else " " * cell_len(c) for c in text)


class PlainApp(App[ReturnType]):
    """Every line of every widget goes through PrintOnly, and every message through `notify`."""

    _print_only = PrintOnly()

    def get_line_filters(self) -> Sequence[LineFilter]:
        """What each line goes through; PrintOnly is the last."""
        return [*super().get_line_filters(), self._print_only]

    def notify(
        self,
        message: str,
        *,
        title: str = "",
        severity: SeverityLevel = "information",
        timeout: float | None = None,
        markup: bool = False,  # noqa: ARG002  a widget's `notify` says True where it is not told otherwise
    ) -> None:
        """Show a toast that says the message as it is: brackets in it are those of a folder or of an error."""
        words = printable(message.replace(PATH_STYLE, ""))
        super().notify(words, title=printable(title), severity=severity, timeout=timeout, markup=False)
