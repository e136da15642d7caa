"""Confirm: asks before something that cannot be undone."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.widgets import Button, Label

from mnist_sum_tui.printable import printable
from mnist_sum_tui.tui.screens.steady import Question


class Confirm(Question[bool]):
    """A question, and a button to do it; the other one, which has the focus, leaves all as it is."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,n", "dismiss(False)", "No"),
        Binding("y", "dismiss(True)", "Yes"),
        Binding("left", "app.focus_previous", show=False),
        Binding("right", "app.focus_next", show=False),
    ]
    AUTO_FOCUS = "#no"

    def __init__(self, question: str, detail: str, yes: str, no: str = "Keep") -> None:
        super().__init__()
        self.question, self.detail, self.yes, self.no = question, detail, yes, no

    def compose(self) -> ComposeResult:
        """The question and the two buttons."""
        with Vertical(classes="dialog"):
            yield Label(printable(self.question), classes="question", markup=False)
            yield Label(self.detail, classes="hint", markup=False)
            with Horizontal(classes="buttons"):
                yield Button(self.no, id="no")
                yield Button(self.yes, id="yes", variant="error")

    def on_button_pressed(self, message: Button.Pressed) -> None:
        """The choice."""
        self.dismiss(message.button.id == "yes")
