"""Everything mended in Textual 8, so that no haste of keys, mouse or window can end the program."""

from functools import cache
from typing import Any

from textual.await_complete import AwaitComplete
from textual.command import CommandPalette
from textual.content import Content
from textual.errors import NoWidget
from textual.events import Click, Resize
from textual.screen import ModalScreen, Screen, ScreenResultType
from textual.widgets import OptionList


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


class Palette(CommandPalette, SteadyScreen[Any]):
    """The palette, as steady as our own screens."""

    def on_click(self, event: Click) -> None:
        """Leave out a click that came before there was anything to click on: Textual's own handler would fail."""
        try:
            self.get_widget_at(event.screen_x, event.screen_y)
        except NoWidget:
            event.prevent_default()

    def dismiss(self, result: Any = None) -> AwaitComplete:
        """Close, after the search for commands has ended: it would look for a list that is gone."""
        self.workers.cancel_node(self)
        return super().dismiss(result)

    def _gather_commands(self, search_value: str) -> Any:
        """No new search either, for a change of the input that was still on its way."""
        return None if self._is_answered else super()._gather_commands(search_value)


@cache
def mend_lists() -> None:
    """Let a list that has no size neither turn a page nor wrap its lines; once a process, however many apps it has.

    Lists look up the highlighted line among those laid out, of which there are none yet when a key comes in the same
    moment as the list, or in a terminal of a few rows: a KeyError. And in a terminal of a few columns, of which their
    padding leaves none, they wrap to a width of 0: a ValueError. Selects and the palette have their lists inside.
    """
    height_of = Content.get_height
    setattr(Content, "get_height", lambda text, rules, width: height_of(text, rules, max(width, 1)))  # noqa: B010
    for name in ("action_page_up", "action_page_down"):
        turn = getattr(OptionList, name)

        def turn_if_laid_out(choices: OptionList, turn: Any = turn) -> None:
            if choices.scrollable_content_region:
                turn(choices)

        setattr(OptionList, name, turn_if_laid_out)
