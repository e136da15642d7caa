"""GoTo: asks for the place of a test image."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.validation import Integer
from textual.widgets import Input, Label

from mnist_sum_tui.tui.screens.steady import Question


class GoTo(Question[int | None]):
    """A line to type a number from 0 to `count` - 1 into; None if one would rather not."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "dismiss(None)", "Cancel")]

    def __init__(self, count: int) -> None:
        super().__init__()
        self.count = count

    def compose(self) -> ComposeResult:
        """The question and the line."""
        with Vertical(classes="dialog"):
            yield Label(f"Which image? 0 to {self.count - 1:,}", markup=False)
            yield Input(type="integer", max_length=6, validators=Integer(0, self.count - 1), placeholder="0")
            yield Label("Enter goes there, Escape stays", classes="hint")

    def on_input_submitted(self, message: Input.Submitted) -> None:
        """Go there, if it is there."""
        if message.validation_result is not None and message.validation_result.is_valid:
            self.dismiss(int(message.value))
