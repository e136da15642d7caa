"""ResumeRun: the question before a run is trained further: how many more epochs; it shows their learning rate."""

from dataclasses import replace
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.validation import Integer
from textual.widgets import Input, Label

from mnist_sum_tui.printable import printable
from mnist_sum_tui.tui.pages.base import Page
from mnist_sum_tui.tui.pages.dialogs import LineInput
from mnist_sum_tui.tui.session.messages import StartTraining
from mnist_sum_tui.tui.session.resuming import Continuation
from mnist_sum_tui.tui.textual_fixes import Question
from mnist_sum_tui.tui.widgets.key_footer import KeyFooter


class ResumeRun(Question[int | None]):
    """Asks how many more epochs; None if cancelled."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "dismiss(None)", "Cancel")]

    def __init__(self, found: Continuation) -> None:
        super().__init__()
        self.found = found
        self.least = 1 if found.is_complete else 0
        """the fewest epochs that can be added"""

    def compose(self) -> ComposeResult:
        """The question, the line to type into, and a preview of the training."""
        found = self.found
        with Vertical(classes="dialog"):
            yield Label(printable(f"Train {found.run.id} further?"), classes="question", markup=False)
            if found.warning:
                yield Label(f"So far: {found.warning}. A new run may be better.", classes="warning", markup=False)
            yield Label(state_words(found), markup=False)
            is_number = Integer(self.least, found.most)
            yield LineInput("Train", str(found.usual), type="integer", max_length=5, validators=is_number, id="more")
            yield Label(id="comes-to", markup=False)
        yield KeyFooter()

    def on_input_changed(self, message: Input.Changed) -> None:
        """Update the preview of the training."""
        result = message.validation_result
        if result is None or result.is_valid:
            words = self.found.words(int(message.value))
        else:
            words = f"The epochs to add must be {self.least} to {self.found.most:,}."
        self.query_one("#comes-to", Label).update(words)

    def on_input_submitted(self, message: Input.Submitted) -> None:
        """Close with the number, if it is valid."""
        if message.validation_result is not None and message.validation_result.is_valid:
            self.dismiss(int(message.value))


def state_words(found: Continuation) -> str:
    """How far the run came, and the question."""
    if found.is_complete:
        return "It is complete. How many more epochs?"
    whole = found.config.epochs
    if found.is_trained:
        state = "It stopped before its test."
    elif not found.step:
        state = "No step of it was saved, so it begins at step 0."
    else:  # rounded down, because a run that did not come to its end must not say so
        per_epoch = found.steps_per_epoch  # 0 if the journal's start was lost
        done = str(found.step * 100 // per_epoch / 100).removesuffix(".0") if per_epoch else "0"
        state = f"It stopped at epoch {done} of {whole} and goes on from there."
    return f"{state} How many epochs to add to the {whole}, 0 for none?"


def ask_to_resume(page: Page, found: Continuation) -> None:
    """Ask, then train the run further."""

    def answered(more: int) -> None:
        config = replace(found.config, epochs=found.config.epochs + more)
        page.app.post_message(StartTraining(config, found.run))

    page.ask(ResumeRun(found), answered)
