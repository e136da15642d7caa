"""AnswerInput: the two fields of the quiz, for the digit and for the sum."""

from textual.events import Key

from mnist_sum_tui.tui.textual_fixes import SteadyInput


class AnswerInput(SteadyInput):
    """One of the two fields. However quickly the answer is typed, what the digit's field has no room for is the sum."""

    async def _on_key(self, event: Key) -> None:
        digit, total = self.screen.query(AnswerInput)
        if self is digit and self.value and (event.character or "").isdecimal():
            self.screen.set_focus(total)
        elif self is total and not self.value and event.key == "backspace":
            digit.value = ""
            self.screen.set_focus(digit)
        elif self is total and not self.value and event.key == "tab":
            event.prevent_default().stop()
            return
        await super()._on_key(event)
