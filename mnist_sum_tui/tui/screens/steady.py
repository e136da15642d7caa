"""SteadyScreen: what every screen here needs so that no haste of keys, mouse or window can end the program."""

from textual.await_complete import AwaitComplete
from textual.events import Resize
from textual.screen import ModalScreen, Screen, ScreenResultType


class SteadyScreen(Screen[ScreenResultType]):
    """Takes one answer, and only the newest size."""

    _is_answered = False

    def dismiss(self, result: ScreenResultType | None = None) -> AwaitComplete:
        """Close, with the answer; of two quick keys the second finds it closed, and does nothing.

        Nor does a key that comes late, with another screen on top by now: that one would be closed in its place.
        """
        if self._is_answered or not self.is_active:
            return AwaitComplete()
        self._is_answered = True
        return super().dismiss(result)

    def on_resize(self, event: Resize) -> None:
        """Pass over a size that is out of date.

        Textual 8 answers each size with one more Resize of the same size, so that two sizes on their way at once are
        laid out in turn for ever.
        """
        if event.size != self.app.size:
            event.stop()
            event.prevent_default()


class Question(ModalScreen[ScreenResultType], SteadyScreen[ScreenResultType]):
    """A modal screen that asks."""
