"""The dialogs of the dashboard: they ask before a run is deleted, for an image or a line of text, before leaving."""

from collections.abc import Callable
from typing import Any, ClassVar, Literal, TypeVar, cast

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.validation import Integer
from textual.widgets import Button, Input, Label, Static

from mnist_sum_tui.errors import UsageError
from mnist_sum_tui.formatting import percent, plural
from mnist_sum_tui.printable import printable
from mnist_sum_tui.runs.seed_groups import members_of
from mnist_sum_tui.runs.summary import Summary
from mnist_sum_tui.tui.session.session import Session
from mnist_sum_tui.tui.textual_fixes import Question, SteadyInput
from mnist_sum_tui.tui.widgets.common import ButtonRow, put
from mnist_sum_tui.tui.widgets.key_footer import KeyFooter

Value = TypeVar("Value")


class Confirm(Question[bool]):
    """Whether to delete something, with two buttons; the one that has the focus leaves everything as it is."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("n,escape", "dismiss(False)", "Keep"),
        Binding("y", "dismiss(True)", "Delete"),
    ]
    AUTO_FOCUS = "#no"

    def __init__(self, question: str, detail: str) -> None:
        super().__init__()
        self.question, self.detail = question, detail

    def compose(self) -> ComposeResult:
        """The question and the two buttons."""
        with Vertical(classes="dialog"):
            yield Label(printable(self.question), classes="question", markup=False)
            yield Label(self.detail, classes="hint", markup=False)
            with ButtonRow(classes="buttons"):
                yield Button("Keep (n)", id="no")
                yield Button("Delete (y)", id="yes", variant="error")
        yield KeyFooter()

    def on_button_pressed(self, message: Button.Pressed) -> None:
        """Close with the choice."""
        self.dismiss(message.button.id == "yes")


class DeleteRun(Confirm):
    """Asks whether to delete a run, and says what would be lost."""

    def __init__(self, row: Summary) -> None:
        """`row` is that of the run in the table, in which it may be the newest of several."""
        run, *others = members_of(row)
        reached = "" if run.sum_accuracy is None else f", {percent(run.sum_accuracy)} of the sums right"
        done = plural(len(run.epochs), "epoch") if run.epochs else "Not one whole epoch"
        detail = f"{done}{reached}. It cannot be brought back."
        if others:
            detail = f"The newest of {len(others) + 1} runs in this row; the others stay.\n{detail}"
        super().__init__(f"Delete run {run.run.id}?", detail)


class LineInput(SteadyInput):
    """The field of a question; the footer says what its Enter does, as it does of all other keys."""

    def __init__(self, does: str, text: str = "", **options: Any) -> None:
        """`does` names what Enter does; `options` are those of a field."""
        super().__init__(text, **options)
        self._bindings.key_to_bindings["enter"] = [Binding("enter", "submit", does)]


class LineQuestion(Question[Value | None]):
    """Asks for a line of text; below it is a hint, or what is wrong with the line. The answer is None if cancelled."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "dismiss(None)", "Cancel")]

    def __init__(self, question: str, hint: str, line: LineInput) -> None:
        super().__init__()
        self.question, self.hint, self.line = question, hint, line

    def compose(self) -> ComposeResult:
        """The question and the line."""
        with Vertical(classes="dialog"):
            yield Label(printable(self.question), classes="question", markup=False)
            yield self.line
            yield Label(self.hint, id="said", classes="hint", markup=False)
        yield KeyFooter()

    def say(self, trouble: str) -> None:
        """Say below the line why it cannot be accepted; empty: the hint again."""
        if self.is_mounted:
            said = self.query_one("#said", Label)
            said.update(printable(trouble) or self.hint)
            said.set_class(bool(trouble), "-error")

    def on_input_changed(self) -> None:
        """Show the hint again, because the line may be right by now."""
        self.say("")


class GoTo(LineQuestion[int]):
    """Asks for the number of an image or of a step, 0 to `last`."""

    def __init__(self, what: str, last: int) -> None:
        """`what` is `image` or `step`."""
        line = LineInput(
            "Go there", "", type="integer", max_length=9, validators=Integer(0, last), placeholder="a number"
        )
        super().__init__(f"Which {what}? 0 to {last:,}", "", line)
        self.what, self.last = what, last

    def on_input_submitted(self, message: Input.Submitted) -> None:
        """Close with the number, if it is within the range."""
        if message.validation_result is not None and message.validation_result.is_valid:
            self.dismiss(int(message.value))
        else:
            self.say(f"There are {self.what}s 0 to {self.last:,}: type one of these numbers")


class AskLine(LineQuestion[str]):
    """Asks for a line of text that can be edited."""

    def __init__(self, question: str, text: str, hint: str, check: Callable[[str], object]) -> None:
        """`check` raises UsageError for a text that cannot be accepted."""
        super().__init__(question, hint, LineInput("Accept", text))
        self.check = check

    def on_input_submitted(self, message: Input.Submitted) -> None:
        """Close with the text, if it can be accepted."""
        try:
            self.check(message.value)
        except UsageError as error:
            self.say(str(error))
        else:
            self.dismiss(message.value)


Answer = Literal["keep", "save", "leave"]
OVER_SECONDS = 0.25
"""how often QuitScreen looks whether the training is over"""


class QuitScreen(Question[Answer]):
    """Asks while it trains: keep training, stop and save, or leave at once."""

    BINDINGS: ClassVar = [
        Binding("escape,k", "dismiss('keep')", "Keep training"),
        Binding("s", "dismiss('save')", "Stop and save"),
        Binding("l", "dismiss('leave')", "Leave at once"),
        Binding("up,left", "app.focus_previous", show=False),
        Binding("down,right", "app.focus_next", show=False),
    ]
    AUTO_FOCUS = "#keep"
    """Enter keeps training: the answer that loses nothing"""

    def __init__(self, command: str, session: Session) -> None:
        """`command` goes on with the run of the session."""
        super().__init__()
        self._command, self._session = printable(command), session

    @property
    def _lost(self) -> str:
        step = self._session.saved_step
        if step is None:
            lost = "all, because nothing is saved yet.\nAfter Stop and save, go"
        else:
            lost = f"what came after step {step:,}, the last checkpoint.\nGo"
        return f"Leaving at once loses {lost} on later with\n{self._command}"

    def compose(self) -> ComposeResult:
        """The question, three buttons, and what leaving at once would lose."""
        with Vertical(id="question"):
            state = "The training is paused." if self._session.is_paused else "The network is still training."
            yield Static(state, classes="heading", markup=False)
            yield Button("Keep training (k)", id="keep", variant="primary", compact=True)
            yield Button("Stop and save (s)", id="save", compact=True)
            yield Button("Leave at once (l)", id="leave", variant="error", compact=True)
            yield Static(self._lost, id="lost", classes="note", markup=False)
        yield KeyFooter()

    def on_mount(self) -> None:
        """Look from time to time what is saved, and whether the training is over, because it goes on meanwhile."""
        self.set_interval(OVER_SECONDS, self._keep_up)

    def _keep_up(self) -> None:
        """Say what would be lost now; close the question if the training has ended."""
        put(self.query_one("#lost", Static), self._lost)
        if self.is_current and not self._session.is_training:
            if self._session.error is None:  # otherwise the app has said what failed
                self.app.notify("The training is over, and its run is saved: q leaves")
            self.dismiss("keep")

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """Answer by a button."""
        self.dismiss(cast(Answer, event.button.id))
