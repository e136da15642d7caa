"""The question on leaving while a training goes on."""

from typing import ClassVar, Literal, cast

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.widgets import Button, Static

from mnist_sum_tui.printable import printable
from mnist_sum_tui.tui.screens.steady import Question

Answer = Literal["keep", "save", "leave"]


class QuitScreen(Question[Answer]):
    """Keep training, stop and save, or leave at once."""

    BINDINGS: ClassVar = [
        Binding("escape,k", "answer('keep')", "Keep training"),
        Binding("s", "answer('save')", "Stop and save"),
        Binding("l", "answer('leave')", "Leave at once"),
        Binding("up,left", "app.focus_previous", show=False),
        Binding("down,right", "app.focus_next", show=False),
    ]
    AUTO_FOCUS = "#keep"
    """Enter keeps training: the answer that loses nothing"""

    def __init__(self, command: str, saved_step: int | None) -> None:
        super().__init__()
        self._command = printable(command)
        self._saved = "nothing is saved yet" if saved_step is None else f"the last checkpoint is of step {saved_step:,}"

    def compose(self) -> ComposeResult:
        """The question, three buttons."""
        with Vertical(id="question"):
            yield Static("The network is still training.", classes="heading", markup=False)
            yield Button("Keep training (k)", id="keep", variant="primary", compact=True)
            yield Button("Stop and save (s)", id="save", compact=True)
            yield Button("Leave at once (l)", id="leave", variant="error", compact=True)
            yield Static(
                f"Leaving at once loses what is not saved: {self._saved}.\nGo on later with\n{self._command}",
                classes="note",
                markup=False,
            )

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """Answer."""
        self.dismiss(cast(Answer, event.button.id))

    def action_answer(self, answer: Answer) -> None:
        """Answer by a key."""
        self.dismiss(answer)
